//! Marks on machine code: who has the key has made them, and nobody else.

use std::{
    fs::File,
    io::{self, Read as _},
};

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use thiserror::Error;

use crate::data::hex;
use crate::engine::PRINT;

type HmacSha256 = Hmac<hmac_sha2::Sha256>;

/// Bytes of a key: as many as the hash has.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a mark.
pub(crate) const MARK_BYTES: usize = 32;

/// How much of a file is read at once.
const PIECE_BYTES: usize = 64 << 10;

/// Keys are taken with the padding that `openssl` prints, and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Begins everything that is marked, so that the key never says the same of something else.
const PURPOSE: &[u8] = b"reveille machine code 2\0";

/// HMAC-SHA256 (RFC 2104) under a secret key.
pub struct MarkKey(pub(crate) [u8; KEY_BYTES]);

/// Never shows the key.
impl std::fmt::Debug for MarkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MarkKey")
    }
}

/// A text is no key. It does not stand in here: it may be one, mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "it is no key: write {KEY_BYTES} random bytes as {} hexadecimal digits, as `openssl rand -hex {KEY_BYTES}` prints them, or in base64",
    2 * KEY_BYTES
)]
pub struct NoKey;

impl MarkKey {
    /// Reads a key of 32 bytes: 64 hexadecimal digits, or base64 (RFC 4648, section 4). White space around it is not
    /// looked at.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn read(text: &str) -> Result<Self, NoKey> {
        let text = text.trim();
        let bytes = if text.len() == 2 * KEY_BYTES {
            of_hex(text)
        } else {
            BASE64.decode(text).ok()
        };
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(NoKey)
    }

    /// Machine code of the component with this digest, and its mark behind it.
    pub(crate) fn marked(&self, sha256: &str, native: &[u8]) -> Vec<u8> {
        let mut mac = self.of(sha256);
        mac.update(native);
        let mark: [u8; MARK_BYTES] = mac.finalize().into_bytes().into();
        [native, &mark].concat()
    }

    /// Whether exactly this was marked with the key: for this engine, as machine code of the component with this digest.
    /// It takes as long whatever is wrong.
    pub(crate) fn has_marked(&self, sha256: &str, marked: &[u8]) -> bool {
        marked
            .split_last_chunk::<MARK_BYTES>()
            .is_some_and(|(native, mark)| {
                let mut mac = self.of(sha256);
                mac.update(native);
                mac.verify_slice(mark).is_ok()
            })
    }

    /// The same of a file, which is read piece by piece: machine code has megabytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn has_marked_file(&self, sha256: &str, file: &File) -> io::Result<bool> {
        let Some(native) = file.metadata()?.len().checked_sub(MARK_BYTES as u64) else {
            return Ok(false);
        };
        let mut mac = self.of(sha256);
        let (mut code, mut piece) = (file.take(native), vec![0; PIECE_BYTES]);
        loop {
            match code.read(&mut piece)? {
                0 => break,
                read => mac.update(piece.get(..read).unwrap_or_default()),
            }
        }
        let mut mark = [0; MARK_BYTES];
        let mut rest = file;
        rest.read_exact(&mut mark)?;
        Ok(mac.verify_slice(&mark).is_ok())
    }

    /// Over the engine and the digest, which have lengths that never change; the code is to follow.
    fn of(&self, sha256: &str) -> HmacSha256 {
        let mut mac = HmacSha256::new(&block(&self.0).into());
        for part in [PURPOSE, &PRINT, sha256.as_bytes()] {
            mac.update(part);
        }
        mac
    }
}

/// The machine code without its mark.
pub(crate) fn bare(mut marked: Vec<u8>) -> Vec<u8> {
    marked.truncate(marked.len().saturating_sub(MARK_BYTES));
    marked
}

/// The name under which marked machine code of a component is kept, wherever that is.
pub(crate) fn name(sha256: &str) -> String {
    format!("{sha256}-{}.native", hex(&PRINT))
}

/// The key as the hash's whole block: what it has no bytes for is zero (RFC 2104, section 2).
fn block(key: &[u8; KEY_BYTES]) -> [u8; 64] {
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    block
}

fn of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const KEY: MarkKey = MarkKey([1; KEY_BYTES]);

    #[test]
    fn code_is_taken_with_the_mark_of_its_key_and_its_component() {
        let marked = KEY.marked("aa", b"code");
        assert!(KEY.has_marked("aa", &marked));
        assert!(!KEY.has_marked("ab", &marked));
        assert!(!MarkKey([2; KEY_BYTES]).has_marked("aa", &marked));
        assert_eq!(bare(marked), b"code");
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let marked = KEY.marked("aa", b"code");
        for place in 0..marked.len() {
            let mut flipped = marked.clone();
            flipped[place] ^= 1;
            assert!(!KEY.has_marked("aa", &flipped));
            assert!(!KEY.has_marked("aa", &marked[..place]));
        }
    }

    #[test]
    fn a_key_is_written_in_hexadecimal_digits_or_in_base64() {
        let bytes: Vec<u8> = (0..32).map(|it| it * 8 + 3).collect();
        let digits = "030b131b232b333b434b535b636b737b838b939ba3abb3bbc3cbd3dbe3ebf3fb";
        let base64 = "AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2+Pr8/s=";
        for text in [
            digits.to_owned(),
            digits.to_uppercase(),
            format!(" {digits}\n"),
            base64.to_owned(),
            base64.trim_end_matches('=').to_owned(),
        ] {
            assert_eq!(MarkKey::read(&text).unwrap().0.as_slice(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_shown() {
        for text in [
            "",
            "hush",
            &"ab".repeat(31),
            &"ab".repeat(33),
            &"zz".repeat(32),
            "AwsTGyMrMztDS1NbY2tze4OLk5ujq7O7w8vT2-Pr8_s=",
        ] {
            let error = MarkKey::read(text).unwrap_err().to_string();
            assert!(error.contains("openssl rand -hex 32"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
        assert_eq!(format!("{KEY:?}"), "MarkKey");
    }
}
