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

fn main() {
    let folder = TempDir::new().expect("a folder");
    let fresh = (0..RUNS)
        .map(|run| start(&folder, &format!("fresh-{run}.db")))
        .collect();
    println!(
        "start to first answer, a store that is there: {:.1} ms (under 50)",
        {
            start(&folder, "again.db");
            median((0..RUNS).map(|_| start(&folder, "again.db")).collect())
        }
    );
    println!(
        "start to first answer, a new store is made and filled: {:.1} ms",
        median(fresh)
    );

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
