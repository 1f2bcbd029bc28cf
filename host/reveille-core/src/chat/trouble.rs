//! What keeps a command from being carried out.

use std::error::Error;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{
    model::{RuleFailure, reply::Refusal},
    port::{FleetError, StoreError},
};

/// What keeps a command from being carried out.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something that the caller can put right, or has to accept.
    Refused(Box<Refusal>),
    /// The store does not answer.
    Store(StoreError),
    /// No server can be seen.
    Fleet(FleetError),
    /// A rule fails, and the command cannot do without the plan.
    Rule(RuleFailure),
    /// An answer that was kept cannot be read, or one cannot be kept.
    Answer(serde_json::Error),
}

impl Trouble {
    /// As people are told of it. A fault of ours goes to the log in full, under the number that people are given.
    pub(super) fn into_refusal(self, delivery_key: &str, now: DateTime<Utc>) -> Refusal {
        let (code, cause): (String, &dyn Error) = match &self {
            Self::Refused(refusal) => return refusal.as_ref().clone(),
            Self::Store(error) => (error.code().to_owned(), error),
            Self::Fleet(error) => (error.code.to_owned(), error),
            Self::Rule(failure) => ("rule.failed".to_owned(), failure),
            Self::Answer(error) => ("answer.unreadable".to_owned(), error),
        };
        let incident = incident(delivery_key, now);
        tracing::error!(incident, code, error = chain(cause), "a command failed");
        Refusal::Failed { code, incident }
    }
}

/// An error with everything that caused it.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Eight digits that find a failure in the log: enough to tell a day's apart, few enough to read out.
fn incident(delivery_key: &str, now: DateTime<Utc>) -> String {
    let mut hash = Sha256::new();
    hash.update(now.timestamp_micros().to_be_bytes());
    hash.update(delivery_key);
    hash.finalize()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<FleetError> for Trouble {
    fn from(error: FleetError) -> Self {
        Self::Fleet(error)
    }
}

impl From<RuleFailure> for Trouble {
    fn from(failure: RuleFailure) -> Self {
        Self::Rule(failure)
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Answer(error)
    }
}
