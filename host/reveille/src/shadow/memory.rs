//! What the shadow remembers, in memory only: what people and AWS keep is read elsewhere and never written.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use reveille_core::{
    model::{
        AuditRecord, Definitions, Exception, Force, Item, KeptNotice, Notice, Remembered, Server,
        ServerId, Settled, Stored,
    },
    port::{Change, Delivery, Intent, Lease, Store, StoreError, TickRecord},
};

/// A store without exceptions and orders: nobody can have given any before Reveille acts.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    definitions: Arc<Definitions>,
    servers: BTreeMap<ServerId, Remembered>,
    last_tick: Option<TickRecord>,
}

impl Memory {
    /// Makes it what is known at the beginning of a tick: `stored` says what AWS Instance Scheduler remembers of each
    /// server. Since when a server is as it is goes on.
    pub(super) fn begin(
        &self,
        definitions: Arc<Definitions>,
        servers: &[Server],
        stored: &[Stored],
        now: DateTime<Utc>,
    ) {
        let mut kept = self.kept();
        let before = std::mem::take(&mut kept.servers);
        kept.definitions = definitions;
        kept.servers = servers
            .iter()
            .zip(stored)
            .map(|(server, stored)| {
                let mut remembered = Remembered::adopted(server, stored.clone(), now);
                if let Some(before) = before.get(&server.id) {
                    remembered.seen = before.seen;
                    remembered.seen_since = before.seen_since;
                }
                (server.id.clone(), remembered)
            })
            .collect();
    }

    /// Why Reveille decided last about a server what it did.
    pub(super) fn reason(&self, server: &ServerId) -> String {
        let kept = self.kept();
        let reason = kept.servers.get(server).map(|memory| memory.reason.clone());
        reason.unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        Ok(Arc::clone(&self.kept().definitions))
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        Ok(Vec::new())
    }

    async fn exceptions(
        &self,
        _: Option<&str>,
        _: NaiveDate,
        _: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        Ok(Vec::new())
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        Ok(Vec::new())
    }

    /// What is written down of a tick is nobody's.
    async fn commit(&self, _: &[Change]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        Ok(Arc::new(self.kept().servers.values().cloned().collect()))
    }

    async fn remember(&self, _: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        let mut kept = self.kept();
        for memory in intent.changed {
            kept.servers.insert(memory.server.clone(), memory.clone());
        }
        for server in intent.gone {
            kept.servers.remove(server);
        }
        Ok(())
    }

    async fn audit(&self, _: &str, _: u32) -> Result<Vec<AuditRecord>, StoreError> {
        Ok(Vec::new())
    }

    async fn delivery(&self, _: &str) -> Result<Option<Delivery>, StoreError> {
        Ok(None)
    }

    async fn notices(&self, _: DateTime<Utc>, _: u32) -> Result<Vec<Notice>, StoreError> {
        Ok(Vec::new())
    }

    async fn claim_notice(&self, _: &str, _: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn settle_notice(
        &self,
        _: &str,
        _: &Settled,
        _: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        Ok(Vec::new())
    }

    async fn lease(
        &self,
        _: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        Ok(Some(Lease {
            fence: 1,
            until: now + length,
        }))
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        Ok(self.kept().last_tick.clone())
    }

    async fn record_tick(&self, _: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        self.kept().last_tick = Some(record.clone());
        Ok(())
    }
}
