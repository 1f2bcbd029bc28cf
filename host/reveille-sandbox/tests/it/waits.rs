//! Rules that fail again and again: when they are asked, what is answered meanwhile, and what ends it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};

use chrono::{DateTime, Days, TimeDelta};
use reveille_core::{
    model::{FailureKind, OnFailure, RuleFailure, RuleUse, Schedule, Tier},
    port::{PlanRequest, Rules as _},
};
use reveille_sandbox::{DataSource, Datum, FAILURES_IN_A_ROW, Limits, Sandbox};

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{MONDAY, decide, goes_on, load, plan, servers, source, with_rule},
};

const FOREVER: &str = "(loop $again (br $again)) (unreachable)";

/// A sandbox whose clock is set by hand.
struct Waiting {
    sandbox: Sandbox,
    minute: Arc<AtomicI64>,
}

impl Waiting {
    fn new() -> Self {
        let minute = Arc::new(AtomicI64::new(0));
        let seen = Arc::clone(&minute);
        let clock = move || DateTime::UNIX_EPOCH + TimeDelta::minutes(seen.load(Relaxed));
        Self {
            sandbox: crate::house::sandbox().with_clock(Arc::new(clock)),
            minute,
        }
    }

    /// With a planner that loops until its deadline, of which it takes this much at each call.
    fn looping(deadline: Duration) -> Self {
        let waiting = Self::new();
        waiting.load_looping(deadline, Guest::new().plan(FOREVER));
        waiting
    }

    fn load_looping(&self, deadline: Duration, guest: Guest) {
        let limits = Limits {
            fuel: u64::MAX / 2,
            deadline,
            ..Limits::of(Tier::Rule)
        };
        self.sandbox
            .load_bytes(&source("slow"), limits, &guest.build())
            .expect("it can be loaded");
    }

    /// How often the rule was really called by `work`.
    fn calls(&self, work: impl FnOnce(&Sandbox)) -> u64 {
        let counted = || {
            let counted = self.sandbox.statistics("slow").expect("it is loaded");
            counted.total.calls.planner + counted.total.calls.decider
        };
        let before = counted();
        work(&self.sandbox);
        counted() - before
    }

    fn fails(&self, schedule: &Schedule) -> RuleFailure {
        plan(&self.sandbox, schedule, &[]).expect_err("the schedule holds")
    }

    /// Ticks through so many minutes, and says in how many of them the rule was called.
    fn tick(&self, minutes: i64, schedule: &Schedule) -> u64 {
        let from = self.minute.load(Relaxed);
        self.calls(|_| {
            for minute in from..from + minutes {
                self.minute.store(minute, Relaxed);
                self.fails(schedule);
            }
        })
    }
}

fn seoul() -> Schedule {
    with_rule("seoul", "slow", OnFailure::Hold)
}

/// The shortest deadline: one tick of the engine.
const SHORT: Duration = Duration::from_millis(10);

#[test]
fn a_rule_that_loops_is_asked_ten_times_in_four_hours_and_then_no_more() {
    let waiting = Waiting::looping(SHORT);
    assert_eq!(waiting.tick(240, &seoul()), 9);
    let failure = waiting.fails(&seoul());
    assert_eq!(failure.kind, FailureKind::Deadline);
    assert_eq!(
        failure.to_string(),
        "rule `slow`: asked again at 04:03 UTC, after 9 failures in a row; the last: worked longer than the 10 ms that it may"
    );
    assert_eq!(waiting.tick(1_000, &seoul()), 1);
    let failure = waiting.fails(&seoul());
    assert_eq!(failure.kind, FailureKind::Disabled);
    assert!(
        failure.cause.starts_with(
            "disabled for this schedule after 10 failures in a row; the last: worked longer"
        ),
        "{failure}"
    );
    let troubles = waiting.sandbox.troubles("slow");
    assert_eq!(troubles.len(), 1);
    assert_eq!(troubles[0].failures, FAILURES_IN_A_ROW);
    assert_eq!(troubles[0].until, None);
    goes_on(&waiting.sandbox);
}

#[test]
fn a_disabled_rule_is_asked_again_when_something_changes_or_somebody_asks_for_it() {
    let waiting = Waiting::looping(SHORT);
    waiting.tick(300, &seoul());
    let asked = |schedule: &Schedule| waiting.calls(|_| drop(waiting.fails(schedule)));
    assert_eq!(asked(&seoul()), 0);

    let mut edited = seoul();
    edited.digest[31] = 1;
    assert_eq!(asked(&edited), 1, "another schedule");
    waiting.tick(300, &edited);

    let configured = Schedule {
        rules: vec![RuleUse {
            config: r#"{"a":1}"#.to_owned(),
            ..edited.rules[0].clone()
        }],
        ..edited.clone()
    };
    assert_eq!(asked(&configured), 1, "another configuration");
    waiting.tick(300, &configured);
    assert_eq!(asked(&configured), 0);

    let data = |bytes: &[u8]| DataSource::from([("any".to_owned(), Datum::new(bytes))]);
    waiting.sandbox.bind("slow", data(b"one"));
    assert_eq!(asked(&configured), 1, "other data");
    waiting.tick(300, &configured);
    waiting.sandbox.bind("slow", data(b"one"));
    assert_eq!(asked(&configured), 0, "the same data");

    waiting.sandbox.retry("slow", None).expect("it is loaded");
    assert_eq!(asked(&configured), 1, "an operator");
    waiting.tick(300, &configured);

    let other = Guest::new()
        .fields("(global i32 (i32.const 1))")
        .plan(FOREVER);
    waiting.load_looping(SHORT, other);
    assert_eq!(asked(&configured), 1, "another version");
}

#[test]
fn a_rule_that_is_asked_again_for_one_schedule_goes_on_waiting_for_the_others() {
    let waiting = Waiting::looping(SHORT);
    let tokyo = with_rule("tokyo", "slow", OnFailure::Hold);
    waiting.tick(300, &seoul());
    let asked = |schedule: &Schedule| waiting.calls(|_| drop(waiting.fails(schedule)));
    assert_eq!(asked(&tokyo), 1);
    let retried = waiting.sandbox.retry("slow", Some("seoul"));
    retried.expect("it is loaded");
    assert_eq!(asked(&tokyo), 0);
    assert_eq!(asked(&seoul()), 1);
    let failure = waiting.sandbox.retry("unknown", None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
}

#[test]
fn a_configuration_that_a_rule_checks_for_ever_is_not_checked_at_each_look() {
    let waiting = Waiting::new();
    waiting.load_looping(SHORT, Guest::new().check_config(FOREVER));
    let look = |minute: i64| {
        waiting.minute.store(minute, Relaxed);
        let counted = || {
            let counted = waiting.sandbox.statistics("slow").expect("it is loaded");
            counted.total.calls.about
        };
        let before = counted();
        let faults = waiting.sandbox.check_schedule(&seoul());
        assert!(!faults.is_empty());
        counted() - before
    };
    assert_eq!([look(0), look(0), look(1), look(2)], [1, 0, 1, 0]);
    goes_on(&waiting.sandbox);
}

#[test]
fn a_thousand_schedules_with_a_rule_that_loops_take_a_second_of_a_minute() {
    let waiting = Waiting::looping(Duration::from_millis(500));
    let tick = |sandbox: &Sandbox| {
        for number in 0..1_000 {
            let schedule = with_rule(&number.to_string(), "slow", OnFailure::Hold);
            plan(sandbox, &schedule, &[]).expect_err("the schedule holds");
        }
    };
    assert_eq!(waiting.calls(tick), 2);
    assert_eq!(waiting.calls(tick), 0);
    goes_on(&waiting.sandbox);
}

#[test]
fn a_rule_that_always_panics_is_not_asked_after_ten_minutes_of_new_questions() {
    let waiting = Waiting::new();
    load(
        &waiting.sandbox,
        "slow",
        &Guest::new().plan("(unreachable)").build(),
    )
    .expect("it can be loaded");
    let schedule = seoul();
    let calls = waiting.calls(|sandbox| {
        for minute in 0..20 {
            waiting.minute.store(minute, Relaxed);
            for day in 0..8 {
                let request = PlanRequest {
                    schedule: &schedule,
                    date: MONDAY + Days::new(minute.unsigned_abs() * 8 + day),
                    exceptions: &[],
                };
                sandbox.plan(&request).expect_err("the schedule holds");
            }
        }
    });
    // Nine minutes in full; the first failure of the tenth is the tenth in a row.
    assert_eq!(calls, 9 * 8 + 1);
}

#[test]
fn what_a_rule_has_answered_holds_while_it_waits() {
    let waiting = Waiting::new();
    // Loops for a schedule whose name has seven bytes.
    let guest = Guest::new().plan(&format!(
        "(if (i32.eq (i32.load offset=4 (local.get 0)) (i32.const 7)) (then {FOREVER})) {EMPTY_PLAN}"
    ));
    waiting.load_looping(Duration::from_secs(1), guest);
    plan(&waiting.sandbox, &seoul(), &[]).expect("it answers");
    let calls =
        waiting.calls(|_| drop(waiting.fails(&with_rule("incheon", "slow", OnFailure::Hold))));
    assert_eq!(calls, 1);
    let calls = waiting.calls(|sandbox| {
        plan(sandbox, &seoul(), &[]).expect("it has answered");
        let failure = waiting.fails(&with_rule("busan", "slow", OnFailure::Hold));
        assert_eq!(
            failure.cause,
            "asked again at 00:01 UTC, as its failing calls may take no more than 1000 ms of a minute; the last: worked longer than the 1000 ms that it may"
        );
    });
    assert_eq!(calls, 0);
    waiting.minute.store(1, Relaxed);
    plan(
        &waiting.sandbox,
        &with_rule("busan", "slow", OnFailure::Hold),
        &[],
    )
    .expect("it is asked");
}

#[test]
fn a_decider_that_loops_waits_too_and_its_schedule_holds() {
    let waiting = Waiting::new();
    waiting.load_looping(SHORT, Guest::new().decide(FOREVER));
    let servers = servers(3);
    let calls = waiting.calls(|sandbox| {
        for minute in 0..60 {
            waiting.minute.store(minute, Relaxed);
            decide(sandbox, &seoul(), &servers).expect_err("the schedule holds");
        }
    });
    assert_eq!(calls, 6);
    goes_on(&waiting.sandbox);
}

#[test]
fn a_rule_that_may_be_skipped_is_passed_over_while_it_waits() {
    let waiting = Waiting::looping(SHORT);
    let schedule = with_rule("seoul", "slow", OnFailure::Skip);
    let calls = waiting.calls(|sandbox| {
        for _ in 0..5 {
            plan(sandbox, &schedule, &[]).expect("it is passed over");
        }
    });
    assert_eq!(calls, 1);
}

#[test]
fn without_a_clock_every_question_is_asked() {
    let sandbox = crate::house::sandbox();
    let waiting = Waiting {
        sandbox,
        minute: Arc::default(),
    };
    waiting.load_looping(SHORT, Guest::new().plan(FOREVER));
    assert_eq!(waiting.tick(5, &seoul()), 5);
    assert_eq!(waiting.sandbox.troubles("slow"), []);
}
