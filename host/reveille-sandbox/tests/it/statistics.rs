//! What is counted of rules.

use reveille_core::{
    model::{CallTimes, FailureKind, OnFailure, Tier},
    port::Rules as _,
};
use reveille_sandbox::Limits;

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{decide, load, plan, sandbox, servers, source, with_rule},
};

#[test]
fn calls_are_counted_by_what_was_asked_with_what_they_used() {
    let sandbox = sandbox();
    let guest = Guest::new()
        .core_imports(
            r#"(import "reveille:rules/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#,
        )
        .plan(&format!(
            "(call $log (i32.const 1) (i32.const 16) (i32.const 7))
             (call $log (i32.const 1) (i32.const 16) (i32.const 7)) {EMPTY_PLAN}"
        ))
        .decide("(unreachable)");
    load(&sandbox, "mine", &guest.build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    plan(&sandbox, &schedule, &[]).expect("it plans");
    plan(&sandbox, &schedule, &[]).expect("it is at hand");
    decide(&sandbox, &schedule, &servers(1)).expect_err("it panics");
    let counted = sandbox.statistics("mine").expect("it is loaded").total;
    // It was asked who it is when it was loaded.
    assert_eq!(counted.calls.about, 1);
    assert_eq!((counted.calls.planner, counted.calls.decider), (1, 1));
    assert_eq!(
        counted.failures.clone().into_iter().collect::<Vec<_>>(),
        [(FailureKind::Panic, 1)]
    );
    assert_eq!(counted.log_lines, 2);
    assert_eq!(counted.most_memory_bytes, 2 << 16);
    assert!(counted.most_fuel <= counted.fuel, "{counted:?}");
    assert_eq!(counted.times.counts.iter().sum::<u64>(), 3);
    let (half, most) = (counted.times.within(500), counted.times.within(990));
    assert!(
        CallTimes::bound(0) <= half && half <= most,
        "{half:?} {most:?}"
    );
}

#[test]
fn an_answer_that_is_refused_is_a_failure_of_its_kind() {
    let sandbox = sandbox();
    let guest = Guest::new().plan(
        "(i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
         (i32.store16 (i32.const 1024) (i32.const 900)) (i32.store16 (i32.const 1026) (i32.const 800))
         (i32.const 512)",
    );
    load(&sandbox, "mine", &guest.build()).expect("it can be loaded");
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    plan(&sandbox, &schedule, &[]).expect_err("the span ends before it begins");
    let counted = sandbox.statistics("mine").expect("it is loaded").total;
    assert_eq!(counted.failures.get(&FailureKind::Answer), Some(&1));
}

#[test]
fn a_switch_goes_on_with_the_count_of_the_name_and_begins_that_of_the_version() {
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    load(&sandbox, "mine", &Guest::new().build()).expect("it can be loaded");
    plan(&sandbox, &schedule, &[]).expect("it plans");
    let other = Guest::new().fields("(global i32 (i32.const 1))").build();
    let candidate = sandbox
        .prepare(&source("mine"), Limits::of(Tier::Rule), &other)
        .expect("it fits");
    plan(&sandbox.with(&candidate), &schedule, &[]).expect("it plans");
    sandbox.switch(candidate);
    let counted = sandbox.statistics("mine").expect("it is loaded");
    assert_eq!(
        (counted.total.calls.planner, counted.version.calls.planner),
        (1, 0)
    );
    plan(&sandbox, &schedule, &[]).expect("it plans");
    let counted = sandbox.statistics("mine").expect("it is loaded");
    assert_eq!(
        (counted.total.calls.planner, counted.version.calls.planner),
        (2, 1)
    );
    let listed = sandbox.loaded();
    let listed = listed
        .iter()
        .find(|rule| rule.name == "mine")
        .expect("it is loaded");
    assert_eq!(listed.calls, counted.total.calls.total());
}
