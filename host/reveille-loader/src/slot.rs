//! What the loader remembers of one rule between two looks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use reveille_core::model::{RuleSource, reply::RuleVersion};

use crate::{
    known::{KnownRule, Taken},
    news::Event,
    place::shown,
    wanted::Wanted,
};

/// Looks in a row after which people are told that a place cannot be read, or that a file is refused: a file that is
/// being copied is neither for long.
const PATIENCE: u32 = 2;

/// The place of one rule.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Held during a look.
    pub(crate) state: tokio::sync::Mutex<State>,
    known: Mutex<Option<KnownRule>>,
    /// Looks at which its file of details was wrong.
    faults: Mutex<u32>,
}

/// How far a rule has come.
#[derive(Debug, Default)]
pub(crate) struct State {
    source: Option<RuleSource>,
    /// What its place called that which was read last.
    pub(crate) place_version: Option<String>,
    /// What is in use.
    pub(crate) taken: Option<Taken>,
    /// What was read last and is not in use.
    pub(crate) refused: Option<Refused>,
    /// The basis of the last good copy, once that was tried: it is tried once.
    pub(crate) tried_copy: Option<String>,
    /// Why its place cannot be read.
    pub(crate) trouble: Option<Trouble>,
    /// When its place is looked at again, if it is no file.
    pub(crate) next: Option<DateTime<Utc>>,
}

/// A component that is not taken.
#[derive(Debug)]
pub(crate) struct Refused {
    /// What it says of itself, when it could be asked.
    pub(crate) version: Option<String>,
    pub(crate) cause: String,
    pub(crate) sha256: String,
    /// What the refusal rests on: while that is the same, it is not tried again.
    pub(crate) basis: String,
    /// Looks at which it was there.
    pub(crate) looks: u32,
    pub(crate) is_told: bool,
}

/// A place that cannot be read.
#[derive(Debug)]
pub(crate) struct Trouble {
    cause: String,
    since: DateTime<Utc>,
    /// Looks in a row.
    pub(crate) looks: u32,
    pub(crate) is_told: bool,
}

impl State {
    /// What was found out of another source is worth nothing for this one.
    pub(crate) fn want(&mut self, source: &RuleSource) {
        if self.source.as_ref() != Some(source) {
            self.source = Some(source.clone());
            self.place_version = None;
            self.refused = None;
            self.tried_copy = None;
            self.trouble = None;
            self.next = None;
        }
    }

    /// Whether what is in use was taken for this source as it stands.
    pub(crate) fn is_current(&self, source: &RuleSource) -> bool {
        self.taken
            .as_ref()
            .is_some_and(|taken| taken.source == *source)
    }

    pub(crate) fn was_refused(&self, basis: &str) -> bool {
        self.refused
            .as_ref()
            .is_some_and(|refused| refused.basis == basis)
    }

    /// That a component is refused, when people have not been told and should be.
    pub(crate) fn refused_news(&mut self, at_once: bool) -> Option<Event> {
        let kept = self.kept();
        let refused = self.refused.as_mut()?;
        refused.looks = refused.looks.saturating_add(1);
        if refused.is_told || !(at_once || refused.looks >= PATIENCE) {
            return None;
        }
        refused.is_told = true;
        Some(Event::Refused {
            version: refused.version.clone(),
            cause: refused.cause.clone(),
            kept,
        })
    }

    /// The place cannot be read; what people are told of that now.
    pub(crate) fn out_of_reach(
        &mut self,
        source: &RuleSource,
        cause: String,
        now: DateTime<Utc>,
        at_once: bool,
    ) -> Option<Event> {
        let kept = self.kept();
        let trouble = self.trouble.get_or_insert(Trouble {
            cause: String::new(),
            since: now,
            looks: 0,
            is_told: false,
        });
        trouble.looks = trouble.looks.saturating_add(1);
        trouble.cause.clone_from(&cause);
        if trouble.is_told || !(at_once || trouble.looks >= PATIENCE) {
            return None;
        }
        trouble.is_told = true;
        Some(Event::OutOfReach {
            location: shown(&source.location),
            cause,
            since: trouble.since,
            kept,
        })
    }

    /// The version that is in use.
    pub(crate) fn kept(&self) -> Option<RuleVersion> {
        self.taken.as_ref().map(Taken::rule_version)
    }

    fn error(&self) -> Option<String> {
        let refused = self.refused.as_ref().map(|refused| &refused.cause);
        let trouble = self.trouble.as_ref().map(|trouble| &trouble.cause);
        refused.or(trouble).cloned()
    }
}

impl Slot {
    /// What lists show of it; none before the first look.
    pub(crate) fn known(&self) -> Option<KnownRule> {
        locked(&self.known).clone()
    }

    /// Keeps for lists what a look has shown.
    pub(crate) fn know(&self, state: &State, wanted: &Wanted, now: DateTime<Utc>) {
        *locked(&self.faults) = 0;
        *locked(&self.known) = Some(KnownRule {
            source: wanted.source.clone(),
            written: wanted.written,
            taken: state.taken.clone(),
            error: state.error(),
            looked: Some(now),
        });
    }

    /// What its file of details says cannot be used; what people are told of that now.
    pub(crate) fn fault(&self, wanted: Wanted, cause: String, at_once: bool) -> Option<Event> {
        let mut looks = locked(&self.faults);
        *looks = looks.saturating_add(1);
        let is_news = if at_once {
            *looks == 1
        } else {
            *looks == PATIENCE
        };
        let mut known = locked(&self.known);
        let known = known.get_or_insert(KnownRule {
            source: wanted.source,
            written: wanted.written,
            taken: None,
            error: None,
            looked: None,
        });
        known.error = Some(cause.clone());
        is_news.then(|| Event::Refused {
            version: None,
            cause,
            kept: known.taken.as_ref().map(Taken::rule_version),
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
