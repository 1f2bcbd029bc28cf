//! What a tick tells: put into words before it is written, so that it is written together with what it tells.

use chrono::{DateTime, Duration, Utc};

use super::news::Event;
use crate::{
    model::Notice,
    port::{News, Notifier},
};

/// Tells the events of one tick in their order.
pub(super) struct Telling<'a> {
    pub(super) notifier: &'a dyn Notifier,
    /// The tick before.
    pub(super) last: Option<DateTime<Utc>>,
    pub(super) now: DateTime<Utc>,
}

impl Telling<'_> {
    /// The notices of `events`, of which the first is the one of the number `first` in this tick.
    pub(super) fn notices(&self, events: &[Event], first: usize) -> Vec<Notice> {
        let news = (first..)
            .zip(events)
            .map(|(number, event)| self.news(number, event));
        news.flat_map(|news| self.notifier.notices(&news)).collect()
    }

    /// All events of the tick to those who look on.
    pub(super) async fn announce(&self, events: &[Event]) {
        for (number, event) in events.iter().enumerate() {
            self.notifier.announce(&self.news(number, event)).await;
        }
    }

    fn news<'e>(&self, number: usize, event: &'e Event) -> News<'e> {
        let later = Duration::microseconds(i64::try_from(number).unwrap_or_default());
        News {
            schedule: Some(&event.schedule),
            announcement: &event.announcement,
            now: self.now + later,
            since: self.last,
        }
    }
}
