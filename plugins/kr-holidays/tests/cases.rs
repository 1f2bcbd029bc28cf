//! Every case of `cases.toml`, and the days that make up for others.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::BTreeSet;

use kr_holidays::{KrHolidays, Occasion, calendar};
use reveille_cases::native;
use reveille_sdk::{
    about::Guest as _,
    types::{Date, RuleError},
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubstituteDays {
    substitute: Vec<Substitutes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Substitutes {
    off: Vec<String>,
    working: Vec<String>,
}

#[test]
fn every_case_is_painted_as_it_says() {
    let wrong = native::planner::<KrHolidays>(include_str!("../cases.toml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_days_that_make_up_for_others_are_those_that_are_listed() {
    let listed: SubstituteDays = toml::from_str(include_str!("../substitutes.toml")).unwrap();
    for Substitutes { off, working } in listed.substitute {
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
