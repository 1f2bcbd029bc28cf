//! The digest by which a component is named.

use sha2::{Digest as _, Sha256};

/// Hexadecimal digits of a SHA-256.
pub(crate) const DIGITS: usize = 64;

/// SHA-256 of `bytes` in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether it is a SHA-256 as [`sha256`] writes it: then it can be the name of a file.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == DIGITS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
