//! Answers that are kept. Every call is pure, so an answer holds as long as its inputs are the same; a failure that
//! would come again is an answer too, or a broken rule would burn its fuel for every schedule at every tick.

use std::{
    hash::BuildHasherDefault,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use reveille_core::model::{DayPlan, Decision, RuleFailure, reply::Message};

use crate::fingerprint::ByPrint;

/// Day plans that are kept: about a month of 1,000 schedules, two for each day. A plan of two spans takes half a
/// kilobyte, so a full cache is some 32 MB; it is only reached by those who have so many.
const PLANS: usize = 65_536;

/// Schedules whose last decisions are kept.
const DECIDED: usize = 8_192;

/// Messages that are kept: what a busy room asks within a minute, in which the time that a message shows is the same. A
/// message takes a few kilobytes.
const MESSAGES: usize = 256;

/// A plan that was answered, or why there is none.
pub(crate) type KeptPlan = Result<Arc<DayPlan>, Arc<RuleFailure>>;

/// Decisions that were answered, or why there are none.
pub(crate) type KeptDecisions = Result<Arc<[Decision]>, Arc<RuleFailure>>;

/// A message that was answered, or why there is none.
pub(crate) type KeptMessage = Result<Arc<Message>, Arc<RuleFailure>>;

type Prints<V> = Mutex<LruCache<u128, V, BuildHasherDefault<ByPrint>>>;

/// All caches. One lock each: a look takes some fifty nanoseconds, far less than what is done between two.
#[derive(Debug)]
pub(crate) struct Cache {
    plans: Prints<KeptPlan>,
    /// By schedule; with the print of the request that they answer.
    decisions: Prints<(u128, KeptDecisions)>,
    messages: Prints<KeptMessage>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self {
            plans: Mutex::new(lru(PLANS)),
            decisions: Mutex::new(lru(DECIDED)),
            messages: Mutex::new(lru(MESSAGES)),
        }
    }

    pub(crate) fn plan(&self, print: u128) -> Option<KeptPlan> {
        lock(&self.plans).get(&print).cloned()
    }

    pub(crate) fn keep_plan(&self, print: u128, plan: KeptPlan) {
        lock(&self.plans).put(print, plan);
    }

    pub(crate) fn message(&self, print: u128) -> Option<KeptMessage> {
        lock(&self.messages).get(&print).cloned()
    }

    pub(crate) fn keep_message(&self, print: u128, message: KeptMessage) {
        lock(&self.messages).put(print, message);
    }

    /// The last decisions of a schedule, if they answered the same request.
    pub(crate) fn decisions(&self, schedule: u128, request: u128) -> Option<KeptDecisions> {
        let mut decisions = lock(&self.decisions);
        let (answered, kept) = decisions.get(&schedule)?;
        (*answered == request).then(|| kept.clone())
    }

    pub(crate) fn keep_decisions(&self, schedule: u128, request: u128, kept: KeptDecisions) {
        lock(&self.decisions).put(schedule, (request, kept));
    }
}

fn lru<V>(entries: usize) -> LruCache<u128, V, BuildHasherDefault<ByPrint>> {
    let entries = NonZeroUsize::new(entries).unwrap_or(NonZeroUsize::MIN);
    LruCache::with_hasher(entries, BuildHasherDefault::default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
