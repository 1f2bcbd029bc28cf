//! What hostile rules cost other schedules: how long a well-behaved plan takes, alone, in turn with calls that hit a
//! limit, and while another thread makes such calls without end.
#![allow(
    missing_docs,
    dead_code,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark; the guests are those of the tests"
)]

#[path = "../tests/it/guest.rs"]
mod guest;
#[path = "../tests/it/house.rs"]
mod house;

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use chrono::Days;
use guest::Guest;
use house::{MONDAY, load, sandbox, schedule, with_rule};
use reveille_core::{
    model::{OnFailure, Schedule},
    port::{PlanRequest, Rules},
};
use reveille_sandbox::Sandbox;

/// Plans that are timed for each row.
const PLANS: u64 = 5_000;

/// Calls of the well-behaved schedules between two hostile ones.
const BETWEEN: u64 = 10;

/// Rules that each hit another limit, by what they do.
fn hostile() -> [(&'static str, Guest); 5] {
    [
        ("loop (fuel)", Guest::new().plan("(loop $on (br $on)) (i32.const 256)")),
        (
            "recurse (stack)",
            Guest::new()
                .fields("(func $deeper (call $deeper))")
                .plan("(call $deeper) (i32.const 256)"),
        ),
        (
            "grow (memory)",
            Guest::new().plan("(loop $on (drop (memory.grow (i32.const 1))) (br $on)) (i32.const 256)"),
        ),
        ("trap", Guest::new().plan("unreachable")),
        (
            "flood (host calls)",
            Guest::new()
                .core_imports(r#"(import "reveille:rules/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#)
                .plan("(loop $on (call $log (i32.const 0) (i32.const 16) (i32.const 7)) (br $on)) (i32.const 256)"),
        ),
    ]
}

/// One plan that is not at hand.
fn plan(sandbox: &Sandbox, schedule: &Schedule, number: u64) -> Duration {
    let begun = Instant::now();
    let request = PlanRequest {
        schedule,
        date: MONDAY + Days::new(number),
        exceptions: &[],
    };
    let _ = std::hint::black_box(sandbox.plan(&request));
    begun.elapsed()
}

/// Median and 99th percentile, in microseconds.
fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e6;
    (at(50), at(99))
}

fn main() {
    println!(
        "{:<34} {:>9} {:>9} {:>7}",
        "beside", "p50 µs", "p99 µs", "p99"
    );
    for (name, guest) in hostile() {
        let component = guest.build();
        let well = schedule("tokyo");
        let held = with_rule("seoul", "hostile", OnFailure::Hold);
        let new = || {
            let sandbox = sandbox();
            load(&sandbox, "hostile", &component).expect("it is a rule");
            sandbox
        };

        let alone = new();
        let alone: Vec<Duration> = (0..PLANS).map(|day| plan(&alone, &well, day)).collect();
        let (p50, base) = percentiles(alone);
        println!("{:<34} {p50:>9.1} {base:>9.1} {:>7}", "nothing", "1.00");

        let sandbox = new();
        let mut times = Vec::new();
        for day in 0..PLANS {
            if day % BETWEEN == 0 {
                plan(&sandbox, &held, day);
            }
            times.push(plan(&sandbox, &well, day));
        }
        let (p50, p99) = percentiles(times);
        println!(
            "{:<34} {p50:>9.1} {p99:>9.1} {:>7.2}",
            format!("{name}, in turn"),
            p99 / base
        );

        let sandbox = new();
        let done = AtomicBool::new(false);
        let times = thread::scope(|scope| {
            scope.spawn(|| {
                for day in 0.. {
                    if done.load(Relaxed) {
                        break;
                    }
                    plan(&sandbox, &held, day % 100_000);
                }
            });
            let times = (0..PLANS).map(|day| plan(&sandbox, &well, day)).collect();
            done.store(true, Relaxed);
            times
        });
        let (p50, p99) = percentiles(times);
        println!(
            "{:<34} {p50:>9.1} {p99:>9.1} {:>7.2}",
            format!("{name}, at the same time"),
            p99 / base
        );
    }
}
