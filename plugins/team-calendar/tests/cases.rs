//! Every case of `cases.toml`.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use reveille_sdk::{
    about::Guest as _,
    clock,
    planner::Guest as _,
    testing,
    types::{DayPlan, RuleError, Span, Want},
};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use team_calendar::{DATA, TeamCalendar};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    name: String,
    date: String,
    timezone: String,
    config: serde_json::Value,
    feed: Option<String>,
    events: Option<String>,
    data: Option<String>,
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
            timezone: "Asia/Seoul".into(),
            config: json!({
                "run": { "words": ["회식", "야근"], "lead": 15, "lag": 15 },
                "stop": { "words": ["휴무"] },
                "hold": { "words": ["배포"] },
            }),
            feed: None,
            events: None,
            data: None,
            so_far: vec!["09:00-18:00 run period office".into()],
            spans: Vec::new(),
            notes: Vec::new(),
            error: None,
        }
    }
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

/// What is bound to the rule in a case.
fn bound(case: &Case) -> Option<Vec<u8>> {
    let text = |text: &str| text.replace('\n', "\r\n").into_bytes();
    match (&case.feed, &case.events, &case.data) {
        (Some(file), None, None) => {
            let feeds = concat!(env!("CARGO_MANIFEST_DIR"), "/feeds");
            Some(std::fs::read(Path::new(feeds).join(file)).unwrap())
        }
        (None, Some(events), None) => Some(text(&format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//cases//EN\n{}\nEND:VCALENDAR\n",
            events.trim()
        ))),
        (None, None, Some(data)) => Some(text(data)),
        (None, None, None) => None,
        _ => unreachable!(
            "{}: `feed`, `events` and `data` are three ways to say one thing",
            case.name
        ),
    }
}

fn plan(case: &Case) -> Result<DayPlan, RuleError> {
    let mut request = testing::request(&case.date);
    request.schedule.timezone.clone_from(&case.timezone);
    request.so_far.spans = case.so_far.iter().map(|line| read(line)).collect();
    request.config = case.config.to_string();
    let _bound = bound(case).map(|data| testing::bind(DATA, data));
    TeamCalendar::plan_day(request)
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
fn a_configuration_is_checked_before_it_is_used() {
    let check = |config: &str| TeamCalendar::check_config(config.into());
    for good in [
        r#"{ "others": "hold" }"#,
        r#"{ "run": { "words": ["회식"], "lead": 1440, "lag": 5, "all_day": "09:00-18:00" }, "name": "팀 달력" }"#,
        r#"{ "stop": { "words": ["휴무"], "all_day": "ignore" }, "precedence": ["stop", "hold", "run"], "free": false }"#,
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    for (bad, named) in [
        ("{}", "no event means anything"),
        (r#"{ "run": { "word": ["회식"] } }"#, "`word`"),
        (r#"{ "run": { "words": [" "] } }"#, "empty word"),
        (r#"{ "others": "run", "run": { "lead": 1441 } }"#, "`1441`"),
        (r#"{ "others": "run", "run": { "lag": -1 } }"#, "`lag`"),
        (
            r#"{ "others": "run", "run": { "all_day": "18:00-09:00" } }"#,
            "`18:00-09:00`",
        ),
        (r#"{ "others": "off" }"#, "`off`"),
        (
            r#"{ "others": "run", "precedence": ["run", "run", "stop"] }"#,
            "`precedence`",
        ),
    ] {
        let Err(RuleError::InvalidConfig(text)) = check(bad) else {
            unreachable!("{bad} is accepted")
        };
        assert!(text.contains(named), "{text}");
    }
}
