//! A rule written in ordinary Rust that does each thing that no rule should: its schedule holds and says why, and
//! every other schedule goes on as if nothing were.

use std::{num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        FailureKind, Item, Minute, Moment, RuleSource, ServerId, ServerKind, ServerState, Tier,
        instant_of,
        reply::{Announcement, HoldView},
    },
    port::{Change, Fleet, PlanRequest, Rules, Store},
    testing::{RecordingNotifier, date},
    tick::{Scheduler, Settings, TickReport},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use reveille_sandbox::{Limits, Sandbox};
use serde_json::json;
use tempfile::TempDir;

use crate::component::component;

const ZONE: Tz = Tz::Asia__Seoul;

/// What it does, the limit or fault that ends it, and what people are told.
const DEEDS: [(&str, FailureKind, &str); 18] = [
    ("loop", FailureKind::Fuel, "fuel"),
    ("recurse", FailureKind::Stack, "deep recursion"),
    ("hoard", FailureKind::Memory, "memory"),
    ("panic", FailureKind::Panic, "panic"),
    ("reach", FailureKind::Panic, "panic"),
    ("shout", FailureKind::HostCalls, "64"),
    ("shout-once", FailureKind::Output, "1,048,576 bytes"),
    ("ask", FailureKind::HostCalls, "64"),
    ("ramble", FailureKind::Output, "1,048,576 bytes"),
    ("shred", FailureKind::Answer, "300 spans"),
    ("overlap", FailureKind::Answer, "01:00"),
    ("leave", FailureKind::Answer, "leaves the day"),
    ("clock", FailureKind::Panic, "panic"),
    ("thread", FailureKind::Panic, "panic"),
    ("file", FailureKind::Rule, "operation not supported"),
    ("network", FailureKind::Rule, "operation not supported"),
    ("exit", FailureKind::Panic, "panic"),
    ("refuse", FailureKind::Rule, "no[2J ERROR forged"),
];

/// Schedules beside them whose rules are well.
const WELL: usize = 18;

struct Scene {
    _folder: TempDir,
    sandbox: Arc<Sandbox>,
    store: Arc<SqliteStore>,
    fleet: Arc<SimulatedFleet>,
    notifier: Arc<RecordingNotifier>,
    scheduler: Scheduler,
}

/// A Monday morning on which every server should start.
fn morning() -> DateTime<Utc> {
    let nine = Minute::at(9, 0).unwrap();
    instant_of(Moment::new(date(2026, 11, 23), nine), ZONE)
}

fn definitions() -> Vec<Change> {
    let office =
        json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00" });
    let hostile = DEEDS.iter().map(|(deed, _, _)| {
        let rules = json!([{ "name": "hostile", "config": { "does": deed } }]);
        json!({ "type": "schedule", "name": deed, "periods": ["office"], "rules": rules })
    });
    let well = (0..WELL).map(
        |place| json!({ "type": "schedule", "name": format!("well-{place}"), "periods": ["office"] }),
    );
    [office]
        .into_iter()
        .chain(hostile)
        .chain(well)
        .map(|item| Change::PutItem(serde_json::from_value::<Item>(item).unwrap()))
        .collect()
}

fn stopped(schedule: &str) -> SimulatedServer {
    SimulatedServer {
        id: ServerId::from(schedule),
        name: schedule.to_owned(),
        kind: ServerKind::Ec2,
        state: ServerState::Stopped,
        since: morning() - Duration::hours(9),
        instance_type: None,
        schedule: schedule.to_owned(),
        group: None,
        tags: [("Schedule".to_owned(), schedule.to_owned())].into(),
        left_out: None,
        backup_minute: None,
    }
}

impl Scene {
    async fn set() -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::open(folder.path().join("reveille.db")).unwrap();
        let store = Arc::new(SqliteStore::new(Arc::clone(&database), ZONE));
        let fleet = Arc::new(SimulatedFleet::new(database, NonZeroU32::MIN));
        store.commit(&definitions()).await.unwrap();
        let hostile = DEEDS.iter().map(|(deed, _, _)| stopped(deed));
        let well = (0..WELL).map(|place| stopped(&format!("well-{place}")));
        fleet.seed(hostile.chain(well).collect()).await.unwrap();
        let sandbox = Arc::new(Sandbox::embedded().unwrap());
        let source = RuleSource {
            name: "hostile".to_owned(),
            location: "hostile.wasm".to_owned(),
            sha256: None,
            tier: Tier::Rule,
            wasi: false,
            data: [].into(),
        };
        sandbox
            .load_bytes(&source, Limits::of(Tier::Rule), &component("hostile"))
            .unwrap();
        let notifier = Arc::new(RecordingNotifier::default());
        let scheduler = Scheduler::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&fleet) as Arc<dyn Fleet>,
            Arc::clone(&sandbox) as _,
            Arc::clone(&notifier) as _,
            Settings::new("containment"),
        );
        Self {
            _folder: folder,
            sandbox,
            store,
            fleet,
            notifier,
            scheduler,
        }
    }

    async fn tick(&self, minutes: i64) -> TickReport {
        let now = morning() + Duration::minutes(minutes);
        self.scheduler.tick(now).await.unwrap()
    }
}

/// The schedule that is said to hold, and why.
fn held(announcement: &Announcement) -> Option<(&str, &HoldView)> {
    let Announcement::Held { schedule, hold } = announcement else {
        return None;
    };
    Some((schedule, hold))
}

#[tokio::test]
async fn each_hostile_rule_holds_its_own_schedule_and_no_other() {
    let scene = Scene::set().await;
    let report = scene.tick(0).await;

    let heard = scene.notifier.take();
    let definitions = scene.store.definitions().await.unwrap();
    for (deed, kind, told) in DEEDS {
        let request = PlanRequest {
            schedule: &definitions.schedules[deed],
            date: date(2026, 11, 23),
            exceptions: &[],
        };
        let failure = scene.sandbox.plan(&request).unwrap_err();
        assert_eq!(failure.rule, "hostile");
        assert_eq!(failure.kind, kind, "{deed}: {failure}");
        assert!(failure.cause.contains(told), "{deed}: {failure}");
        assert!(!failure.cause.contains(char::is_control), "{failure}");

        let said = heard
            .iter()
            .filter_map(held)
            .find(|(schedule, _)| *schedule == deed);
        let (_, hold) = said.unwrap_or_else(|| panic!("nobody is told that `{deed}` holds"));
        assert_eq!((&hold.rule, &hold.cause), (&failure.rule, &failure.cause));
    }
    assert_eq!(heard.iter().filter_map(held).count(), DEEDS.len());
    assert_eq!(report.held.len(), DEEDS.len());

    let started: Vec<&str> = report
        .actions
        .iter()
        .map(|taken| taken.schedule.as_str())
        .collect();
    assert_eq!(started.len(), WELL, "{started:?}");
    assert!(started.iter().all(|name| name.starts_with("well-")));
}

#[tokio::test]
async fn what_hostile_rules_do_is_done_once_and_told_once() {
    let scene = Scene::set().await;
    scene.tick(0).await;
    let first = scene.sandbox.counters();
    drop(scene.notifier.take());
    for minute in 1..=10 {
        let report = scene.tick(minute).await;
        assert_eq!(report.held.len(), DEEDS.len());
    }
    let computed = scene.sandbox.counters().plans_computed - first.plans_computed;
    assert_eq!(computed, 0, "the same failure was computed again");
    assert_eq!(scene.notifier.take().iter().filter_map(held).count(), 0);
    let servers = scene.fleet.servers(morning()).await.unwrap().servers;
    let stopped = servers
        .iter()
        .filter(|server| server.state == ServerState::Stopped);
    assert_eq!(stopped.count(), DEEDS.len());
}
