//! Days against a model that knows nothing of spans: it asks every period about every minute, and expands every
//! field into the values that it stands for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use periods::Timetable;
use proptest::prelude::*;
use reveille_sdk::chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use reveille_sdk::types::{Date, Period, PeriodUse, Schedule, Want};
use reveille_sdk::{DAY, testing};

const WEEKDAYS: [&str; 7] = ["mon", "Tuesday", "wed", "THU", "friday", "sat", "sun"];
const MONTHS: [&str; 12] = [
    "jan", "feb", "March", "apr", "may", "june", "jul", "AUG", "sep", "october", "nov", "dec",
];

#[derive(Debug, Clone)]
enum Element {
    All,
    One(u32),
    Last,
    Range(u32, Option<u32>, u32),
    Nth(u32, u32),
    LastWeekday(u32),
    Working(u32),
}

#[derive(Debug, Clone)]
struct Model {
    begin: Option<u32>,
    end: Option<u32>,
    weekdays: Option<Vec<Element>>,
    monthdays: Option<Vec<Element>>,
    months: Option<Vec<Element>>,
}

/// Everything from `begin` on in steps, once round if the end lies before the begin.
fn expand(begin: u32, end: Option<u32>, step: u32, first: u32, last: u32) -> Vec<u32> {
    let end = end.unwrap_or(last);
    if begin > last {
        return Vec::new();
    }
    let way: Vec<u32> = if begin > end {
        (begin..=last).chain(first..=end).collect()
    } else {
        (begin..=end).collect()
    };
    way.into_iter()
        .step_by(step as usize)
        .filter(|value| *value <= last)
        .collect()
}

fn last_day(date: NaiveDate) -> u32 {
    (28..=31)
        .rev()
        .find(|&day| date.with_day(day).is_some())
        .unwrap()
}

fn weekday(date: NaiveDate) -> u32 {
    date.weekday().num_days_from_monday()
}

impl Element {
    fn matches_weekday(&self, date: NaiveDate) -> bool {
        let same: Vec<u32> = (1..=last_day(date))
            .filter(|&day| weekday(date.with_day(day).unwrap()) == weekday(date))
            .collect();
        match *self {
            Self::All => true,
            Self::One(day) => weekday(date) == day,
            Self::Last => weekday(date) == 6,
            Self::Range(begin, end, step) => {
                expand(begin, end, step, 0, 6).contains(&weekday(date))
            }
            Self::Nth(day, nth) => {
                weekday(date) == day && same.get(nth as usize - 1) == Some(&date.day())
            }
            Self::LastWeekday(day) => weekday(date) == day && same.last() == Some(&date.day()),
            Self::Working(_) => unreachable!(),
        }
    }

    fn matches_monthday(&self, date: NaiveDate) -> bool {
        let last = last_day(date);
        match *self {
            Self::All => true,
            Self::One(day) => date.day() == day,
            Self::Last => date.day() == last,
            Self::Range(begin, end, step) => {
                expand(begin, end, step, 1, last).contains(&date.day())
            }
            Self::Working(day) => {
                // The working days of the month, the nearest first; no two are equally near.
                let mut working: Vec<u32> = (1..=last)
                    .filter(|&day| weekday(date.with_day(day).unwrap()) < 5)
                    .collect();
                working.sort_by_key(|&other| other.abs_diff(day));
                day <= last && working[0] == date.day()
            }
            Self::Nth(..) | Self::LastWeekday(_) => unreachable!(),
        }
    }

    fn matches_month(&self, date: NaiveDate) -> bool {
        match *self {
            Self::All => true,
            Self::One(month) => date.month() == month,
            Self::Range(begin, end, step) => {
                expand(begin, end, step, 1, 12).contains(&date.month())
            }
            Self::Last | Self::Nth(..) | Self::LastWeekday(_) | Self::Working(_) => unreachable!(),
        }
    }

    fn text(&self, value: impl Fn(u32) -> String) -> String {
        match *self {
            Self::All => "*".into(),
            Self::One(one) => value(one),
            Self::Last => "L".into(),
            Self::Range(begin, None, 1) => format!("{} - L", value(begin)),
            Self::Range(begin, None, step) => format!("{}/{step}", value(begin)),
            Self::Range(begin, Some(end), 1) => format!("{}-{}", value(begin), value(end)),
            Self::Range(begin, Some(end), step) => {
                format!("{}-{}/{step}", value(begin), value(end))
            }
            Self::Nth(day, nth) => format!("{}#{nth}", value(day)),
            Self::LastWeekday(day) => format!("{}L", value(day)),
            Self::Working(day) => format!("{}W", value(day)),
        }
    }
}

impl Model {
    fn selects(&self, date: NaiveDate) -> bool {
        let any = |elements: &Option<Vec<Element>>, matches: fn(&Element, NaiveDate) -> bool| {
            elements
                .as_ref()
                .is_none_or(|elements| elements.iter().any(|element| matches(element, date)))
        };
        any(&self.weekdays, Element::matches_weekday)
            && any(&self.monthdays, Element::matches_monthday)
            && any(&self.months, Element::matches_month)
    }

    /// What it says of a minute, and when it began, if it did.
    fn says(&self, at: NaiveDateTime) -> (Want, Option<NaiveDateTime>) {
        let clock = at.hour() * 60 + at.minute();
        let on = |date: NaiveDate, minute: u32| {
            date.and_time(Default::default()) + TimeDelta::minutes(minute.into())
        };
        let today = at.date();
        if let (Some(begin), Some(end)) = (self.begin, self.end)
            && begin > end
        {
            // It begins on some day and ends on the next.
            for date in [today, today.pred_opt().unwrap()] {
                let (begin, end) = (on(date, begin), on(date.succ_opt().unwrap(), end));
                if self.selects(date) && begin <= at && at < end {
                    return (Want::Run, Some(begin));
                }
            }
            return (Want::Stop, None);
        }
        if !self.selects(today) {
            return (Want::Stop, None);
        }
        match (self.begin, self.end) {
            (None, None) => (Want::Run, None),
            (None, Some(end)) => (if clock >= end { Want::Stop } else { Want::Hold }, None),
            (Some(begin), None) if clock >= begin => (Want::Run, Some(on(today, begin))),
            (Some(_), None) => (Want::Hold, None),
            (Some(begin), Some(end)) if begin <= clock && clock < end => {
                (Want::Run, Some(on(today, begin)))
            }
            (Some(_), Some(_)) => (Want::Stop, None),
        }
    }

    fn period(&self, name: &str) -> Period {
        let time = |minute: u32| format!("{}:{:02}", minute / 60, minute % 60);
        let set = |elements: &Option<Vec<Element>>, value: fn(u32) -> String| {
            elements
                .as_ref()
                .map(|elements| elements.iter().map(|element| element.text(value)).collect())
        };
        Period {
            begin_time: self.begin.map(time).or(Some(String::new())),
            end_time: self.end.map(time),
            weekdays: set(&self.weekdays, |value| WEEKDAYS[value as usize].into()),
            monthdays: set(&self.monthdays, |value| value.to_string()),
            months: set(&self.months, |value| MONTHS[value as usize - 1].into()),
            ..Period::named(name)
        }
    }
}

fn state(models: &[Model], at: NaiveDateTime) -> (Want, Option<usize>) {
    let says: Vec<_> = models.iter().map(|model| model.says(at)).collect();
    let running = says
        .iter()
        .enumerate()
        .filter(|(_, (want, _))| *want == Want::Run);
    // `max_by_key` gives the last of equals; the first by name is wanted.
    if let Some((index, _)) = running.rev().max_by_key(|(_, (_, begun))| *begun) {
        return (Want::Run, Some(index));
    }
    let hold = says.iter().any(|(want, _)| *want == Want::Hold);
    (if hold { Want::Hold } else { Want::Stop }, None)
}

fn desired(models: &[Model], at: NaiveDateTime) -> (Want, Option<usize>) {
    let now = state(models, at);
    if now.0 == Want::Stop && models.len() > 1 {
        let after = state(models, at + TimeDelta::minutes(1));
        if state(models, at - TimeDelta::minutes(1)).0 == Want::Run && after.0 == Want::Run {
            return after;
        }
    }
    now
}

fn schedule(models: &[Model]) -> Schedule {
    let usage = |(index, model): (usize, &Model)| PeriodUse {
        period: model.period(&format!("p{index}")),
        instance_type: (index % 2 == 1).then(|| format!("t{index}")),
    };
    Schedule {
        periods: models.iter().enumerate().map(usage).collect(),
        ..testing::schedule("seoul", [])
    }
}

fn range(first: u32, last: u32, wraps: bool) -> impl Strategy<Value = Element> {
    (first..=last, first..=last, 1u32..=15).prop_map(move |(one, other, step)| {
        let (begin, end) = if wraps {
            (one, other)
        } else {
            (one.min(other), one.max(other))
        };
        Element::Range(begin, Some(end), step)
    })
}

fn weekdays() -> impl Strategy<Value = Element> {
    prop_oneof![
        1 => Just(Element::All),
        1 => Just(Element::Last),
        3 => (0u32..7).prop_map(Element::One),
        4 => range(0, 6, true),
        2 => (0u32..7, 2u32..9).prop_map(|(begin, step)| Element::Range(begin, None, step)),
        2 => (0u32..7, 1u32..=5).prop_map(|(day, nth)| Element::Nth(day, nth)),
        2 => (0u32..7).prop_map(Element::LastWeekday),
    ]
}

fn monthdays() -> impl Strategy<Value = Element> {
    prop_oneof![
        1 => Just(Element::All),
        1 => Just(Element::Last),
        2 => (1u32..=31).prop_map(Element::One),
        4 => range(1, 31, false),
        2 => (1u32..=31, 1u32..20).prop_map(|(begin, step)| Element::Range(begin, None, step)),
        3 => (1u32..=31).prop_map(Element::Working),
    ]
}

fn months() -> impl Strategy<Value = Element> {
    prop_oneof![
        1 => Just(Element::All),
        2 => (1u32..=12).prop_map(Element::One),
        4 => range(1, 12, true),
        2 => (1u32..=12, 2u32..8).prop_map(|(begin, step)| Element::Range(begin, None, step)),
    ]
}

/// Minutes that touch, nearly touch and lie at midnight more often than chance would have it.
fn minute(last: u32) -> impl Strategy<Value = u32> {
    prop_oneof![
        2 => prop::sample::select(vec![0, 1, 2, 539, 540, 541, 542, 600, 601, 1437, 1438, 1439]),
        1 => Just(last),
        1 => 0..=last,
    ]
}

fn model() -> impl Strategy<Value = Model> {
    let some = |elements| prop::option::weighted(0.3, elements);
    (
        prop::option::weighted(0.8, minute(1439)),
        prop::option::weighted(0.8, minute(1440)),
        some(prop::collection::vec(weekdays(), 1..3).boxed()),
        some(prop::collection::vec(monthdays(), 1..3).boxed()),
        some(prop::collection::vec(months(), 1..3).boxed()),
    )
        .prop_map(|(begin, end, weekdays, monthdays, months)| Model {
            begin,
            end,
            weekdays,
            monthdays,
            months,
        })
}

fn day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
    let anywhere = (0u64..7 * 366).prop_map(move |days| first + Days::new(days));
    let leap = NaiveDate::from_ymd_opt(2028, 2, 26).unwrap();
    prop_oneof![3 => anywhere, 1 => (0u64..6).prop_map(move |days| leap + Days::new(days))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_minute_of_a_day_is_as_the_model_says(models in prop::collection::vec(model(), 0..5), day in day()) {
        let timetable = Timetable::read(&schedule(&models)).unwrap();
        let plan = timetable.plan(Date::from(day));
        for minute in 0..DAY {
            let at = day.and_time(Default::default()) + TimeDelta::minutes(minute.into());
            let (want, index) = desired(&models, at);
            let span = plan.span_at(minute);
            prop_assert_eq!(plan.want_at(minute), want, "{} with {:?}", at, plan.spans);
            let name = index.map(|index| format!("p{index}"));
            prop_assert_eq!(span.and_then(|span| span.period.clone()), name, "{} with {:?}", at, plan.spans);
            let instance_type = index.filter(|index| index % 2 == 1).map(|index| format!("t{index}"));
            prop_assert_eq!(span.and_then(|span| span.instance_type.clone()), instance_type);
        }
    }

    #[test]
    fn a_plan_is_as_the_host_demands_it(models in prop::collection::vec(model(), 0..8), day in day()) {
        let plan = Timetable::read(&schedule(&models)).unwrap().plan(Date::from(day));
        let mut reached = 0;
        for span in &plan.spans {
            prop_assert!(reached <= span.begin && span.begin < span.end && span.end <= DAY, "{:?}", plan.spans);
            reached = span.end;
        }
        let mut normal = plan.clone();
        normal.normalise();
        prop_assert_eq!(normal, plan);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_day_of_a_year_is_selected_as_the_model_says(
        mut model in model(),
        year in prop::sample::select(vec![2023, 2024, 2025, 2026, 2028, 2100]),
    ) {
        (model.begin, model.end) = (None, None);
        let timetable = Timetable::read(&schedule(std::slice::from_ref(&model))).unwrap();
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        for day in first.iter_days().take_while(|day| day.year() == year) {
            prop_assert_eq!(timetable.at(day.into(), 720).want == Want::Run, model.selects(day), "{}", day);
        }
    }
}

proptest! {
    // A case is half a million minutes.
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn every_minute_of_a_year_is_as_the_model_says_in_zones_whose_clocks_change(
        models in prop::collection::vec(model(), 1..4),
        zone in prop::sample::select(vec![
            chrono_tz::America::New_York,
            chrono_tz::Europe::London,
            chrono_tz::Australia::Lord_Howe,
            chrono_tz::Africa::Casablanca,
            chrono_tz::America::St_Johns,
        ]),
        year in prop::sample::select(vec![2024, 2026, 2027]),
    ) {
        let timetable = Timetable::read(&schedule(&models)).unwrap();
        let begin = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_time(Default::default()).and_utc();
        let mut today = (NaiveDate::MIN, timetable.plan(Date::from(begin.date_naive())));
        for minute in 0..366 * 1440 {
            // Time passes evenly; what the clock on the wall shows of it does not.
            let shown = (begin + TimeDelta::minutes(minute)).with_timezone(&zone).naive_local();
            if today.0 != shown.date() {
                today = (shown.date(), timetable.plan(Date::from(shown.date())));
            }
            let of_day = u16::try_from(shown.hour() * 60 + shown.minute()).unwrap();
            let (want, index) = desired(&models, shown);
            let span = today.1.span_at(of_day);
            if today.1.want_at(of_day) != want
                || span.and_then(|span| span.period.as_deref()) != index.map(|index| format!("p{index}")).as_deref()
            {
                prop_assert!(false, "{} in {}: {:?} and {:?}, not {:?}", shown, zone, want, index, span);
            }
        }
    }
}
