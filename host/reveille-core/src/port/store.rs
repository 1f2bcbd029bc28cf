//! What is kept: definitions, exceptions, orders, memory, the audit.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::model::{
    AuditRecord, Definitions, Exception, FailureKind, Force, Item, ItemKey, KeptNotice, Notice,
    Remembered, ServerId, Settled, Turn,
};

/// What any store may answer.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// It does not answer in time, or says that it is too busy.
    #[error("the store does not answer, or is too busy")]
    Busy,
    /// Somebody else was faster: what the write was based on no longer holds.
    #[error("the store has changed in between")]
    Conflict,
    /// It may not be read or written.
    #[error("the store refuses access")]
    Denied,
    /// Anything else.
    #[error("the store failed")]
    Other(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A stable code for people and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "store.busy",
            Self::Conflict => "store.conflict",
            Self::Denied => "store.denied",
            Self::Other(_) => "store.failed",
        }
    }
}

/// A message that was answered, so that it is not carried out twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// SHA-256 over token, writer, creation time and text, in hexadecimal digits.
    pub key: String,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// What was answered: the [`crate::model::reply::Message`] as JSON.
    pub answer: String,
}

/// One write. Those of one [`Store::commit`] are done all or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds or replaces a definition.
    PutItem(Item),
    /// Removes a definition; there may be none.
    DeleteItem(ItemKey),
    /// [`StoreError::Conflict`] when a definition has other attributes before this commit than these, or is there although
    /// there should be none: for whoever writes back what was read a moment ago. That it has one more attribute need not
    /// be noticed.
    Expect {
        /// The definition.
        key: ItemKey,
        /// Its attributes; none when there is none.
        attributes: Option<Map<String, Value>>,
    },
    /// Adds or replaces the exception of its schedule, date and action.
    PutException(Exception),
    /// Removes an exception; there may be none.
    DeleteException {
        /// Its schedule.
        schedule: String,
        /// Its date.
        date: NaiveDate,
        /// Its action.
        action: Turn,
    },
    /// Adds or replaces the order of its schedule.
    PutForce(Force),
    /// Removes the order of a schedule; there may be none.
    DeleteForce {
        /// The schedule.
        schedule: String,
    },
    /// Appends to the audit.
    Audit(AuditRecord),
    /// Remembers that a message was answered. [`StoreError::Conflict`] when its key is there already.
    Deliver(Delivery),
    /// Puts a notice among those that are to be sent. Does nothing when one of its key was made less than
    /// [`crate::model::NOTICE_MEMORY`] before it, sent or not.
    Enqueue(Notice),
}

/// The right to act, held by one host at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Grows with every holder: a write under an older one is refused.
    pub fence: u64,
    /// When it ends unless it is renewed.
    pub until: DateTime<Utc>,
}

/// What a tick writes before it gives an order, and once more when orders were refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Intent<'a> {
    /// What is to be remembered of servers.
    pub changed: &'a [Remembered],
    /// Servers that are to be forgotten.
    pub gone: &'a [ServerId],
    /// Appended to the audit.
    pub audit: &'a [AuditRecord],
    /// As by [`Change::Enqueue`].
    pub notices: &'a [Notice],
}

impl<'a> Intent<'a> {
    /// To remember `changed`, to forget `gone`, and nothing else.
    #[must_use]
    pub fn of(changed: &'a [Remembered], gone: &'a [ServerId]) -> Self {
        Self {
            changed,
            gone,
            ..Self::default()
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
            && self.gone.is_empty()
            && self.audit.is_empty()
            && self.notices.is_empty()
    }
}

/// A failure that holds a schedule, and that people were told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The rule that fails.
    pub rule: String,
    /// How it fails.
    pub kind: FailureKind,
    /// Since when the schedule holds.
    pub since: DateTime<Utc>,
}

/// What the last tick left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TickRecord {
    /// Its `now`.
    pub at: DateTime<Utc>,
    /// The schedules of which people were told that they hold, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, Held>,
    /// The stops that lie ahead and that people were warned of, by the name of the schedule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub warned: BTreeMap<String, DateTime<Utc>>,
}

impl TickRecord {
    /// Of a tick at `at` that leaves nothing else behind.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self {
            at,
            ..Self::default()
        }
    }
}

/// Everything that a tick goes by.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What the last tick left behind.
    pub last_tick: Option<TickRecord>,
    /// [`Store::definitions`].
    pub definitions: Arc<Definitions>,
    /// [`Store::exceptions`] of all schedules.
    pub exceptions: Vec<Exception>,
    /// [`Store::forces`].
    pub forces: Vec<Force>,
    /// [`Store::remembered`].
    pub remembered: Arc<Vec<Remembered>>,
}

/// Where everything is kept. What a call has answered survives the death of the process at any moment.
#[async_trait]
pub trait Store: Send + Sync {
    /// A number that is another one after every write of anybody; none when the store cannot tell it within
    /// microseconds. As long as it stays the same, so does everything that is read.
    fn revision(&self) -> Option<u64> {
        None
    }

    /// All definitions, read. The same `Arc` may be handed out as long as nothing has changed; what another host
    /// changed is seen within a minute.
    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError>;

    /// All definitions as they stand.
    async fn items(&self) -> Result<Vec<Item>, StoreError>;

    /// Exceptions dated from `from` to `to`, both included, of one schedule or of all; sorted by schedule, date and
    /// action.
    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError>;

    /// All orders, those that have ended included, sorted by schedule.
    async fn forces(&self) -> Result<Vec<Force>, StoreError>;

    /// Does all of `changes` or none. They are durable when it answers.
    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError>;

    /// Everything that is remembered of servers, sorted by server. The same `Arc` may be handed out as long as
    /// nothing has changed.
    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError>;

    /// Writes `intent`. [`StoreError::Conflict`] when `lease` is no longer the newest.
    ///
    /// All of it or nothing, where one write of the store holds as much. Otherwise in parts, each of them guarded by the
    /// lease: audit and notices first, then what is remembered. A tick that fails or dies in between is made again over
    /// the same memory, makes notices of the same keys, and nobody is told twice or not at all.
    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError>;

    /// The newest `limit` audit records of a schedule, newest first.
    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError>;

    /// The answer to a message that was delivered before.
    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError>;

    /// Takes or renews the right to act for `holder`; none while another holds it.
    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError>;

    /// What the last tick left behind.
    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError>;

    /// Everything that a tick goes by, exceptions dated from `from` to `to`. Called once a tick, right after the lease
    /// was taken: a store may hand out what it learned when it answered `lease`, because nobody else writes what is
    /// remembered meanwhile, and what people write a moment later is the next tick's.
    async fn snapshot(
        &self,
        _lease: &Lease,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Snapshot, StoreError> {
        Ok(Snapshot {
            last_tick: self.last_tick().await?,
            definitions: self.definitions().await?,
            exceptions: self.exceptions(None, from, to).await?,
            forces: self.forces().await?,
            remembered: self.remembered().await?,
        })
    }

    /// The notices that are due at `now` and that nobody has claimed, at most `limit` of them: those that are due first,
    /// and of those that are due at once those that were made first. What has expired is among them. Called after every
    /// tick that has made some, and every minute or so.
    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError>;

    /// Claims the notice of this key, and counts one more attempt to send it. True for one caller only, and durable when
    /// it answers: whoever got true sends it, and nobody else does unless it is settled as [`Settled::Again`]. False when
    /// somebody has claimed it, when it is settled, not due at `now`, or unknown.
    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Says what came of a notice at `now`. One that was sent is forgotten but for its key; one that is lost is kept for
    /// operators as long as its key is remembered, and may be tried again. Does nothing when it is unknown or was sent.
    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// All notices that were not sent and are kept, in the order of [`Store::notices`]: for operators, and to find those
    /// whose sender has died. Called when somebody asks, and every few minutes.
    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError>;

    /// Records a tick. [`StoreError::Conflict`] when `lease` is no longer the newest or a later tick is recorded.
    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError>;
}
