//! Tells people what is about no schedule in particular: rules, and the data that they read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{Moment, local_moment, reply::Announcement},
    port::{Notifier, Store},
};

use crate::clock::Clock;

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
        let now = self.moment(self.clock.now());
        self.notifier.announce(None, announcement, now).await;
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
