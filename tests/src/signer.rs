//! Signs as minisign does, with keys of its own.

#![allow(missing_docs, reason = "only tests use it")]

use blake2b_simd::blake2b;
use ed25519_compact::{KeyPair, Seed};

/// One who signs.
pub struct Signer {
    number: [u8; 8],
    pair: KeyPair,
}

impl Signer {
    /// Always the same one for the same seed.
    pub fn new(seed: u8) -> Self {
        Self {
            number: [seed; 8],
            pair: KeyPair::from_seed(Seed::new([seed; 32])),
        }
    }

    /// The public key as it is written into a configuration.
    pub fn key(&self) -> String {
        base64(&[b"Ed", &self.number[..], &self.pair.pk[..]].concat())
    }

    /// The text of the signature's file.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> String {
        let signature = self.pair.sk.sign(blake2b(bytes).as_bytes(), None);
        let whole = [&signature[..], comment.as_bytes()].concat();
        format!(
            "untrusted comment: of a test\n{}\ntrusted comment: {comment}\n{}\n",
            base64(&[b"ED", &self.number[..], &signature[..]].concat()),
            base64(&self.pair.sk.sign(whole, None)[..]),
        )
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, place| {
            bits << 8 | usize::from(three.get(place).copied().unwrap_or_default())
        });
        for place in 0..4 {
            text.push(if place <= three.len() {
                char::from(DIGITS[bits >> (18 - 6 * place) & 63])
            } else {
                '='
            });
        }
    }
    text
}
