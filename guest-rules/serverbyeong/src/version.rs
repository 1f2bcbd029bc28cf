//! Versions of rules as people tell them apart.

use reveille_sdk::formatter::replies::RuleVersion;

use crate::text::{clean, name};

/// Hexadecimal digits of a digest that people compare.
const DIGEST_CHARS: usize = 12;

/// A version and the one before it; with the begin of their digests where they would read alike.
pub(crate) fn told_apart(to: &RuleVersion, from: Option<&RuleVersion>) -> (String, Option<String>) {
    let Some(from) = from else {
        return (name(&to.version), None);
    };
    if to.version != from.version {
        return (name(&to.version), Some(name(&from.version)));
    }
    let told = |version: &RuleVersion| {
        let digits: String = version.sha256.chars().take(DIGEST_CHARS).collect();
        format!(
            "{} {}",
            name(&version.version),
            clean(&digits, DIGEST_CHARS)
        )
    };
    (told(to), Some(told(from)))
}
