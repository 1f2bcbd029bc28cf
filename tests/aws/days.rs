//! Days of a fleet on AWS that misbehaves, tick by tick, beside the same days of the fleet in memory where all is well.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration as Span,
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    client::Patience,
    fleet::{AwsFleet, FleetSettings},
    target::Target,
};
use reveille_core::{
    model::{Server, ServerState},
    port::{Fleet, FleetError, FleetView, Order, Outcome},
    testing::{
        MemoryFleet, MemoryStore, PaintedRules, RecordingNotifier, definitions, schedule, utc,
    },
    tick::{Scheduler, Settings, TickError},
};
use reveille_tests::fake_aws::{FakeAws, Region};

use super::reach::patient_sdk;

const SEOUL: &str = "ap-northeast-2";
const TOKYO: &str = "ap-northeast-1";
const ACCOUNTS: [&str; 2] = ["444455556666", "777788889999"];
const HASTY: Patience = Patience {
    connect: Span::from_millis(300),
    attempt: Span::from_millis(300),
    call: Span::from_secs(2),
    attempts: 2,
};

/// A fleet that notes how often each server was seen to leave for the other state.
struct Watched<F> {
    fleet: F,
    turns: Mutex<BTreeMap<String, (bool, Vec<String>)>>,
}

impl<F> Watched<F> {
    fn new(fleet: F) -> Self {
        Self {
            fleet,
            turns: Mutex::default(),
        }
    }

    fn note(&self, servers: &[Server], now: DateTime<Utc>) {
        let mut turns = self.turns.lock().unwrap();
        for server in servers {
            let up = match server.state {
                ServerState::Running | ServerState::Starting => true,
                ServerState::Stopped | ServerState::Stopping => false,
                ServerState::Busy | ServerState::Problem | ServerState::Gone => continue,
            };
            let id = server.id.0.to_string();
            let (was, turned) = turns.entry(id).or_insert((up, Vec::new()));
            if *was != up {
                *was = up;
                let hour = now.format("%d");
                turned.push(format!("{} on the {hour}.", if up { "up" } else { "down" }));
            }
        }
    }

    /// What each server did.
    fn turns(&self) -> BTreeMap<String, Vec<String>> {
        let turns = self.turns.lock().unwrap();
        turns
            .iter()
            .map(|(id, (_, turned))| (id.clone(), turned.clone()))
            .collect()
    }
}

#[async_trait]
impl<F: Fleet> Fleet for Watched<F> {
    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let view = self.fleet.servers(now).await?;
        self.note(&view.servers, now);
        Ok(view)
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        self.fleet.act(orders, now).await
    }
}

/// Six instances, a database and a cluster in each of two regions of two accounts.
fn stock(fake: &FakeAws) -> Vec<Target> {
    let target = |account: &&str| {
        let of = fake.account(account).role("scheduler");
        for region in [SEOUL, TOKYO] {
            stock_region(&of.region(region));
        }
        Target {
            account: Some((*account).to_owned()),
            role: Some(of.role_arn("scheduler")),
            external_id: None,
            regions: vec![SEOUL.to_owned(), TOKYO.to_owned()],
        }
    };
    ACCOUNTS.iter().map(target).collect()
}

fn stock_region(region: &Region) {
    let _ = region.instances("web", 6).tag("Schedule", "dev");
    let _ = region.database("db").tag("Schedule", "dev");
    let _ = region.cluster("orders").tag("Schedule", "dev");
}

fn scheduler(fleet: Arc<dyn Fleet>) -> Scheduler {
    let store = MemoryStore::with_definitions(definitions([schedule("dev").build()]));
    Scheduler::new(
        Arc::new(store),
        fleet,
        Arc::new(PaintedRules::every_day("09:00", "18:00")),
        Arc::new(RecordingNotifier::default()),
        Settings::new("here"),
    )
}

/// Numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// Something that goes wrong in one account for a few calls.
fn misbehave(fake: &FakeAws, dice: &mut Dice) {
    let service = ["ec2", "rds", "*"][dice.roll(3)];
    let script = fake
        .on(service, "*")
        .in_account(ACCOUNTS[dice.roll(2)])
        .in_region([SEOUL, TOKYO][dice.roll(2)])
        .times(u32::try_from(1 + dice.roll(4)).unwrap());
    match dice.roll(8) {
        0 => script.breaks(),
        1 => script.throttles(),
        2 => script.resets(),
        3 => script.loses_the_answer(),
        4 => script.truncates_the_answer(),
        5 => script.garbles_the_answer(),
        6 => script.is_denied(),
        _ => script.expires(),
    }
}

/// The hours around the turns of two days, in minutes.
fn minutes() -> impl Iterator<Item = DateTime<Utc>> {
    [
        "2026-11-23 08:58",
        "2026-11-23 17:58",
        "2026-11-24 08:58",
        "2026-11-24 17:58",
    ]
    .into_iter()
    .flat_map(|begin| (0..45).map(move |minute| utc(begin) + Duration::minutes(minute)))
}

#[tokio::test]
async fn days_under_faults_end_as_days_without() {
    let fake = FakeAws::start().unwrap();
    fake.set_now(utc("2026-11-23 08:00"));
    let settings = FleetSettings {
        targets: stock(&fake),
        ..FleetSettings::default()
    };
    let sdk = patient_sdk(&fake, SEOUL, HASTY).await;
    let retries = sdk.retry_config().unwrap().clone();
    let sdk = sdk
        .into_builder()
        .retry_config(retries.with_initial_backoff(Span::from_millis(1)))
        .build();
    let real = Arc::new(Watched::new(AwsFleet::new(&sdk, settings).await));
    let begin = real.servers(utc("2026-11-23 08:00")).await.unwrap();
    assert_eq!(begin.servers.len(), 4 * 8);
    let model = Arc::new(Watched::new(MemoryFleet::new(begin.servers.to_vec())));
    let hosts = (scheduler(real.clone()), scheduler(model.clone()));

    let mut dice = Dice(20_261_123);
    let (mut blind, mut unseen) = (0, 0);
    for now in minutes() {
        fake.set_now(now);
        // Faults stop a while before each look at how it ended: what is denied is tried again after 15 minutes.
        match now.format("%M").to_string().parse::<u32>().unwrap() {
            minute @ (0..=20 | 58..) => {
                if minute % 2 == 0 {
                    misbehave(&fake, &mut dice);
                }
            }
            _ => fake.heal(),
        }
        match hosts.0.tick(now).await {
            Ok(report) => unseen += usize::from(!report.unseen.is_empty()),
            Err(TickError::Fleet(_)) => blind += 1,
            Err(error) => panic!("{error}"),
        }
        hosts.1.tick(now).await.unwrap();
    }
    assert!(unseen > 5, "the faults were felt: {unseen} and {blind}");
    assert_eq!(real.turns(), model.turns());
    let both = [
        "up on the 23.",
        "down on the 23.",
        "up on the 24.",
        "down on the 24.",
    ];
    assert!(real.turns().values().all(|turns| *turns == both));
}
