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
        AuditRecord, Definitions, Exception, Force, Item, ItemKey, Remembered, ServerId, Turn,
    },
    port::{Change, Delivery, Lease, Store, StoreError, TickRecord},
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
    remembered: Arc<Vec<Remembered>>,
    holder: Option<(String, Lease)>,
    last_tick: Option<TickRecord>,
    writes: usize,
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

    async fn remember(
        &self,
        lease: &Lease,
        changed: &[Remembered],
        gone: &[ServerId],
    ) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.guard(lease)?;
        kept.writes += 1;
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
