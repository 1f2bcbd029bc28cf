//! Many rules and many switches: nobody fails meanwhile, and what is loaded no more takes no room.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
};

use chrono::Days;
use reveille_core::{
    model::{OnFailure, Tier},
    port::{PlanRequest, Rules as _},
};
use reveille_sandbox::{Limits, Sandbox};

use crate::{
    guest::Guest,
    house::{MONDAY, load, plan, sandbox, source, with_rule},
};

/// Switches of a test run; `REVEILLE_TEST_RELOADS=1000` for the number that is promised.
const RELOADS: u64 = 60;

/// What the resident memory may differ by: plans that are kept of every version, and what the allocator holds back.
const GROWTH_BYTES: u64 = 24 << 20;

/// Bytes of this process that are resident.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("the system tells it");
    let pages = statm.split(' ').nth(1).expect("its second number");
    pages.parse::<u64>().expect("a number") * 4096
}

fn version(number: u64) -> Vec<u8> {
    Guest::new()
        .fields(&format!("(global i64 (i64.const {number}))"))
        .build()
}

fn switch(sandbox: &Sandbox, number: u64) {
    let candidate = sandbox
        .prepare(&source("mine"), Limits::of(Tier::Rule), &version(number))
        .expect("it fits");
    sandbox.switch(candidate);
}

#[test]
fn no_call_fails_while_a_rule_is_switched_again_and_again_and_memory_does_not_grow() {
    let asked = std::env::var("REVEILLE_TEST_RELOADS");
    let reloads = asked.map_or(RELOADS, |number| number.parse().expect("a number"));
    let sandbox = sandbox();
    let schedule = with_rule("seoul", "mine", OnFailure::Hold);
    switch(&sandbox, 0);
    let (done, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let (before, after) = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    let number = asked.fetch_add(1, Relaxed);
                    let request = PlanRequest {
                        schedule: &schedule,
                        date: MONDAY + Days::new(number % 30),
                        exceptions: &[],
                    };
                    sandbox.plan(&request).expect("every call is answered");
                }
            });
        }
        let mut before = 0;
        for number in 1..=reloads {
            switch(&sandbox, number);
            // By then everything that is kept for ever is there.
            if number == reloads / 4 {
                before = resident();
            }
        }
        let after = resident();
        done.store(true, Relaxed);
        (before, after)
    });
    assert!(asked.load(Relaxed) > 0);
    assert!(
        after < before + GROWTH_BYTES,
        "from {before} to {after} bytes in {reloads} switches"
    );
    let counted = sandbox.statistics("mine").expect("it is loaded");
    assert_eq!(counted.total.failed(), 0);
}

#[test]
fn two_hundred_rules_take_little_room_and_do_not_ask_for_one_another() {
    const RULES: u64 = 200;
    const MOST_BYTES: u64 = 512 << 20;
    let sandbox = sandbox();
    for number in 0..RULES {
        load(&sandbox, &format!("rule-{number}"), &version(number)).expect("it can be loaded");
    }
    let computed = sandbox.counters().plans_computed;
    plan(
        &sandbox,
        &with_rule("seoul", "rule-7", OnFailure::Hold),
        &[],
    )
    .expect("it plans");
    assert_eq!(sandbox.counters().plans_computed, computed + 2);
    let called = |name: &str| {
        let counted = sandbox.statistics(name).expect("it is loaded");
        counted.total.calls.planner
    };
    assert_eq!((called("rule-7"), called("rule-8")), (1, 0));
    assert!(resident() < MOST_BYTES, "{} bytes", resident());
}
