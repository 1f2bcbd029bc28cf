//! Bytes that are kept elsewhere: the components of rules, and the data that rules read.

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

/// What to fetch.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// Where it is, as the operator wrote it: a path, `https://…`, `s3://bucket/key`, `oci://registry/repository:tag`.
    pub location: &'a str,
    /// The version that the caller has, as [`Fetched::New`] named it.
    pub known: Option<&'a str>,
    /// Most bytes that are taken.
    pub most_bytes: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// What the caller has.
    Unchanged,
    /// Something else.
    New {
        /// All of it.
        bytes: Vec<u8>,
        /// What tells it from others, such as an ETag; none when the place has nothing of the kind.
        version: Option<String>,
    },
}

/// Why nothing was fetched. The texts name the place without what is secret in it (user, password, query).
#[derive(Debug, Clone, Error)]
pub enum SourceError {
    /// There is nothing.
    #[error("there is nothing at `{location}`. Look at the place, or at how it is written")]
    Missing {
        /// The place.
        location: String,
    },
    /// It may not be read, or the host may not go there.
    #[error("`{location}` may not be read: {cause}")]
    Denied {
        /// The place.
        location: String,
        /// What stands against it, and what to do.
        cause: String,
    },
    /// It has more bytes than are taken.
    #[error(
        "`{location}` has more than {most_bytes} bytes; make it smaller, or allow more: a higher `tier` for a rule, a higher `max_bytes` for data"
    )]
    TooLarge {
        /// The place.
        location: String,
        /// How many are taken.
        most_bytes: u64,
    },
    /// The place does not answer in time, or says that it is too busy. It is worth another try.
    #[error("`{location}` does not answer: {cause}")]
    Busy {
        /// The place.
        location: String,
        /// What happened.
        cause: String,
    },
    /// The location cannot be understood, or nothing here can read such a place.
    #[error("`{location}` is no place that can be read: {remedy}")]
    Unusable {
        /// The place.
        location: String,
        /// What would be right.
        remedy: String,
    },
    /// Anything else.
    #[error("`{location}` cannot be read")]
    Other {
        /// The place.
        location: String,
        /// Why.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// One kind of place.
#[async_trait]
pub trait Source: Send + Sync {
    /// Reads what is at a location, unless it is what the caller has. Called again and again for the same place: every
    /// minute or so, and each time somebody asks. It must end within about half a minute.
    ///
    /// # Errors
    /// When it cannot be read; what the caller has then stays in use.
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError>;
}
