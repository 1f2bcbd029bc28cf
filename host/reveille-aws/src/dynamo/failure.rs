//! What DynamoDB says, in the words of the port.

use std::sync::Arc;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use reveille_core::port::StoreError;
use thiserror::Error;

use crate::trouble::{Trouble, TroubleKind};

/// A table, or something for it, that cannot be used as it is.
#[derive(Debug, Error)]
pub enum TableError {
    /// There is no such table in the region.
    #[error(
        "the table `{table}` is not there: make it with `reveille tables create`, or correct its name or the region"
    )]
    Missing {
        /// Its name.
        table: String,
        /// What befell.
        #[source]
        source: Trouble,
    },
    /// Its keys are others.
    #[error(
        "the table `{table}` has other keys than it must have: `reveille tables check` says which"
    )]
    Keys {
        /// Its name.
        table: String,
        /// What befell, when DynamoDB has noticed first.
        #[source]
        source: Option<Trouble>,
    },
    /// A name that cannot be a key.
    #[error("`{item}` cannot stand in a table of DynamoDB: a name has 1 to 1,024 bytes")]
    Name {
        /// The item as people know it.
        item: String,
    },
    /// More than DynamoDB keeps in one item.
    #[error("`{item}` has {size} bytes, and an item of DynamoDB at most {most}: make it smaller")]
    Size {
        /// The item as people know it.
        item: String,
        /// Its size in bytes.
        size: usize,
        /// The most in bytes.
        most: usize,
    },
    /// More answers to messages than one transaction can hold.
    #[error("too many answers to messages are to be remembered in one commit")]
    Answers,
    /// A commit that depends on what stands, and is larger than a transaction.
    #[error("a commit that depends on what stands in the table is too large for one transaction")]
    Expected,
}

impl From<TableError> for StoreError {
    fn from(error: TableError) -> Self {
        Self::Other(Arc::new(error))
    }
}

/// Whether a write has met a transaction on the same item: a moment later it may succeed.
pub(super) fn is_contended<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("TransactionConflictException")
}

/// What the failure of `call` on `table` means.
pub(super) fn failed<E>(
    table: &str,
    call: &'static str,
    error: SdkError<E, HttpResponse>,
) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    meaning(table, Trouble::of(call, error))
}

/// As [`failed`], for a transaction whose actions were each refused with one of these messages.
pub(super) fn canceled<E>(
    table: &str,
    call: &'static str,
    error: SdkError<E, HttpResponse>,
    messages: &[String],
) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let mut trouble = Trouble::of(call, error);
    if messages.iter().any(|message| is_about_keys(message)) {
        return TableError::Keys {
            table: table.to_owned(),
            source: Some(trouble),
        }
        .into();
    }
    if let Some(first) = messages.first() {
        // What it says itself is only that its actions say more.
        trouble.message.clone_from(first);
    }
    meaning(table, trouble)
}

fn meaning(table: &str, trouble: Trouble) -> StoreError {
    match trouble.kind {
        TroubleKind::Throttled => {
            tracing::debug!(table, %trouble, "the store is busy");
            StoreError::Busy
        }
        TroubleKind::Unreachable => {
            tracing::warn!(table, %trouble, "the store does not answer");
            StoreError::Busy
        }
        TroubleKind::Denied => {
            tracing::warn!(table, %trouble, "the store refuses access");
            StoreError::Denied
        }
        TroubleKind::Credentials | TroubleKind::Region => StoreError::Other(Arc::new(trouble)),
        TroubleKind::Refused => match trouble.code.as_str() {
            "ConditionalCheckFailedException" => StoreError::Conflict,
            "TransactionConflictException" | "TransactionInProgressException" => StoreError::Busy,
            "ResourceNotFoundException" => TableError::Missing {
                table: table.to_owned(),
                source: trouble,
            }
            .into(),
            "ValidationException" if is_about_keys(&trouble.message) => TableError::Keys {
                table: table.to_owned(),
                source: Some(trouble),
            }
            .into(),
            _ => StoreError::Other(Arc::new(trouble)),
        },
    }
}

/// Whether DynamoDB complains that the keys are others. It has one code for everything that is not valid.
fn is_about_keys(message: &str) -> bool {
    [
        "does not match the schema",
        "Missing the key",
        "required keys was not given",
        "Query condition missed key",
        "Type mismatch for key",
    ]
    .iter()
    .any(|words| message.contains(words))
}
