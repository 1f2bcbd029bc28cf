//! The morning line: what the day brings, told to each target once a day at its time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use reveille_core::{
    chat::Chat,
    model::{Moment, instant_of, local_moment},
    port::{Change, Store, StoreError},
};

use super::teller::{MORNING_LASTS, Teller};
use crate::config::Target;

/// How soon it is tried again when the store does not answer.
const FAILED_LOOK: TimeDelta = TimeDelta::seconds(30);

/// Tells the mornings.
pub(super) struct Mornings {
    store: Arc<dyn Store>,
    teller: Arc<Teller>,
    chat: Chat,
    /// By target, the day that this process knows to be told.
    told: Mutex<BTreeMap<String, NaiveDate>>,
    not_before: Mutex<Option<DateTime<Utc>>>,
    is_telling: AtomicBool,
}

/// The right to tell, held by one at a time.
pub(super) struct Dawn(Arc<Mornings>);

impl Drop for Dawn {
    fn drop(&mut self) {
        self.0.is_telling.store(false, Ordering::Release);
    }
}

impl Mornings {
    pub(super) fn new(store: Arc<dyn Store>, teller: Arc<Teller>, chat: Chat) -> Self {
        Self {
            store,
            teller,
            chat,
            told: Mutex::default(),
            not_before: Mutex::default(),
            is_telling: AtomicBool::new(false),
        }
    }

    fn told(&self) -> MutexGuard<'_, BTreeMap<String, NaiveDate>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the morning of `target` begins on `date`; none when it has none.
    fn of(&self, target: &Target, date: NaiveDate) -> Option<DateTime<Utc>> {
        let minute = target.morning?;
        Some(instant_of(Moment { date, minute }, self.teller.timezone))
    }

    /// The targets to tell at `now`, and the day that is theirs. A morning ends with its day at the latest.
    fn due(&self, now: DateTime<Utc>) -> (NaiveDate, Vec<&Target>) {
        let today = local_moment(now, self.teller.timezone).date;
        let told = self.told();
        let is_due = |target: &&Target| {
            let begins = self.of(target, today);
            begins.is_some_and(|begins| begins <= now && now < begins + MORNING_LASTS)
                && told.get(&target.name) != Some(&today)
        };
        (today, self.teller.targets.iter().filter(is_due).collect())
    }

    /// When the next morning begins.
    pub(super) fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = local_moment(now, self.teller.timezone).date;
        let days = [Some(today), today.checked_add_days(Days::new(1))];
        let targets = self.teller.targets.iter();
        let mornings = targets.flat_map(|target| {
            let days = days.into_iter().flatten();
            days.filter_map(|date| self.of(target, date))
        });
        mornings.filter(|begins| now < *begins).min()
    }

    /// Begins to tell, when it is time and nobody does.
    pub(super) fn begin(self: &Arc<Self>, now: DateTime<Utc>) -> Option<Dawn> {
        let waits = *self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if waits.is_some_and(|until| now < until)
            || self.due(now).1.is_empty()
            || self.is_telling.swap(true, Ordering::Acquire)
        {
            return None;
        }
        Some(Dawn(Arc::clone(self)))
    }

    async fn tell(
        &self,
        target: &Target,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let view = self.chat.morning(&|name| target.has(name), now).await?;
        // One that is pointless at the end of quiet hours is none.
        if let Some(notice) = self.teller.morning(target, view, now) {
            // Who was told by another host, or before a restart, is not told again: the key is that of the day.
            self.store.commit(&[Change::Enqueue(notice)]).await?;
        }
        self.told().insert(target.name.clone(), today);
        Ok(())
    }
}

impl Dawn {
    /// Tells those whose time it is.
    pub(super) async fn tell(self, now: DateTime<Utc>) {
        let mornings = &self.0;
        let (today, targets) = mornings.due(now);
        for target in targets {
            if let Err(error) = mornings.tell(target, today, now).await {
                tracing::warn!(
                    to = target.name,
                    code = error.code(),
                    "the morning cannot be told; it is tried again"
                );
                let mut not_before = mornings
                    .not_before
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                *not_before = Some(now + FAILED_LOOK);
                return;
            }
        }
    }
}
