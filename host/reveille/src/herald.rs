//! Tells people what is about no schedule in particular: rules, and the data that they read.

use std::sync::Arc;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{Moment, local_moment, reply::Announcement},
    port::{Change, News, Notifier, Store},
};

use crate::clock::Clock;

/// What several hosts of one store find out by themselves within such a time they tell once. Longer, and a rule that
/// fails once more would be taken for the same failure.
const SAME_EVENT: TimeDelta = TimeDelta::minutes(5);

/// Who is told, and who goes by what is told.
pub(crate) struct Herald {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) notifier: Arc<dyn Notifier>,
    /// The zone of the house.
    pub(crate) timezone: Tz,
    pub(crate) clock: Clock,
}

impl Herald {
    /// Tells those of the whole house.
    pub(crate) async fn announce(&self, announcement: &Announcement) {
        let now = self.clock.now();
        let news = News {
            schedule: None,
            announcement,
            now,
            since: now.duration_trunc(SAME_EVENT).ok(),
        };
        let notices = self.notifier.notices(&news);
        if !notices.is_empty() {
            let changes: Vec<Change> = notices.into_iter().map(Change::Enqueue).collect();
            if let Err(error) = self.store.commit(&changes).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "people are not told of this, because the store does not take the message"
                );
            }
        }
        self.notifier.announce(&news).await;
    }

    /// Names of the schedules that use one of these rules.
    pub(crate) async fn users(&self, rules: &[String]) -> Vec<String> {
        // What people are told is worth telling without them, too.
        let definitions = self.store.definitions().await.unwrap_or_default();
        let uses = definitions.schedules.values().filter(|schedule| {
            let mut used = schedule.rules.iter();
            used.any(|used| rules.contains(&used.name))
        });
        uses.map(|schedule| schedule.name.clone()).collect()
    }

    /// A time as it is told.
    pub(crate) fn moment(&self, at: DateTime<Utc>) -> Moment {
        local_moment(at, self.timezone)
    }
}
