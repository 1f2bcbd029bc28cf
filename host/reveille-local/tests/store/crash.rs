//! A process that is killed in the middle of a write must not take back what it has acknowledged: a person was told
//! "done", and a server was started because of it.
//!
//! The test starts its own binary again as a child that commits numbered records and says each number once it is
//! committed, kills it at a moment that differs from round to round, and looks into the file.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use chrono_tz::Tz;
use reveille_core::port::{Change, Store as _};
use reveille_local::{Database, SqliteStore};
use rusqlite::Connection;

use crate::sample::{audit, delivery};

/// In the child's environment: the file to write to.
const FILE: &str = "REVEILLE_TEST_CRASH_FILE";
/// In the child's environment: the number to begin with.
const FIRST: &str = "REVEILLE_TEST_CRASH_FIRST";
const ROUNDS: u32 = 10;

/// Not a test by itself: it does nothing unless the environment names a file.
#[test]
fn the_child_commits_until_it_is_killed() {
    let (Ok(file), Ok(first)) = (std::env::var(FILE), std::env::var(FIRST)) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = SqliteStore::new(Database::open(file).unwrap(), Tz::UTC);
        for number in first.parse::<u64>().unwrap().. {
            // Two tables, so that half a commit would show.
            store
                .commit(&[
                    Change::Audit(audit("seoul", &number.to_string())),
                    Change::Deliver(delivery(&number.to_string())),
                ])
                .await
                .unwrap();
            writeln!(std::io::stdout(), "done {number}").unwrap();
        }
    });
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reveille.db");
    let mut random = 20_261_122_u64;
    let mut next = 0;
    for round in 0..ROUNDS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let acknowledged = run_and_kill(&file, next, random >> 33);
        next = check(&file, acknowledged, round);
    }
    assert!(next > 0);
}

/// Runs the child and kills it some time after it has acknowledged a few records. Answers the last one of which it
/// has said that it is done.
fn run_and_kill(file: &Path, first: u64, random: u64) -> Option<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::the_child_commits_until_it_is_killed",
            "--nocapture",
        ])
        .env(FILE, file)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut done = lines.by_ref().map_while(Result::ok).filter_map(number);
    let mut last = None;
    for _ in 0..=random % 20 {
        last = done.next().or(last);
    }
    // Somewhere within the next commits: a commit takes some thousand turns of this loop.
    for turn in 0..random % 300_000 {
        std::hint::black_box(turn);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died counts, too.
    done.last().or(last)
}

fn number(line: String) -> Option<u64> {
    line.strip_prefix("done ")?.parse().ok()
}

/// Looks into the file: it is intact, nothing acknowledged is missing, nothing is there by half. Answers the number
/// to go on with.
fn check(file: &Path, acknowledged: Option<u64>, round: u32) -> u64 {
    drop(Database::open(file).unwrap());
    let connection = Connection::open(file).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok", "round {round}");
    let count = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, u32>(0))
            .unwrap()
    };
    let audited = count("SELECT count(*) FROM audit");
    assert_eq!(
        audited,
        count("SELECT count(*) FROM deliveries"),
        "round {round}"
    );
    assert_eq!(
        audited,
        count("SELECT count(*) FROM audit JOIN deliveries ON audit.action = deliveries.key"),
        "round {round}"
    );
    let next = u64::from(audited);
    // Numbers are committed in order: as many as there are, these are the numbers that are there.
    assert!(
        acknowledged.is_none_or(|last| last < next),
        "round {round}: {acknowledged:?} of {next}"
    );
    next
}
