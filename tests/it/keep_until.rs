//! The guard of `plugins/keep-until` in the real sandbox and on simulated servers, set up as its README says.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        Action, Item, Minute, Moment, RuleSource, ServerId, ServerKind, ServerState, Tier,
        instant_of,
    },
    port::{Change, Fleet, Store},
    testing::{RecordingNotifier, date},
    tick::{Scheduler, Settings},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use reveille_sandbox::{Compiler, Limits, Sandbox};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    component::{compiled, component},
    house::Place,
};

const ZONE: Tz = Tz::Asia__Seoul;

fn sandbox() -> Sandbox {
    let compiler = Compiler::in_process().with_cache(compiled());
    let sandbox = Sandbox::with_compiler(compiler).unwrap();
    let source = RuleSource {
        name: "keep-until".to_owned(),
        location: "keep-until.wasm".to_owned(),
        sha256: None,
        tier: Tier::Scripted,
        wasi: false,
        data: BTreeMap::new(),
    };
    let limits = Limits::of(Tier::Scripted);
    sandbox
        .load_bytes(&source, limits, &component("keep-until"))
        .unwrap();
    sandbox
}

/// A time of Sunday, 2026-11-22, or of the day after when it is over 24:00.
fn at(time: &str) -> DateTime<Utc> {
    let (hour, minute) = time.split_once(':').unwrap();
    let (hour, minute): (u16, u16) = (hour.parse().unwrap(), minute.parse().unwrap());
    let day = date(2026, 11, 22 + u32::from(hour / 24));
    let minute = Minute::at(hour % 24, minute).unwrap();
    instant_of(Moment::new(day, minute), ZONE)
}

fn server(name: &str, tag: Option<&str>) -> SimulatedServer {
    let mut tags = BTreeMap::from([("Schedule".to_owned(), "Development".to_owned())]);
    tags.extend(tag.map(|tag| ("KeepUntil".to_owned(), tag.to_owned())));
    SimulatedServer {
        id: ServerId::from(name),
        name: name.to_owned(),
        kind: ServerKind::Ec2,
        state: ServerState::Running,
        since: at("9:00"),
        instance_type: None,
        schedule: "Development".to_owned(),
        group: None,
        tags,
        left_out: None,
        backup_minute: None,
    }
}

/// A schedule with these servers and the guard, looked at by a scheduler.
async fn scheduler(folder: &TempDir, seeded: Vec<SimulatedServer>) -> (Scheduler, Arc<Sandbox>) {
    let database = Database::open(folder.path().join("reveille.db")).unwrap();
    let store = Arc::new(SqliteStore::new(Arc::clone(&database), ZONE));
    let servers = Arc::new(SimulatedFleet::new(database, NonZeroU32::MIN));
    let office =
        json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00" });
    let schedule = json!({
        "type": "schedule", "name": "Development", "timezone": "Asia/Seoul", "periods": "office",
        "rules": [{ "name": "keep-until" }],
    });
    let changes: Vec<Change> = [office, schedule]
        .into_iter()
        .map(|item| Change::PutItem(serde_json::from_value::<Item>(item).unwrap()))
        .collect();
    store.commit(&changes).await.unwrap();
    servers.seed(seeded).await.unwrap();
    let sandbox = Arc::new(sandbox());
    let scheduler = Scheduler::new(
        store as Arc<dyn Store>,
        servers as Arc<dyn Fleet>,
        Arc::clone(&sandbox) as _,
        Arc::new(RecordingNotifier::default()) as _,
        Settings::new("keep-until"),
    );
    (scheduler, sandbox)
}

#[tokio::test]
async fn a_thousand_servers_are_guarded_within_the_limits_of_the_tier() {
    for count in [100, 1_000] {
        let folder = TempDir::new().unwrap();
        let servers = (0..count)
            .map(|number| server(&format!("web-{number:04}"), Some("2026-11-24T22:00")))
            .collect();
        let (scheduler, sandbox) = scheduler(&folder, servers).await;
        for time in ["17:59", "18:00", "18:01"] {
            let report = scheduler.tick(at(time)).await.unwrap();
            let used = sandbox.statistics("keep-until").unwrap().total;
            eprintln!("{count} servers: {used:?}");
            assert!(report.held.is_empty(), "{report:?}: {used:?}");
            assert!(report.actions.is_empty(), "{time}");
        }
    }
}

#[tokio::test]
async fn servers_are_kept_until_the_time_in_their_tag_and_no_longer() {
    let folder = TempDir::new().unwrap();
    let seeded = vec![
        server("plain", None),
        server("evening", Some("2026-11-22T22:00")),
        server("today", Some("2026-11-22")),
        server("unclear", Some("soon")),
        server("over", Some("2026-11-22 12:00")),
    ];
    let (scheduler, _) = scheduler(&folder, seeded).await;

    let mut stopped = BTreeMap::new();
    let mut now = at("17:00");
    while now < at("25:00") {
        let report = scheduler.tick(now).await.unwrap();
        assert!(report.held.is_empty(), "{report:?}");
        for taken in report.actions {
            assert_eq!(taken.action, Action::Stop, "{taken:?}");
            // It looks once a minute; which second of it does not matter here.
            let minute = now.duration_trunc(Duration::minutes(1)).unwrap();
            stopped.insert(taken.server.to_string(), minute);
        }
        now = report.next_look;
    }
    let expected = [
        ("evening", at("22:00")),
        ("over", at("18:00")),
        ("plain", at("18:00")),
        ("today", at("24:00")),
    ];
    let expected = expected.map(|(name, time)| (name.to_owned(), time));
    assert_eq!(stopped, BTreeMap::from(expected));
}

#[test]
fn it_is_set_up_as_its_readme_says() {
    let place = Place::new();
    let readme = include_str!("../../plugins/keep-until/README.md");
    let (_, after) = readme.split_once("```yaml\n").unwrap();
    place.file("definitions.yaml", after.split_once("```").unwrap().0);
    std::fs::write(
        place.folder.path().join("keep-until.wasm"),
        component("keep-until"),
    )
    .unwrap();
    place.file(
        "reveille.toml",
        &format!(
            "[sandbox]\ncache = '{}'\n[[rules]]\nname = \"keep-until\"\nlocation = \"keep-until.wasm\"\ntier = \"scripted\"\n",
            compiled().display()
        ),
    );
    let config = ["--config", "reveille.toml"];
    place.ok(&[&config[..], &["apply", "--file", "definitions.yaml"]].concat());
    place.ok(&[&config[..], &["check"]].concat());
    let wrong = after.split_once("```").unwrap().0.replace(
        "- name: keep-until",
        "- { name: keep-until, config: { order: obey } }",
    );
    place.file("wrong.yaml", &wrong);
    let said = place.fails(&[&config[..], &["apply", "--file", "wrong.yaml"]].concat());
    assert!(said.contains("there is no `order`"), "{said}");
}
