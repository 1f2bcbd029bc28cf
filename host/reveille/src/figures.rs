//! What the host has done since it started, counted for `/metrics` and `/readyz`. What rules have done is counted by the
//! sandbox.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use prometheus_client::{
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use reveille_core::{
    model::Action,
    tick::{TickError, TickOutcome, TickReport},
};

/// A label with its value.
type Label = [(&'static str, String); 1];

/// Upper bounds in seconds of the classes of how long ticks take: 1 ms to 66 s, each twice the one before. A tick that
/// takes longer than its lease has lost it.
fn tick_classes() -> impl Iterator<Item = f64> {
    exponential_buckets(0.001, 2.0, 17)
}

/// What has been counted.
#[derive(Debug)]
pub(crate) struct Figures {
    ticks: Family<Label, Counter>,
    tick_seconds: Histogram,
    last_tick: Gauge,
    schedules: Gauge,
    servers: Gauge,
    moving: Gauge,
    stuck: Gauge,
    held: Marks,
    unseen: Marks,
    orders: Family<Label, Counter>,
    refused: Counter,
    answers: Family<Label, Counter>,
    last_look: Mutex<Option<DateTime<Utc>>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            ticks: Family::default(),
            tick_seconds: Histogram::new(tick_classes()),
            last_tick: Gauge::default(),
            schedules: Gauge::default(),
            servers: Gauge::default(),
            moving: Gauge::default(),
            stuck: Gauge::default(),
            held: Marks::new("schedule"),
            unseen: Marks::new("target"),
            orders: Family::default(),
            refused: Counter::default(),
            answers: Family::default(),
            last_look: Mutex::default(),
        }
    }
}

impl Figures {
    /// Names everything in `registry`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("ticks", "Scheduling runs by outcome", self.ticks.clone());
        registry.register(
            "tick_duration_seconds",
            "How long scheduling runs took that looked at everything",
            self.tick_seconds.clone(),
        );
        registry.register(
            "last_tick_timestamp_seconds",
            "When everything was last looked at; 0 before the first time",
            self.last_tick.clone(),
        );
        registry.register(
            "schedules",
            "Schedules at the last tick",
            self.schedules.clone(),
        );
        registry.register(
            "servers",
            "Servers under schedules at the last tick",
            self.servers.clone(),
        );
        registry.register(
            "servers_moving",
            "1 while a server is on its way up or down",
            self.moving.clone(),
        );
        registry.register(
            "servers_stuck",
            "Servers that the last tick found stuck",
            self.stuck.clone(),
        );
        registry.register(
            "schedule_held",
            "1 for each schedule that holds because one of its rules fails",
            self.held.family.clone(),
        );
        registry.register(
            "fleet_unseen",
            "1 for each part of the fleet that cannot be seen",
            self.unseen.family.clone(),
        );
        registry.register(
            "orders",
            "Orders to servers, refused ones included",
            self.orders.clone(),
        );
        registry.register(
            "orders_refused",
            "Orders that the provider refused",
            self.refused.clone(),
        );
        registry.register(
            "webhook_answers",
            "Answers to the messenger by HTTP status",
            self.answers.clone(),
        );
    }

    /// A message was answered.
    pub(crate) fn answered(&self, status: StatusCode) {
        self.answers
            .get_or_create(&[("status", status.as_str().to_owned())])
            .inc();
    }

    /// The timer has looked at `now`, and it took this long.
    pub(crate) fn looked(
        &self,
        now: DateTime<Utc>,
        took: Duration,
        came: &Result<TickReport, TickError>,
    ) {
        let outcome = match came {
            Ok(report) => outcome(report.outcome),
            Err(error) => error.code(),
        };
        self.ticks
            .get_or_create(&[("outcome", outcome.to_owned())])
            .inc();
        let Ok(report) = came else {
            return;
        };
        *self.look() = Some(now);
        match report.outcome {
            TickOutcome::Done => self.done(now, took, report),
            // Nothing was looked at.
            TickOutcome::NotMine | TickOutcome::Late | TickOutcome::Overtaken => {}
        }
    }

    /// When the timer looked last without a failure.
    pub(crate) fn last_look(&self) -> Option<DateTime<Utc>> {
        *self.look()
    }

    fn look(&self) -> MutexGuard<'_, Option<DateTime<Utc>>> {
        self.last_look
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self, now: DateTime<Utc>, took: Duration, report: &TickReport) {
        let gauge = |gauge: &Gauge, count: usize| {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        };
        self.tick_seconds.observe(took.as_secs_f64());
        self.last_tick.set(now.timestamp());
        gauge(&self.schedules, report.schedules);
        gauge(&self.servers, report.servers);
        gauge(&self.moving, usize::from(report.moving));
        gauge(&self.stuck, report.stuck.len());
        self.held.set(report.held.iter().cloned().collect());
        let unseen = report.unseen.iter().map(|unseen| unseen.target.clone());
        self.unseen.set(unseen.collect());
        for taken in &report.actions {
            if let Some(action) = ordered(&taken.action) {
                self.orders
                    .get_or_create(&[("action", action.to_owned())])
                    .inc();
            }
            if taken.refused.is_some() {
                self.refused.inc();
            }
        }
    }
}

/// A gauge of 1 for each name that has something, and none for the others.
#[derive(Debug)]
struct Marks {
    label: &'static str,
    family: Family<Label, Gauge>,
    marked: Mutex<BTreeSet<String>>,
}

impl Marks {
    fn new(label: &'static str) -> Self {
        Self {
            label,
            family: Family::default(),
            marked: Mutex::default(),
        }
    }

    /// Marks `names` and no others. Those that stay are not gone in between.
    fn set(&self, names: BTreeSet<String>) {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in marked.difference(&names) {
            self.family.remove(&[(self.label, gone.clone())]);
        }
        for name in &names {
            self.family
                .get_or_create(&[(self.label, name.clone())])
                .set(1);
        }
        *marked = names;
    }
}

fn outcome(outcome: TickOutcome) -> &'static str {
    match outcome {
        TickOutcome::Done => "done",
        TickOutcome::NotMine => "not-mine",
        TickOutcome::Late => "late",
        TickOutcome::Overtaken => "overtaken",
    }
}

fn ordered(action: &Action) -> Option<&'static str> {
    match action {
        Action::None => None,
        Action::Start => Some("start"),
        Action::Stop => Some("stop"),
        Action::Resize(_) => Some("resize"),
    }
}
