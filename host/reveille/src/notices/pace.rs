//! How many messages JANDI takes for one URL.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

/// How many messages there may be within which time; JANDI's help pages, "Incoming Webhook" (read 2026-11-22).
const LIMITS: [(usize, TimeDelta); 2] = [
    (60, TimeDelta::minutes(1)),
    (MOST_REMEMBERED, TimeDelta::minutes(10)),
];
/// Further back no limit looks.
const MOST_REMEMBERED: usize = 500;
/// Their window may begin a little later than ours.
const MARGIN: TimeDelta = TimeDelta::seconds(1);

/// When messages went to each URL: several targets may have the same.
#[derive(Debug, Default)]
pub(super) struct Paces {
    /// By the SHA-256 of the URL.
    by_url: Mutex<HashMap<[u8; 32], Pace>>,
}

impl Paces {
    /// Takes a place for a message to `url`, or says when there is one.
    pub(super) fn take(&self, url: &str, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let digest: [u8; 32] = Sha256::digest(url.as_bytes()).into();
        let mut by_url = self.by_url.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = by_url.entry(digest).or_default();
        let next = pace.next(now);
        if now < next {
            return Err(next);
        }
        pace.sends(now);
        Ok(())
    }
}

/// When messages went to one URL. Only those of this process: what another one sends is told by the messenger, which
/// refuses what is too much.
#[derive(Debug, Default)]
struct Pace {
    sent: VecDeque<DateTime<Utc>>,
}

impl Pace {
    /// When the next message may go: `now`, or later.
    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let free = LIMITS.iter().filter_map(|(most, within)| {
            let first_that_counts = self.sent.len().checked_sub(*most)?;
            let at = self.sent.get(first_that_counts)?;
            Some(*at + *within + MARGIN)
        });
        free.fold(now, DateTime::max)
    }

    /// One goes.
    fn sends(&mut self, now: DateTime<Utc>) {
        if self.sent.len() == MOST_REMEMBERED {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// Sends as fast as it may, and tells when each message went.
    fn sent(count: usize) -> Vec<DateTime<Utc>> {
        let (mut pace, mut now, mut sent) = (Pace::default(), at(0), Vec::new());
        for _ in 0..count {
            now = pace.next(now);
            pace.sends(now);
            sent.push(now);
        }
        sent
    }

    #[test]
    fn sixty_go_at_once_and_the_next_a_minute_later() {
        let sent = sent(61);
        assert_eq!(sent[59], at(0));
        assert_eq!(sent[60], at(61));
    }

    #[test]
    fn no_minute_has_more_than_sixty_and_no_ten_minutes_more_than_five_hundred() {
        let sent = sent(2_000);
        for (most, within) in LIMITS {
            for window in sent.windows(most + 1) {
                assert!(window[most] - window[0] > within, "{most}");
            }
        }
    }

    #[test]
    fn each_url_has_its_own_pace() {
        let paces = Paces::default();
        for _ in 0..60 {
            assert_eq!(paces.take("https://one", at(0)), Ok(()));
        }
        assert_eq!(paces.take("https://one", at(0)), Err(at(61)));
        assert_eq!(paces.take("https://two", at(0)), Ok(()));
        assert_eq!(paces.take("https://one", at(61)), Ok(()));
    }

    #[test]
    fn what_is_long_ago_holds_nothing_up() {
        let mut pace = Pace::default();
        for _ in 0..MOST_REMEMBERED {
            pace.sends(at(0));
        }
        assert_eq!(pace.next(at(602)), at(602));
    }
}
