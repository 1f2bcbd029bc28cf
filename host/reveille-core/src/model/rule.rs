//! Rules: where they come from, how a schedule names them, how they fail.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a failing rule does to its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// The schedule holds: nothing is started or stopped.
    #[default]
    Hold,
    /// The rule is passed over.
    Skip,
}

/// A rule in a schedule's list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleUse {
    /// Name of the rule.
    pub name: String,
    /// Its configuration: JSON text, `{}` when there is none.
    pub config: String,
    /// What happens when it fails.
    pub on_failure: OnFailure,
}

/// What a component may import and use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Nothing but the contract, limits for compiled languages.
    #[default]
    Rule,
    /// Nothing but the contract, limits for a small interpreter (QuickJS).
    Scripted,
    /// Nothing but the contract, limits for a large interpreter (StarlingMonkey, CPython).
    Heavy,
}

/// A rule that is not embedded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleSource {
    /// The name that schedules use.
    pub name: String,
    /// Where its component is: the path of a `.wasm` file, `https://…`, `s3://bucket/key`, or
    /// `oci://registry/repository:tag`.
    pub location: String,
    /// SHA-256 that the component must have, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Its limits.
    pub tier: Tier,
    /// Whether it may import a virtual, deterministic WASI.
    pub wasi: bool,
    /// The data that it reads: its own name for each, and the name of the host's data source. A name that is not here
    /// is bound to the data source of the same name.
    pub data: BTreeMap<String, String>,
}

/// A rule that is loaded, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadedRule {
    /// The name that schedules use.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it does.
    pub summary: String,
    /// `planner`, `decider`, `formatter`.
    pub roles: Vec<&'static str>,
    /// `embedded`, or its location.
    pub source: String,
    /// SHA-256 of the component, in hexadecimal digits.
    pub sha256: String,
    /// Its limits.
    pub tier: Tier,
    /// The data sources of the host that it reads, sorted.
    pub data: Vec<String>,
    /// Calls since the start, of all versions.
    pub calls: u64,
    /// Failed calls since the start, of all versions.
    pub failures: u64,
}

/// The kinds of failure of a call. Each limit has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The fuel ran out.
    Fuel,
    /// The deadline passed.
    Deadline,
    /// The stack was exhausted.
    Stack,
    /// It panicked or reached `unreachable`.
    Panic,
    /// It wanted more memory, tables or instances than it may have.
    Memory,
    /// It held more handles than it may.
    Handles,
    /// It returned more than it may, or called with more.
    Output,
    /// It returned something that is no value of the contract's types.
    BadValue,
    /// It called the host more often, or logged more, than it may.
    HostCalls,
    /// It wanted to exit.
    Exit,
    /// Its answer breaks the contract.
    Answer,
    /// It answered with an error of its own.
    Rule,
    /// It is not loaded, or does not have the role.
    Missing,
    /// The sandbox itself failed.
    Host,
    /// It has failed too often in a row, and is not asked any more.
    Disabled,
}

impl FailureKind {
    /// All of them, each at the place of its number.
    pub const ALL: [Self; 15] = [
        Self::Fuel,
        Self::Deadline,
        Self::Stack,
        Self::Panic,
        Self::Memory,
        Self::Handles,
        Self::Output,
        Self::BadValue,
        Self::HostCalls,
        Self::Exit,
        Self::Answer,
        Self::Rule,
        Self::Missing,
        Self::Host,
        Self::Disabled,
    ];
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Error)]
#[error("rule `{rule}`: {cause}")]
pub struct RuleFailure {
    /// Name of the rule.
    pub rule: String,
    /// What happened.
    pub kind: FailureKind,
    /// What happened, for people.
    pub cause: String,
}

/// A schedule for which a rule has failed, and is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleTrouble {
    /// The schedule; none where the rule is to have the words.
    pub schedule: Option<String>,
    /// Failures in a row, at different times.
    pub failures: u32,
    /// When it is asked again; none when it is disabled.
    pub until: Option<DateTime<Utc>>,
    /// The last failure.
    pub last: RuleFailure,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_stands_at_its_place() {
        for (place, kind) in FailureKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
        assert_eq!(FailureKind::Disabled as usize + 1, FailureKind::ALL.len());
    }
}
