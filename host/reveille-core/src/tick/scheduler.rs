//! The scheduler: a tick from the lease to the record.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Days, Duration, Utc};

use super::{
    held::tell_held,
    refused::Refused,
    report::{ActionTaken, TickError, TickOutcome, TickReport, Unseen},
    round::{Inputs, Results},
    settings::{DRIFT_LOOK, FORGOTTEN_AFTER, MOST_WARNED_BYTES, ORDERS_TAKE, QUICK_LOOK, Settings},
    telling::Telling,
};
use crate::{
    model::{Exception, Force, Remembered, Schedule, Server, ServerId, ServerState},
    port::{
        Fleet, FleetView, Intent, Lease, Notifier, Order, Outcome, Rules, Snapshot, Store,
        StoreError, TickRecord, Trace,
    },
};

/// How many days before the date in UTC exceptions are read from: a zone may be a day behind, what is looked for
/// may lie two days back, and a stop may belong to the day before that.
const DAYS_BACK: u64 = 4;
/// Most orders between two looks at the lease: carried out within seconds even where each is a call of its own, and
/// a multiple of every batch.
const ORDERS_AT_ONCE: usize = 1_000;
/// Most orders between two looks at the time, where there is little of it: a batch of EC2's.
const ORDERS_IN_TIME: usize = 250;
/// How many days ahead: announcements say when servers turn next, and that is at most a week and a day off.
const DAYS_AHEAD: u64 = 9;

/// Works out what should be and does something about it, a tick at a time.
///
/// Between ticks it keeps nothing: what people have been told stands in the store.
pub struct Scheduler {
    store: Arc<dyn Store>,
    fleet: Arc<dyn Fleet>,
    rules: Arc<dyn Rules>,
    notifier: Arc<dyn Notifier>,
    settings: Settings,
    clock: Option<Clock>,
    ticking: AtomicBool,
    halted: AtomicBool,
}

/// Tells the time while a tick is under way.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Everything that a tick goes by, read once.
struct Seen {
    store: Snapshot,
    fleet: FleetView,
}

impl Seen {
    fn last(&self) -> Option<DateTime<Utc>> {
        self.store.last_tick.as_ref().map(|record| record.at)
    }

    /// What the last tick left behind.
    fn before(&self) -> TickRecord {
        self.store.last_tick.clone().unwrap_or_default()
    }
}

/// What the rounds of all schedules have come to.
struct Rounds<'a> {
    results: Results<'a>,
    /// What is to be forgotten.
    gone: Vec<ServerId>,
    /// Servers whose tag names no schedule that can be used, sorted by id.
    unscheduled: Vec<&'a Server>,
    /// How many servers are scheduled.
    servers: usize,
}

/// What came of the orders of a tick.
#[derive(Default)]
struct Acted {
    orders: Vec<Order>,
    outcomes: Vec<Outcome>,
    actions: Vec<ActionTaken>,
    postponed: Vec<ServerId>,
}

/// Set while a tick is under way; dropping it ends that, whichever way the tick is left.
struct Ticking<'a>(&'a AtomicBool);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Scheduler {
    /// A scheduler over these ports.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        fleet: Arc<dyn Fleet>,
        rules: Arc<dyn Rules>,
        notifier: Arc<dyn Notifier>,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            fleet,
            rules,
            notifier,
            settings,
            clock: None,
            ticking: AtomicBool::new(false),
            halted: AtomicBool::new(false),
        }
    }

    /// The scheduler with a clock on which the times of its ticks lie. Before it gives orders it looks whether its
    /// lease still lasts: a host that was halted in the middle of a tick gives none when it wakes up late. Without a
    /// clock only a takeover by another host is noticed.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Has a tick that is under way stop at its next safe point, because the process is to end: it gives no more orders,
    /// and remembers what came of those that it gave. What it leaves is the next tick's, of whichever host. This scheduler
    /// does nothing from then on.
    pub fn halt(&self) {
        self.halted.store(true, Ordering::Release);
    }

    fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Acquire)
    }

    /// Gives the right to act back, so that another host need not wait until the lease ends.
    ///
    /// # Errors
    /// When the store fails; the lease then ends by itself.
    pub async fn release(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.store
            .lease(&self.settings.holder, now, Duration::zero())
            .await
            .map(drop)
    }

    /// One tick: everything is read once, every schedule is looked at, what is to be done is written down and then
    /// done. A tick at or before the time of the last one does nothing, and so does one that does not get the lease.
    ///
    /// # Errors
    /// When the store fails or nothing of the fleet can be seen. What was written down before is finished by the
    /// next tick.
    pub async fn tick(&self, now: DateTime<Utc>) -> Result<TickReport, TickError> {
        self.tick_until(now, None).await
    }

    /// As [`Scheduler::tick`], by a host that works no longer than until `deadline`, by the scheduler's clock: it gives no
    /// order that would most likely not be carried out and remembered by then. Those that it does not give are named in
    /// the report, and the next tick gives them.
    ///
    /// # Errors
    /// As [`Scheduler::tick`].
    pub async fn tick_before(
        &self,
        now: DateTime<Utc>,
        deadline: DateTime<Utc>,
    ) -> Result<TickReport, TickError> {
        self.tick_until(now, Some(deadline)).await
    }

    async fn tick_until(
        &self,
        now: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
    ) -> Result<TickReport, TickError> {
        // Whoever holds the lease may have died: it is free within a minute.
        let nothing = |outcome| Ok(TickReport::new(outcome, now + QUICK_LOOK));
        if self.is_halted() || self.ticking.swap(true, Ordering::Acquire) {
            return nothing(TickOutcome::NotMine);
        }
        let _ticking = Ticking(&self.ticking);
        let lease = self
            .store
            .lease(&self.settings.holder, now, self.settings.lease)
            .await?;
        let Some(lease) = lease else {
            return nothing(TickOutcome::NotMine);
        };
        match self.tick_under(&lease, now, deadline).await {
            // Only fenced writes can conflict here: another host has taken over and does all of this itself.
            Err(TickError::Store(StoreError::Conflict)) => nothing(TickOutcome::Overtaken),
            done_or_failed => done_or_failed,
        }
    }

    async fn tick_under(
        &self,
        lease: &Lease,
        now: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
    ) -> Result<TickReport, TickError> {
        let store = self.read(lease, now).await?;
        if store.last_tick.as_ref().is_some_and(|last| now <= last.at) {
            return Ok(TickReport::new(TickOutcome::Late, now + DRIFT_LOOK));
        }
        let fleet = self.fleet.servers(now).await?;
        let seen = Seen { store, fleet };
        let before = seen.before();
        let Rounds {
            mut results,
            gone,
            unscheduled,
            servers,
        } = self.rounds(&seen, &before, now);
        if self.is_halted() {
            return Ok(TickReport::new(TickOutcome::NotMine, now + QUICK_LOOK));
        }
        let definitions = &seen.store.definitions;
        let record = TickRecord {
            at: now,
            held: tell_held(&mut results, definitions, &before.held, now),
            warned: still_ahead(before.warned, &results.warned, now),
        };
        let telling = Telling {
            notifier: self.notifier.as_ref(),
            last: seen.last(),
            now,
        };
        if self.is_halted() {
            return Ok(TickReport::new(TickOutcome::NotMine, now + QUICK_LOOK));
        }
        // INVARIANT: intent first. Nothing is ordered that is not remembered as ordered, and nothing is remembered as
        // told that is not among the notices: both are one write, and where the store needs several for it, the notices
        // come first. A tick that dies before its record is written is made again since the same last tick, so that
        // what it tells has the same keys, and the store takes each key once.
        let intent = Intent {
            changed: &results.changed,
            gone: &gone,
            audit: &results.audit,
            notices: &telling.notices(&results.news, 0),
        };
        if !intent.is_empty() {
            self.store.remember(lease, &intent).await?;
        }
        let acted = self.act(lease, &mut results, &telling, deadline).await?;
        telling.announce(&results.news).await;
        self.store.record_tick(lease, &record).await?;
        let trace = Trace {
            servers: &seen.fleet.servers,
            unscheduled: &unscheduled,
            orders: &acted.orders,
            outcomes: &acted.outcomes,
            last: seen.last(),
        };
        self.fleet.trace(&trace, now).await;
        Ok(TickReport {
            schedules: definitions.schedules.len(),
            servers,
            actions: acted.actions,
            held: results
                .held
                .iter()
                .map(|(schedule, _)| schedule.name.clone())
                .collect(),
            postponed: acted.postponed,
            unseen: seen.fleet.unseen.iter().map(Unseen::of).collect(),
            moving: results.moving,
            next_look: results.next_look(now),
            stuck: results.stuck,
            ..TickReport::new(TickOutcome::Done, now)
        })
    }

    async fn read(&self, lease: &Lease, now: DateTime<Utc>) -> Result<Snapshot, StoreError> {
        let today = now.date_naive();
        let from = today
            .checked_sub_days(Days::new(DAYS_BACK))
            .unwrap_or(today);
        let to = today
            .checked_add_days(Days::new(DAYS_AHEAD))
            .unwrap_or(today);
        self.store.snapshot(lease, from, to).await
    }

    /// Every schedule's round.
    fn rounds<'a>(&'a self, seen: &'a Seen, before: &TickRecord, now: DateTime<Utc>) -> Rounds<'a> {
        let (mut by_schedule, mut gone, missing) = gather(seen);
        let exceptions: HashMap<&str, &[Exception]> = seen
            .store
            .exceptions
            .chunk_by(|one, next| one.schedule == next.schedule)
            .filter_map(|chunk| Some((chunk.first()?.schedule.as_str(), chunk)))
            .collect();
        // One that has ended is left where it is: to delete it could delete the one that a person gives just now.
        let forces: HashMap<&str, &Force> = seen
            .store
            .forces
            .iter()
            .filter(|force| now < force.until)
            .map(|force| (force.schedule.as_str(), force))
            .collect();
        let mut results = Results::default();
        let mut count = 0;
        for (name, schedule) in &seen.store.definitions.schedules {
            let servers = by_schedule.remove(name.as_str()).unwrap_or_default();
            count += servers.len();
            let inputs = Inputs {
                rules: self.rules.as_ref(),
                settings: &self.settings,
                schedule,
                exceptions: exceptions.get(name.as_str()).copied().unwrap_or_default(),
                force: forces.get(name.as_str()).copied(),
                last: seen.last(),
                held_since: before.held.get(name).map(|held| held.since),
                warning: self.warning(schedule, &servers),
                warned: before.warned.get(name).copied(),
                now,
            };
            results.round(&inputs, &servers);
        }
        for memory in missing {
            if memory.seen != ServerState::Gone {
                results.changed.push(Remembered {
                    request: None,
                    seen: ServerState::Gone,
                    seen_since: now,
                    ..memory.clone()
                });
            } else if memory.seen_since + FORGOTTEN_AFTER <= now {
                gone.push(memory.server.clone());
            }
        }
        // What no schedule has taken.
        let left = by_schedule.into_values().flatten();
        let mut unscheduled: Vec<&Server> = left.map(|(server, _)| server).collect();
        unscheduled.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Rounds {
            results,
            gone,
            unscheduled,
            servers: count,
        }
    }

    /// How long before a stop those of `schedule` are warned.
    fn warning(
        &self,
        schedule: &Schedule,
        servers: &[(&Server, Option<&Remembered>)],
    ) -> Option<Duration> {
        if servers.is_empty() {
            return None;
        }
        let ahead = schedule
            .warn_before_stop
            .or_else(|| self.notifier.warning(schedule));
        ahead.filter(|ahead| *ahead > Duration::zero())
    }

    /// Makes sure that the right to act is still there, for as long as it lasts when it is taken: what was remembered
    /// may have been remembered long ago if the process was halted since.
    async fn renew(&self, lease: &Lease, now: DateTime<Utc>) -> Result<(), StoreError> {
        let asked = self.time(now);
        let renewed = self
            .store
            .lease(&self.settings.holder, asked, self.settings.lease)
            .await?;
        match renewed {
            Some(renewed) if renewed.fence == lease.fence && self.time(now) < renewed.until => {
                Ok(())
            }
            Some(_) | None => Err(StoreError::Conflict),
        }
    }

    /// The time by the clock, or that of the tick where there is none.
    fn time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.clock.as_ref().map_or(now, |clock| clock())
    }

    /// Gives the orders, and remembers those that were refused and those that there was no time for.
    async fn act(
        &self,
        lease: &Lease,
        results: &mut Results<'_>,
        telling: &Telling<'_>,
        deadline: Option<DateTime<Utc>>,
    ) -> Result<Acted, TickError> {
        let now = telling.now;
        if results.orders.is_empty() {
            return Ok(Acted::default());
        }
        let mut orders: Vec<Order> = results
            .orders
            .iter()
            .map(|ordered| ordered.order.clone())
            .collect();
        let mut outcomes = Vec::with_capacity(orders.len());
        let at_once = deadline.map_or(ORDERS_AT_ONCE, |_| ORDERS_IN_TIME);
        for orders in orders.chunks(at_once) {
            let is_late = deadline.is_some_and(|deadline| deadline < self.time(now) + ORDERS_TAKE);
            if is_late || self.is_halted() {
                break;
            }
            self.renew(lease, now).await?;
            outcomes.extend(self.fleet.act(orders, now).await);
        }
        let mut refused = Refused::of(results, &outcomes, now);
        let postponed = refused.postpone(results, outcomes.len());
        orders.truncate(outcomes.len());
        let intent = Intent {
            changed: &refused.changed,
            gone: &refused.gone,
            audit: &refused.audit,
            notices: &telling.notices(&refused.news, results.news.len()),
        };
        if !intent.is_empty() {
            self.store.remember(lease, &intent).await?;
        }
        results.news.extend(refused.news);
        Ok(Acted {
            orders,
            outcomes,
            actions: refused.actions,
            postponed,
        })
    }
}

/// The stops that people know of and that lie ahead: those of `before`, and those that they are warned `now` of. Of more
/// than fit into [`MOST_WARNED_BYTES`] they are warned, and warned again where the key of the notice does not stop it.
fn still_ahead(
    before: BTreeMap<String, DateTime<Utc>>,
    warned: &[(&str, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> BTreeMap<String, DateTime<Utc>> {
    /// Of a time and what stands around it.
    const BYTES_EACH: usize = 50;
    let mut ahead = before;
    ahead.retain(|_, stop| now < *stop);
    let mut bytes: usize = ahead.keys().map(|name| name.len() + BYTES_EACH).sum();
    for (schedule, stop) in warned {
        bytes += schedule.len() + BYTES_EACH;
        if bytes <= MOST_WARNED_BYTES {
            ahead.insert((*schedule).to_owned(), *stop);
        }
    }
    ahead
}

/// The servers of each schedule beside what is remembered of them, in the order of their ids.
type BySchedule<'a> = HashMap<&'a str, Vec<(&'a Server, Option<&'a Remembered>)>>;

/// Also what is to be forgotten because it is known to be gone, and what is remembered of servers that do not show.
/// Both lists are sorted, so one pass over both is enough.
fn gather(seen: &Seen) -> (BySchedule<'_>, Vec<ServerId>, Vec<&Remembered>) {
    let mut by_schedule: BySchedule<'_> =
        HashMap::with_capacity(seen.store.definitions.schedules.len());
    let (mut gone, mut missing) = (Vec::new(), Vec::new());
    let mut remembered = seen.store.remembered.iter().peekable();
    for server in seen.fleet.servers.iter() {
        while let Some(lost) = remembered.next_if(|memory| memory.server < server.id) {
            missing.push(lost);
        }
        let memory = remembered.next_if(|memory| memory.server == server.id);
        if server.state == ServerState::Gone {
            gone.extend(memory.map(|memory| memory.server.clone()));
        } else if server.left_out.is_none() {
            by_schedule
                .entry(server.schedule.as_ref())
                .or_default()
                .push((server, memory));
        }
    }
    missing.extend(remembered);
    if !seen.fleet.unseen.is_empty() {
        // They may be in the part that cannot be seen.
        missing.clear();
    }
    (by_schedule, gone, missing)
}
