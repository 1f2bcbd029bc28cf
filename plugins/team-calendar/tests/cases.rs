//! Every case of `cases.toml`, and configurations that are none.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use reveille_cases::native;
use reveille_sdk::{about::Guest as _, types::RuleError};
use team_calendar::TeamCalendar;

#[test]
fn every_case_is_painted_as_it_says() {
    let wrong = native::planner::<TeamCalendar>(include_str!("../cases.toml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
