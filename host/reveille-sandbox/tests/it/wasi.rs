//! The tier in which WASI is there and nothing happens by itself.

use std::time::{Duration, Instant};

use reveille_core::model::{FailureKind, OnFailure, RuleSource, Tier};
use reveille_sandbox::{Limits, Sandbox};

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{goes_on, plan, sandbox, source, with_rule},
};

fn loaded(guest: &Guest) -> Sandbox {
    let sandbox = sandbox();
    let granted = RuleSource {
        wasi: true,
        ..source("wasi")
    };
    sandbox
        .load_bytes(&granted, Limits::of(Tier::Rule), &guest.build())
        .expect("WASI is granted");
    sandbox
}

#[test]
fn an_exit_is_a_failed_call() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:cli/exit@0.2.6;")
            .core_imports(r#"(import "wasi:cli/exit@0.2.6" "exit" (func $exit (param i32)))"#)
            .plan("(call $exit (i32.const 1)) (unreachable)"),
    );
    let schedule = with_rule("seoul", "wasi", OnFailure::Hold);
    let failure = plan(&sandbox, &schedule, &[]).expect_err("it exits");
    assert_eq!(failure.kind, FailureKind::Exit);
    assert!(failure.cause.contains("exit"), "{failure}");
    goes_on(&sandbox);
}

#[test]
fn a_sleep_is_over_at_once_and_the_clock_has_not_moved() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:clocks/monotonic-clock@0.2.6; import wasi:io/poll@0.2.6;")
            .core_imports(
                r#"(import "wasi:clocks/monotonic-clock@0.2.6" "now" (func $now (result i64)))
                   (import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $subscribe (param i64) (result i32)))
                   (import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))"#,
            )
            .plan(&format!(
                "(call $block (call $subscribe (i64.const 60000000000)))
                 (if (i64.ne (call $now) (i64.const 0)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    let begun = Instant::now();
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[])
        .expect("it sleeps and goes on");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_wall_clock_stands_at_the_date_of_the_request() {
    // 2026-11-23T00:00:00Z
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:clocks/wall-clock@0.2.6;")
            .core_imports(r#"(import "wasi:clocks/wall-clock@0.2.6" "now" (func $now (param i32)))"#)
            .plan(&format!(
                "(call $now (i32.const 512))
                 (if (i64.ne (i64.load (i32.const 512)) (i64.const 1795392000)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[]).expect("it is that date");
}

#[test]
fn random_numbers_are_the_same_at_every_call() {
    // A reason that is made of the number: two schedules get the same one.
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:random/random@0.2.6;")
            .core_imports(r#"(import "wasi:random/random@0.2.6" "get-random-u64" (func $random (result i64)))"#)
            .plan(
                "(i32.store (i32.const 516) (i32.const 1024)) (i32.store (i32.const 520) (i32.const 1))
                 (i32.store16 (i32.const 1026) (i32.add (i32.const 1) (i32.wrap_i64 (i64.rem_u (call $random) (i64.const 1440)))))
                 (i32.const 512)",
            ),
    );
    let one = plan(&sandbox, &with_rule("one", "wasi", OnFailure::Hold), &[]).expect("it plans");
    let two = plan(&sandbox, &with_rule("two", "wasi", OnFailure::Hold), &[]).expect("it plans");
    assert_eq!(one, two);
}

#[test]
fn there_are_no_arguments() {
    let sandbox = loaded(
        &Guest::new()
            .importing("import wasi:cli/environment@0.2.6;")
            .core_imports(r#"(import "wasi:cli/environment@0.2.6" "get-arguments" (func $arguments (param i32)))"#)
            .plan(&format!(
                "(call $arguments (i32.const 512))
                 (if (i32.load (i32.const 516)) (then (unreachable)))
                 {EMPTY_PLAN}"
            )),
    );
    plan(&sandbox, &with_rule("seoul", "wasi", OnFailure::Hold), &[]).expect("the list is empty");
}
