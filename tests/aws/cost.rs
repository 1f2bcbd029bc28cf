//! What a day costs on DynamoDB, in requests and in units, counted on the wire.

use std::{collections::BTreeMap, ops::Add, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use reveille_aws::dynamo::DynamoStore;
use reveille_core::{
    model::{DayPlan, Item},
    port::Change,
    testing::{MemoryFleet, PaintedRules, RecordingNotifier, contract::sample::item, server, utc},
    tick::{Scheduler, Settings, TickOutcome},
};
use serde_json::json;

use crate::{
    dynamo::tables,
    wire::{Call, Fate, Wire},
};

const SCHEDULES: usize = 100;
/// Each schedule has as many periods of its own.
const PERIODS: usize = 2;
const SERVERS_EACH: usize = 10;
const TICKS_A_DAY: usize = 1440;
/// Of the price list for on-demand tables in us-east-1, in dollars.
const PER_MILLION_WRITES: f64 = 0.625;
const PER_MILLION_READS: f64 = 0.125;
/// So much the original's whole installation costs in a month by its own guide, in dollars.
const ORIGINAL: f64 = 13.0;

fn office() -> PaintedRules {
    PaintedRules::every_day("09:00", "18:00")
}

/// A host with 100 schedules, whose calls are counted.
struct Host {
    wire: Wire,
    scheduler: Scheduler,
    fleet: Arc<MemoryFleet>,
    now: DateTime<Utc>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Cost {
    requests: usize,
    reads: f64,
    writes: f64,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
        }
    }
}

impl Cost {
    fn of(calls: &[Call]) -> Self {
        Self {
            requests: calls.len(),
            reads: calls.iter().map(|call| call.read_units).sum(),
            writes: calls.iter().map(|call| call.write_units).sum(),
        }
    }

    /// Dollars a month of such days.
    fn monthly(self) -> f64 {
        30.0 * (self.writes * PER_MILLION_WRITES + self.reads * PER_MILLION_READS) / 1e6
    }
}

fn definitions() -> Vec<Item> {
    let periods = |schedule: usize| -> Vec<String> {
        (0..PERIODS)
            .map(|period| format!("team-{schedule:03}-hours-{period}"))
            .collect()
    };
    let mut items = Vec::new();
    for schedule in 0..SCHEDULES {
        items.extend(periods(schedule).iter().map(|name| {
            item(
                "period",
                name,
                json!({
                    "begintime": "09:00", "endtime": "18:00", "weekdays": ["mon-fri"], "description": "Office hours of the team",
                }),
            )
        }));
        items.push(item(
            "schedule",
            &format!("team-{schedule:03}"),
            json!({
                "periods": periods(schedule), "timezone": "UTC", "description": "Servers of a team in Seoul",
                "stop_new_instances": true, "enforced": false, "hibernate": false, "retain_running": false,
            }),
        ));
    }
    items
}

impl Host {
    /// With so many servers under each schedule.
    async fn new(rules: PaintedRules, servers_each: usize) -> Option<Self> {
        let tables = tables("what a day costs").await?;
        for part in definitions().chunks(50) {
            let changes: Vec<Change> = part.iter().cloned().map(Change::PutItem).collect();
            tables.open().commit(&changes).await.unwrap();
        }
        let (wire, sdk) = Wire::tap(&tables.sdk, |_| Fate::Arrives);
        let store = DynamoStore::new(&sdk, tables.names, Tz::UTC);
        let servers = (0..SCHEDULES * servers_each).map(|number| {
            let schedule = format!("team-{:03}", number % SCHEDULES);
            server(&format!("i-{number:017x}"), &schedule).build()
        });
        let fleet = Arc::new(MemoryFleet::new(servers));
        let scheduler = Scheduler::new(
            Arc::new(store),
            Arc::clone(&fleet) as _,
            Arc::new(rules),
            Arc::new(RecordingNotifier::default()),
            Settings::new("here"),
        );
        Some(Self {
            wire,
            scheduler,
            fleet,
            now: utc("2026-11-23 09:00"),
        })
    }

    /// A tick a minute after the last one, and the calls that it made.
    async fn tick(&mut self) -> Vec<Call> {
        self.now += Duration::minutes(1);
        let report = self.scheduler.tick(self.now).await.unwrap();
        assert_eq!(report.outcome, TickOutcome::Done);
        assert!(report.servers >= SCHEDULES);
        self.wire.take()
    }

    /// So many ticks, and how often each operation was called.
    async fn ticks(&mut self, ticks: usize) -> (Cost, BTreeMap<String, usize>) {
        let (mut calls, mut by_operation) = (Vec::new(), BTreeMap::new());
        for _ in 0..ticks {
            calls.extend(self.tick().await);
        }
        for call in &calls {
            *by_operation.entry(call.operation.clone()).or_default() += 1;
        }
        (Cost::of(&calls), by_operation)
    }
}

#[tokio::test]
async fn an_idle_tick_makes_three_requests() {
    let Some(mut host) = Host::new(office(), 1).await else {
        return;
    };
    // The first ticks start every server, wait for it, and read twice what is new.
    host.ticks(5).await;
    let calls = host.tick().await;
    let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["UpdateItem", "Scan", "UpdateItem"]);
    let cost = Cost::of(&calls);
    eprintln!("an idle tick: {cost:?}");
    assert_eq!(cost.writes, 2.0);
    // 300 items of some 150 bytes, 4 KB a unit.
    assert!(cost.reads <= 15.0, "{cost:?}");
}

#[tokio::test]
async fn an_idle_day_stays_under_ten_thousand_requests() {
    // Nothing runs on any day, and nothing is running.
    let idle = PaintedRules::new(|_, _| Ok(DayPlan::default()));
    let Some(mut host) = Host::new(idle, 1).await else {
        return;
    };
    host.ticks(5).await;
    let orders = host.fleet.orders().len();
    let (day, _) = host.ticks(TICKS_A_DAY).await;
    eprintln!("an idle day: {day:?}, {:.2} USD a month", day.monthly());
    assert_eq!(host.fleet.orders().len(), orders);
    assert!(day.requests < 10_000, "{day:?}");
    // Three each, and now and then what is read anew.
    assert!(day.requests <= 3 * TICKS_A_DAY + 20, "{day:?}");
    assert!(day.monthly() < ORIGINAL / 10.0, "{day:?}");
}

#[tokio::test]
async fn turns_of_a_thousand_servers_cost_a_fraction_of_the_original() {
    let Some(mut host) = Host::new(office(), SERVERS_EACH).await else {
        return;
    };
    let mut turns = Cost::default();
    for turn in [
        "2026-11-23 08:59",
        "2026-11-23 17:59",
        "2026-11-24 08:59",
        "2026-11-24 17:59",
    ] {
        host.now = utc(turn);
        let (cost, by_operation) = host.ticks(6).await;
        // On the first day every server is new.
        if turn.starts_with("2026-11-24") {
            turns = turns + cost;
            eprintln!("a turn: {cost:?}, {by_operation:?}");
        }
    }
    assert_eq!(host.fleet.orders().len(), 4 * SCHEDULES * SERVERS_EACH);
    eprintln!(
        "the turns of a day: {turns:?}, {:.2} USD a month",
        turns.monthly()
    );
    assert!(turns.monthly() < ORIGINAL / 10.0, "{turns:?}");
}
