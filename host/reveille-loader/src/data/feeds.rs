//! All feeds: fetched when they are due, kept, and handed to the rules that read them.

use std::{
    error::Error as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::{
    model::LoadedRule,
    port::{Fetched, Rules as _, Source, SourceError},
};
use reveille_sandbox::Sandbox;
use serde::Serialize;

use super::{
    copy::{Copies, Copy},
    feed::Feed,
    news::DataNews,
};
use crate::place::shown;

/// How often the file of a copy is written at most while nothing but its age changes.
const SHORTEST_SAVE: Duration = Duration::from_secs(60);

/// The feeds of a host.
pub struct Feeds {
    sandbox: Arc<Sandbox>,
    copies: Option<Copies>,
    kept: Mutex<Vec<Kept>>,
}

/// A feed, and how it stands.
struct Kept {
    feed: Arc<Feed>,
    source: Arc<dyn Source>,
    copy: Option<Copy>,
    /// The time of confirmation that stands in the file.
    saved: Option<DateTime<Utc>>,
    due: DateTime<Utc>,
    failures: u32,
    /// Since the start.
    all_failures: u64,
    cause: Option<String>,
    told: Option<FeedState>,
    /// Whether the look that follows has what it would ask for.
    was_just_asked: bool,
}

/// How a feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Its copy is what the place has, as of the last look.
    Fresh,
    /// The place is out of reach; its last good copy is in use.
    Unreachable,
    /// Rules get nothing: there is no copy, or it is too old.
    Stale,
}

/// A feed, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedView {
    /// Its name.
    pub name: String,
    /// Where it is, without what is secret in that.
    pub location: String,
    /// How it stands.
    pub state: FeedState,
    /// When the place last said that the copy is what it has.
    pub confirmed: Option<DateTime<Utc>>,
    /// When the bytes of the copy came.
    pub fetched: Option<DateTime<Utc>>,
    /// Bytes of the copy.
    pub bytes: Option<usize>,
    /// SHA-256 of the copy, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Why there is no newer one, for people.
    pub cause: Option<String>,
    /// Looks at its place that have failed since the start.
    pub failures: u64,
    /// Rules that read it, by name.
    pub rules: Vec<String>,
}

/// What came of a look.
#[derive(Debug, Default)]
pub struct Looked {
    /// What people should know.
    pub news: Vec<DataNews>,
    /// Whether rules see other data than before, so that plans are other ones.
    pub changed: bool,
    /// When there is something to look at again; none without feeds.
    pub next: Option<DateTime<Utc>>,
}

impl Feeds {
    /// Feeds with where each is fetched from, beginning with the copies that an earlier start has left in `folder`; without
    /// a folder they are kept in memory alone.
    #[must_use]
    pub fn open(
        sandbox: Arc<Sandbox>,
        folder: Option<std::path::PathBuf>,
        feeds: Vec<(Feed, Arc<dyn Source>)>,
    ) -> Self {
        let copies = folder.map(Copies::new);
        let kept = feeds.into_iter().map(|(feed, source)| {
            let copy = copies.as_ref().and_then(|copies| copies.read(&feed));
            Kept {
                saved: copy.as_ref().map(|copy| copy.confirmed),
                // Looking at a file costs nothing, and whoever has just saved it looks at what comes of it.
                due: match &copy {
                    Some(copy) if !feed.is_near() => later(copy.confirmed, feed.every),
                    Some(_) | None => DateTime::UNIX_EPOCH,
                },
                feed: Arc::new(feed),
                source,
                copy,
                failures: 0,
                all_failures: 0,
                cause: None,
                told: None,
                was_just_asked: false,
            }
        });
        Self {
            kept: Mutex::new(kept.collect()),
            sandbox,
            copies,
        }
    }

    /// One step: fetches what is due, keeps what is good, and hands it to the rules. A place that is out of reach keeps
    /// nothing else waiting for longer than a fetch takes.
    pub async fn look(&self, now: DateTime<Utc>) -> Looked {
        self.fetch(now, |kept| kept.is_due(now) && !kept.was_just_asked)
            .await;
        for kept in self.kept().iter_mut() {
            kept.was_just_asked = false;
        }
        self.settle(now)
    }

    /// The first step: as [`Feeds::look`], without waiting for any place of whose data there is a good copy. It has no
    /// news, as nobody listens yet and no rules are loaded that read anything: the look that follows has them.
    pub async fn begin(&self, now: DateTime<Utc>) {
        for kept in self.kept().iter_mut() {
            // A place that does not answer takes as long as it is due again after.
            kept.was_just_asked = kept.state(now) == FeedState::Stale;
        }
        self.fetch(now, |kept| kept.was_just_asked).await;
        self.settle(now);
        for kept in self.kept().iter_mut() {
            kept.told = None;
        }
    }

    async fn fetch(&self, now: DateTime<Utc>, which: impl Fn(&Kept) -> bool) {
        let due: Vec<_> = self
            .kept()
            .iter()
            .enumerate()
            .filter(|(_, kept)| which(kept))
            .map(|(place, kept)| {
                let (feed, source) = (Arc::clone(&kept.feed), Arc::clone(&kept.source));
                let known = kept.copy.as_ref().and_then(|copy| copy.version.clone());
                let fetch = async move { feed.fetch(&*source, known.as_deref()).await };
                (place, tokio::spawn(fetch))
            })
            .collect();
        for (place, fetching) in due {
            let fetched = fetching.await;
            if let Some(kept) = self.kept().get_mut(place) {
                let fetched = fetched.unwrap_or_else(|error| {
                    Err(SourceError::Other {
                        location: shown(&kept.feed.location),
                        source: Arc::new(error),
                    })
                });
                kept.take(fetched, now);
                self.save(kept);
            }
        }
    }

    /// Hands the copies that are there to the rules.
    fn settle(&self, now: DateTime<Utc>) -> Looked {
        let rules = self.sandbox.loaded();
        let mut looked = Looked::default();
        for kept in self.kept().iter_mut() {
            let state = kept.state(now);
            let datum = match state {
                FeedState::Fresh | FeedState::Unreachable => {
                    kept.copy.as_ref().map(|copy| copy.datum.clone())
                }
                FeedState::Stale => None,
            };
            looked.changed |= self.sandbox.supply(&kept.feed.name, datum);
            looked.news.extend(kept.news(state, &rules));
            kept.told = Some(state);
            let next = kept.next(now);
            looked.next = Some(looked.next.map_or(next, |sooner| sooner.min(next)));
        }
        looked
    }

    /// How all of them stand, in the order of the configuration.
    #[must_use]
    pub fn listed(&self, now: DateTime<Utc>) -> Vec<FeedView> {
        let rules = self.sandbox.loaded();
        self.kept()
            .iter()
            .map(|kept| {
                let copy = kept.copy.as_ref();
                FeedView {
                    name: kept.feed.name.clone(),
                    location: shown(&kept.feed.location),
                    state: kept.state(now),
                    confirmed: copy.map(|copy| copy.confirmed),
                    fetched: copy.map(|copy| copy.fetched),
                    bytes: copy.map(|copy| copy.datum.bytes.len()),
                    sha256: copy.map(|copy| copy.datum.digest.as_ref().to_owned()),
                    cause: kept.cause.clone(),
                    failures: kept.all_failures,
                    rules: readers(&kept.feed.name, &rules),
                }
            })
            .collect()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the copy of a feed into its file when it is another one, or has grown visibly older there.
    fn save(&self, kept: &mut Kept) {
        let (Some(copies), Some(copy)) = (&self.copies, &kept.copy) else {
            return;
        };
        let is_new = copy.fetched == copy.confirmed;
        let is_old = kept
            .saved
            .is_none_or(|saved| later(saved, SHORTEST_SAVE) <= copy.confirmed);
        if kept.saved == Some(copy.confirmed) || !(is_new || is_old) {
            return;
        }
        match copies.write(&kept.feed, copy) {
            Ok(()) => kept.saved = Some(copy.confirmed),
            Err(error) => {
                tracing::warn!(
                    data = kept.feed.name,
                    "the copy is kept in memory alone: {error}"
                );
            }
        }
    }
}

impl Kept {
    /// A time of confirmation that lies ahead was written under another clock, and says nothing of when to look again.
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due <= now
            || self
                .copy
                .as_ref()
                .is_some_and(|copy| copy.confirmed > now && self.failures == 0)
    }

    fn take(&mut self, fetched: Result<Fetched, SourceError>, now: DateTime<Utc>) {
        let failed = match (fetched, &mut self.copy) {
            (Ok(Fetched::New { bytes, version }), copy) => {
                let datum = reveille_sandbox::Datum::new(&bytes);
                let same = copy.take().filter(|copy| copy.datum == datum);
                *copy = Some(Copy {
                    fetched: same.map_or(now, |copy| copy.fetched),
                    datum,
                    version,
                    confirmed: now,
                });
                None
            }
            (Ok(Fetched::Unchanged), Some(copy)) => {
                copy.confirmed = now;
                None
            }
            (Ok(Fetched::Unchanged), None) => Some(format!(
                "`{}` says that nothing has changed, and nothing was fetched before",
                shown(&self.feed.location)
            )),
            (Err(error), _) => Some(told(&error)),
        };
        self.failures = match failed {
            None => 0,
            Some(_) => self.failures.saturating_add(1),
        };
        self.all_failures += u64::from(failed.is_some());
        self.cause = failed;
        self.due = later(now, self.feed.wait(self.failures));
    }

    fn state(&self, now: DateTime<Utc>) -> FeedState {
        match &self.copy {
            Some(copy) if now <= later(copy.confirmed, self.feed.max_age) => {
                if self.cause.is_none() {
                    FeedState::Fresh
                } else {
                    FeedState::Unreachable
                }
            }
            Some(_) | None => FeedState::Stale,
        }
    }

    /// When something about it can change.
    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let too_old = self
            .copy
            .as_ref()
            .map(|copy| later(copy.confirmed, self.feed.max_age))
            .filter(|too_old| *too_old > now);
        too_old.map_or(self.due, |too_old| too_old.min(self.due))
    }

    fn news(&self, state: FeedState, rules: &[LoadedRule]) -> Option<DataNews> {
        let data = self.feed.name.clone();
        let confirmed = self.copy.as_ref().map(|copy| copy.confirmed);
        let cause = || {
            self.cause.clone().unwrap_or_else(|| {
                format!("`{}` was not asked for longer", shown(&self.feed.location))
            })
        };
        match (self.told, state) {
            (Some(before), after) if before == after => None,
            (None, FeedState::Fresh) => None,
            (Some(FeedState::Stale), FeedState::Fresh | FeedState::Unreachable) => {
                let rules = readers(&data, rules);
                Some(DataNews::Fresh { data, rules })
            }
            (_, FeedState::Fresh) => Some(DataNews::Reachable { data }),
            (_, FeedState::Unreachable) => confirmed.map(|confirmed| DataNews::Unreachable {
                cause: cause(),
                data,
                confirmed,
            }),
            (_, FeedState::Stale) => Some(DataNews::Stale {
                cause: cause(),
                rules: readers(&data, rules),
                data,
                confirmed,
                max_age: self.feed.max_age,
            }),
        }
    }
}

/// Names of the rules that read a feed.
fn readers(feed: &str, rules: &[LoadedRule]) -> Vec<String> {
    let reads = |rule: &&LoadedRule| rule.data.iter().any(|name| name == feed);
    rules
        .iter()
        .filter(reads)
        .map(|rule| rule.name.clone())
        .collect()
}

/// The error with what lies beneath it, on one line.
fn told(error: &SourceError) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(cause) = beneath {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        beneath = cause.source();
    }
    text
}

/// A time that comes from a file may be any.
fn later(than: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by)
        .ok()
        .and_then(|by| than.checked_add_signed(by))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
