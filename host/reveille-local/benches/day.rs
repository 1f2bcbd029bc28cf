//! A whole day of ticks in one process: 1,440 of them over 100 schedules and 1,000 servers, with the store's file, the
//! simulated servers and the components, and what the process takes of memory meanwhile.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench"
)]

use std::{collections::BTreeMap, fs, num::NonZeroU32, sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{Item, ServerId, ServerKind, ServerState},
    port::{Change, Silence, Store as _},
    tick::{Scheduler, Settings},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use reveille_sandbox::Sandbox;
use serde_json::json;

const SCHEDULES: usize = 100;
const SERVERS_EACH: usize = 10;
const DAYS: i64 = 7;
const MINUTES: i64 = 24 * 60;

/// No two schedules begin or end at the same minutes.
fn definitions() -> Vec<Change> {
    (0..SCHEDULES)
        .flat_map(|number| {
            let begin = format!("{:02}:{:02}", 7 + number / 60, number % 60);
            let end = format!("{:02}:{:02}", 18 + number / 60, number % 60);
            [
                json!({ "type": "period", "name": format!("office-{number}"), "begintime": begin, "endtime": end }),
                json!({
                    "type": "schedule", "name": format!("team-{number}"), "timezone": "Asia/Seoul",
                    "periods": format!("office-{number}"),
                }),
            ]
        })
        .map(|item| serde_json::from_value::<Item>(item).expect("an item"))
        .map(Change::PutItem)
        .collect()
}

fn servers(since: DateTime<Utc>) -> Vec<SimulatedServer> {
    (0..SCHEDULES * SERVERS_EACH)
        .map(|number| SimulatedServer {
            id: ServerId::from(format!("i-{number:017x}").as_str()),
            name: format!("server-{number}"),
            kind: ServerKind::Ec2,
            state: ServerState::Stopped,
            since,
            instance_type: None,
            schedule: format!("team-{}", number % SCHEDULES),
            group: None,
            tags: BTreeMap::new(),
            left_out: None,
            backup_minute: None,
        })
        .collect()
}

/// Kilobytes resident.
fn resident() -> u64 {
    fs::read_to_string("/proc/self/status")
        .expect("the status")
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .expect("a number")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Midnight in Seoul.
    let midnight: DateTime<Utc> = "2026-11-22T15:00:00Z".parse().expect("a time");
    let folder = tempfile::TempDir::new().expect("a folder");
    let database = Database::open(folder.path().join("reveille.db")).expect("a store");
    let store = Arc::new(SqliteStore::new(Arc::clone(&database), Tz::Asia__Seoul));
    store.commit(&definitions()).await.expect("the definitions");
    let fleet = Arc::new(SimulatedFleet::new(database, NonZeroU32::MIN));
    fleet.seed(servers(midnight)).await.expect("the servers");
    let scheduler = Scheduler::new(
        store,
        fleet,
        Arc::new(Sandbox::embedded().expect("the components")),
        Arc::new(Silence),
        Settings::new("day"),
    );
    for day in 0..DAYS {
        let (begun, mut orders) = (Instant::now(), 0);
        for minute in 0..MINUTES {
            let now = midnight + TimeDelta::minutes(day * MINUTES + minute);
            let report = scheduler.tick(now).await.expect("a tick");
            assert_eq!(report.servers, SCHEDULES * SERVERS_EACH);
            assert!(report.held.is_empty(), "{report:?}");
            orders += report.actions.len();
        }
        println!(
            "day {}: {MINUTES} ticks in {:.1} s (under 60), {orders} orders, {} KiB resident after it",
            day + 1,
            begun.elapsed().as_secs_f64(),
            resident()
        );
    }
}
