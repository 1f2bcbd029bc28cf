//! The rules of `plugins/` in the real sandbox, set up as their README files say.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        Action, FailureKind, Item, Minute, Moment, RuleFailure, RuleSource, Schedule, ServerId,
        ServerKind, ServerState, Tier, Want, instant_of,
    },
    port::{Change, Fleet, PlanRequest, Rules, Store},
    testing::{RecordingNotifier, date},
    tick::{Scheduler, Settings},
};
use reveille_local::{Database, SimulatedFleet, SimulatedServer, SqliteStore};
use reveille_sandbox::{DataSource, Datum, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    component::component,
    house::{House, Place},
};

const ZONE: Tz = Tz::Asia__Seoul;

/// A sandbox with a rule of `plugins/` in its smallest tier.
fn sandbox(package: &str) -> Sandbox {
    sandbox_in(package, Tier::Rule)
}

/// A sandbox with a rule of `plugins/`.
pub fn sandbox_in(package: &str, tier: Tier) -> Sandbox {
    let sandbox = Sandbox::embedded().unwrap();
    let source = RuleSource {
        name: package.to_owned(),
        location: format!("{package}.wasm"),
        sha256: None,
        tier,
        wasi: false,
        data: std::collections::BTreeMap::new(),
    };
    let limits = reveille_sandbox::Limits::of(tier);
    sandbox
        .load_bytes(&source, limits, &component(package))
        .unwrap();
    sandbox
}

/// The definitions file in a README: the first block in YAML.
pub fn definitions(readme: &str) -> &str {
    let (_, after) = readme.split_once("```yaml\n").unwrap();
    after.split_once("```").unwrap().0
}

/// The configuration in a README: the first block in TOML.
pub fn settings(readme: &str) -> &str {
    let (_, after) = readme.split_once("```toml\n").unwrap();
    after.split_once("```").unwrap().0
}

/// A store with the definitions of a README, and the rule beside it in the file that they name.
fn place(package: &str, readme: &str) -> Place {
    let place = Place::new();
    let file = place.file("definitions.yaml", definitions(readme));
    let path = format!("{package}.wasm");
    std::fs::write(place.folder.path().join(&path), component(package)).unwrap();
    let file = file.display().to_string();
    let apply = ["--config", "reveille.toml", "apply", "--file", &file];
    place.file("reveille.toml", "");
    let refused = place.fails(&apply);
    assert!(
        refused.contains("nobody vouches for what is at") && refused.contains("trusted = [\"./\"]"),
        "{refused}"
    );
    place.file("reveille.toml", "[sandbox]\ntrusted = [\"./\"]\n");
    place.ok(&apply);
    place
}

#[test]
fn kr_holidays_is_set_up_as_its_readme_says() {
    let place = place(
        "kr-holidays",
        include_str!("../../plugins/kr-holidays/README.md"),
    );
    let plan = |now: &str| -> Value {
        let answer = place.ok(&[
            "--config",
            "reveille.toml",
            "--at",
            now,
            "plan",
            "Development",
            "--days",
            "2",
            "--json",
        ]);
        serde_json::from_str(&answer).unwrap()
    };
    let runs = |day: &Value| {
        let spans = day["spans"].as_array().unwrap();
        spans.iter().any(|span| span["want"] == "run")
    };
    let days = plan("2026-12-23 12:00");
    assert!(runs(&days[0]) && !runs(&days[1]), "{days}");
    assert_eq!(days[1]["notes"][0], "창립기념일");
    let days = plan("2028-04-11 12:00");
    assert!(runs(&days[0]) && runs(&days[1]), "{days}");
    let days = plan("2028-10-04 12:00");
    assert_eq!(days[0]["notes"][0], "추석 다음 날");
    assert_eq!(days[1]["notes"][0], "대체공휴일(추석)");
    assert!(!runs(&days[0]) && !runs(&days[1]), "{days}");
}

pub fn schedule(item: Value) -> Schedule {
    let office = json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri" });
    let items: Vec<Item> = [office, item]
        .into_iter()
        .map(|item| serde_json::from_value(item).unwrap())
        .collect();
    let definitions = reveille_core::model::Definitions::read(&items, ZONE);
    assert!(definitions.faults.is_empty(), "{:?}", definitions.faults);
    Schedule::clone(definitions.schedules.values().next().unwrap())
}

#[test]
fn kr_holidays_takes_days_from_the_data_that_is_bound_to_it() {
    let sandbox = sandbox("kr-holidays");
    let schedule = schedule(json!({
        "type": "schedule", "name": "dev", "timezone": "Asia/Seoul", "periods": "office", "holiday_calendar": "seoul",
        "rules": [{ "name": "kr-holidays", "config": { "data_required": true } }],
    }));
    let plan = |date: NaiveDate| {
        sandbox.plan(&PlanRequest {
            schedule: &schedule,
            date,
            exceptions: &[],
        })
    };
    let bind = |text: &str| {
        let data = DataSource::from([("holidays".to_owned(), Datum::new(text.as_bytes()))]);
        sandbox.bind("kr-holidays", data);
    };
    let failure = |answer: Result<_, RuleFailure>| answer.unwrap_err();

    assert_eq!(
        sandbox.description("kr-holidays").unwrap().data,
        ["holidays"]
    );
    let missing = failure(plan(date(2026, 11, 24)));
    assert_eq!(missing.kind, FailureKind::Rule, "{missing}");
    assert!(missing.cause.contains("`holidays`"), "{missing}");

    bind("2026-11-24 임시공휴일\n[seoul]\n2026-11-25 창립기념일\n[tokyo]\n2026-11-26 年末休業\n");
    for (day, want, notes) in [
        (24, Want::Stop, &["임시공휴일"][..]),
        (25, Want::Stop, &["창립기념일"]),
        (26, Want::Run, &[]),
    ] {
        let plan = plan(date(2026, 11, day)).unwrap();
        assert_eq!(plan.want_at(Minute(600)), want, "{day}");
        assert_eq!(plan.notes, notes, "{day}");
    }

    bind("2026-11-24 임시공휴일\n- 내일\n");
    let unread = failure(plan(date(2026, 11, 24)));
    assert!(unread.cause.contains("line 2, `- 내일`"), "{unread}");

    bind("");
    let unknown = failure(plan(date(2051, 1, 2)));
    assert!(unknown.cause.contains("2018 to 2050"), "{unknown}");
    let used = sandbox.statistics("kr-holidays").unwrap().total;
    assert!(used.most_fuel < 200_000, "{used:?}");
    let lines: Vec<_> = (0..4_000)
        .map(|line: u32| format!("2026-11-{} 창립기념일 {line:04}", 24 + line.min(1)))
        .collect();
    bind(&lines.join("\n"));
    let many = plan(date(2026, 11, 24)).unwrap();
    assert_eq!(many.notes, ["창립기념일 0000"]);
}

/// Ten databases that take five minutes to start, and twelve instances that take half a minute and wait for them.
fn fleet() -> Vec<SimulatedServer> {
    let servers = |group: &'static str, kind: ServerKind, count: u32| {
        (0..count).map(move |number| {
            let name = format!("{}-{number:02}", group.to_lowercase());
            SimulatedServer {
                id: ServerId::from(name.as_str()),
                name,
                kind,
                state: ServerState::Stopped,
                since: at("00:00"),
                instance_type: None,
                schedule: "Development".to_owned(),
                group: Some(group.to_owned()),
                tags: [("Schedule".to_owned(), "Development".to_owned())].into(),
                left_out: None,
                backup_minute: None,
            }
        })
    };
    servers("DB", ServerKind::RdsInstance, 10)
        .chain(servers("API", ServerKind::Ec2, 12))
        .collect()
}

/// A time of Monday, 2026-11-23.
fn at(time: &str) -> DateTime<Utc> {
    let (hour, minute) = time.split_once(':').unwrap();
    let minute = Minute::at(hour.parse().unwrap(), minute.parse().unwrap()).unwrap();
    instant_of(Moment::new(date(2026, 11, 23), minute), ZONE)
}

#[tokio::test]
async fn stagger_lets_so_many_of_a_group_start_in_every_minute_and_all_in_the_end() {
    let folder = TempDir::new().unwrap();
    let database = Database::open(folder.path().join("reveille.db")).unwrap();
    let store = Arc::new(SqliteStore::new(Arc::clone(&database), ZONE));
    let servers = Arc::new(SimulatedFleet::new(database, NonZeroU32::MIN));
    let schedule = json!({
        "type": "schedule", "name": "Development", "timezone": "Asia/Seoul", "periods": "office",
        "groups": [{ "name": "DB" }, { "name": "API", "depends_on": ["DB"] }],
        "rules": [{ "name": "stagger", "config": { "per_minute": 5, "groups": { "DB": 2 } } }],
    });
    let office = json!({ "type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00", "weekdays": "mon-fri" });
    let changes: Vec<Change> = [office, schedule]
        .into_iter()
        .map(|item| Change::PutItem(serde_json::from_value::<Item>(item).unwrap()))
        .collect();
    store.commit(&changes).await.unwrap();
    servers.seed(fleet()).await.unwrap();
    let scheduler = Scheduler::new(
        store as Arc<dyn Store>,
        Arc::clone(&servers) as Arc<dyn Fleet>,
        Arc::new(sandbox("stagger")),
        Arc::new(RecordingNotifier::default()) as _,
        Settings::new("stagger"),
    );

    let mut started = BTreeMap::<String, DateTime<Utc>>::new();
    let mut stopped = BTreeMap::new();
    let mut now = at("08:00");
    while now < at("18:30") {
        let report = scheduler.tick(now).await.unwrap();
        assert!(report.held.is_empty(), "{report:?}");
        for taken in report.actions {
            let server = taken.server.to_string();
            match taken.action {
                Action::Start => assert_eq!(started.insert(server, now), None, "{taken:?}"),
                Action::Stop => drop(stopped.insert(server, now)),
                Action::None | Action::Resize(_) => panic!("{taken:?}"),
            }
        }
        now = report.next_look;
    }
    assert_eq!((started.len(), stopped.len()), (22, 22), "{started:#?}");
    let mut api = stopped
        .iter()
        .filter(|(server, _)| server.starts_with("api"));
    assert!(api.all(|(_, when)| *when == at("18:00")), "{stopped:#?}");
    for (group, per_minute, minutes) in [("db", 2, 5), ("api", 5, 3)] {
        let mut times: Vec<_> = started
            .iter()
            .filter(|(server, _)| server.starts_with(group))
            .map(|(_, at)| *at)
            .collect();
        times.sort_unstable();
        for first in &times {
            let in_a_minute = times
                .iter()
                .filter(|at| (*first..*first + Duration::minutes(1)).contains(at));
            assert!(in_a_minute.count() <= per_minute, "{started:#?}");
        }
        // As soon as the number allows, whatever a server takes to come up.
        let whole = times[times.len() - 1] - times[0];
        assert_eq!(whole, Duration::minutes(minutes - 1), "{started:#?}");
    }
    let ids: Vec<_> = started.keys().collect();
    let mut by_time: Vec<_> = started.iter().collect();
    by_time.sort_by_key(|(server, at)| (!server.starts_with("db"), **at, (*server).clone()));
    let dbs: Vec<_> = by_time.iter().map(|(server, _)| *server).take(10).collect();
    assert_eq!(dbs, ids[12..], "the first by id start first");
}

#[test]
fn stagger_is_set_up_as_its_readme_says() {
    let place = place("stagger", include_str!("../../plugins/stagger/README.md"));
    let rules = place.ok(&["--config", "reveille.toml", "rule", "list"]);
    assert!(
        rules.contains("stagger") && rules.contains("decider"),
        "{rules}"
    );
    place.ok(&["--config", "reveille.toml", "check"]);
}

#[test]
fn plain_english_is_set_up_as_its_readme_says_and_answers_whoever_asks_in_korean() {
    let readme = include_str!("../../plugins/plain-english/README.md");
    let place = Place::new();
    place.file("reveille.toml", settings(readme));
    std::fs::write(
        place.folder.path().join("plain-english.wasm"),
        component("plain-english"),
    )
    .unwrap();
    let arguments = [
        "--config",
        "reveille.toml",
        "--at",
        "2026-11-23 10:00",
        "--freeze",
    ];
    let house = House::start(
        place,
        &[&arguments[..], &["demo", "--listen", "127.0.0.1:0"]].concat(),
    );
    let help = house.say("도움말").message();
    assert!(help.starts_with("Commands\nSchedules: "), "{help}");
    let refused = house.say("없는스케줄 상태").message();
    assert!(
        refused.contains("No schedule") || refused.contains("is no command"),
        "{refused}"
    );
}
