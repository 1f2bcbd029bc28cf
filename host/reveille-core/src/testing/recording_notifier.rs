//! A notifier that keeps what it hears.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::{
    model::{Moment, Schedule, reply::Announcement},
    port::Notifier,
};

/// Keeps every announcement.
#[derive(Debug, Default)]
pub struct RecordingNotifier {
    heard: Mutex<Vec<Announcement>>,
}

impl RecordingNotifier {
    /// Everything that was announced and not taken yet, in order.
    #[must_use]
    pub fn take(&self) -> Vec<Announcement> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn announce(&self, _: Option<&Schedule>, announcement: &Announcement, _: Moment) {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(announcement.clone());
    }
}
