//! Wrappers that make any call fail on purpose.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::{
    model::{
        AuditRecord, Definitions, Exception, Force, Item, KeptNotice, Notice, Remembered, Settled,
    },
    port::{
        ActError, ActErrorKind, Change, Delivery, Fleet, FleetError, FleetView, Intent, Lease,
        Order, Outcome, Store, StoreError, TickRecord, Trace,
    },
};

/// A call of [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the method of its name")]
pub enum StoreCall {
    Definitions,
    Items,
    Exceptions,
    Forces,
    Commit,
    Remembered,
    Remember,
    Audit,
    Delivery,
    Notices,
    ClaimNotice,
    SettleNotice,
    KeptNotices,
    Lease,
    LastTick,
    RecordTick,
}

type FailsStore = dyn Fn(StoreCall, usize) -> Option<StoreError> + Send + Sync;

/// A store that fails when it is told to.
pub struct FailingStore {
    inner: Arc<dyn Store>,
    fails: Box<FailsStore>,
    calls: AtomicUsize,
}

impl FailingStore {
    /// Every call is first shown to `fails` with its number, from 1 on; its error, when it has one, is the answer
    /// and `inner` does not see the call.
    #[must_use]
    pub fn new(
        inner: Arc<dyn Store>,
        fails: impl Fn(StoreCall, usize) -> Option<StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            fails: Box::new(fails),
            calls: AtomicUsize::new(0),
        }
    }

    /// Fails every call to `call` as too busy.
    #[must_use]
    pub fn on(inner: Arc<dyn Store>, call: StoreCall) -> Self {
        Self::new(inner, move |called, _| {
            (called == call).then_some(StoreError::Busy)
        })
    }

    /// Fails every call from the `count`th on as too busy: the process has died there.
    #[must_use]
    pub fn from_call(inner: Arc<dyn Store>, count: usize) -> Self {
        Self::new(inner, move |_, number| {
            (number >= count).then_some(StoreError::Busy)
        })
    }

    fn check(&self, call: StoreCall) -> Result<(), StoreError> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        (self.fails)(call, number).map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        self.check(StoreCall::Definitions)?;
        self.inner.definitions().await
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        self.check(StoreCall::Items)?;
        self.inner.items().await
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        self.check(StoreCall::Exceptions)?;
        self.inner.exceptions(schedule, from, to).await
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        self.check(StoreCall::Forces)?;
        self.inner.forces().await
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.check(StoreCall::Commit)?;
        self.inner.commit(changes).await
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        self.check(StoreCall::Remembered)?;
        self.inner.remembered().await
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        self.check(StoreCall::Remember)?;
        self.inner.remember(lease, intent).await
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        self.check(StoreCall::Audit)?;
        self.inner.audit(schedule, limit).await
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        self.check(StoreCall::Delivery)?;
        self.inner.delivery(key).await
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        self.check(StoreCall::Notices)?;
        self.inner.notices(now, limit).await
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.check(StoreCall::ClaimNotice)?;
        self.inner.claim_notice(key, now).await
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.check(StoreCall::SettleNotice)?;
        self.inner.settle_notice(key, settled, now).await
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        self.check(StoreCall::KeptNotices)?;
        self.inner.kept_notices().await
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        self.check(StoreCall::Lease)?;
        self.inner.lease(holder, now, length).await
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        self.check(StoreCall::LastTick)?;
        self.inner.last_tick().await
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        self.check(StoreCall::RecordTick)?;
        self.inner.record_tick(lease, record).await
    }
}

/// A call of [`Fleet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the method of its name")]
pub enum FleetCall {
    Servers,
    Act,
}

/// A fleet that fails when it is told to.
pub struct FailingFleet {
    inner: Arc<dyn Fleet>,
    fails: Box<dyn Fn(FleetCall, usize) -> bool + Send + Sync>,
    calls: AtomicUsize,
}

impl FailingFleet {
    /// Every call is first shown to `fails` with its number, from 1 on; when it says yes, `inner` does not see the
    /// call: nothing is seen, or every order is answered as refused.
    #[must_use]
    pub fn new(
        inner: Arc<dyn Fleet>,
        fails: impl Fn(FleetCall, usize) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            fails: Box::new(fails),
            calls: AtomicUsize::new(0),
        }
    }

    /// Fails every call to `call`.
    #[must_use]
    pub fn on(inner: Arc<dyn Fleet>, call: FleetCall) -> Self {
        Self::new(inner, move |called, _| called == call)
    }

    fn fails(&self, call: FleetCall) -> bool {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        (self.fails)(call, number)
    }
}

#[async_trait]
impl Fleet for FailingFleet {
    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        if self.fails(FleetCall::Servers) {
            return Err(FleetError {
                target: "everything".to_owned(),
                code: "fleet.failed",
                source: Arc::new(std::io::Error::other("it fails on purpose")),
            });
        }
        self.inner.servers(now).await
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        if !self.fails(FleetCall::Act) {
            return self.inner.act(orders, now).await;
        }
        let refused = |order: &Order| Outcome {
            server: order.server.clone(),
            result: Err(ActError {
                kind: ActErrorKind::Other,
                code: "fleet.failed".to_owned(),
                message: "it fails on purpose".to_owned(),
            }),
        };
        orders.iter().map(refused).collect()
    }

    async fn trace(&self, trace: &Trace<'_>, now: DateTime<Utc>) {
        self.inner.trace(trace, now).await;
    }
}
