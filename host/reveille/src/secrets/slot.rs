//! One secret that is elsewhere: what it said last, and whether it is being asked for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{
    error::Failure,
    origin::{Origin, Reader},
};
use crate::config::SecretText;

/// What a secret says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretValue {
    /// What it says now.
    pub(crate) current: SecretText,
    /// What it said before, while it is being changed at both ends.
    pub(crate) previous: Option<SecretText>,
}

impl SecretValue {
    pub(super) fn of(current: SecretText) -> Self {
        Self {
            current,
            previous: None,
        }
    }

    /// Everything that counts.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SecretText> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// When a secret is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// When it has been kept as long as it may be.
    WhenDue,
    /// A little before that, so that nobody has to wait.
    Soon,
    /// Now, unless it was asked for so just now.
    AtOnce,
}

#[derive(Debug, Default)]
struct Kept {
    value: Option<SecretValue>,
    /// Why the last asking gave nothing.
    failure: Option<Failure>,
    /// When it was last asked for.
    asked: Option<DateTime<Utc>>,
    /// When it was last asked for because somebody came with one that is unknown.
    hurried: Option<DateTime<Utc>>,
    /// When it was last asked for with success.
    had: Option<DateTime<Utc>>,
    is_asking: bool,
}

/// A place in memory.
#[derive(Debug)]
pub(super) struct Slot {
    origin: Origin,
    kept: watch::Sender<Kept>,
}

impl Slot {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            kept: watch::Sender::default(),
        }
    }

    pub(super) fn value(&self) -> Option<SecretValue> {
        self.kept.borrow().value.clone()
    }

    pub(super) fn known(&self) -> Result<SecretValue, Failure> {
        let kept = self.kept.borrow();
        match (&kept.value, &kept.failure) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Failure::late()),
        }
    }

    /// Begins to ask for it if it is time; by one at a time, and not oftener than its place bears.
    pub(super) fn ask(
        self: &Arc<Self>,
        reader: &Arc<Reader>,
        now: DateTime<Utc>,
        urgency: Urgency,
    ) {
        let pace = self.origin.pace();
        // A clock that was set back must not stop it.
        let since = |at: Option<DateTime<Utc>>| at.map(|at| (now - at).abs());
        let begins = self.kept.send_if_modified(|kept| {
            let older = |at, length| since(at).is_none_or(|age| age >= length);
            let is_due = !kept.is_asking
                && match urgency {
                    Urgency::WhenDue => older(kept.had, pace.kept) && older(kept.asked, pace.apart),
                    Urgency::Soon => older(kept.had, pace.renewed) && older(kept.asked, pace.apart),
                    // A change right after it was asked for must not wait.
                    Urgency::AtOnce => older(kept.hurried, pace.apart),
                };
            if is_due {
                kept.is_asking = true;
                kept.asked = Some(now);
            }
            if is_due && urgency == Urgency::AtOnce {
                kept.hurried = Some(now);
            }
            is_due
        });
        if begins {
            let (slot, reader) = (Arc::clone(self), Arc::clone(reader));
            // On its own, so that who waits may give up and the answer still counts.
            tokio::spawn(async move {
                let answer = reader.ask(&slot.origin, now).await;
                slot.take(answer, now);
            });
        }
    }

    /// Whether somebody who needs it now should wait for the answer that is under way.
    pub(super) fn is_worth_waiting(&self, now: DateTime<Utc>, urgency: Urgency) -> bool {
        let kept = self.kept.borrow();
        // Where others have asked because it was due, who comes later takes what there is.
        let is_needed = match urgency {
            Urgency::WhenDue | Urgency::Soon => kept.value.is_none() || kept.asked == Some(now),
            Urgency::AtOnce => true,
        };
        kept.is_asking && is_needed
    }

    /// Waits until nobody asks.
    pub(super) async fn answered(&self) {
        // The sender is here.
        let _ = self.kept.subscribe().wait_for(|kept| !kept.is_asking).await;
    }

    fn take(&self, answer: Result<SecretValue, Failure>, now: DateTime<Utc>) {
        let place = &self.origin;
        self.kept.send_modify(|kept| {
            kept.is_asking = false;
            match answer {
                Ok(value) => {
                    if kept.failure.take().is_some() && kept.value.is_some() {
                        tracing::info!("{place} can be read again");
                    }
                    let before = kept.value.as_ref();
                    if before.is_some_and(|before| before.current != value.current) {
                        tracing::info!("{place} has changed");
                    }
                    kept.value = Some(value);
                    kept.had = Some(now);
                }
                Err(failure) => {
                    if failure.is_gone && kept.value.take().is_some() {
                        kept.had = None;
                        tracing::error!("{place} counts no more: {failure}");
                    } else if kept.value.is_some() && kept.failure.is_none() {
                        tracing::warn!("{place} says what it said last: {failure}");
                    }
                    kept.failure = Some(failure);
                }
            }
        });
    }
}
