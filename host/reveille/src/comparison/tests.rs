//! Comparisons of rules that are written here, without a sandbox.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::sync::Arc;

use chrono::{Datelike, TimeZone, Weekday};
use reveille_core::{
    model::{Decision, FailureKind, Fault, Item, Layer, Span, Tier, Turn},
    port::{DecideRequest, PlanRequest},
    testing::date,
};
use serde_json::json;

use super::*;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Seoul;

/// What a rule that is written in a test answers for a day; `None` fails.
type Answer = fn(&Schedule, NaiveDate) -> Option<DayPlan>;

/// A rule `r` over nothing; one that fails is passed over where the schedule says so.
struct Written {
    version: &'static str,
    answer: Answer,
}

impl Rules for Written {
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        let planned = (self.answer)(request.schedule, request.date);
        let skips = request.schedule.rules[0].on_failure == OnFailure::Skip;
        let planned = planned.or_else(|| skips.then(DayPlan::default));
        planned.map(Arc::new).ok_or_else(|| RuleFailure {
            rule: "r".to_owned(),
            kind: FailureKind::Rule,
            cause: "nobody knows".to_owned(),
        })
    }

    fn layers(&self, _: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        panic!("not asked for")
    }

    fn decide(&self, _: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        panic!("not asked for")
    }

    fn check_schedule(&self, _: &Schedule) -> Vec<Fault> {
        Vec::new()
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        vec![LoadedRule {
            name: "r".to_owned(),
            version: self.version.to_owned(),
            summary: String::new(),
            roles: vec!["planner"],
            source: "r.wasm".to_owned(),
            sha256: self.version.repeat(20),
            tier: Tier::Rule,
            data: Vec::new(),
            calls: 0,
            failures: 0,
        }]
    }
}

fn runs(begin: u16, end: u16, reason: &str) -> DayPlan {
    DayPlan {
        spans: vec![Span {
            begin: Minute(begin),
            end: Minute(end),
            want: Want::Run,
            instance_type: None,
            period: None,
            reason: reason.to_owned(),
        }],
        notes: Vec::new(),
    }
}

fn definitions(on_failure: &str) -> Definitions {
    let item = |value| serde_json::from_value::<Item>(value).unwrap();
    let items = [
        item(json!({
            "type": "schedule", "name": "dev", "timezone": "Asia/Seoul", "override_status": null, "periods": ["office"],
            "rules": [{ "name": "r", "on_failure": on_failure }],
        })),
        item(json!({ "type": "schedule", "name": "other", "periods": ["office"] })),
        item(
            json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00" }),
        ),
    ];
    let read = Definitions::read(&items, ZONE);
    assert!(read.faults.is_empty(), "{:?}", read.faults);
    read
}

fn compare(before: Answer, after: Answer, on_failure: &str, days: u32) -> Comparison {
    let rules = |version, answer| Written { version, answer };
    let (before, after) = (rules("1.0.0", before), rules("2.0.0", after));
    let sides = Sides {
        before: &before,
        after: &after,
    };
    let definitions = definitions(on_failure);
    // In Seoul it is the 23rd already.
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 20, 0, 0).unwrap();
    Comparison::of(
        sides,
        &Subject {
            rule: "r",
            definitions: &definitions,
            exceptions: &[],
            now,
            days,
        },
    )
}

fn office(_: &Schedule, day: NaiveDate) -> Option<DayPlan> {
    let is_workday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    Some(if is_workday {
        runs(540, 1080, "period office")
    } else {
        DayPlan::default()
    })
}

#[track_caller]
fn check(comparison: &Comparison, expected: &str) {
    let drawn = comparison.draw(false);
    assert_eq!(drawn, expected, "{drawn}");
}

#[test]
fn two_versions_that_plan_the_same_differ_in_nothing() {
    let same = compare(office, office, "hold", 90);
    assert!(!same.differs());
    check(
        &same,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): no day changes

nothing changes on 90 days of 1 schedule
",
    );
}

#[test]
fn days_of_the_same_change_stand_together_with_what_was_and_what_will_be() {
    fn longer(schedule: &Schedule, day: NaiveDate) -> Option<DayPlan> {
        if day == date(2026, 12, 24) {
            let mut off = DayPlan::default();
            off.notes.push("창립기념일".to_owned());
            return Some(off);
        }
        let plan = office(schedule, day)?;
        Some(if plan.spans.is_empty() {
            plan
        } else {
            runs(540, 1085, "period office")
        })
    }
    let changed = compare(office, longer, "hold", 35);
    assert!(changed.differs());
    check(
        &changed,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): 25 of 35 days change, runs 7 h less
        0     3     6     9     12    15    18    21
  Mon-Fri from 2026-11-23 Mon to 2026-12-25 Fri except 2026-12-24 Thu (24 days)
      - ··················██████████████████············  09:00-18:00 (period office)
      + ··················██████████████████▌···········  09:00-18:05 (period office)
  2026-12-24 Thu
      - ··················██████████████████············  09:00-18:00 (period office)
      + ················································  off · 창립기념일

of 35 days of 1 schedule: 25 turn servers at other times
",
    );
}

#[test]
fn days_that_fail_with_either_are_told_apart() {
    fn not_at_new_year(schedule: &Schedule, day: NaiveDate) -> Option<DayPlan> {
        (day.year() == 2026)
            .then(|| office(schedule, day))
            .flatten()
    }
    fn not_in_november(schedule: &Schedule, day: NaiveDate) -> Option<DayPlan> {
        (day.month() != 11).then(|| office(schedule, day)).flatten()
    }
    let breaks = compare(not_in_november, not_at_new_year, "hold", 43);
    assert_eq!(
        (breaks.count(Kind::Mends), breaks.count(Kind::Breaks)),
        (8, 4)
    );
    check(
        &breaks,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): 4 days fail with the new version, 8 days work again
        0     3     6     9     12    15    18    21
  2026-11-23 Mon to 2026-11-27 Fri, 2026-11-30 Mon (6 days)
      - ????????????????????????????????????????????????  holds: rule `r`: nobody knows
      + ··················██████████████████············  09:00-18:00 (period office)
  2026-11-28 Sat to 2026-11-29 Sun (2 days)
      - ????????????????????????????????????????????????  holds: rule `r`: nobody knows
      + ················································  off
  2027-01-01 Fri, 2027-01-04 Mon (2 days)
      - ··················██████████████████············  09:00-18:00 (period office)
      + ????????????????????????????????????????????????  holds: rule `r`: nobody knows
  2027-01-02 Sat to 2027-01-03 Sun (2 days)
      - ················································  off
      + ????????????????????????????????????????????????  holds: rule `r`: nobody knows

of 43 days of 1 schedule: 4 fail with the new version, 8 work again
",
    );
    let fails = compare(|_, _| None, |_, _| None, "hold", 3);
    assert!(!fails.differs());
    check(
        &fails,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): 3 days fail with either version
  2026-11-23 Mon to 2026-11-25 Wed (3 days)
      fails with either version: rule `r`: nobody knows

nothing changes on 3 days of 1 schedule; 3 fail with either version
",
    );
}

#[test]
fn a_rule_that_is_passed_over_is_seen_to_fail() {
    fn rarely(_: &Schedule, day: NaiveDate) -> Option<DayPlan> {
        (day.day() == 23).then(DayPlan::default)
    }
    let passed_over = compare(|_, _| Some(DayPlan::default()), rarely, "skip", 3);
    check(
        &passed_over,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): 2 days fail with the new version
        0     3     6     9     12    15    18    21
  2026-11-24 Tue to 2026-11-25 Wed (2 days)
      - ················································  off
      + ················································  off  (passed over: rule `r`: nobody knows)

of 3 days of 1 schedule: 2 fail with the new version
",
    );
}

#[test]
fn another_reason_alone_is_no_other_turn() {
    let reasons = compare(
        |_, _| Some(runs(540, 1080, "period office")),
        |_, _| Some(runs(540, 1080, "working hours")),
        "hold",
        90,
    );
    assert!(reasons.differs());
    check(
        &reasons,
        "\
r: 1.0.0 (1.0.01.0.01.) → 2.0.0 (2.0.02.0.02.)

dev (Asia/Seoul): 90 days have other reasons
  2026-11-23 Mon to 2027-02-20 Sat (90 days)
      - 09:00-18:00 (period office)
      + 09:00-18:00 (working hours)

of 90 days of 1 schedule: 90 have other reasons
",
    );
}

#[test]
fn a_stop_that_is_painted_is_the_same_turn_as_silence() {
    fn painted(_: &Schedule, _: NaiveDate) -> Option<DayPlan> {
        let mut plan = runs(540, 1080, "");
        plan.spans.push(Span {
            begin: Minute(1080),
            end: Minute(1440),
            want: Want::Stop,
            ..plan.spans[0].clone()
        });
        Some(plan)
    }
    let same = compare(|_, _| Some(runs(540, 1080, "")), painted, "hold", 5);
    assert_eq!((same.count(Kind::Turns), same.count(Kind::Words)), (0, 5));
    assert_eq!(same.schedules[0].run_minutes, 0);
}

#[test]
fn exceptions_are_those_of_the_schedule() {
    let exception = |schedule: &str| Exception {
        schedule: schedule.to_owned(),
        date: date(2026, 11, 23),
        action: Turn::Stop,
        at: None,
        by: String::new(),
        reason: None,
        created_at: DateTime::UNIX_EPOCH,
    };
    let exceptions = ["a", "b", "b", "c"].map(exception);
    assert_eq!(of_schedule(&exceptions, "b"), &exceptions[1..3]);
    assert!(of_schedule(&exceptions, "bb").is_empty());
    assert!(of_schedule(&exceptions, "d").is_empty());
}
