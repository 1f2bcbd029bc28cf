//! A notifier that keeps what it hears.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::Duration;

use crate::{
    model::{
        Notice, Schedule,
        reply::{Announcement, Message},
    },
    port::{News, Notifier},
};

/// How long its notices are worth sending.
const WORTH: Duration = Duration::hours(1);

/// Keeps every announcement, and makes one notice of each.
#[derive(Debug, Default)]
pub struct RecordingNotifier {
    heard: Mutex<Vec<Announcement>>,
    warning: Option<Duration>,
}

impl RecordingNotifier {
    /// The target of its notices.
    pub const TARGET: &str = "people";

    /// One whose people want to know so long before a stop.
    #[must_use]
    pub fn warning(ahead: Duration) -> Self {
        Self {
            warning: Some(ahead),
            ..Self::default()
        }
    }

    /// Everything that was announced and not taken yet, in order.
    #[must_use]
    pub fn take(&self) -> Vec<Announcement> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    fn warning(&self, _: &Schedule) -> Option<Duration> {
        self.warning
    }

    /// With the announcement as it stands in place of words.
    fn notices(&self, news: &News<'_>) -> Vec<Notice> {
        vec![Notice {
            key: news.key(Self::TARGET),
            target: Self::TARGET.to_owned(),
            schedule: news.schedule.map(|schedule| schedule.name.clone()),
            message: Message {
                body: format!("{:?}", news.announcement),
                connect_color: String::from("#000000"),
                connect_info: Vec::new(),
            },
            at: news.now,
            due: news.now,
            expires: news.now + WORTH,
            attempts: 0,
        }]
    }

    async fn announce(&self, news: &News<'_>) {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(news.announcement.clone());
    }
}
