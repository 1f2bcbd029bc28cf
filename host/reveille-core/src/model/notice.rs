//! Messages to people, kept until they are sent.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::reply::Message;

/// How long the key of a notice is remembered after it was made, sent or not: whoever tells the same event again does so
/// within minutes, and people look at what was lost within the week.
pub const NOTICE_MEMORY: Duration = Duration::days(7);

/// A message to one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Tells it from every other: of the event and the target, as [`crate::port::News::key`] makes it; at most 64 bytes.
    pub key: String,
    /// Name of a target in the host's configuration.
    pub target: String,
    /// The schedule that it is about; none when it is about the whole house.
    pub schedule: Option<String>,
    /// What is sent.
    pub message: Message,
    /// When it was made. Of two that are due at once the one that was made first goes first.
    pub at: DateTime<Utc>,
    /// It is not sent before.
    pub due: DateTime<Utc>,
    /// From then on it is pointless, and not sent any more.
    pub expires: DateTime<Utc>,
    /// How many times somebody has set out to send it.
    pub attempts: u32,
}

/// What came of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It was sent.
    Sent,
    /// It was certainly not sent, and is to be tried again.
    Again {
        /// Not before.
        due: DateTime<Utc>,
    },
    /// It is not tried again: it has expired, the target refuses it, or nobody can tell whether it was sent.
    Lost {
        /// Why, for operators; without the target's address.
        cause: String,
    },
}

/// How a notice stands that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeStanding {
    /// It waits until it is due, or until somebody takes it.
    Waits,
    /// Somebody is sending it. When that takes longer than any sender does, the sender has died, and it may have been sent.
    Claimed {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// It is not tried again.
    Lost {
        /// Since when.
        at: DateTime<Utc>,
        /// Why.
        cause: String,
    },
}

/// A notice that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNotice {
    /// The notice.
    pub notice: Notice,
    /// How it stands.
    pub standing: NoticeStanding,
}
