//! Every case of `cases.toml`.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;

use kr_holidays::{DATA, KrHolidays, Occasion, calendar};
use reveille_sdk::{
    about::Guest as _,
    clock,
    planner::Guest as _,
    testing,
    types::{Date, DayPlan, Period, RuleError, Span, Want},
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
    substitute: Vec<Substitutes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    name: String,
    date: String,
    config: serde_json::Map<String, serde_json::Value>,
    data: Option<String>,
    calendar: Option<String>,
    periods: Vec<String>,
    so_far: Vec<String>,
    spans: Vec<String>,
    notes: Vec<String>,
    error: Option<String>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            name: String::new(),
            date: String::new(),
            config: serde_json::Map::new(),
            data: None,
            calendar: None,
            periods: vec!["office 09:00-18:00".into()],
            so_far: vec!["09:00-18:00 run period office".into()],
            spans: Vec::new(),
            notes: Vec::new(),
            error: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Substitutes {
    off: Vec<String>,
    working: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("../cases.toml")).unwrap()
}

/// `begin-end want reason`.
fn read(line: &str) -> Span {
    let (times, rest) = line.split_once(' ').unwrap();
    let (want, reason) = rest.split_once(' ').unwrap();
    let (begin, end) = times.split_once('-').unwrap();
    let want = match want {
        "run" => Want::Run,
        "stop" => Want::Stop,
        "hold" => Want::Hold,
        other => unreachable!("no want: {other}"),
    };
    let mut span = Span::new(
        clock::time(begin).unwrap(),
        clock::time(end).unwrap(),
        want,
        reason,
    );
    span.period = reason.strip_prefix("period ").map(Into::into);
    span
}

fn written(span: &Span) -> String {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let want = match span.want {
        Want::Run => "run",
        Want::Stop => "stop",
        Want::Hold => "hold",
    };
    format!(
        "{}-{} {want} {}",
        time(span.begin),
        time(span.end),
        span.reason
    )
}

fn plan(case: &Case) -> Result<DayPlan, RuleError> {
    let mut request = testing::request(&case.date);
    let periods = case.periods.iter().map(|line| {
        let (name, times) = line.split_once(' ').unwrap();
        let (begin, end) = times.split_once('-').unwrap();
        Period::named(name).begins(begin).ends(end)
    });
    request.schedule = testing::schedule("seoul", periods);
    request.schedule.holiday_calendar.clone_from(&case.calendar);
    request.so_far.spans = case.so_far.iter().map(|line| read(line)).collect();
    request.config = serde_json::to_string(&case.config).unwrap();
    let _bound = case
        .data
        .as_ref()
        .map(|data| testing::bind(DATA, data.as_bytes()));
    KrHolidays::plan_day(request)
}

#[test]
fn every_case_is_painted_as_it_says() {
    for case in cases().case {
        let name = &case.name;
        match (plan(&case), &case.error) {
            (Ok(plan), None) => {
                let spans: Vec<_> = plan.spans.iter().map(written).collect();
                assert_eq!(spans, case.spans, "{name}");
                assert_eq!(plan.notes, case.notes, "{name}");
            }
            (Err(error), Some(beginning)) => {
                let (RuleError::InvalidConfig(text)
                | RuleError::MissingData(text)
                | RuleError::Unsupported(text)
                | RuleError::Failed(text)) = &error;
                assert!(text.starts_with(beginning.as_str()), "{name}: {text}");
            }
            (answer, _) => assert_eq!(answer.map(|_| ()), Ok(()), "{name}"),
        }
    }
}

#[test]
fn the_days_that_make_up_for_others_are_those_that_are_listed() {
    for Substitutes { off, working } in cases().substitute {
        let day = |text: &String| {
            let date: Date = text.parse().unwrap();
            calendar(date.year).unwrap().remove(&date)
        };
        for text in &off {
            let day = day(text).unwrap_or_default();
            assert!(
                matches!(day.first(), Some(Occasion::Substitute(_))),
                "{text}"
            );
        }
        for text in &working {
            assert_eq!(day(text), None, "{text}");
        }
        assert!(
            off.iter()
                .collect::<BTreeSet<_>>()
                .is_disjoint(&working.iter().collect())
        );
    }
}

#[test]
fn a_configuration_is_checked_before_it_is_used() {
    let check = |config: &str| KrHolidays::check_config(config.into());
    for good in [
        "{}",
        r#"{ "policy": "skip-starts", "locale": "en", "ignore": ["삼일절", "substitutes"], "days": ["2026-12-24 휴무"] }"#,
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    for (bad, named) in [
        (r#"{ "policy": "on" }"#, "`policy`"),
        (r#"{ "polcy": "off" }"#, "`polcy`"),
        (r#"{ "days": ["24일 휴무"] }"#, "line 1, `24일 휴무`"),
        (r#"{ "ignore": ["식목일"] }"#, "`식목일`"),
        (r#"{ "locale": "jp" }"#, "`locale`"),
    ] {
        let Err(RuleError::InvalidConfig(text)) = check(bad) else {
            unreachable!("{bad} is accepted")
        };
        assert!(text.contains(named), "{text}");
    }
}
