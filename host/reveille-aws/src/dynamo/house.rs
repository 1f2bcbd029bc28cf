//! The one item that every guarded write meets: who may act, what the last tick was, what has changed.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use reveille_core::port::{Lease, TickRecord};

use super::attributes::{Attributes, number_of, text, text_of};

/// Both keys of the item.
const KEY: &str = "house";

/// What the item says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct House {
    /// Who took the lease last.
    pub(super) holder: String,
    /// The number under which it was taken; 0 before the first time.
    pub(super) fence: u64,
    /// When the lease ends.
    pub(super) until: Option<DateTime<Utc>>,
    /// What the last tick left behind.
    pub(super) last_tick: Option<TickRecord>,
    /// Grows with every commit but those that only append.
    pub(super) revision: u64,
    /// Grows with every write of what is remembered.
    pub(super) memory: u64,
    /// The journal of a commit that is done and not carried out yet.
    pub(super) pending: Option<String>,
}

/// What to ask of the item for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// That it goes on under this fence.
    Renewal(u64),
    /// That it begins under the next fence.
    Taking,
}

impl House {
    /// Reads the item; one that is not there says nothing.
    pub(super) fn read(item: &Attributes) -> Self {
        Self {
            holder: text_of(item, "holder").unwrap_or_default().to_owned(),
            fence: number_of(item, "fence").unwrap_or_default(),
            until: time_of(item, "until"),
            last_tick: time_of(item, "last_tick").map(|at| TickRecord {
                at,
                // What another version has written and this one cannot read is as good as nothing: people may be told
                // once more.
                ..text_of(item, "told")
                    .and_then(|told| serde_json::from_str(told).ok())
                    .unwrap_or_default()
            }),
            revision: number_of(item, "revision").unwrap_or_default(),
            memory: number_of(item, "memory").unwrap_or_default(),
            pending: text_of(item, "pending").map(str::to_owned),
        }
    }

    /// The item's key.
    pub(super) fn key() -> Attributes {
        Attributes::from([("pk".to_owned(), text(KEY)), ("sk".to_owned(), text(KEY))])
    }

    /// Whether it was read no earlier than `other`.
    pub(super) fn is_at_least(&self, other: &Self) -> bool {
        self.fence >= other.fence && self.revision >= other.revision && self.memory >= other.memory
    }

    /// What `holder` can ask for at `now`; none while another holds the lease.
    pub(super) fn claim(&self, holder: &str, now: DateTime<Utc>) -> Option<Claim> {
        let is_held = self.until.is_some_and(|until| now < until);
        match (is_held, self.holder == holder) {
            (true, true) => Some(Claim::Renewal(self.fence)),
            (true, false) => None,
            (false, _) => Some(Claim::Taking),
        }
    }

    /// What of `record` stands beside its time; none when there is nothing.
    ///
    /// # Errors
    /// Never for a record that was made here.
    pub(super) fn told(record: &TickRecord) -> Result<Option<String>, serde_json::Error> {
        if record.held.is_empty() && record.warned.is_empty() {
            return Ok(None);
        }
        serde_json::to_string(record).map(Some)
    }

    /// The lease that the item now stands for, taken at `now`.
    pub(super) fn lease(&self, now: DateTime<Utc>, length: Duration) -> Lease {
        Lease {
            fence: self.fence,
            until: now + length,
        }
    }
}

/// `time` so that later ones sort after earlier ones.
pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn time_of(item: &Attributes, name: &str) -> Option<DateTime<Utc>> {
    text_of(item, name)?.parse().ok()
}
