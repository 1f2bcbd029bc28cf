//! What came of reading the configuration anew, for `/readyz` and `/metrics`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use serde::Serialize;

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Reload {
    /// When it ended.
    pub(crate) at: DateTime<Utc>,
    /// Why the one before stays in use; nothing when the new one is.
    pub(crate) refused: Option<String>,
    /// What of the new one needs a restart.
    pub(crate) needs_restart: Vec<String>,
}

/// The last reading, and how many there were.
#[derive(Debug)]
pub(crate) struct Reloads {
    last: Mutex<Option<Reload>>,
    count: Family<[(&'static str, &'static str); 1], Counter>,
    successful: Gauge,
    time: Gauge,
}

impl Default for Reloads {
    fn default() -> Self {
        let successful = Gauge::default();
        // The one of the start is in use.
        successful.set(1);
        Self {
            last: Mutex::default(),
            count: Family::default(),
            successful,
            time: Gauge::default(),
        }
    }
}

impl Reloads {
    /// Names everything in `registry`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "config_reloads",
            "How often the configuration was read anew, by outcome",
            self.count.clone(),
        );
        registry.register(
            "config_last_reload_successful",
            "1 while the configuration as it was last read is in use, 0 while an older one is",
            self.successful.clone(),
        );
        registry.register(
            "config_last_reload_timestamp_seconds",
            "When the configuration was last read anew; 0 before the first time",
            self.time.clone(),
        );
    }

    /// Keeps what came of one.
    pub(crate) fn keep(&self, reload: Reload) {
        let is_in_use = reload.refused.is_none();
        let outcome = if is_in_use { "done" } else { "refused" };
        self.count.get_or_create(&[("outcome", outcome)]).inc();
        self.successful.set(i64::from(is_in_use));
        self.time.set(reload.at.timestamp());
        *self.locked() = Some(reload);
    }

    /// The last one.
    pub(crate) fn last(&self) -> Option<Reload> {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Option<Reload>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
