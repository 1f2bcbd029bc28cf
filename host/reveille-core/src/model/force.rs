//! Somebody's order that stands above the plan until it ends.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::Want;

/// The longest that an order may stand: past a week nobody remembers that it does.
pub const LONGEST_FORCE: Duration = Duration::days(7);

/// An order, `override` in the tables. There is at most one for each schedule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Force {
    /// Name of the schedule.
    pub schedule: String,
    /// Run or stop.
    pub want: Want,
    /// When it was given.
    pub since: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Who gave it.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
}
