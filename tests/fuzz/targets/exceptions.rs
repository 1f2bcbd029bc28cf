//! Any exceptions on any days leave a plan that the host takes, and change nothing where there are none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reveille_fuzz::{Shape, check_plan};
use reveille_sdk::{
    DAY, testing,
    types::{DayPlan, Exception, Minute, Period, Span, Turn, Want},
};

const TODAY: &str = "2026-11-23";
const WORDS: &[&str] = &[
    "09:00",
    "18:00",
    "22:00",
    "06:00",
    "24:00",
    "9",
    "a",
    "하나",
    " ",
    "긴 이유 ",
];

/// Latest minute of an exception, the end of the next day.
const LATEST: usize = 2 * DAY as usize;

fuzz_target!(|bytes: &[u8]| {
    let mut shape = Shape::new(bytes, WORDS);
    let mut request = testing::request(TODAY);
    for name in ["a", "b", "c"].into_iter().take(shape.up_to(3)) {
        let Some((begin_time, end_time)) = shape.value() else {
            return;
        };
        let period = Period {
            begin_time,
            end_time,
            ..Period::named(name)
        };
        request
            .schedule
            .periods
            .extend(testing::schedule("s", [period]).periods);
    }
    if shape.up_to(15) == 15 {
        request.schedule.override_status = Some(Want::Run);
    }
    request.so_far = day(&mut shape);
    request.day_before = (shape.up_to(7) > 0).then(|| day(&mut shape));
    request.exceptions = (0..shape.up_to(6)).map(|_| exception(&mut shape)).collect();
    check_plan(&request.so_far);

    let so_far = request.so_far.clone();
    let days = [request.date, request.date.minus_days(1)];
    let touched = request.schedule.override_status.is_none()
        && request
            .exceptions
            .iter()
            .any(|exception| days.contains(&exception.date));
    let plan = exceptions::plan(request.clone());
    check_plan(&plan);
    if !touched {
        assert_eq!(plan, so_far);
    }
    for minute in 0..DAY {
        let span = plan.span_at(minute);
        let by_exception = span.is_some_and(|span| span.reason.starts_with("exception by "));
        if !by_exception {
            assert_eq!(plan.want_at(minute), so_far.want_at(minute), "at {minute}");
        }
    }
    assert_eq!(exceptions::plan(request), plan, "the same request twice");
});

/// Quarters of an hour, and any minute, so that begins and ends often meet.
fn minute(shape: &mut Shape<'_>, last: usize) -> Minute {
    let minute = if shape.up_to(3) == 0 {
        shape.up_to(last)
    } else {
        shape.up_to(last / 15) * 15
    };
    Minute::try_from(minute).unwrap_or_default()
}

fn want(shape: &mut Shape<'_>) -> Want {
    [Want::Run, Want::Run, Want::Hold, Want::Stop][shape.up_to(3)]
}

fn day(shape: &mut Shape<'_>) -> DayPlan {
    let mut day = DayPlan::empty();
    for _ in 0..shape.up_to(5) {
        let (begin, end) = (minute(shape, DAY.into()), minute(shape, DAY.into()));
        let mut span = Span::new(begin, end, want(shape), "period test");
        span.instance_type =
            [None, Some("t3.small"), Some("t3.large")][shape.up_to(2)].map(Into::into);
        span.period = Some("test".into());
        day.paint_span(span);
    }
    day
}

fn exception(shape: &mut Shape<'_>) -> Exception {
    let date = testing::date(TODAY)
        .minus_days(1)
        .plus_days(shape.up_to(2) as u16);
    let action = [Turn::Start, Turn::Stop][shape.up_to(1)];
    let at = (shape.up_to(3) > 0).then(|| minute(shape, LATEST));
    let (by, reason) = shape.value().unwrap_or_default();
    Exception {
        date,
        action,
        at,
        by,
        reason,
    }
}
