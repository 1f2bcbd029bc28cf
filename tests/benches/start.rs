//! From the start of the process to its first answer, and what the demo takes of memory when nobody speaks to it.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use reveille_tests::demo::{Demo, median};
use tempfile::TempDir;

const RUNS: usize = 25;

fn start(folder: &TempDir, db: &str) -> f64 {
    let begun = Instant::now();
    let demo = Demo::start(&folder.path().join(db)).expect("the demo");
    let answer = demo.say("help", 0).expect("an answer");
    let spent = begun.elapsed().as_secs_f64() * 1_000.0;
    assert!(answer.contains("body"), "{answer}");
    spent
}

fn report(what: &str, times: Vec<f64>) {
    let quickest = times.iter().copied().fold(f64::INFINITY, f64::min);
    println!(
        "{what}: {:.1} ms, the quickest {quickest:.1} (under 50)",
        median(times)
    );
}

fn main() {
    let folder = TempDir::new().expect("a folder");
    let fresh = (0..RUNS)
        .map(|run| start(&folder, &format!("fresh-{run}.db")))
        .collect();
    report(
        "start to first answer, a new store is made and filled",
        fresh,
    );
    start(&folder, "again.db");
    let again = (0..RUNS).map(|_| start(&folder, "again.db")).collect();
    report("start to first answer, a store that is there", again);

    let demo = Demo::start(&folder.path().join("rest.db")).expect("the demo");
    sleep(Duration::from_secs(3));
    let megabytes = |name| {
        f64::from(u32::try_from(demo.memory(name).expect("memory")).expect("kilobytes")) / 1_024.0
    };
    println!(
        "memory of the demo at rest: {:.1} MiB, {:.1} of it its own (under 60)",
        megabytes("VmRSS"),
        megabytes("RssAnon")
    );
    for number in 0..200 {
        demo.say("Development status", number).expect("an answer");
    }
    sleep(Duration::from_secs(1));
    println!(
        "memory after 200 messages: {:.1} MiB, {:.1} of it its own",
        megabytes("VmRSS"),
        megabytes("RssAnon")
    );
}
