//! Any attributes of periods are read or refused, and a day is as each of its minutes would be, asked one by one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use periods::{CalendarDay, Period, Periods, Timetable};
use reveille_fuzz::{Shape, check_plan};
use reveille_sdk::{
    DAY, clock,
    planner::Guest as _,
    testing,
    types::{self, Date, Want},
};

const WORDS: &[&str] = &[
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "Friday",
    "jan",
    "feb",
    "dec",
    "september",
    "0",
    "1",
    "2",
    "5",
    "6",
    "7",
    "9",
    "12",
    "15",
    "28",
    "29",
    "30",
    "31",
    "32",
    "-",
    " - ",
    "/",
    "#",
    "L",
    "l",
    "W",
    "w",
    "*",
    "?",
    ",",
    " ",
    ":",
    "09:00",
    "9:00",
    "18:00",
    "08:59",
    "09:01",
    "23:59",
    "24:00",
    "00:00",
    "00:01",
    "22:00",
    "06:00",
    "mon-fri",
    "fri-mon",
    "mon#1",
    "friL",
    "15W",
    "1-7",
    "20-L",
    "1/7",
    "mon/2",
    "oct-mar",
    "jan/3",
    "５",
    "९",
    "a",
    "b",
    "office",
    "월",
    "99999999999",
    "t3.small",
    "",
];

fuzz_target!(|bytes: &[u8]| {
    let mut shape = Shape::new(bytes, WORDS);
    let first: Date = "2023-01-01".parse().expect("a date");
    let date = first.plus_days(shape.up_to(7 * 366) as u16);
    let Some(uses) = shape.value::<Vec<types::PeriodUse>>() else {
        return;
    };
    let mut request = testing::request(&date.to_string());
    request.schedule.periods = uses;

    let faults = Periods::check_schedule(request.schedule.clone());
    for fault in &faults {
        assert!(!fault.item.is_empty() && !fault.attribute.is_empty() && !fault.message.is_empty());
    }
    let Ok(timetable) = Timetable::read(&request.schedule) else {
        assert!(!faults.is_empty(), "it is refused without a fault");
        assert!(Periods::plan_day(request).is_err());
        return;
    };
    assert_eq!(faults, [], "it is read with faults");
    let plan = timetable.plan(date);
    check_plan(&plan);

    let slow = Slow::read(&request.schedule.periods);
    let days = [
        date.minus_days(2),
        date.minus_days(1),
        date,
        date.plus_days(1),
    ];
    let minutes: Vec<Vec<State>> = days
        .windows(2)
        .map(|pair| slow.day(pair[0], pair[1]))
        .collect();
    for minute in 0..DAY {
        let at = usize::from(minute);
        let mut expected = minutes[1][at];
        if expected.0 == Want::Stop && slow.0.len() > 1 {
            let last = usize::from(DAY - 1);
            let before = at
                .checked_sub(1)
                .map_or(minutes[0][last], |at| minutes[1][at]);
            let after = if at == last {
                minutes[2][0]
            } else {
                minutes[1][at + 1]
            };
            if before.0 == Want::Run && after.0 == Want::Run {
                expected = after;
            }
        }
        let name = expected
            .1
            .map(|index| slow.0[index].period.name().to_owned());
        assert_eq!(
            plan.want_at(minute),
            expected.0,
            "at {minute} of {date}: {:?}",
            plan.spans
        );
        let period = plan.span_at(minute).and_then(|span| span.period.clone());
        assert_eq!(period, name, "at {minute} of {date}: {:?}", plan.spans);
        assert_eq!(timetable.at(date, minute).want, expected.0);
    }
});

/// What there is at a minute, and the line that has the say.
type State = (Want, Option<usize>);

/// Periods that are asked about every minute.
struct Slow(Vec<Line>);

struct Line {
    period: Period,
    begin: Option<u16>,
    end: Option<u16>,
}

impl Slow {
    fn read(uses: &[types::PeriodUse]) -> Self {
        let minute = |text: &Option<String>| text.as_deref().and_then(clock::time);
        let mut lines: Vec<Line> = uses
            .iter()
            .map(|usage| Line {
                period: Period::read(&usage.period).expect("the timetable was read"),
                begin: minute(&usage.period.begin_time),
                end: minute(&usage.period.end_time),
            })
            .collect();
        lines.sort_by(|one, other| one.period.name().cmp(other.period.name()));
        Self(lines)
    }

    fn day(&self, before: Date, day: Date) -> Vec<State> {
        let [before, day] = [before, day].map(CalendarDay::from);
        let chosen: Vec<(&Line, bool, bool)> = self
            .0
            .iter()
            .map(|line| {
                (
                    line,
                    line.period.selects(&before),
                    line.period.selects(&day),
                )
            })
            .collect();
        (0..DAY).map(|minute| state(minute, &chosen)).collect()
    }
}

/// The run that began last, then a hold, then a stop; of runs that began together the first by name.
fn state(minute: u16, chosen: &[(&Line, bool, bool)]) -> State {
    let (mut holds, mut runs) = (false, Vec::new());
    for (index, (line, before, day)) in chosen.iter().enumerate() {
        match (line.begin, line.end) {
            (Some(begin), Some(end)) if begin > end => {
                if *day && minute >= begin {
                    runs.push((i32::from(begin), index));
                } else if *before && minute < end {
                    runs.push((i32::from(begin) - i32::from(DAY), index));
                }
            }
            _ if !day => {}
            (None, None) => runs.push((i32::MIN, index)),
            (None, Some(end)) => holds |= minute < end,
            (Some(begin), None) if minute < begin => holds = true,
            (Some(begin), None) => runs.push((i32::from(begin), index)),
            (Some(begin), Some(end)) => {
                if (begin..end).contains(&minute) {
                    runs.push((i32::from(begin), index));
                }
            }
        }
    }
    let latest = runs.iter().map(|(begun, _)| *begun).max();
    match runs.iter().find(|(begun, _)| Some(*begun) == latest) {
        Some((_, index)) => (Want::Run, Some(*index)),
        None if holds => (Want::Hold, None),
        None => (Want::Stop, None),
    }
}
