//! Days in the life of a fleet, told by moving `now`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so"
)]

mod chaos;
mod days;
mod deadlines;
mod forces;
mod groups;
mod halts;
mod idle;
mod people;
mod preferred;
mod stop_near;
mod telling;
mod troubles;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::{Scheduler, Settings, TickError, TickOutcome, TickReport};
use crate::{
    model::{Force, Remembered, Schedule, Server, ServerState, Want, reply::Announcement},
    port::{Change, Fleet, OrderAction, Rules, Store},
    testing::{MemoryFleet, MemoryStore, PaintedRules, RecordingNotifier, definitions, utc},
};

/// A scheduler with everything around it.
struct House {
    store: Arc<MemoryStore>,
    fleet: Arc<MemoryFleet>,
    notifier: Arc<RecordingNotifier>,
    rules: Arc<dyn Rules>,
    scheduler: Scheduler,
    runtime: tokio::runtime::Runtime,
}

impl House {
    fn new(
        schedules: impl IntoIterator<Item = Schedule>,
        servers: impl IntoIterator<Item = Server>,
        rules: PaintedRules,
    ) -> Self {
        let store = Arc::new(MemoryStore::with_definitions(definitions(schedules)));
        let fleet = Arc::new(MemoryFleet::new(servers));
        let notifier = Arc::new(RecordingNotifier::default());
        let rules: Arc<dyn Rules> = Arc::new(rules);
        let scheduler = Scheduler::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&fleet) as Arc<dyn Fleet>,
            Arc::clone(&rules),
            Arc::clone(&notifier) as _,
            Settings::new("here"),
        );
        Self {
            store,
            fleet,
            notifier,
            rules,
            scheduler,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
        }
    }

    /// One host more over the same rules, with its own store and fleet in front of the shared ones.
    fn host(&self, holder: &str, store: Arc<dyn Store>, fleet: Arc<dyn Fleet>) -> Scheduler {
        Scheduler::new(
            store,
            fleet,
            Arc::clone(&self.rules),
            Arc::clone(&self.notifier) as _,
            Settings::new(holder),
        )
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as _
    }

    fn fleet(&self) -> Arc<dyn Fleet> {
        Arc::clone(&self.fleet) as _
    }

    fn tick(&self, at: &str) -> TickReport {
        self.tick_at(utc(at))
    }

    #[track_caller]
    fn tick_at(&self, now: DateTime<Utc>) -> TickReport {
        let report = self.try_tick(&self.scheduler, now).unwrap();
        assert_eq!(report.outcome, TickOutcome::Done, "at {now}");
        report
    }

    fn try_tick(&self, host: &Scheduler, now: DateTime<Utc>) -> Result<TickReport, TickError> {
        self.runtime.block_on(host.tick(now))
    }

    /// Ticks every minute from `from` to `to`, both included.
    fn run(&self, from: &str, to: &str) {
        let (mut now, to) = (utc(from), utc(to));
        while now <= to {
            self.tick_at(now);
            now += Duration::minutes(1);
        }
    }

    /// As [`House::run`], each tick by a process that starts anew.
    fn run_anew(&self, from: &str, to: &str) {
        let (mut now, to) = (utc(from), utc(to));
        while now <= to {
            let host = self.host("here", self.store(), self.fleet());
            self.try_tick(&host, now).unwrap();
            now += Duration::minutes(1);
        }
    }

    /// The messages that were ever made, each as the minute and the first word.
    fn told(&self) -> Vec<String> {
        let word = |body: &str| {
            let end = body.find([' ', '(']).unwrap_or(body.len());
            body[..end].to_owned()
        };
        let notices = self.store.all_notices().into_iter();
        notices
            .map(|it| format!("{} {}", it.at.format("%H:%M"), word(&it.message.body)))
            .collect()
    }

    fn force(&self, schedule: &str, want: Want, since: &str, until: &str) {
        let force = Force {
            schedule: schedule.to_owned(),
            want,
            since: utc(since),
            until: utc(until),
            by: "hana".to_owned(),
            reason: None,
        };
        self.runtime
            .block_on(self.store.commit(&[Change::PutForce(force)]))
            .unwrap();
    }

    fn cancel(&self, schedule: &str) {
        let change = Change::DeleteForce {
            schedule: schedule.to_owned(),
        };
        self.runtime.block_on(self.store.commit(&[change])).unwrap();
    }

    /// Everything ordered so far, as `HH:MM start i-1`.
    fn orders(&self) -> Vec<String> {
        let orders = self.fleet.orders();
        let line = |(at, order): &(DateTime<Utc>, crate::port::Order)| {
            let verb = match &order.action {
                OrderAction::Start => "start".to_owned(),
                OrderAction::Stop { hibernate: false } => "stop".to_owned(),
                OrderAction::Stop { hibernate: true } => "hibernate".to_owned(),
                OrderAction::Resize(to) => format!("resize to {to}"),
            };
            format!("{} {verb} {}", at.format("%H:%M"), order.server)
        };
        orders.iter().map(line).collect()
    }

    #[track_caller]
    fn state(&self, id: &str) -> ServerState {
        self.fleet.state_of(id).unwrap()
    }

    #[track_caller]
    fn memory(&self, id: &str) -> Remembered {
        self.store.memory_of(id).unwrap()
    }

    /// What was announced since the last call, each by its first word.
    fn heard(&self) -> Vec<String> {
        let word = |announcement: &Announcement| match announcement {
            Announcement::Turned(wave) => {
                format!("{} {} of {}", wave.want.as_str(), wave.count, wave.schedule)
            }
            Announcement::StopNear { schedule, .. } => format!("stop near {schedule}"),
            Announcement::Stuck { servers, .. } => format!("stuck {}", names(servers)),
            Announcement::Failed { servers, .. } => format!("failed {}", names(servers)),
            Announcement::RestartedByProvider { servers, .. } => {
                format!("restarted {}", names(servers))
            }
            Announcement::Held { schedule, .. } => format!("held {schedule}"),
            Announcement::Resumed { schedule } => format!("resumed {schedule}"),
            Announcement::GroupOverdue { groups, .. } => format!("overdue {}", groups.join(" ")),
            other @ (Announcement::RuleTaken(_)
            | Announcement::RuleRejected(_)
            | Announcement::RuleUnreachable(_)
            | Announcement::RuleReachable { .. }
            | Announcement::DataStale(_)
            | Announcement::DataFresh { .. }
            | Announcement::Morning(_)) => format!("not a tick's to say: {other:?}"),
        };
        self.notifier.take().iter().map(word).collect()
    }
}

fn names(servers: &[crate::model::reply::ServerView]) -> String {
    let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    names.join(" ")
}
