//! The append-only record of what was done, by whom and why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What kind of thing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditSubject {
    /// A person's command.
    Command,
    /// An action of the scheduler on servers.
    Action,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// Which schedule.
    pub schedule: String,
    /// Of which kind.
    pub subject: AuditSubject,
    /// `start`, `stop`, `resize`; or the command: `force_start`, `exception set`.
    pub action: String,
    /// Names of the servers.
    pub servers: Vec<String>,
    /// Who; the schedule's own name for the scheduler.
    pub by: String,
    /// Where: the room, or empty.
    pub room: String,
    /// Why, or the command as it was typed.
    pub reason: String,
    /// What came of it when it failed: code and message.
    pub error: Option<String>,
}
