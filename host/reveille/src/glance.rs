//! The servers as people in chat see them: who would have to wait longer for AWS than people do, or in vain, is told how
//! the servers were when they were last seen, and when that was.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::port::{Fleet, FleetError, FleetView, Order, Outcome, Trace};
use tokio::time::timeout;

/// How long people wait for a look when there is an earlier one: JANDI's people give up after a few seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long they wait when there is none, as at the start: a look at thousands of servers takes as long.
const FIRST_PATIENCE: Duration = Duration::from_secs(10);
/// How old an earlier look may be: what servers were like before that helps nobody.
const LONGEST_AGO: TimeDelta = TimeDelta::hours(1);

/// A fleet that remembers what was seen last.
pub(crate) struct Watched {
    fleet: Arc<dyn Fleet>,
    last: Mutex<Option<FleetView>>,
    looks: AtomicU64,
    turn: tokio::sync::Mutex<()>,
}

impl Watched {
    pub(crate) fn new(fleet: Arc<dyn Fleet>) -> Self {
        Self {
            fleet,
            last: Mutex::default(),
            looks: AtomicU64::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// What was seen last, when it is worth telling at `now`.
    fn last(&self, now: DateTime<Utc>) -> Option<FleetView> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
            .filter(|view| view.seen.is_some_and(|at| now - at <= LONGEST_AGO))
    }

    /// One look at a time: where AWS is slow, every message would begin another one.
    async fn in_turn(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let before = self.looks.load(Ordering::Acquire);
        let _turn = self.turn.lock().await;
        if self.looks.load(Ordering::Acquire) != before
            && let Some(view) = self.last(now)
        {
            return Ok(FleetView { seen: None, ..view });
        }
        self.servers(now).await
    }
}

#[async_trait]
impl Fleet for Watched {
    fn revision(&self) -> Option<u64> {
        self.fleet.revision()
    }

    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let view = self.fleet.servers(now).await?;
        let last = FleetView {
            seen: Some(now),
            ..view.clone()
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        self.looks.fetch_add(1, Ordering::Release);
        Ok(view)
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        self.fleet.act(orders, now).await
    }

    async fn trace(&self, trace: &Trace<'_>, now: DateTime<Utc>) {
        self.fleet.trace(trace, now).await;
    }
}

/// A fleet that answers while people wait.
pub(crate) struct Glance(Arc<Watched>);

impl Glance {
    /// At `watched`, which the scheduler looks at too.
    pub(crate) fn new(watched: Arc<Watched>) -> Self {
        Self(watched)
    }
}

#[async_trait]
impl Fleet for Glance {
    fn revision(&self) -> Option<u64> {
        self.0.revision()
    }

    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let last = self.0.last(now);
        let patience = if last.is_some() {
            PATIENCE
        } else {
            FIRST_PATIENCE
        };
        let watched = Arc::clone(&self.0);
        // On its own, so that what it finds is there for the next one.
        let look = tokio::spawn(async move { watched.in_turn(now).await });
        let error = match timeout(patience, look).await {
            Ok(Ok(Ok(view))) => return Ok(view),
            Ok(Ok(Err(error))) => error,
            Ok(Err(_)) | Err(_) => late(patience),
        };
        match last {
            Some(mut view) => {
                view.unseen.push(error);
                Ok(view)
            }
            None => Err(error),
        }
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        self.0.act(orders, now).await
    }

    async fn trace(&self, trace: &Trace<'_>, now: DateTime<Utc>) {
        self.0.trace(trace, now).await;
    }
}

fn late(patience: Duration) -> FleetError {
    let cause = format!("AWS has not answered within {} seconds", patience.as_secs());
    FleetError {
        target: "all accounts and regions".to_owned(),
        code: "fleet.unreachable",
        source: Arc::new(io::Error::other(cause)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::sync::atomic::AtomicBool;

    use reveille_core::testing::{server, utc};
    use tokio::sync::Notify;

    use super::*;

    /// A fleet of one server that answers, fails, or waits to be let.
    #[derive(Default)]
    struct Moody {
        fails: AtomicBool,
        waits: AtomicBool,
        waiting: Notify,
        let_go: Notify,
        looks: AtomicU64,
    }

    #[async_trait]
    impl Fleet for Moody {
        async fn servers(&self, _: DateTime<Utc>) -> Result<FleetView, FleetError> {
            self.looks.fetch_add(1, Ordering::Relaxed);
            if self.waits.load(Ordering::Relaxed) {
                self.waiting.notify_one();
                self.let_go.notified().await;
            }
            if self.fails.load(Ordering::Relaxed) {
                return Err(late(PATIENCE));
            }
            Ok(FleetView {
                servers: Arc::new([server("web", "dev").build()]),
                ..FleetView::default()
            })
        }

        async fn act(&self, _: &[Order], _: DateTime<Utc>) -> Vec<Outcome> {
            Vec::new()
        }
    }

    fn glance() -> (Arc<Moody>, Arc<Watched>, Arc<Glance>) {
        let moody = Arc::new(Moody::default());
        let watched = Arc::new(Watched::new(Arc::clone(&moody) as Arc<dyn Fleet>));
        let glance = Arc::new(Glance::new(Arc::clone(&watched)));
        (moody, watched, glance)
    }

    #[tokio::test]
    async fn what_the_scheduler_saw_last_is_told_when_nothing_can_be_seen() {
        let (moody, watched, glance) = glance();
        let nine = utc("2026-11-23 09:00");
        watched.servers(nine).await.unwrap();
        assert_eq!(glance.servers(nine).await.unwrap().seen, None);
        moody.fails.store(true, Ordering::Relaxed);
        let view = glance.servers(nine + TimeDelta::hours(1)).await.unwrap();
        assert_eq!((view.seen, view.servers.len()), (Some(nine), 1));
        assert_eq!(view.unseen.len(), 1);
        // The scheduler is told nothing but the truth.
        assert!(watched.servers(nine).await.is_err());
        let later = nine + TimeDelta::minutes(61);
        assert!(glance.servers(later).await.is_err());
    }

    #[tokio::test]
    async fn those_who_ask_at_the_same_time_share_one_look() {
        let (moody, _, glance) = glance();
        let now = utc("2026-11-23 09:00");
        moody.waits.store(true, Ordering::Relaxed);
        let ask = || {
            let glance = Arc::clone(&glance);
            tokio::spawn(async move { glance.servers(now).await })
        };
        let first = ask();
        moody.waiting.notified().await;
        let second = ask();
        // The second is waiting by the time that the first is let go: there is one thread.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        moody.let_go.notify_one();
        for asked in [first, second] {
            assert_eq!(asked.await.unwrap().unwrap().seen, None);
        }
        assert_eq!(moody.looks.load(Ordering::Relaxed), 1);
    }
}
