//! Machine code that hosts share: one that has a compiler makes it, others load it. Who can write to the place is not who
//! can make code run: that is who has the key.

use std::{fmt, sync::Arc};

use crate::{
    code_cache::FILE_BYTES,
    code_error::CodeError,
    engine::TARGET,
    mark::{self, MarkKey},
};

/// A place where hosts share machine code. It is asked from threads that may wait.
pub trait SharedCode: fmt::Debug + Send + Sync {
    /// The key that all these hosts have, and behind it one that it has just taken the place of. Asked for at every rule
    /// that is loaded or shared, so that it may change.
    ///
    /// # Errors
    /// When there is none, with what to do.
    fn keys(&self) -> Result<Vec<MarkKey>, String>;

    /// Reads all that is under a name; none when there is nothing.
    ///
    /// # Errors
    /// When the place cannot be read, or there are more than `most_bytes`; with the place and what to do.
    fn read(&self, name: &str, most_bytes: u64) -> Result<Option<Vec<u8>>, String>;

    /// Writes what is under a name from now on.
    ///
    /// # Errors
    /// When the place cannot be written; with the place and what to do.
    fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), String>;

    /// The whole location of a name, for people.
    fn place(&self, name: &str) -> String;
}

/// The same, with the marks.
#[derive(Debug)]
pub(crate) struct Shared(pub(crate) Arc<dyn SharedCode>);

impl Shared {
    /// Machine code of the component with this digest for this engine, which is exactly what was marked with the key.
    pub(crate) fn read(&self, sha256: &str) -> Result<Vec<u8>, CodeError> {
        let keys = self.keys()?;
        let name = mark::name(sha256);
        let marked = self
            .0
            .read(&name, FILE_BYTES)
            .map_err(|cause| CodeError::Unread { cause })?
            .ok_or_else(|| CodeError::Missing {
                place: self.0.place(&name),
                version: env!("CARGO_PKG_VERSION"),
                target: TARGET,
            })?;
        if keys.iter().any(|key| key.has_marked(sha256, &marked)) {
            Ok(mark::bare(marked))
        } else {
            Err(CodeError::Forged {
                place: self.0.place(&name),
            })
        }
    }

    /// Marks machine code and puts it there; answers its location.
    pub(crate) fn write(&self, sha256: &str, native: &[u8]) -> Result<String, CodeError> {
        let name = mark::name(sha256);
        let keys = self.keys()?;
        let key = keys.first().ok_or(CodeError::Nowhere)?;
        self.0
            .write(&name, key.marked(sha256, native))
            .map_err(|cause| CodeError::Unwritten { cause })?;
        Ok(self.0.place(&name))
    }

    /// That the engine does not take what is there.
    pub(crate) fn unfit(&self, sha256: &str, cause: String) -> CodeError {
        CodeError::Unfit {
            place: self.0.place(&mark::name(sha256)),
            cause,
        }
    }

    fn keys(&self) -> Result<Vec<MarkKey>, CodeError> {
        self.0.keys().map_err(|cause| CodeError::Key { cause })
    }
}
