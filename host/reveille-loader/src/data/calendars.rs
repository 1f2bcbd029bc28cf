//! The calendars of the store, as data for rules.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use reveille_core::{
    model::{
        AuditRecord, CALENDAR_DATA, Definitions, Exception, Force, Item, KeptNotice, Notice,
        Remembered, Settled, calendar_data,
    },
    port::{Change, Delivery, Intent, Lease, Snapshot, Store, StoreError, TickRecord},
};
use reveille_sandbox::{Datum, Sandbox};

/// Hands the calendars among `definitions` to the rules of `sandbox`, as [`CALENDAR_DATA`].
pub fn supply_calendars(sandbox: &Sandbox, definitions: &Definitions) {
    let text = calendar_data(&definitions.calendars);
    sandbox.supply(CALENDAR_DATA, Some(Datum::new(text.as_bytes())));
}

/// A store whose calendars rules read as [`CALENDAR_DATA`]: whoever reads the definitions plans by the calendars that are
/// among them.
pub struct CalendarStore {
    inner: Arc<dyn Store>,
    sandbox: Arc<Sandbox>,
    /// How many times the definitions were asked for.
    asked: AtomicU64,
    bound: Mutex<Bound>,
}

/// The calendars that rules read now.
#[derive(Default)]
struct Bound {
    definitions: Option<Arc<Definitions>>,
    /// Which asking brought them.
    asked: u64,
}

impl CalendarStore {
    /// `inner`, with its calendars for the rules of `sandbox`.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, sandbox: Arc<Sandbox>) -> Self {
        Self {
            inner,
            sandbox,
            asked: AtomicU64::new(0),
            bound: Mutex::default(),
        }
    }

    /// Where two read at once, those who asked last have what is newest.
    fn bind(&self, definitions: &Arc<Definitions>, asked: u64) {
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        if asked < bound.asked {
            return;
        }
        bound.asked = asked;
        let is_same = |known: &Arc<Definitions>| {
            Arc::ptr_eq(known, definitions) || known.calendars == definitions.calendars
        };
        if !bound.definitions.as_ref().is_some_and(is_same) {
            supply_calendars(&self.sandbox, definitions);
        }
        bound.definitions = Some(Arc::clone(definitions));
    }

    fn ask(&self) -> u64 {
        self.asked.fetch_add(1, Relaxed)
    }
}

#[async_trait]
impl Store for CalendarStore {
    fn revision(&self) -> Option<u64> {
        self.inner.revision()
    }

    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        let asked = self.ask();
        let definitions = self.inner.definitions().await?;
        self.bind(&definitions, asked);
        Ok(definitions)
    }

    async fn snapshot(
        &self,
        lease: &Lease,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Snapshot, StoreError> {
        let asked = self.ask();
        let snapshot = self.inner.snapshot(lease, from, to).await?;
        self.bind(&snapshot.definitions, asked);
        Ok(snapshot)
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        self.inner.items().await
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        self.inner.exceptions(schedule, from, to).await
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        self.inner.forces().await
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.inner.commit(changes).await
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        self.inner.remembered().await
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        self.inner.remember(lease, intent).await
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.inner.audit(schedule, limit).await
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        self.inner.delivery(key).await
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        self.inner.notices(now, limit).await
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.inner.claim_notice(key, now).await
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.inner.settle_notice(key, settled, now).await
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        self.inner.kept_notices().await
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        self.inner.lease(holder, now, length).await
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        self.inner.last_tick().await
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        self.inner.record_tick(lease, record).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use reveille_core::testing::{MemoryStore, date};
    use serde_json::json;

    use super::*;

    fn calendar(name: &str, days: &[&str]) -> Change {
        let item = json!({ "type": "calendar", "name": name, "days": days });
        Change::PutItem(serde_json::from_value(item).unwrap())
    }

    fn read(sandbox: &Sandbox) -> Option<String> {
        let datum = sandbox.supplied(CALENDAR_DATA)?;
        Some(String::from_utf8_lossy(&datum.bytes).into_owned())
    }

    #[tokio::test]
    async fn whoever_reads_the_definitions_has_the_rules_read_the_calendars() {
        let sandbox = Arc::new(Sandbox::embedded().unwrap());
        let store = CalendarStore::new(
            Arc::new(MemoryStore::new(chrono_tz::Asia::Seoul)),
            Arc::clone(&sandbox),
        );
        assert_eq!(read(&sandbox), None);
        store.definitions().await.unwrap();
        assert_eq!(read(&sandbox).as_deref(), Some(""));

        let changes = [
            calendar("holidays", &["2026-12-24 창립기념일"]),
            calendar("seoul", &["- 2026-10-09 we work"]),
        ];
        store.commit(&changes).await.unwrap();
        assert_eq!(
            read(&sandbox).as_deref(),
            Some(""),
            "nobody has read it yet"
        );
        let lease = store
            .lease("h", DateTime::UNIX_EPOCH, Duration::minutes(1))
            .await
            .unwrap()
            .unwrap();
        store
            .snapshot(&lease, date(2026, 11, 1), date(2026, 11, 2))
            .await
            .unwrap();
        let text = "2026-12-24 창립기념일\n[seoul]\n- 2026-10-09 we work\n";
        assert_eq!(read(&sandbox).as_deref(), Some(text));
    }

    #[tokio::test]
    async fn what_was_asked_for_earlier_does_not_come_after_what_is_newer() {
        let sandbox = Arc::new(Sandbox::embedded().unwrap());
        let inner = Arc::new(MemoryStore::new(chrono_tz::Asia::Seoul));
        let store = CalendarStore::new(Arc::clone(&inner) as Arc<dyn Store>, Arc::clone(&sandbox));
        let early = store.ask();
        let old = inner.definitions().await.unwrap();
        store
            .commit(&[calendar("holidays", &["2026-12-24 x"])])
            .await
            .unwrap();
        store.definitions().await.unwrap();
        store.bind(&old, early);
        assert_eq!(read(&sandbox).as_deref(), Some("2026-12-24 x\n"));
    }
}
