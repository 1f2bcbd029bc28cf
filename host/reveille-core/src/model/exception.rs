//! A change of one turn on one date.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Minute;

/// The latest `at` of an exception: 47:59, the end of the next day.
pub const LATEST_EXCEPTION_MINUTE: Minute = Minute(2879);

/// One of the two turns of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// Servers start.
    Start,
    /// Servers stop.
    Stop,
}

impl Turn {
    /// `start` or `stop`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

/// A change of one turn on one date. There is at most one for each schedule, date and action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exception {
    /// Name of the schedule.
    pub schedule: String,
    /// The day whose turn it changes.
    pub date: NaiveDate,
    /// The turn.
    pub action: Turn,
    /// When it happens instead, to [`LATEST_EXCEPTION_MINUTE`]; none cancels it.
    pub at: Option<Minute>,
    /// Who set it.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When it was set.
    pub created_at: DateTime<Utc>,
}
