//! What a signature says that it is for: words in minisign's trusted comment, which is signed with the component.
//!
//! `minisign -Sm team.wasm -t 'rule:team version:1.2.0 sha256:…'`. Each word may be left out; what is said must be so.

use crate::signature::SignatureError;

/// The words of a trusted comment that mean something here. Others, such as minisign's own `timestamp:` and `file:`, are
/// passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claim(Vec<(Of, String)>);

/// What a word is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The name under which schedules use the rule.
    Rule,
    /// The version that the component gives itself.
    Version,
    /// The digest of the component.
    Sha256,
}

impl Of {
    const ALL: [Self; 3] = [Self::Rule, Self::Version, Self::Sha256];

    const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Version => "version",
            Self::Sha256 => "sha256",
        }
    }
}

impl Claim {
    pub(crate) fn read(comment: &str) -> Self {
        let claims = comment.split_whitespace().filter_map(|word| {
            let (what, claimed) = word.split_once(':')?;
            let of = Of::ALL.into_iter().find(|of| of.word() == what)?;
            Some((of, claimed.to_owned()))
        });
        Self(claims.collect())
    }

    /// Whether everything that it says of one thing is so. `location` is where the signature is.
    ///
    /// # Errors
    /// When it is for something else.
    pub(crate) fn check(&self, of: Of, actual: &str, location: &str) -> Result<(), SignatureError> {
        let mut claims = self.0.iter().filter(|(what, _)| *what == of);
        match claims.find(|(_, claimed)| !claimed.eq_ignore_ascii_case(actual)) {
            None => Ok(()),
            Some((_, claimed)) => Err(SignatureError::Meant {
                location: location.to_owned(),
                what: of.word(),
                claimed: claimed.clone(),
                actual: actual.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, of: Of, actual: &str, expected: bool) {
        let claim = Claim::read(comment);
        assert_eq!(claim.check(of, actual, "a").is_ok(), expected, "{comment}");
    }

    #[test]
    fn what_a_comment_says_must_be_so() {
        let comment = "timestamp:1555779966\tfile:team.wasm rule:team version:1.2.0 sha256:AB";
        check(comment, Of::Rule, "team", true);
        check(comment, Of::Rule, "other", false);
        check(comment, Of::Version, "1.2.0", true);
        check(comment, Of::Version, "1.2.1", false);
        check(comment, Of::Sha256, "ab", true);
        check(comment, Of::Sha256, "cd", false);
    }

    #[test]
    fn what_a_comment_leaves_out_may_be_anything() {
        for comment in [
            "",
            "team a",
            "timestamp:1\tfile:rule.wasm\thashed",
            "ruler:team",
        ] {
            check(comment, Of::Rule, "team", true);
        }
    }

    #[test]
    fn a_comment_that_says_two_things_of_one_is_never_right() {
        check("rule:team rule:other", Of::Rule, "team", false);
        check("rule:", Of::Rule, "team", false);
    }
}
