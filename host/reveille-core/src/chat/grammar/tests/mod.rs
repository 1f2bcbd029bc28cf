//! Whole messages, in tables: what is typed, and what is understood.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod changes;
mod holidays;
mod properties;
mod questions;
mod refusals;

use chrono::{Duration, NaiveDate};

use super::*;
use crate::{
    chat::command::{ExtendTo, ForceEnd},
    model::{Turn, Want, reply::Topic},
};

const DEV: &str = "개발";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(date: &str, hour: u16, minute: u16) -> Moment {
    Moment {
        date: day(date),
        minute: Minute::at(hour, minute).unwrap(),
    }
}

/// Sunday, 22 November 2026, 18:00.
fn context(names: &[&str]) -> GrammarContext {
    let schedules = names.iter().map(|name| KnownSchedule {
        name: (*name).to_owned(),
        now: moment("2026-11-22", 18, 0),
    });
    GrammarContext {
        schedules: schedules.collect(),
    }
}

fn alone(text: &str) -> Result<Command, Refusal> {
    parse(text, &context(&[DEV]))
}

fn among(text: &str) -> Result<Command, Refusal> {
    parse(text, &context(&[DEV, "staging", "스테이징", "star team"]))
}

/// All `texts`, with bars between them, are understood as `expected`: with the one schedule there is, and among several
/// with its name first and last.
#[track_caller]
fn all_mean(expected: &Command, texts: &str) {
    for text in texts.split('|').map(str::trim) {
        assert_eq!(alone(text).as_ref(), Ok(expected), "{text}");
        for text in [format!("{DEV} {text}"), format!("{text} {DEV}")] {
            assert_eq!(among(&text).as_ref(), Ok(expected), "{text}");
        }
    }
}

#[track_caller]
fn not_understood(text: &str, word: &str, suggestion: Option<&str>) {
    match among(text) {
        Err(Refusal::NotUnderstood(unknown)) => {
            assert_eq!(unknown.text, word, "{text}");
            assert_eq!(unknown.suggestion.as_deref(), suggestion, "{text}");
        }
        other => assert_eq!(format!("{other:?}"), "NotUnderstood", "{text}"),
    }
}

fn info(date: &str) -> Command {
    Command::Info {
        schedule: DEV.into(),
        date: Some(day(date)),
    }
}

fn exception(date: &str, action: Turn, at: Option<(u16, u16)>) -> Command {
    Command::SetException {
        schedule: DEV.into(),
        date: day(date),
        action,
        at: at.map(|(hour, minute)| Minute::at(hour, minute).unwrap()),
    }
}

fn force(want: Want, end: ForceEnd) -> Command {
    Command::Force {
        schedule: DEV.into(),
        want,
        end,
    }
}

fn extend(to: ExtendTo) -> Command {
    Command::Extend {
        schedule: DEV.into(),
        to,
    }
}
