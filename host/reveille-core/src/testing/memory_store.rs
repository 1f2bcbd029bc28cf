//! A store in memory with the semantics that every store owes: all or nothing, conflicts, a lease with a fence.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    model::{
        AuditRecord, Definitions, Exception, Force, Item, ItemKey, KeptNotice, NOTICE_MEMORY,
        Notice, NoticeStanding, Remembered, ServerId, Settled, Turn,
    },
    port::{Change, Delivery, Intent, Lease, Store, StoreError, TickRecord},
};

#[derive(Debug, Default)]
struct Kept {
    /// Stands instead of what `items` say, when a test hands it in.
    ready: Option<Arc<Definitions>>,
    read: Option<Arc<Definitions>>,
    items: BTreeMap<ItemKey, Item>,
    exceptions: BTreeMap<(String, NaiveDate, Turn), Exception>,
    forces: BTreeMap<String, Force>,
    audit: Vec<AuditRecord>,
    deliveries: HashMap<String, Delivery>,
    notices: BTreeMap<String, Told>,
    remembered: Arc<Vec<Remembered>>,
    holder: Option<(String, Lease)>,
    last_tick: Option<TickRecord>,
    writes: usize,
}

/// A notice, and how it stands; none once it was sent.
#[derive(Debug)]
struct Told {
    notice: Notice,
    standing: Option<NoticeStanding>,
}

/// A store that forgets everything with the process.
#[derive(Debug)]
pub struct MemoryStore {
    default_zone: Tz,
    kept: Mutex<Kept>,
}

impl MemoryStore {
    /// An empty store whose schedules have `default_zone` unless they say otherwise.
    #[must_use]
    pub fn new(default_zone: Tz) -> Self {
        Self {
            default_zone,
            kept: Mutex::default(),
        }
    }

    /// A store whose definitions are `ready`, whatever its items say: items that are put are kept and not read.
    #[must_use]
    pub fn with_definitions(ready: Definitions) -> Self {
        let store = Self::new(Tz::UTC);
        store.define(ready);
        store
    }

    /// Replaces the definitions that are handed out.
    pub fn define(&self, ready: Definitions) {
        self.kept().ready = Some(Arc::new(ready));
    }

    /// How many calls have written, those that take or renew the lease and record a tick not counted.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.kept().writes
    }

    /// The whole audit, oldest first.
    #[must_use]
    pub fn whole_audit(&self) -> Vec<AuditRecord> {
        self.kept().audit.clone()
    }

    /// Every notice that was ever made, those that were sent included: the one that was made first comes first.
    #[must_use]
    pub fn all_notices(&self) -> Vec<Notice> {
        let kept = self.kept();
        let mut all: Vec<Notice> = kept.notices.values().map(|it| it.notice.clone()).collect();
        all.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
        all
    }

    /// What is remembered of `server`.
    #[must_use]
    pub fn memory_of(&self, server: &str) -> Option<Remembered> {
        self.kept()
            .remembered
            .iter()
            .find(|remembered| remembered.server.0.as_ref() == server)
            .cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn guard(&self, lease: &Lease) -> Result<(), StoreError> {
        match &self.holder {
            Some((_, newest)) if newest.fence == lease.fence => Ok(()),
            Some(_) | None => Err(StoreError::Conflict),
        }
    }

    fn enqueue(&mut self, notice: &Notice) {
        let is_known = self
            .notices
            .get(&notice.key)
            .is_some_and(|known| notice.at < known.notice.at + NOTICE_MEMORY);
        if !is_known {
            let told = Told {
                notice: notice.clone(),
                standing: Some(NoticeStanding::Waits),
            };
            self.notices.insert(notice.key.clone(), told);
        }
    }

    /// Those that are not sent and whose standing `is_it`, in the order in which they are sent.
    fn kept_notices(&self, is_it: impl Fn(&NoticeStanding) -> bool) -> Vec<KeptNotice> {
        let standing = |told: &Told| {
            let standing = told.standing.clone().filter(&is_it)?;
            Some(KeptNotice {
                notice: told.notice.clone(),
                standing,
            })
        };
        let mut all: Vec<KeptNotice> = self.notices.values().filter_map(standing).collect();
        all.sort_by_key(|kept| (kept.notice.due, kept.notice.at, kept.notice.key.clone()));
        all
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::PutItem(item) => {
                self.items.insert(item.key.clone(), item.clone());
                self.read = None;
            }
            Change::DeleteItem(key) => {
                self.items.remove(key);
                self.read = None;
            }
            // Looked at before anything is applied.
            Change::Expect { .. } => {}
            Change::PutException(exception) => {
                let key = (exception.schedule.clone(), exception.date, exception.action);
                self.exceptions.insert(key, exception.clone());
            }
            Change::DeleteException {
                schedule,
                date,
                action,
            } => {
                self.exceptions.remove(&(schedule.clone(), *date, *action));
            }
            Change::PutForce(force) => {
                self.forces.insert(force.schedule.clone(), force.clone());
            }
            Change::DeleteForce { schedule } => {
                self.forces.remove(schedule);
            }
            Change::Audit(record) => self.audit.push(record.clone()),
            Change::Enqueue(notice) => self.enqueue(notice),
            Change::Deliver(delivery) => {
                self.deliveries
                    .insert(delivery.key.clone(), delivery.clone());
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        let mut kept = self.kept();
        if let Some(known) = kept.ready.as_ref().or(kept.read.as_ref()) {
            return Ok(Arc::clone(known));
        }
        let items: Vec<Item> = kept.items.values().cloned().collect();
        let read = Arc::new(Definitions::read(&items, self.default_zone));
        kept.read = Some(Arc::clone(&read));
        Ok(read)
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.kept().items.values().cloned().collect())
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        let kept = self.kept();
        let wanted = kept.exceptions.values().filter(|exception| {
            schedule.is_none_or(|schedule| schedule == exception.schedule)
                && from <= exception.date
                && exception.date <= to
        });
        Ok(wanted.cloned().collect())
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        Ok(self.kept().forces.values().cloned().collect())
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let mut delivered: Vec<&str> = Vec::new();
        for change in changes {
            if let Change::Deliver(delivery) = change {
                if kept.deliveries.contains_key(&delivery.key)
                    || delivered.contains(&delivery.key.as_str())
                {
                    return Err(StoreError::Conflict);
                }
                delivered.push(&delivery.key);
            }
            if let Change::Expect { key, attributes } = change
                && kept.items.get(key).map(|item| &item.attributes) != attributes.as_ref()
            {
                return Err(StoreError::Conflict);
            }
        }
        kept.writes += 1;
        for change in changes {
            kept.apply(change);
        }
        Ok(())
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        Ok(Arc::clone(&self.kept().remembered))
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        let Intent {
            changed,
            gone,
            audit,
            notices,
        } = *intent;
        let mut kept = self.kept();
        kept.guard(lease)?;
        kept.writes += 1;
        kept.audit.extend_from_slice(audit);
        for notice in notices {
            kept.enqueue(notice);
        }
        let mut all: BTreeMap<ServerId, Remembered> = kept
            .remembered
            .iter()
            .map(|remembered| (remembered.server.clone(), remembered.clone()))
            .collect();
        for remembered in changed {
            all.insert(remembered.server.clone(), remembered.clone());
        }
        for server in gone {
            all.remove(server);
        }
        kept.remembered = Arc::new(all.into_values().collect());
        Ok(())
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let kept = self.kept();
        let newest = kept.audit.iter().rev();
        Ok(newest
            .filter(|record| record.schedule == schedule)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        Ok(self.kept().deliveries.get(key).cloned())
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let waiting = self
            .kept()
            .kept_notices(|standing| *standing == NoticeStanding::Waits);
        let due = waiting.into_iter().map(|kept| kept.notice);
        Ok(due.filter(|it| it.due <= now).take(limit).collect())
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let Some(told) = kept.notices.get_mut(key) else {
            return Ok(false);
        };
        let is_free = told.standing == Some(NoticeStanding::Waits) && told.notice.due <= now;
        if is_free {
            told.notice.attempts += 1;
            told.standing = Some(NoticeStanding::Claimed { at: now });
        }
        Ok(is_free)
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let Some(told) = kept.notices.get_mut(key) else {
            return Ok(());
        };
        told.standing = match (settled, told.standing.take()) {
            (_, None) | (Settled::Sent, Some(_)) => None,
            (Settled::Again { due }, Some(_)) => {
                told.notice.due = *due;
                Some(NoticeStanding::Waits)
            }
            (Settled::Lost { .. }, Some(lost @ NoticeStanding::Lost { .. })) => Some(lost),
            (
                Settled::Lost { cause },
                Some(NoticeStanding::Waits | NoticeStanding::Claimed { .. }),
            ) => Some(NoticeStanding::Lost {
                at: now,
                cause: cause.clone(),
            }),
        };
        Ok(())
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        Ok(self.kept().kept_notices(|_| true))
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let mut kept = self.kept();
        let fence = match &kept.holder {
            Some((by, lease)) if now < lease.until => {
                if by != holder {
                    return Ok(None);
                }
                lease.fence
            }
            Some((_, lease)) => lease.fence + 1,
            None => 1,
        };
        let lease = Lease {
            fence,
            until: now + length,
        };
        kept.holder = Some((holder.to_owned(), lease.clone()));
        Ok(Some(lease))
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        Ok(self.kept().last_tick.clone())
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.guard(lease)?;
        if kept
            .last_tick
            .as_ref()
            .is_some_and(|last| last.at > record.at)
        {
            return Err(StoreError::Conflict);
        }
        kept.last_tick = Some(record.clone());
        Ok(())
    }
}
