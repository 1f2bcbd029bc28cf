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

fn measure(what: &str, floor: u32, path: &Path, schedules: u32, servers: u32) {
    std::fs::write(path, lines(schedules, servers)).expect("a file");
    let run = || {
        let begun = Instant::now();
        let output = pinned()
            .arg("evaluate")
            .arg(path)
            .stderr(Stdio::inherit())
            .output()
            .expect("it runs");
        let spent = begun.elapsed().as_secs_f64();
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
        f64::from(schedules * servers) / spent
    };
    run();
    let rate = median((0..RUNS).map(|_| run()).collect());
    println!("{what}: {rate:.0} lines/s (at least {floor})");
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
