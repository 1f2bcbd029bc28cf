//! What people are told unasked.

use async_trait::async_trait;

use crate::model::{Moment, Schedule, reply::Announcement};

/// Tells people.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells those whom it concerns: those of `schedule`, or of the whole house where it is about none in particular,
    /// as with a rule, data or the morning. `now` is in the zone of `schedule`, or in that of the house.
    ///
    /// Called once for each change, never once a tick. It must not fail the tick: what cannot be delivered is the
    /// notifier's to keep or to log.
    async fn announce(&self, schedule: Option<&Schedule>, announcement: &Announcement, now: Moment);
}
