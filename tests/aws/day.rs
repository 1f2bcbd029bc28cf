//! Whole days under faults, tick by tick, beside a model that has none: whenever the faults have been over for a while,
//! every server stands as the model's, and nothing was started or stopped that already had been.

use std::{collections::BTreeMap, sync::Arc, time::Duration as Span};

use chrono::{DateTime, Duration, Utc};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use reveille_aws::{
    client::Patience,
    fleet::{AwsFleet, FleetSettings},
    target::Target,
};
use reveille_core::{
    model::{DayPlan, Item, ItemKey, Schedule, ServerId, ServerKind, ServerState},
    port::{Change, Fleet, Store},
    testing::{
        MemoryFleet, MemoryStore, PaintedRules, RecordingNotifier, daily, definitions, schedule,
        server, utc,
    },
    tick::{Scheduler, Settings, TickOutcome},
};
use reveille_tests::fake_aws::{Call, FakeAws, HOME, Region};

use serde_json::json;

use super::{dynamo, reach::patient_sdk};

const OTHER: &str = "444455556666";
const REGIONS: [&str; 2] = ["ap-northeast-2", "eu-west-1"];
/// One attempt a call, so that what fails is the tick's to mend; long enough for what does not fail.
const ONCE: Patience = Patience {
    connect: Span::from_secs(2),
    attempt: Span::from_secs(2),
    call: Span::from_secs(5),
    attempts: 1,
};
const STEP: Duration = Duration::minutes(5);
/// Ticks under faults, then ticks without: the longest wait between two tries is a quarter of an hour, and the slowest
/// server takes eight minutes.
const STORM: usize = 8;
const CALM: usize = 12;
/// How long databases take here, up and down.
const SLOW: Duration = Duration::minutes(8);

/// What goes wrong in one tick.
#[derive(Debug, Clone)]
struct Mishap {
    calls: (&'static str, &'static str),
    place: Option<usize>,
    harm: usize,
    times: u32,
}

const CALLS: [(&str, &str); 10] = [
    ("*", "*"),
    ("ec2", "*"),
    ("ec2", "DescribeInstances"),
    ("ec2", "StartInstances"),
    ("ec2", "StopInstances"),
    ("rds", "*"),
    ("rds", "StartDBInstance"),
    ("rds", "StopDBInstance"),
    ("rds", "StartDBCluster"),
    ("rds", "StopDBCluster"),
];
const HARMS: usize = 10;

fn mishap() -> impl Strategy<Value = Mishap> {
    (
        0..CALLS.len(),
        prop::option::of(0..REGIONS.len()),
        0..HARMS,
        1_u32..6,
    )
        .prop_map(|(calls, place, harm, times)| Mishap {
            calls: CALLS[calls],
            place,
            harm,
            times,
        })
}

impl Mishap {
    fn befall(&self, fake: &FakeAws) {
        let (service, action) = self.calls;
        let mut script = fake.on(service, action).times(self.times);
        if let Some(place) = self.place {
            script = script.in_region(REGIONS[place]);
        }
        match self.harm {
            0 => script.resets(),
            1 => script.hangs_up(),
            2 => script.loses_the_answer(),
            3 => script.truncates_the_answer(),
            4 => script.garbles_the_answer(),
            5 => script.breaks(),
            6 => script.throttles(),
            7 => script.expires(),
            8 => script.is_denied(),
            _ => script.says(
                500,
                "InsufficientInstanceCapacity",
                "We currently do not have sufficient capacity.",
            ),
        }
    }
}

/// The same servers in the fake and in the model.
struct Twins {
    fake: FakeAws,
    places: Vec<Region>,
    real: Scheduler,
    model_fleet: Arc<MemoryFleet>,
    model: Scheduler,
    names: BTreeMap<String, ServerId>,
}

fn schedules() -> [Schedule; 4] {
    [
        schedule("never").build(),
        schedule("office").build(),
        schedule("nights").build(),
        schedule("strict").enforced().build(),
    ]
}

fn rules() -> PaintedRules {
    PaintedRules::new(|schedule, _| {
        Ok(match schedule.name.as_str() {
            "never" => DayPlan::default(),
            "nights" => daily("20:00", "24:00"),
            "strict" => daily("07:30", "13:10"),
            _ => daily("09:00", "18:00"),
        })
    })
}

impl Twins {
    async fn new(store: Arc<dyn Store>) -> Self {
        let fake = FakeAws::start().unwrap();
        let model_fleet = Arc::new(MemoryFleet::default());
        let accounts = [fake.home(), fake.account(OTHER).role("reveille")];
        let mut names = BTreeMap::new();
        let mut places = Vec::new();
        for (number, id) in [HOME, OTHER].into_iter().enumerate() {
            for name in REGIONS {
                let region = accounts[number].region(name);
                let mut add = |server_name: String, kind, arn: String, schedule: &str| {
                    let twin = server(&arn, schedule).name(&server_name).kind(kind);
                    model_fleet.add(twin.build());
                    if kind != ServerKind::Ec2 {
                        model_fleet.takes(&arn, SLOW);
                    }
                    names.insert(server_name, ServerId::from(arn.as_str()));
                };
                for schedule in ["office", "nights", "strict"] {
                    for twin in 0..2 {
                        let name_of = format!("{schedule}-{twin}-{number}-{name}");
                        let web = region.instance(&name_of).tag("Schedule", schedule);
                        let arn = format!("arn:aws:ec2:{name}:{id}:instance/{}", web.id());
                        add(name_of, ServerKind::Ec2, arn, schedule);
                    }
                    let name_of = format!("{schedule}-db-{number}-{name}");
                    let db = region.database(&name_of).tag("Schedule", schedule);
                    let db = db.takes(SLOW, SLOW);
                    add(name_of, ServerKind::RdsInstance, db.arn(), schedule);
                }
                let name_of = format!("cluster-{number}-{name}");
                let cluster = region.cluster(&name_of).tag("Schedule", "office");
                let cluster = cluster.takes(SLOW, SLOW);
                add(name_of, ServerKind::RdsCluster, cluster.arn(), "office");
                places.push(region);
            }
        }
        let targets = [
            (HOME, None),
            (OTHER, Some(accounts[1].role_arn("reveille"))),
        ];
        let settings = FleetSettings {
            targets: targets
                .into_iter()
                .map(|(account, role)| Target {
                    account: Some(account.to_owned()),
                    role,
                    external_id: None,
                    regions: REGIONS.map(str::to_owned).to_vec(),
                })
                .collect(),
            ..FleetSettings::default()
        };
        let home = patient_sdk(&fake, REGIONS[0], ONCE).await;
        let real_fleet = Arc::new(AwsFleet::new(&home, settings).await);
        let scheduler = |store: Arc<dyn Store>, fleet: Arc<dyn Fleet>, name: &str| {
            Scheduler::new(
                store,
                fleet,
                Arc::new(rules()),
                Arc::new(RecordingNotifier::default()),
                Settings::new(name),
            )
        };
        let model_store = MemoryStore::with_definitions(definitions(schedules()));
        Self {
            real: scheduler(store, real_fleet, "real"),
            model: scheduler(Arc::new(model_store), model_fleet.clone(), "model"),
            fake,
            places,
            model_fleet,
            names,
        }
    }

    async fn tick(&self, now: DateTime<Utc>, mishaps: &[Mishap]) {
        self.fake.set_now(now);
        for mishap in mishaps {
            mishap.befall(&self.fake);
        }
        let real = self.real.tick(now).await;
        self.fake.heal();
        match real {
            Ok(report) => assert_eq!(report.outcome, TickOutcome::Done),
            Err(error) => assert!(!mishaps.is_empty(), "{now}: {error:?}"),
        }
        let model = self.model.tick(now).await.unwrap();
        assert_eq!(model.outcome, TickOutcome::Done);
    }

    /// Every server by name, as it is and as the model's is.
    async fn states(&self, now: DateTime<Utc>) -> [BTreeMap<String, String>; 2] {
        let real = self.places.iter().flat_map(Region::states).collect();
        let view = self.model_fleet.servers(now).await.unwrap();
        let model = view
            .servers
            .iter()
            .map(|server| (server.name.to_string(), server.native_state.to_string()))
            .collect();
        [real, model]
    }

    /// A person turns an EC2 instance by hand, in both; its id. One on its way is left alone.
    fn turn_by_hand(&self, which: usize) -> String {
        let webs: Vec<(&String, &ServerId)> = self
            .names
            .iter()
            .filter(|(_, id)| id.0.contains(":ec2:"))
            .collect();
        let (name, id) = webs[which % webs.len()];
        let place = self
            .places
            .iter()
            .find(|place| place.states().contains_key(name))
            .unwrap();
        let web = place.instance(name);
        match self.model_fleet.state_of(&id.0).unwrap() {
            ServerState::Running => {
                self.model_fleet.put(&id.0, ServerState::Stopped);
                web.stopped().id().to_owned()
            }
            ServerState::Stopped => {
                self.model_fleet.put(&id.0, ServerState::Running);
                web.running().id().to_owned()
            }
            // Nobody has a hand in what is on its way.
            ServerState::Starting
            | ServerState::Stopping
            | ServerState::Busy
            | ServerState::Problem
            | ServerState::Gone => String::new(),
        }
    }
}

/// A turn that was carried out and whose answer arrived must not be asked for again before the opposite was, or a
/// person had a hand in it.
fn nothing_is_done_twice(calls: &[Call], by_hand: &[String]) {
    let mut last: BTreeMap<(String, String, String), (bool, DateTime<Utc>)> = BTreeMap::new();
    for call in calls {
        let starts = match call.action.as_str() {
            "StartInstances" | "StartDBInstance" | "StartDBCluster" => true,
            "StopInstances" | "StopDBInstance" | "StopDBCluster" => false,
            _ => continue,
        };
        let names: std::collections::BTreeSet<&String> = call.ids.iter().collect();
        for id in names {
            let key = (call.account.clone(), call.region.clone(), id.clone());
            let done = last.get(&key);
            let again = done.is_some_and(|(started, _)| *started == starts);
            assert!(
                !again || by_hand.contains(id),
                "{id} again at {}: {call:?}, after {done:?}",
                call.at
            );
            if call.refused.is_none() && call.answered {
                last.insert(key, (starts, call.at));
            } else if call.refused.is_none() {
                // Nobody was told: it may be asked for once more.
                last.remove(&key);
            }
        }
    }
}

async fn live_through(store: Arc<dyn Store>, storms: &[Vec<Vec<Mishap>>], hands: &[usize]) {
    let twins = Twins::new(store).await;
    let mut now = utc("2026-11-23 00:00");
    let mut hands = hands.iter();
    let mut by_hand = Vec::new();
    for storm in storms {
        let calm = vec![Vec::new(); CALM];
        for mishaps in storm.iter().chain(&calm) {
            now += STEP;
            twins.tick(now, mishaps).await;
        }
        let [real, model] = twins.states(now).await;
        assert_eq!(real, model, "at {now}");
        if let Some(which) = hands.next() {
            by_hand.push(twins.turn_by_hand(*which));
        }
    }
    let calls = twins.fake.calls();
    assert!(calls.iter().all(|call| !call.forced));
    nothing_is_done_twice(&calls, &by_hand);
    let spoiled = calls
        .iter()
        .any(|call| call.refused.is_some() || !call.answered);
    assert_eq!(spoiled, storms.iter().flatten().flatten().next().is_some());
    let turned = |names: &[&str]| {
        let turns = calls.iter().filter(|call| call.refused.is_none());
        let ids = turns.filter(|call| names.contains(&call.action.as_str()));
        ids.flat_map(|call| call.ids.clone()).count()
    };
    // Whom people have turned need not be turned.
    let all = twins.names.len() - by_hand.len();
    assert!(turned(&["StartInstances", "StartDBInstance", "StartDBCluster"]) >= all);
    assert!(turned(&["StopInstances", "StopDBInstance", "StopDBCluster"]) >= all);
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::with_definitions(definitions(schedules())))
}

/// Days that are lived through; `PROPTEST_CASES` says how many.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(1)
}

/// A day and an hour of storms and calms.
const STRETCHES: usize = 15;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        // A day takes seconds: what fails is found sooner by its seed.
        max_shrink_iters: 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn after_every_storm_all_stands_as_if_there_had_been_none(
        storms in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(mishap(), 0..4), STORM),
            STRETCHES,
        ),
        hands in prop::collection::vec(any::<usize>(), STRETCHES),
    ) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(live_through(memory(), &storms, &hands));
    }
}

#[tokio::test]
async fn a_day_without_faults_is_the_models() {
    let calm = vec![vec![Vec::new(); STORM]; STRETCHES];
    live_through(memory(), &calm, &[]).await;
}

#[tokio::test]
async fn a_day_on_dynamodb_is_the_models_too() {
    let Some(tables) = dynamo::tables("a day of storms").await else {
        return;
    };
    let store = tables.open();
    let item = |kind: &str, name: &str, attributes: serde_json::Value| {
        Change::PutItem(Item {
            key: ItemKey {
                kind: kind.to_owned(),
                name: name.to_owned(),
            },
            attributes: serde_json::from_value(attributes).unwrap(),
        })
    };
    // What is painted does not go by periods, but a schedule must have some.
    let mut items = vec![item("period", "any", json!({"begintime": "09:00"}))];
    items.extend(schedules().map(|schedule| {
        let attributes =
            json!({"periods": ["any"], "timezone": "UTC", "enforced": schedule.enforced});
        item("schedule", &schedule.name, attributes)
    }));
    store.commit(&items).await.unwrap();
    let storm = prop::collection::vec(prop::collection::vec(mishap(), 0..3), STORM);
    let storms = prop::collection::vec(storm, STRETCHES)
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current();
    live_through(store, &storms, &[3, 17, 5]).await;
}

/// A scheduler over the home account's first region, in memory otherwise: schedule `office` from 09:00 to 18:00.
async fn small(fake: &FakeAws) -> Scheduler {
    let settings = FleetSettings {
        targets: vec![Target {
            account: Some(HOME.to_owned()),
            role: None,
            external_id: None,
            regions: vec![REGIONS[0].to_owned()],
        }],
        ..FleetSettings::default()
    };
    let home = patient_sdk(fake, REGIONS[0], ONCE).await;
    Scheduler::new(
        memory(),
        Arc::new(AwsFleet::new(&home, settings).await),
        Arc::new(rules()),
        Arc::new(RecordingNotifier::default()),
        Settings::new("small"),
    )
}

#[tokio::test]
async fn a_database_that_aws_starts_after_seven_days_is_stopped_again_once() {
    let fake = FakeAws::start().unwrap();
    let region = fake.home().region(REGIONS[0]);
    let archive = region
        .database("archive")
        .tag("Schedule", "never")
        .available();
    let scheduler = small(&fake).await;
    let begin = utc("2026-11-23 00:00");
    for hour in 0..(8 * 24) {
        let now = begin + Duration::hours(hour);
        fake.set_now(now);
        scheduler.tick(now).await.unwrap();
    }
    assert_eq!(archive.state(), "stopped");
    let calls = fake.calls();
    let stops: Vec<String> = calls
        .iter()
        .filter(|call| call.is("rds", "StopDBInstance"))
        .map(|call| call.at.to_string())
        .collect();
    // It counts as started when the look sees it available, an hour after it was starting.
    assert_eq!(
        stops,
        ["2026-11-23 00:00:00 UTC", "2026-11-30 01:00:00 UTC"]
    );
    assert_eq!(fake.count("rds", "StartDBInstance"), 0);
}

#[tokio::test]
async fn a_look_that_shows_an_old_state_starts_nothing_twice() {
    let fake = FakeAws::start().unwrap();
    let region = fake.home().region(REGIONS[0]);
    let web = region.instance("web").tag("Schedule", "office");
    region.shows_late(1);
    let scheduler = small(&fake).await;
    let begin = utc("2026-11-23 08:59");
    for seconds in [0, 60, 75, 90, 105, 120] {
        let now = begin + Duration::seconds(seconds);
        fake.set_now(now);
        scheduler.tick(now).await.unwrap();
    }
    assert_eq!(web.state(), "running");
    assert_eq!(fake.count("ec2", "StartInstances"), 1);
}
