//! Lines a second of `reveille evaluate` on one core: when every line has another schedule and day, and when ten
//! servers share one.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use chrono::{Days, NaiveDate};
use reveille_tests::demo::{median, program};
use tempfile::TempDir;

const RUNS: usize = 5;

/// `schedules` schedules of two periods, on a day each, with `servers` servers each.
fn lines(schedules: u32, servers: u32) -> String {
    const STATES: [(&str, &str); 5] = [
        ("stopped", "stopped"),
        ("running", "running"),
        ("unknown", "running"),
        ("stopped", "running"),
        ("running", "stopped"),
    ];
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date");
    let mut lines = String::new();
    for schedule in 0..schedules {
        let date = first + Days::new(u64::from(schedule % 1_461));
        let (hour, minute) = (schedule / 60 % 12, schedule % 60);
        for server in 0..servers {
            let (stored, actual) = STATES[(schedule + server) as usize % STATES.len()];
            writeln!(
                lines,
                r#"{{"dt":"{date}T{:02}:{minute:02}:00Z","schedule":{{"name":"team-{schedule}","periods":["office","weekend"],"timezone":"Asia/Seoul"}},"periods":[{{"name":"office","begintime":"{hour:02}:{minute:02}","endtime":"19:00","weekdays":["mon-fri"]}},{{"name":"weekend","begintime":"10:00","endtime":"14:{minute:02}","weekdays":["sat#1","sun"],"months":["jan/2"]}}],"stored":"{stored}","actual":"{actual}"}}"#,
                (schedule * 7) % 24,
            )
            .expect("text");
        }
    }
    lines
}

fn pinned() -> Command {
    let taskset = Command::new("taskset").args(["-c", "0", "true"]).status();
    let program = program().expect("the program");
    if taskset.is_ok_and(|status| status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        command
    } else {
        println!("there is no taskset: it may use every core");
        Command::new(program)
    }
}

/// Seconds of processor time of all processes that were started here and have ended: what others do on the machine
/// meanwhile does not count. Linux counts hundredths.
fn spent_by_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // The fields after the name, which may hold anything: `man 5 proc`, cutime and cstime.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().expect("ticks"))
        .sum();
    ticks / 100.0
}

fn measure(what: &str, floor: u32, path: &Path, schedules: u32, servers: u32) {
    std::fs::write(path, lines(schedules, servers)).expect("a file");
    let run = || {
        let (begun, spent_before) = (Instant::now(), spent_by_children());
        let output = pinned()
            .arg("evaluate")
            .arg(path)
            .stderr(Stdio::inherit())
            .output()
            .expect("it runs");
        let (passed, spent) = (
            begun.elapsed().as_secs_f64(),
            spent_by_children() - spent_before,
        );
        assert!(output.status.success(), "evaluate fails");
        let answers = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| line.starts_with(b"{\"desired\""));
        assert_eq!(
            answers.count(),
            (schedules * servers) as usize,
            "every line is answered"
        );
        let lines = f64::from(schedules * servers);
        (lines / spent, lines / passed)
    };
    run();
    let (of_processor, of_clock): (Vec<f64>, Vec<f64>) = (0..RUNS).map(|_| run()).unzip();
    println!(
        "{what}: {:.0} lines a second of processor time (at least {floor}), {:.0} by the clock",
        median(of_processor),
        median(of_clock)
    );
}

fn main() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("lines.jsonl");
    measure(
        "evaluate, every line another schedule and day",
        15_000,
        &path,
        40_000,
        1,
    );
    measure(
        "evaluate, ten servers share a schedule and day",
        100_000,
        &path,
        20_000,
        10,
    );
    measure(
        "evaluate, 1,000 servers share a schedule and day",
        100_000,
        &path,
        200,
        1_000,
    );
}
