//! What is remembered of a server from one tick to the next.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Action, Server, ServerId, ServerState, Want};

/// The state that a decider left behind, in the words of AWS Instance Scheduler's registry. Words that it does not
/// know are kept: they simply differ from every known one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stored(pub Cow<'static, str>);

impl Stored {
    /// It was wanted to run.
    pub const RUNNING: Self = Self(Cow::Borrowed("running"));
    /// It was wanted to be stopped.
    pub const STOPPED: Self = Self(Cow::Borrowed("stopped"));
    /// Nothing was wanted of it.
    pub const ANY: Self = Self(Cow::Borrowed("any"));
    /// It has not been seen before.
    pub const UNKNOWN: Self = Self(Cow::Borrowed("unknown"));
    /// It was started by hand before its period and is kept.
    pub const RETAIN_RUNNING: Self = Self(Cow::Borrowed("retain-running"));
    /// Its start failed.
    pub const START_FAILED: Self = Self(Cow::Borrowed("start_failed"));
    /// Its stop failed.
    pub const STOP_FAILED: Self = Self(Cow::Borrowed("stop_failed"));
}

impl fmt::Display for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What went wrong with a server last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerError {
    /// The provider's code, such as `InsufficientInstanceCapacity`.
    pub code: String,
    /// The provider's message.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl ServerError {
    /// The code for a server that does not arrive and whose provider gives no code.
    pub const STUCK: &'static str = "stuck";
}

/// An action that was ordered and has not arrived yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What was ordered.
    pub action: Action,
    /// The type that it is started with, of those that its tag prefers; none when the tag has no say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// When it was first ordered for the present want.
    pub since: DateTime<Utc>,
    /// When it was last ordered.
    pub at: DateTime<Utc>,
    /// How many times.
    pub attempts: u32,
    /// No further attempt before this.
    pub not_before: Option<DateTime<Utc>>,
    /// Whether people have been told that it does not arrive.
    pub reported: bool,
}

/// What is remembered of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The server.
    pub server: ServerId,
    /// The schedule that it was under.
    pub schedule: String,
    /// What the decider left behind.
    pub stored: Stored,
    /// What was last wanted and ordered of it.
    pub wanted: Option<Want>,
    /// When that was ordered.
    pub applied_at: Option<DateTime<Utc>>,
    /// Why, for people.
    pub reason: String,
    /// What is on its way.
    pub request: Option<Request>,
    /// What went wrong last, until something goes right.
    pub error: Option<ServerError>,
    /// How it was when it was last looked at.
    pub seen: ServerState,
    /// Since when it has been seen so.
    pub seen_since: DateTime<Utc>,
}

impl Remembered {
    /// What another program left behind of `server`, as if it had been decided here; nothing is on its way.
    #[must_use]
    pub fn adopted(server: &Server, stored: Stored, now: DateTime<Utc>) -> Self {
        Self {
            server: server.id.clone(),
            schedule: server.schedule.as_ref().to_owned(),
            stored,
            wanted: None,
            applied_at: None,
            reason: String::new(),
            request: None,
            error: None,
            seen: server.state,
            seen_since: now,
        }
    }
}
