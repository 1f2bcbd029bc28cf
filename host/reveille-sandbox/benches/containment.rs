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

/// How long the plans of a well-behaved schedule take.
struct Row {
    p50: f64,
    p99: f64,
}

impl Row {
    fn of(times: Vec<Duration>) -> Self {
        let (p50, p99) = percentiles(times);
        Self { p50, p99 }
    }

    fn print(&self, beside: &str, base: &Self) {
        println!(
            "{beside:<40} {:>9.1} {:>9.1} {:>7.2}",
            self.p50,
            self.p99,
            self.p99 / base.p99
        );
    }
}

/// A sandbox with the neighbour, as the rule of the schedule that it is for.
fn beside(component: &[u8]) -> (Sandbox, Schedule) {
    let sandbox = sandbox();
    load(&sandbox, "neighbour", component).expect("it is a rule");
    (sandbox, with_rule("seoul", "neighbour", OnFailure::Hold))
}

/// One call of the neighbour before every tenth plan.
fn in_turn(component: &[u8], well: &Schedule) -> Row {
    let (sandbox, theirs) = beside(component);
    let mut times = Vec::new();
    for day in 0..PLANS {
        if day % BETWEEN == 0 {
            plan(&sandbox, &theirs, day);
        }
        times.push(plan(&sandbox, well, day));
    }
    Row::of(times)
}

/// The neighbour is called by another thread, again and again.
fn at_the_same_time(component: &[u8], well: &Schedule) -> Row {
    let (sandbox, theirs) = beside(component);
    let done = AtomicBool::new(false);
    let times = thread::scope(|scope| {
        scope.spawn(|| {
            for day in 0.. {
                if done.load(Relaxed) {
                    break;
                }
                plan(&sandbox, &theirs, day % 100_000);
            }
        });
        let times = (0..PLANS).map(|day| plan(&sandbox, well, day)).collect();
        done.store(true, Relaxed);
        times
    });
    Row::of(times)
}

fn main() {
    println!(
        "{:<40} {:>9} {:>9} {:>7}",
        "beside", "p50 µs", "p99 µs", "p99"
    );
    let well = schedule("tokyo");
    let harmless = Guest::new().plan("(i32.const 256)").build();
    for (name, guest) in hostile() {
        let component = guest.build();
        let alone = sandbox();
        let alone = Row::of((0..PLANS).map(|day| plan(&alone, &well, day)).collect());
        alone.print("nothing", &alone);
        let harmless_turn = in_turn(&harmless, &well);
        harmless_turn.print("a harmless rule, in turn", &harmless_turn);
        in_turn(&component, &well).print(&format!("{name}, in turn"), &harmless_turn);
        let harmless_same = at_the_same_time(&harmless, &well);
        harmless_same.print("a harmless rule, at the same time", &harmless_same);
        at_the_same_time(&component, &well)
            .print(&format!("{name}, at the same time"), &harmless_same);
    }
}
