//! What is known of a rule, for lists.

use chrono::{DateTime, Utc};
use reveille_core::model::{RuleSource, reply::RuleVersion};
use serde::Serialize;

use crate::{shelf::Shelved, trust::Grounds, wanted::Written};

/// A rule that is wanted, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct KnownRule {
    /// As it is wanted.
    pub source: RuleSource,
    /// Where that is written.
    pub written: Written,
    /// What is in use; none when it is not loaded.
    pub taken: Option<Taken>,
    /// Why what is at its place is not in use.
    pub error: Option<String>,
    /// When its place was looked at last.
    pub looked: Option<DateTime<Utc>>,
}

/// A component that is in use.
#[derive(Debug, Clone, Serialize)]
pub struct Taken {
    /// As it was wanted when it was taken.
    pub source: RuleSource,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The version that it gives itself.
    pub version: String,
    /// What its place called it, such as an ETag or the digest of a manifest.
    pub place_version: Option<String>,
    /// Why it is trusted.
    pub grounds: Grounds,
    /// Since when it is in use here.
    pub since: DateTime<Utc>,
    /// Whether it is a copy, because its place was out of reach.
    pub is_copy: bool,
}

impl Taken {
    /// The version, as people are told of it.
    pub(crate) fn rule_version(&self) -> RuleVersion {
        RuleVersion {
            version: self.version.clone(),
            sha256: self.sha256.clone(),
        }
    }
}

impl KnownRule {
    /// The versions of `history` that are not in use, newest first: those that can be gone back to.
    #[must_use]
    pub fn earlier(&self, history: Vec<Shelved>) -> Vec<Shelved> {
        let in_use = self.taken.as_ref().map(|taken| taken.sha256.as_str());
        let mut history = history;
        history.retain(|version| Some(version.sha256.as_str()) != in_use);
        history
    }
}
