//! Named data that the operator bound to a rule; the host fetched it before.

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest, Sha256};

/// Bytes under a name, and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datum {
    /// What `data.read` answers.
    pub bytes: Arc<[u8]>,
    /// What `data.digest` answers: SHA-256 in hexadecimal digits.
    pub digest: Arc<str>,
}

impl Datum {
    /// Takes the bytes and digests them.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.into(),
            digest: hex(&Sha256::digest(bytes)).into(),
        }
    }
}

/// What is bound to one rule, by the names that it asks for. A name that is not here reads as none.
pub type DataSource = BTreeMap<String, Datum>;

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
