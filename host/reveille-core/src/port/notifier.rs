//! What people are told unasked.

use async_trait::async_trait;

use crate::model::{Moment, Schedule, reply::Announcement};

/// Tells people.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells those whom it concerns. Called once for each change, never once a tick. It must not fail the tick:
    /// what cannot be delivered is the notifier's to keep or to log.
    async fn announce(&self, schedule: &Schedule, announcement: &Announcement, now: Moment);
}
