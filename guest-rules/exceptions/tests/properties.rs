//! What holds for all exceptions on all days.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use exceptions::plan;
use proptest::prelude::*;
use reveille_sdk::planner::PlanRequest;
use reveille_sdk::testing::{exception, request, schedule};
use reveille_sdk::types::{DayPlan, Exception, Minute, Period, Span, Turn, Want};
use reveille_sdk::{DAY, Stretch};

const YESTERDAY: &str = "2026-11-22";
const TODAY: &str = "2026-11-23";

/// Quarters of an hour, and minutes beside them, so that begins and ends often meet.
fn minute(last: Minute) -> impl Strategy<Value = Minute> {
    prop_oneof![3 => (0..=last / 15).prop_map(|quarter| quarter * 15), 1 => 0..=last]
}

fn day() -> impl Strategy<Value = DayPlan> {
    let want = prop::sample::select(vec![Want::Run, Want::Run, Want::Hold, Want::Stop]);
    let span = (minute(DAY), minute(DAY), want, prop::option::of(0..3));
    let midnight = prop::sample::select(vec![
        None,
        Some((0, 360)),
        Some((1320, DAY)),
        Some((0, DAY)),
    ]);
    (prop::collection::vec(span, 0..4), midnight).prop_map(|(spans, midnight)| {
        let mut day = DayPlan::empty();
        for (one, other, want, instance_type) in spans {
            let mut span = Span::new(one.min(other), one.max(other), want, "period test");
            span.instance_type = instance_type.map(|number| format!("t{number}"));
            span.period = Some("test".into());
            day.paint_span(span);
        }
        if let Some((begin, end)) = midnight {
            day.paint(begin, end, Want::Run, "period night");
        }
        day
    })
}

fn exceptions(day: &'static str) -> impl Strategy<Value = Vec<Exception>> {
    let at = || prop::option::weighted(0.7, minute(2 * DAY));
    (prop::option::of(at()), prop::option::of(at())).prop_map(move |(start, stop)| {
        let start = start.map(|at| exception(day, Turn::Start, at));
        start
            .into_iter()
            .chain(stop.map(|at| exception(day, Turn::Stop, at)))
            .collect()
    })
}

fn any_request() -> impl Strategy<Value = PlanRequest> {
    (
        day(),
        day(),
        exceptions(YESTERDAY),
        exceptions(TODAY),
        any::<bool>(),
    )
        .prop_map(
            |(before, today, of_yesterday, of_today, crosses_midnight)| {
                let mut request = request(TODAY);
                if crosses_midnight {
                    request.schedule = schedule(
                        "seoul",
                        [Period::named("night").begins("22:00").ends("06:00")],
                    );
                }
                request.so_far = today;
                request.day_before = Some(before);
                request.exceptions = of_yesterday.into_iter().chain(of_today).collect();
                request
            },
        )
}

/// A request with one exception of the day itself, after a day on which nothing ran.
fn alone(so_far: DayPlan, turn: Turn, at: Option<Minute>) -> PlanRequest {
    let day_before = Some(DayPlan::empty());
    PlanRequest {
        so_far,
        day_before,
        exceptions: vec![exception(TODAY, turn, at)],
        ..request(TODAY)
    }
}

fn first_and_last(plan: &DayPlan) -> Option<(Stretch, Stretch)> {
    Some((plan.runs().next()?, plan.runs().last()?))
}

/// Whether two plans want the same at every minute of a stretch.
fn same(one: &DayPlan, other: &DayPlan, minutes: std::ops::Range<Minute>) -> bool {
    minutes
        .into_iter()
        .all(|minute| one.want_at(minute) == other.want_at(minute))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_is_as_the_host_demands_it(request in any_request()) {
        let plan = plan(request);
        let mut reached = 0;
        for span in &plan.spans {
            prop_assert!(reached <= span.begin && span.begin < span.end && span.end <= DAY, "{:?}", plan.spans);
            reached = span.end;
        }
    }

    #[test]
    fn without_exceptions_of_the_day_or_the_day_before_nothing_changes(mut request in any_request()) {
        for exception in &mut request.exceptions {
            exception.date = request.date.plus_days(1);
        }
        let so_far = request.so_far.clone();
        prop_assert_eq!(plan(request), so_far);
    }

    #[test]
    fn what_says_not_who_asked_for_it_is_as_it_was(request in any_request()) {
        let so_far = request.so_far.clone();
        let plan = plan(request);
        let face = |span: &Span| (span.want, span.instance_type.clone(), span.period.clone(), span.reason.clone());
        for minute in 0..DAY {
            match plan.span_at(minute) {
                Some(span) if span.reason.starts_with("exception by hana") => prop_assert_eq!(&span.period, &None),
                span => prop_assert_eq!(span.map(face), so_far.span_at(minute).map(face), "{}", minute),
            }
        }
    }

    #[test]
    fn a_start_is_the_first_minute_that_runs(so_far in day(), at in minute(DAY - 1)) {
        let (first, last) = first_and_last(&so_far).unwrap_or((Stretch { begin: at, end: DAY }, Stretch { begin: at, end: DAY }));
        let plan = plan(alone(so_far.clone(), Turn::Start, Some(at)));
        prop_assert_eq!(plan.runs().next().map(|run| run.begin), Some(at));
        if at < last.end {
            let next = so_far.runs().find(|run| run.end > at).map_or(DAY, |run| run.begin);
            prop_assert!(same(&plan, &so_far, at.max(next)..DAY));
        }
        prop_assert!(same(&plan, &so_far, 0..at.min(first.begin)));
    }

    #[test]
    fn a_stop_is_the_first_minute_after_the_last_that_runs(so_far in day(), at in minute(DAY)) {
        let plan = plan(alone(so_far.clone(), Turn::Stop, Some(at)));
        match first_and_last(&so_far) {
            None => prop_assert_eq!(plan, so_far),
            Some((first, last)) => {
                let end = plan.runs().last().map(|run| run.end);
                if at >= last.end {
                    prop_assert_eq!(end, Some(at));
                } else {
                    prop_assert!(end.is_none_or(|end| end <= at));
                    prop_assert_eq!(end.is_none(), at <= first.begin);
                    prop_assert!(same(&plan, &so_far, last.end..DAY));
                }
                prop_assert!(same(&plan, &so_far, 0..at.min(last.end)));
            }
        }
    }

    #[test]
    fn a_cancelled_start_starts_nothing_and_touches_nothing_else(so_far in day()) {
        let plan = plan(alone(so_far.clone(), Turn::Start, None));
        for minute in 0..DAY {
            let expected = match so_far.want_at(minute) {
                Want::Run => Want::Hold,
                other @ (Want::Hold | Want::Stop) => other,
            };
            prop_assert_eq!(plan.want_at(minute), expected);
        }
    }

    #[test]
    fn a_cancelled_stop_stops_nothing_after_the_last_run(so_far in day()) {
        let plan = plan(alone(so_far.clone(), Turn::Stop, None));
        let end = first_and_last(&so_far).map_or(DAY, |(_, last)| last.end);
        prop_assert!(same(&plan, &so_far, 0..end));
        prop_assert!((end..DAY).all(|minute| plan.want_at(minute) == Want::Hold));
    }

    /// Two days in a row: what runs past midnight on the first runs on in the second until the stop.
    #[test]
    fn a_stop_over_24_00_is_one_run_over_both_days(first in day(), second in day(), after_midnight in minute(DAY - 1)) {
        let at = DAY + 1 + after_midnight;
        let Some(last) = first.runs().last() else { return Ok(()) };
        let exceptions = vec![exception(YESTERDAY, Turn::Stop, Some(at))];
        let evening = plan(PlanRequest { so_far: first.clone(), exceptions: exceptions.clone(), ..request(YESTERDAY) });
        let morning = plan(PlanRequest { so_far: second.clone(), day_before: Some(first.clone()), exceptions, ..request(TODAY) });
        let end = last.end;
        prop_assert!((end..DAY).all(|minute| evening.want_at(minute) == Want::Run));

        let carried = end == DAY && second.runs().next().is_some_and(|run| run.begin == 0 && run.end < DAY);
        let own = second.runs().nth(usize::from(carried)).map_or(DAY, |run| run.begin);
        let until = (at - DAY).min(own);
        prop_assert!((0..until).all(|minute| morning.want_at(minute) == Want::Run));
        prop_assert!((until..own).all(|minute| morning.want_at(minute) != Want::Run));
        prop_assert!(same(&morning, &second, own..DAY));
    }
}
