//! Two hosts on one table, each of which falls asleep or dies at any call, while the other goes on.
//!
//! Time is simulated: a step of [`STEP`] in which every host that is awake ticks. One that falls asleep is held before
//! one of its calls to the store, and goes on from there some steps later, with the `now` that it had.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Timelike as _, Utc};
use reveille_core::{
    model::{
        AuditRecord, Definitions, Exception, Force, Item, KeptNotice, Notice, Remembered, Settled,
        Want,
    },
    port::{
        Change, Delivery, Fleet, FleetError, FleetView, Intent, Lease, Order, OrderAction, Outcome,
        Snapshot, Store, StoreError, TickRecord,
    },
    testing::{
        MemoryFleet, PaintedRules, RecordingNotifier, contract::sample::item, plan_of, server, utc,
    },
    tick::{Scheduler, Settings, TickError, TickOutcome, TickReport},
};
use serde_json::json;
use tokio::{sync::Notify, task::JoinHandle};

use crate::dynamo::{Tables, tables};

/// As often as a host looks while something is on its way.
const STEP: Duration = Duration::seconds(15);
/// The lease that hosts take.
const LEASE: Duration = reveille_core::tick::LEASE;
/// Ticks of both hosts together, unless `REVEILLE_LEASE_TICKS` says another number.
const TICKS: usize = 2_000;
/// When it begins; nothing runs.
const BEGIN: &str = "2026-11-23 00:00";
/// Servers; they take 40 s to start or stop.
const SERVERS: usize = 6;
/// Runs for five minutes of every ten.
const TURN: u32 = 5;

/// Chance that can be had again by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// What both hosts share, and what is noted of them.
struct World {
    fleet: MemoryFleet,
    /// The time as it is, whatever a host believes.
    now: Mutex<DateTime<Utc>>,
    /// Fence and holder of the newest lease.
    newest: Mutex<(u64, &'static str)>,
    /// With the time at which they came.
    orders: Mutex<Vec<(DateTime<Utc>, Order)>>,
    /// Orders of hosts that were no longer the newest holder.
    late: Mutex<Vec<Order>>,
}

impl World {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }
}

/// The fleet as one host reaches it.
struct Reached {
    world: Arc<World>,
    host: &'static str,
}

#[async_trait]
impl Fleet for Reached {
    async fn servers(&self, _: DateTime<Utc>) -> Result<FleetView, FleetError> {
        self.world.fleet.servers(self.world.now()).await
    }

    async fn act(&self, orders: &[Order], _: DateTime<Utc>) -> Vec<Outcome> {
        let now = self.world.now();
        if self.world.newest.lock().unwrap().1 != self.host {
            self.world.late.lock().unwrap().extend_from_slice(orders);
        }
        let noted = orders.iter().map(|order| (now, order.clone()));
        self.world.orders.lock().unwrap().extend(noted);
        self.world.fleet.act(orders, now).await
    }
}

/// Holds a host back before one of its calls.
#[derive(Default)]
struct Gate {
    /// How many calls go through before the one that is held; [`usize::MAX`] holds none.
    free: AtomicUsize,
    reached: Notify,
    open: Notify,
}

impl Gate {
    async fn pass(&self) {
        let free = self.free.load(Ordering::Relaxed);
        if free == 0 {
            self.free.store(usize::MAX, Ordering::Relaxed);
            self.reached.notify_one();
            self.open.notified().await;
        } else if free < usize::MAX {
            self.free.store(free - 1, Ordering::Relaxed);
        }
    }
}

/// The store as one host reaches it.
struct Held {
    inner: Arc<dyn Store>,
    gate: Arc<Gate>,
    world: Arc<World>,
    host: &'static str,
}

#[async_trait]
impl Store for Held {
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        self.gate.pass().await;
        self.inner.definitions().await
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        self.gate.pass().await;
        self.inner.items().await
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        self.gate.pass().await;
        self.inner.exceptions(schedule, from, to).await
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        self.gate.pass().await;
        self.inner.forces().await
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.gate.pass().await;
        self.inner.commit(changes).await
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        self.gate.pass().await;
        self.inner.remembered().await
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        self.gate.pass().await;
        self.inner.remember(lease, intent).await
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.gate.pass().await;
        self.inner.audit(schedule, limit).await
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        self.gate.pass().await;
        self.inner.delivery(key).await
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        self.gate.pass().await;
        self.inner.notices(now, limit).await
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.gate.pass().await;
        self.inner.claim_notice(key, now).await
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.gate.pass().await;
        self.inner.settle_notice(key, settled, now).await
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        self.gate.pass().await;
        self.inner.kept_notices().await
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        self.gate.pass().await;
        let lease = self.inner.lease(holder, now, length).await?;
        if let Some(lease) = &lease {
            let mut newest = self.world.newest.lock().unwrap();
            *newest = (lease.fence, self.host).max(*newest);
        }
        Ok(lease)
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        self.gate.pass().await;
        self.inner.last_tick().await
    }

    async fn snapshot(
        &self,
        lease: &Lease,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Snapshot, StoreError> {
        self.gate.pass().await;
        self.inner.snapshot(lease, from, to).await
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        self.gate.pass().await;
        self.inner.record_tick(lease, record).await
    }
}

type Ticking = JoinHandle<Result<TickReport, TickError>>;

enum State {
    Awake,
    /// In the middle of a tick, until this step.
    Asleep(Ticking, usize),
    /// Until this step.
    Dead(usize),
}

struct Host {
    name: &'static str,
    tables: Tables,
    world: Arc<World>,
    gate: Arc<Gate>,
    scheduler: Arc<Scheduler>,
    state: State,
}

impl Host {
    fn new(name: &'static str, tables: &Tables, world: &Arc<World>) -> Self {
        let gate = Arc::new(Gate::default());
        let store = Held {
            inner: tables.open(),
            gate: Arc::clone(&gate),
            world: Arc::clone(world),
            host: name,
        };
        let fleet = Reached {
            world: Arc::clone(world),
            host: name,
        };
        let scheduler = Scheduler::new(
            Arc::new(store),
            Arc::new(fleet),
            Arc::new(PaintedRules::new(|_, _| Ok(turns()))),
            Arc::new(RecordingNotifier::default()),
            Settings::new(name),
        );
        let clock = Arc::clone(world);
        let scheduler = scheduler.with_clock(Arc::new(move || clock.now()));
        Self {
            name,
            tables: tables.clone(),
            world: Arc::clone(world),
            gate,
            scheduler: Arc::new(scheduler),
            state: State::Awake,
        }
    }

    /// Wakes up or is started anew when it is time; what came of it.
    async fn come_back(&mut self, step: usize) -> Option<String> {
        match std::mem::replace(&mut self.state, State::Awake) {
            State::Awake => None,
            State::Asleep(ticking, until) if step >= until => {
                let before = self.world.orders.lock().unwrap().len();
                let is_overtaken = self.world.newest.lock().unwrap().1 != self.name;
                self.gate.open.notify_one();
                let outcome = ticking.await.unwrap().unwrap().outcome;
                if is_overtaken && outcome != TickOutcome::Done {
                    assert_eq!(self.world.orders.lock().unwrap().len(), before);
                }
                Some(format!("woke up: {outcome:?}"))
            }
            State::Dead(until) if step >= until => {
                *self = Self::new(self.name, &self.tables, &self.world);
                Some("was started anew".to_owned())
            }
            still @ (State::Asleep(..) | State::Dead(_)) => {
                self.state = still;
                None
            }
        }
    }

    /// Ticks; the outcome, or the tick that is held before the call to the store that comes after `free` others. None
    /// when it is not awake.
    async fn tick(&mut self, free: usize) -> Option<Result<TickOutcome, Ticking>> {
        if !matches!(self.state, State::Awake) {
            return None;
        }
        self.gate.free.store(free, Ordering::Relaxed);
        let (scheduler, now) = (Arc::clone(&self.scheduler), self.world.now());
        let mut ticking = tokio::spawn(async move { scheduler.tick(now).await });
        tokio::select! {
            ended = &mut ticking => Some(Ok(ended.unwrap().unwrap().outcome)),
            () = self.gate.reached.notified() => Some(Err(ticking)),
        }
    }
}

/// Runs in the second half of every ten minutes.
fn turns() -> reveille_core::model::DayPlan {
    let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let runs: Vec<_> = (0..1440 / (2 * TURN))
        .map(|turn| (time((2 * turn + 1) * TURN), time((2 * turn + 2) * TURN)))
        .collect();
    let spans: Vec<_> = runs
        .iter()
        .map(|(begin, end)| (begin.as_str(), end.as_str(), Want::Run))
        .collect();
    plan_of(&spans)
}

/// Each turn of the plan was told once, whoever died over it. Of a host that woke up `late` and went on, orders and words
/// may lie on both sides of a turn.
async fn check_told(tables: &Tables, world: &World, late: usize) {
    let turn = |at: DateTime<Utc>| (at - utc(BEGIN)).num_minutes() / i64::from(TURN);
    let mut told = BTreeSet::new();
    for kept in tables.open().kept_notices().await.unwrap() {
        let notice = kept.notice;
        if notice.message.body.starts_with("Turned") {
            assert!(told.insert(turn(notice.at)), "told twice: {notice:?}");
        }
    }
    let orders = world.orders.lock().unwrap();
    let ordered: BTreeSet<i64> = orders.iter().map(|(at, _)| turn(*at)).collect();
    let untold: Vec<_> = ordered.difference(&told).collect();
    assert!(untold.len() <= late, "not told: {untold:?}");
}

fn ticks() -> usize {
    let number = env::var("REVEILLE_LEASE_TICKS").ok();
    number.map_or(TICKS, |number| number.parse().unwrap())
}

#[tokio::test]
async fn two_hosts_that_fall_asleep_and_die_never_act_against_each_other() {
    let Some(tables) = tables("two hosts").await else {
        return;
    };
    let definitions = [
        item("period", "p", json!({"begintime": "09:00"})),
        item(
            "schedule",
            "s",
            json!({"periods": ["p"], "timezone": "UTC"}),
        ),
    ];
    tables
        .open()
        .commit(&definitions.map(Change::PutItem))
        .await
        .unwrap();
    let servers = (0..SERVERS).map(|number| server(&format!("i-{number}"), "s").build());
    let world = Arc::new(World {
        fleet: MemoryFleet::new(servers),
        now: Mutex::new(utc(BEGIN)),
        newest: Mutex::new((0, "")),
        orders: Mutex::default(),
        late: Mutex::default(),
    });
    let mut hosts = ["a", "b"].map(|name| Host::new(name, &tables, &world));
    let mut chance = Chance(0x5eed);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut done_at, mut troubled_at) = (world.now(), world.now());
    let mut longest = Duration::zero();
    // Since when each has been awake and well.
    let mut well_since = BTreeMap::from([("a", world.now()), ("b", world.now())]);
    let (mut ticks, wanted, mut step) = (0, ticks(), 0);
    while ticks < wanted {
        let now = world.now();
        for host in &mut hosts {
            if let Some(what) = host.come_back(step).await {
                well_since.insert(host.name, now);
                *seen.entry(what).or_default() += 1;
            }
        }
        // One tick in eight comes to nothing good.
        let mut free = || match chance.below(8) {
            0 => usize::try_from(chance.below(7)).unwrap(),
            _ => usize::MAX - 1,
        };
        let frees = [free(), free()];
        let [one, other] = &mut hosts;
        let outcomes: [_; 2] = tokio::join!(one.tick(frees[0]), other.tick(frees[1])).into();
        for (host, outcome) in hosts.iter_mut().zip(outcomes) {
            let what = match outcome {
                None => continue,
                Some(Ok(outcome)) => {
                    if outcome == TickOutcome::Done {
                        done_at = now;
                    }
                    format!("{outcome:?}")
                }
                Some(Err(ticking)) => {
                    well_since.remove(host.name);
                    troubled_at = now;
                    let until = step + 1 + usize::try_from(chance.below(12)).unwrap();
                    if chance.below(2) == 0 {
                        ticking.abort();
                        let _ = ticking.await;
                        host.state = State::Dead(until);
                        "died".to_owned()
                    } else {
                        host.state = State::Asleep(ticking, until);
                        "fell asleep".to_owned()
                    }
                }
            };
            ticks += 1;
            *seen.entry(what).or_default() += 1;
        }
        // A host that has been well for as long as a lease lasts has ticked, or the other has.
        if let Some(since) = well_since.values().min() {
            let silent = now - done_at.max(troubled_at).max(*since);
            longest = longest.max(silent);
            assert!(
                silent <= LEASE,
                "nobody has taken over for {silent} at {now}"
            );
        }
        assert!(
            world.late.lock().unwrap().is_empty(),
            "a host acted that had been overtaken"
        );
        step += 1;
        *world.now.lock().unwrap() += STEP;
    }
    check(&world, done_at);
    let late = seen.get("woke up: Done").copied().unwrap_or_default();
    check_told(&tables, &world, late).await;
    eprintln!(
        "{ticks} ticks in {step} steps: {seen:?}, {} orders, at most {} s until somebody took over",
        world.orders.lock().unwrap().len(),
        longest.num_seconds(),
    );
    for word in [
        "Done",
        "NotMine",
        "died",
        "fell asleep",
        "woke up: Overtaken",
    ] {
        assert!(seen.contains_key(word), "{word} never happened");
    }
}

/// No server got two orders at one time, each order was the one that was wanted then, and every turn was carried out
/// once.
fn check(world: &World, done_at: DateTime<Utc>) {
    let orders = world.orders.lock().unwrap();
    let mut given = BTreeSet::new();
    for (at, order) in orders.iter() {
        assert!(
            given.insert((*at, order.server.clone())),
            "two orders at {at}: {order:?}"
        );
        let wants_run = (at.minute() / TURN) % 2 == 1;
        let is_start = order.action == OrderAction::Start;
        assert_eq!(is_start, wants_run, "not what is wanted at {at}: {order:?}");
    }
    let until = |time: DateTime<Utc>| {
        let turns = (time - utc(BEGIN)).num_minutes() / i64::from(TURN);
        usize::try_from(turns).unwrap() * SERVERS
    };
    // The last turn may have been carried out by a tick that has not come to its end.
    let expected = until(done_at)..=until(world.now());
    assert!(
        expected.contains(&orders.len()),
        "{} orders instead of {expected:?}",
        orders.len()
    );
}
