//! Signatures in minisign's format, and the keys that an operator trusts.
//!
//! `minisign -Sm rule.wasm` writes `rule.wasm.minisig`. A signature says who made the component, and in its trusted
//! comment what it is meant for ([`Claim`]). That it is the newest it does not say.

use std::fmt;

use minisign_verify::{PublicKey, Signature};
use thiserror::Error;

use crate::claim::Claim;

/// Ends the location of a signature: the component's location stands before it.
pub(crate) const ENDING: &str = ".minisig";

/// Bytes of the largest signature file: its two comments and 200 bytes more. minisign allows 1 KiB and 8 KiB for the
/// comments.
pub(crate) const MOST_BYTES: u64 = 10 << 10;

/// Characters of a key that tell it from others: its format and its number.
const KEY_CHARS: usize = 13;

/// Why a key or a signature is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The text is no public key.
    #[error(
        "`{shown}` is no public key of minisign; write the second line of its `.pub` file, which begins with `RW`"
    )]
    Key {
        /// Its first characters.
        shown: String,
    },
    /// The text is no signature.
    #[error("what lies at `{location}` is no signature of minisign; sign the component again")]
    Malformed {
        /// Where the signature is.
        location: String,
    },
    /// The signature is in minisign's old format.
    #[error(
        "the signature at `{location}` is in minisign's old format; sign the component again without `-l`"
    )]
    Legacy {
        /// Where the signature is.
        location: String,
    },
    /// The signature is by a key that is trusted, and of something else.
    #[error(
        "the signature at `{location}` is by the key {key} and not of this component; one of the two was changed after the other: sign the component again"
    )]
    Wrong {
        /// Where the signature is.
        location: String,
        /// The key, shortened.
        key: String,
    },
    /// The signature is good, and of a component that was made for something else.
    #[error(
        "the signature at `{location}` is for the {what} `{claimed}`, and this is `{actual}`; have it signed for this one, or bring back what it is for"
    )]
    Meant {
        /// Where the signature is.
        location: String,
        /// The word of the trusted comment: `rule`, `version`, `sha256`.
        what: &'static str,
        /// What it says there.
        claimed: String,
        /// What is so.
        actual: String,
    },
}

/// A signature that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The key that made it, shortened.
    pub(crate) key: String,
    /// What it is for.
    pub(crate) claim: Claim,
}

/// Public keys of those whose components are taken.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    shown: String,
    public: PublicKey,
}

impl Keys {
    /// Keys as minisign writes them: `RW` and 54 more characters.
    ///
    /// # Errors
    /// When one of them is no key.
    pub fn new(keys: &[String]) -> Result<Self, SignatureError> {
        let key = |text: &String| {
            let text = text.trim();
            let shown = shortened(text);
            match PublicKey::from_base64(text) {
                Ok(public) => Ok(Key { shown, public }),
                Err(_) => Err(SignatureError::Key { shown }),
            }
        };
        keys.iter().map(key).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that made the signature, and what for; none when it is one that nobody here knows. `location` is where the
    /// signature is.
    ///
    /// # Errors
    /// When it is no signature, or not of `bytes`.
    pub(crate) fn signer(
        &self,
        bytes: &[u8],
        signature: &str,
        location: &str,
    ) -> Result<Option<Signed>, SignatureError> {
        let location = || location.to_owned();
        let Ok(read) = Signature::decode(signature) else {
            return Err(SignatureError::Malformed {
                location: location(),
            });
        };
        for key in &self.0 {
            match key.public.verify(bytes, &read, false) {
                Ok(()) => {
                    return Ok(Some(Signed {
                        key: key.shown.clone(),
                        claim: Claim::read(read.trusted_comment()),
                    }));
                }
                Err(minisign_verify::Error::UnexpectedKeyId) => {}
                Err(minisign_verify::Error::UnexpectedAlgorithm) => {
                    return Err(SignatureError::Legacy {
                        location: location(),
                    });
                }
                Err(_) => {
                    return Err(SignatureError::Wrong {
                        location: location(),
                        key: key.shown.clone(),
                    });
                }
            }
        }
        Ok(None)
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<&str> = self.0.iter().map(|key| key.shown.as_str()).collect();
        f.write_str(&shown.join(", "))
    }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(KEY_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Where the signature of what is at `location` lies: beside it, and before the query of an address.
pub(crate) fn beside(location: &str) -> String {
    let is_web = location.starts_with("https://") || location.starts_with("http://");
    match location.split_once('?') {
        Some((path, query)) if is_web => format!("{path}{ENDING}?{query}"),
        _ => format!("{location}{ENDING}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::signer::Signer;

    fn keys(signers: &[&Signer]) -> Keys {
        let texts: Vec<String> = signers.iter().map(|signer| signer.key()).collect();
        Keys::new(&texts).unwrap()
    }

    #[test]
    fn a_signature_names_the_key_that_made_it() {
        let (ours, theirs) = (Signer::new(1), Signer::new(2));
        let signature = ours.sign(b"component", "team a");
        let signer = keys(&[&theirs, &ours]).signer(b"component", &signature, "a");
        assert_eq!(signer.unwrap().unwrap().key, shortened(&ours.key()));
        assert_ne!(shortened(&ours.key()), shortened(&theirs.key()));
    }

    #[test]
    fn a_signature_by_a_stranger_is_as_good_as_none() {
        let signature = Signer::new(1).sign(b"component", "team a");
        let answer = keys(&[&Signer::new(2)]).signer(b"component", &signature, "a");
        assert_eq!(answer, Ok(None));
    }

    #[test]
    fn a_changed_component_or_comment_is_noticed() {
        let ours = Signer::new(1);
        let (keys, signature) = (keys(&[&ours]), ours.sign(b"component", "team a"));
        let error = keys.signer(b"cOmponent", &signature, "a.minisig");
        assert!(
            matches!(error, Err(SignatureError::Wrong { .. })),
            "{error:?}"
        );
        let renamed = signature.replace("team a", "team b");
        assert_ne!(renamed, signature);
        let error = keys.signer(b"component", &renamed, "a.minisig");
        assert!(
            matches!(error, Err(SignatureError::Wrong { .. })),
            "{error:?}"
        );
    }

    #[test]
    fn what_is_no_signature_is_refused_whatever_it_is() {
        let keys = keys(&[&Signer::new(1)]);
        for text in ["", "a\nb\nc\nd", "untrusted comment: x\n\n\n\n", "\u{0}"] {
            let error = keys.signer(b"", text, "a.minisig");
            assert!(
                matches!(error, Err(SignatureError::Malformed { .. })),
                "{error:?}"
            );
        }
    }

    /// Test vectors of minisign's own documentation, in its old format and in the present one.
    #[test]
    fn minisigns_own_signatures_are_read() {
        let keys =
            Keys::new(&["RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3".to_owned()])
                .unwrap();
        let old = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==";
        assert!(matches!(
            keys.signer(b"test", old, "a"),
            Err(SignatureError::Legacy { .. })
        ));
        let present = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==";
        let signer = keys.signer(b"test", present, "a").unwrap();
        assert_eq!(signer.unwrap().key, "RWQf6LRCGA9i5…");
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_would_be_one() {
        let error = Keys::new(&["untrusted comment: minisign public key".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("begins with `RW`"), "{error}");
    }

    #[test]
    fn a_signature_lies_beside_its_component() {
        assert_eq!(beside("rules/a.wasm"), "rules/a.wasm.minisig");
        assert_eq!(
            beside("https://h/a.wasm?v=1"),
            "https://h/a.wasm.minisig?v=1"
        );
        assert_eq!(beside("s3://b/a?.wasm"), "s3://b/a?.wasm.minisig");
    }
}
