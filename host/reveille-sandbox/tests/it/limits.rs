//! Limits that the operator sets for one rule: what stays under them passes, and one step more fails.

use std::{sync::Arc, time::Duration};

use reveille_core::{
    model::{DayPlan, FailureKind, OnFailure, RuleFailure, Tier},
    port::Rules,
};
use reveille_sandbox::{Limits, Sandbox};

use crate::{
    guest::{EMPTY_PLAN, Guest},
    house::{goes_on, plan, sandbox, source, with_rule},
};

const RULE: Limits = Limits::of(Tier::Rule);

/// Counts to 10,000.
const COUNT: &str = "
    (local $i i32)
    (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 10000))))
    (i32.const 256)";

/// Logs 20 lines of 10 bytes.
const LOG_TWENTY: &str = "
    (local $i i32)
    (loop $again
        (call $log (i32.const 1) (i32.const 2048) (i32.const 10))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 20))))
    (i32.const 256)";

/// Reads 10 times, and asks 10 times for a digest.
const READ_TWENTY: &str = "
    (local $i i32)
    (loop $again
        (call $read (i32.const 16) (i32.const 7) (i32.const 512))
        (call $digest (i32.const 16) (i32.const 7) (i32.const 512))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))
    (i32.const 256)";

fn counter() -> Guest {
    Guest::new().plan(COUNT)
}

fn logger(plan: &str) -> Guest {
    Guest::new()
        .core_imports(
            r#"(import "reveille:rules/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#,
        )
        .fields(r#"(data (i32.const 2048) "0123456789")"#)
        .plan(plan)
}

fn reader(plan: &str) -> Guest {
    Guest::new()
        .core_imports(
            r#"(import "reveille:rules/data@0.1.0" "read" (func $read (param i32 i32 i32)))
               (import "reveille:rules/data@0.1.0" "digest" (func $digest (param i32 i32 i32)))"#,
        )
        .plan(plan)
}

fn loaded(guest: &Guest, limits: Limits) -> Sandbox {
    let sandbox = sandbox();
    sandbox
        .load_bytes(&source("limited"), limits, &guest.build())
        .expect("it can be loaded");
    sandbox
}

fn planned(guest: &Guest, limits: Limits) -> (Sandbox, Result<Arc<DayPlan>, RuleFailure>) {
    let sandbox = loaded(guest, limits);
    let planned = plan(
        &sandbox,
        &with_rule("seoul", "limited", OnFailure::Hold),
        &[],
    );
    (sandbox, planned)
}

#[track_caller]
fn fails(guest: &Guest, limits: Limits, kind: FailureKind, named: &str) {
    let (sandbox, planned) = planned(guest, limits);
    let failure = planned.expect_err("the schedule holds");
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.cause.contains(named), "{failure}");
    goes_on(&sandbox);
}

#[track_caller]
fn passes(guest: &Guest, limits: Limits) {
    let (_, planned) = planned(guest, limits);
    planned.expect("it stays under its limits");
}

#[test]
fn a_rule_may_use_all_of_its_fuel_and_one_turn_of_its_loop_less_is_too_little() {
    let (sandbox, planned) = planned(&counter(), RULE);
    planned.expect("it counts");
    let used = sandbox.statistics("limited").expect("it is loaded");
    let fuel = used.total.most_fuel;
    assert!(fuel > 10_000, "{fuel}");
    passes(&counter(), Limits { fuel, ..RULE });
    // Wasmtime looks at the fuel where a loop turns, and a turn of this one takes less than 20 units.
    let fuel = fuel - 20;
    fails(
        &counter(),
        Limits { fuel, ..RULE },
        FailureKind::Fuel,
        "units of fuel",
    );
}

#[test]
fn the_same_call_uses_the_same_fuel_every_time() {
    let used = |schedule: &str| {
        let sandbox = loaded(&counter(), RULE);
        plan(
            &sandbox,
            &with_rule(schedule, "limited", OnFailure::Hold),
            &[],
        )
        .expect("it counts");
        let used = sandbox.statistics("limited").expect("it is loaded").total;
        (used.most_fuel, used.most_memory_bytes)
    };
    assert_eq!(used("seoul"), used("seoul"));
    assert_eq!(used("seoul"), used("tokyo"));
}

#[test]
fn a_rule_may_use_the_last_byte_of_its_memory_and_no_page_more() {
    // Two pages from the beginning, and two more.
    let grow = |pages: u32| {
        Guest::new().plan(&format!(
            "(drop (memory.grow (i32.const {pages}))) {EMPTY_PLAN}"
        ))
    };
    let limits = Limits {
        memory_bytes: 4 << 16,
        ..RULE
    };
    passes(&grow(2), limits);
    fails(
        &grow(3),
        limits,
        FailureKind::Memory,
        "wanted 327,680 bytes of memory; it may have 262,144",
    );
}

#[test]
fn a_rule_may_log_as_many_lines_as_it_is_given_and_no_more() {
    let lines = |host_calls| Limits { host_calls, ..RULE };
    passes(&logger(LOG_TWENTY), lines(20));
    fails(
        &logger(LOG_TWENTY),
        lines(19),
        FailureKind::HostCalls,
        "logged more than the 19 lines",
    );
}

#[test]
fn a_rule_may_log_as_many_bytes_as_it_is_given_and_no_more() {
    let bytes = |log_bytes| Limits { log_bytes, ..RULE };
    passes(&logger(LOG_TWENTY), bytes(200));
    fails(
        &logger(LOG_TWENTY),
        bytes(199),
        FailureKind::HostCalls,
        "logged more than the 199 bytes",
    );
}

#[test]
fn reads_and_digests_share_one_number() {
    let reads = |host_calls| Limits { host_calls, ..RULE };
    passes(&reader(READ_TWENTY), reads(20));
    fails(
        &reader(READ_TWENTY),
        reads(19),
        FailureKind::HostCalls,
        "asked for data more than the 19 times",
    );
}

#[test]
fn a_loop_that_only_calls_the_host_ends_at_the_number_of_calls_whatever_its_fuel() {
    let limits = Limits {
        fuel: u64::MAX / 2,
        deadline: Duration::from_secs(60),
        ..RULE
    };
    let forever = |call: &str| format!("(loop $again {call} (br $again)) (unreachable)");
    for (guest, named) in [
        (
            logger(&forever(
                "(call $log (i32.const 1) (i32.const 16) (i32.const 0))",
            )),
            "logged more than the 64 lines",
        ),
        (
            reader(&forever(
                "(call $read (i32.const 16) (i32.const 0) (i32.const 512))",
            )),
            "asked for data more than the 64 times",
        ),
        (
            reader(&forever(
                "(call $digest (i32.const 16) (i32.const 0) (i32.const 512))",
            )),
            "asked for data more than the 64 times",
        ),
    ] {
        fails(&guest, limits, FailureKind::HostCalls, named);
    }
}

#[test]
fn limits_are_those_of_one_rule() {
    let sandbox = loaded(
        &counter(),
        Limits {
            fuel: 2_000,
            ..RULE
        },
    );
    sandbox
        .load_bytes(&source("roomy"), RULE, &counter().build())
        .expect("it can be loaded");
    let ask = |rule: &str| plan(&sandbox, &with_rule("seoul", rule, OnFailure::Hold), &[]);
    ask("limited").expect_err("it has too little fuel");
    ask("roomy").expect("it has enough");
    let listed = sandbox.loaded();
    let failures = |name: &str| {
        let rule = listed.iter().find(|rule| rule.name == name);
        rule.expect("it is loaded").failures
    };
    assert_eq!((failures("limited"), failures("roomy")), (1, 0));
}
