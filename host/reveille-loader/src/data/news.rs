//! What has changed about data, for people.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// A change of a feed; each is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataNews {
    /// Its place is out of reach. Rules go on with the last good copy.
    Unreachable {
        /// Name of the feed.
        data: String,
        /// Why, for people; it names the place.
        cause: String,
        /// When the copy was last known to be good.
        confirmed: DateTime<Utc>,
    },
    /// Its place is in reach again.
    Reachable {
        /// Name of the feed.
        data: String,
    },
    /// Rules that read it get nothing from now on: there is no copy, or the last good one is too old.
    Stale {
        /// Name of the feed.
        data: String,
        /// Why there is no newer one, for people; it names the place.
        cause: String,
        /// When the last copy was last known to be good.
        confirmed: Option<DateTime<Utc>>,
        /// How old it may become.
        max_age: Duration,
        /// Rules that read it, by name.
        rules: Vec<String>,
    },
    /// Rules that read it get a good copy again.
    Fresh {
        /// Name of the feed.
        data: String,
        /// Rules that read it, by name.
        rules: Vec<String>,
    },
}
