//! Days on which the clocks change: only what the clock shows counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use chrono_tz::Europe::London;
use periods::Timetable;
use reveille_sdk::chrono::{DateTime, TimeDelta, Timelike};
use reveille_sdk::testing::schedule;
use reveille_sdk::types::{Minute, Period, Want};

/// Hours in which it runs, in universal time and half hours, between two instants in London.
#[track_caller]
fn check(begin: &str, end: &str, from: &str, expected: &[&str]) {
    let period = Period::named("test").begins(begin).ends(end);
    let timetable = Timetable::read(&schedule("london", [period])).unwrap();
    let from = DateTime::parse_from_rfc3339(from)
        .unwrap()
        .with_timezone(&London);
    let runs: Vec<_> = (0..12)
        .map(|half_hours| from + TimeDelta::minutes(30 * half_hours))
        .filter(|at| {
            let minute = Minute::try_from(at.hour() * 60 + at.minute()).unwrap();
            timetable.plan(at.date_naive().into()).want_at(minute) == Want::Run
        })
        .map(|at| at.to_utc().format("%H:%M").to_string())
        .collect();
    assert_eq!(runs, expected);
}

/// London's clocks go from 01:00 to 02:00, at 01:00 in universal time.
const SPRING: &str = "2026-03-29T00:00:00Z";

/// London's clocks go from 02:00 back to 01:00, at 01:00 in universal time.
const AUTUMN: &str = "2026-10-24T23:00:00Z";

#[test]
fn a_period_that_begins_in_the_missing_hour_runs_when_the_clock_has_jumped_past() {
    check("01:30", "03:00", SPRING, &["01:00", "01:30"]);
}

#[test]
fn a_period_within_the_missing_hour_never_runs() {
    check("01:00", "02:00", SPRING, &[]);
}

#[test]
fn a_period_that_ends_in_the_missing_hour_ends_at_the_jump() {
    check("00:00", "01:30", SPRING, &["00:00", "00:30"]);
}

#[test]
fn a_period_within_the_hour_that_comes_twice_runs_twice() {
    check("01:30", "02:00", AUTUMN, &["00:30", "01:30"]);
}

#[test]
fn a_period_that_ends_in_the_hour_that_comes_twice_stops_twice() {
    check("00:30", "01:30", AUTUMN, &["23:30", "00:00", "01:00"]);
}
