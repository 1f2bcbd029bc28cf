//! Why a secret cannot be had. No message tells anything of what one says.

use thiserror::Error;

use crate::config::Secret;

/// A secret that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key} cannot be had from {place}: {failure}")]
pub(crate) struct SecretError {
    /// The key of the configuration that names it.
    pub(crate) key: String,
    place: String,
    failure: Failure,
}

impl SecretError {
    pub(super) fn new(secret: &Secret, failure: Failure) -> Self {
        Self {
            key: secret.key.clone(),
            place: secret.place.to_string(),
            failure,
        }
    }
}

/// Secrets that cannot be had, all of them.
#[derive(Debug, Error)]
#[error("{}", lines(.0))]
pub(crate) struct SecretErrors(pub(crate) Vec<SecretError>);

fn lines(errors: &[SecretError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n  and ")
}

/// Why a place does not tell its secret, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{cause}. {remedy}")]
pub(super) struct Failure {
    cause: String,
    remedy: String,
    /// Whether there is no such secret any more.
    pub(super) is_gone: bool,
}

impl Failure {
    pub(super) fn new(cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            remedy: remedy.into(),
            is_gone: false,
        }
    }

    #[cfg(feature = "aws")]
    pub(super) fn gone(self) -> Self {
        Self {
            is_gone: true,
            ..self
        }
    }

    pub(super) fn unset() -> Self {
        Self::new("it is not set, or empty", "Set it for this process.")
    }

    pub(super) fn empty() -> Self {
        Self::new("it is empty", "Write the secret there.")
    }

    pub(super) fn late() -> Self {
        Self::new(
            "there was no answer in time",
            "Let this host reach it, or give the secret by `env` or `file`.",
        )
    }
}
