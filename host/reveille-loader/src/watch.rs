//! The watched folder, look by look.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use reveille_core::model::{RuleSource, Tier};

use crate::{
    folder::{self, Listing},
    news::{Event, News},
    wanted::{Wanted, Written},
};

/// Looks in a row that do not find the file of a rule before the rule goes away with it: five seconds, as many a tool
/// deletes a file before it writes the new one.
pub const GONE_AFTER: u32 = 10;

/// A folder of rules, where there is one, and what was last in it.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) folder: Option<PathBuf>,
    last: Mutex<Last>,
    is_unreadable: Mutex<bool>,
}

#[derive(Debug, Default)]
struct Last {
    listing: Listing,
    /// Looks that have not found the file of a rule, by its name.
    missed: BTreeMap<String, u32>,
}

impl Watch {
    /// Reads the watched folder. While it cannot be read, what was last in it is what counts.
    pub(crate) async fn list(&self, news: &mut Vec<News>, now: DateTime<Utc>) -> Listing {
        let Some(folder) = self.folder.clone() else {
            return Listing::default();
        };
        let shown = folder.display().to_string();
        let read = tokio::task::spawn_blocking(move || folder::list(&folder)).await;
        let trouble = match read {
            Ok(Ok(listing)) => {
                self.keep(listing);
                None
            }
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let mut was_unreadable = locked(&self.is_unreadable);
        let is_unreadable = trouble.is_some();
        let event = match trouble {
            Some(error) if !*was_unreadable => Some(Event::OutOfReach {
                cause: format!("the folder `{shown}` cannot be read: {error}"),
                location: shown.clone(),
                since: now,
                kept: None,
            }),
            None if *was_unreadable => Some(Event::WithinReach),
            Some(_) | None => None,
        };
        *was_unreadable = is_unreadable;
        drop(was_unreadable);
        news.extend(event.map(|event| News {
            rule: format!("{shown}/*"),
            event,
        }));
        self.last()
    }

    /// Keeps what is there now, and for a while what was there before.
    fn keep(&self, mut listing: Listing) {
        let mut last = locked(&self.last);
        let there: BTreeSet<String> = listing
            .rules
            .iter()
            .map(|rule| rule.name.clone())
            .chain(listing.faults.keys().cloned())
            .collect();
        last.missed.retain(|name, _| !there.contains(name));
        let before = std::mem::take(&mut last.listing.rules);
        for rule in before {
            if there.contains(&rule.name) {
                continue;
            }
            let looks = last.missed.entry(rule.name.clone()).or_default();
            *looks += 1;
            if *looks < GONE_AFTER {
                listing.missing.insert(rule.name.clone());
                listing.rules.push(rule);
            } else {
                last.missed.remove(&rule.name);
            }
        }
        last.listing = listing;
    }

    /// What was in it at the last look.
    pub(crate) fn last(&self) -> Listing {
        locked(&self.last).listing.clone()
    }

    /// A rule of the watched folder of which no more than the name is known.
    pub(crate) fn lying(&self, name: &str) -> Wanted {
        let file = format!("{name}.wasm");
        let path = self.folder.as_ref().map(|folder| folder.join(&file));
        Wanted {
            source: RuleSource {
                name: name.to_owned(),
                location: path.unwrap_or_else(|| file.into()).display().to_string(),
                sha256: None,
                tier: Tier::default(),
                wasi: false,
                data: BTreeMap::new(),
            },
            written: Written::Folder,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
