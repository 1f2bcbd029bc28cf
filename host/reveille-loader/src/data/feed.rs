//! A feed: data under a name, where it is published, and how it is fetched.

use std::{collections::BTreeSet, time::Duration};

use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};

/// Data under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The name that rules are bound to, [`Feed::is_name`].
    pub name: String,
    /// Where it is: a path, `https://…`, `s3://bucket/key`.
    pub location: String,
    /// How often it is asked for, from [`Feed::SHORTEST_EVERY`] to [`Feed::LONGEST_EVERY`].
    pub every: Duration,
    /// How old the last good copy may become, from [`Feed::every`] to [`Feed::LONGEST_AGE`]. Rules get nothing in place
    /// of an older one.
    pub max_age: Duration,
    /// Most bytes that are taken, from 1 to [`Feed::MOST_BYTES`].
    pub max_bytes: u64,
    /// Further hosts that its place may lead to.
    pub hosts: BTreeSet<String>,
    /// Whether its place may have an address of a private network or of this machine.
    pub private: bool,
}

impl Feed {
    /// Most feeds of one host. Each is kept in memory with all its bytes.
    pub const MOST: usize = 100;
    /// Bytes of the longest name, which is that of a file too.
    pub const NAME_BYTES: usize = 64;
    /// Looking at a file twice a second would find nothing that looking once does not.
    pub const SHORTEST_EVERY: Duration = Duration::from_secs(1);
    /// What is asked for more rarely is a file that somebody copies.
    pub const LONGEST_EVERY: Duration = Duration::from_secs(30 * DAY);
    /// Two summers: then no calendar says anything any more.
    pub const LONGEST_AGE: Duration = Duration::from_secs(400 * DAY);
    /// The memory of the largest tier takes it four times.
    pub const MOST_BYTES: u64 = 16 << 20;

    /// How often a path is looked at unless the operator says otherwise: people who save a file look at what comes of it.
    pub const EVERY_NEAR: Duration = Duration::from_secs(2);
    /// How often a place elsewhere is asked unless the operator says otherwise; calendars on the web are made anew every
    /// few minutes at most.
    pub const EVERY_FAR: Duration = Duration::from_secs(5 * 60);
    /// How old a copy may become unless the operator says otherwise: a long holiday, on which nobody looks, has ten days.
    pub const MAX_AGE: Duration = Duration::from_secs(10 * DAY);
    /// Most bytes unless the operator says otherwise: a year of a busy calendar has some hundred thousand.
    pub const MAX_BYTES: u64 = 1 << 20;

    /// Whether it can be the name of a feed, and of a file: letters, digits, `-`, `_` and `.`, the first of them a letter
    /// or a digit.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        name.len() <= Self::NAME_BYTES
            && name.starts_with(char::is_alphanumeric)
            && name
                .chars()
                .all(|it| it.is_alphanumeric() || "-_.".contains(it))
    }

    /// How often such a location is asked unless the operator says otherwise.
    #[must_use]
    pub fn usual_every(location: &str) -> Duration {
        if is_near(location) {
            Self::EVERY_NEAR
        } else {
            Self::EVERY_FAR
        }
    }

    /// Whether it is on this machine.
    pub(crate) fn is_near(&self) -> bool {
        is_near(&self.location)
    }

    pub(crate) async fn fetch(
        &self,
        source: &dyn Source,
        known: Option<&str>,
    ) -> Result<Fetched, SourceError> {
        let request = FetchRequest {
            location: &self.location,
            known,
            most_bytes: self.max_bytes,
        };
        source.fetch(&request).await
    }

    /// How soon it is asked for again after so many failures in a row: after half a minute, then after twice as long each
    /// time, at most 10 minutes or what is usual for it. Looking at a file costs nothing.
    pub(crate) fn wait(&self, failures: u32) -> Duration {
        if self.is_near() || failures == 0 {
            return self.every;
        }
        let doubled = FIRST_RETRY
            .min(self.every)
            .saturating_mul(2u32.saturating_pow(failures - 1));
        doubled.min(self.every.max(SLOWEST_RETRY))
    }
}

const DAY: u64 = 24 * 60 * 60;
const FIRST_RETRY: Duration = Duration::from_secs(30);
const SLOWEST_RETRY: Duration = Duration::from_secs(10 * 60);

fn is_near(location: &str) -> bool {
    !location.contains("://")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn feed(name: &str, location: &str) -> Feed {
        Feed {
            name: name.to_owned(),
            location: location.to_owned(),
            every: Feed::usual_every(location),
            max_age: Feed::MAX_AGE,
            max_bytes: Feed::MAX_BYTES,
            hosts: BTreeSet::new(),
            private: false,
        }
    }

    #[test]
    fn a_name_is_one_that_a_file_can_have() {
        for name in ["holidays", "팀-달력", "a", "2027.days", "a_b"] {
            assert!(Feed::is_name(name), "{name}");
        }
        let long = "x".repeat(65);
        for name in [
            "", ".", "..", ".x", "-x", "a/b", "a b", "a\n", "a\\b", &long,
        ] {
            assert!(!Feed::is_name(name), "{name}");
        }
    }

    #[test]
    fn a_place_that_fails_is_asked_soon_and_then_more_and_more_rarely() {
        let seconds = |feed: &Feed| [0, 1, 2, 3, 9, 99].map(|times| feed.wait(times).as_secs());
        let far = feed("f", "https://example.com/");
        assert_eq!(seconds(&far), [300, 30, 60, 120, 600, 600]);
        let hourly = Feed {
            every: Duration::from_secs(3_600),
            ..far.clone()
        };
        assert_eq!(seconds(&hourly), [3_600, 30, 60, 120, 3_600, 3_600]);
        let eager = Feed {
            every: Duration::from_secs(1),
            ..far
        };
        assert_eq!(seconds(&eager), [1, 1, 2, 4, 256, 600]);
        assert_eq!(seconds(&feed("f", "days.txt")), [2; 6]);
    }
}
