//! What is logged of calls that fail again and again: each failure once, until it changes or goes away.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use tracing::{info, warn};

use crate::trouble::{Trouble, TroubleKind};

/// Which calls are failing, and how.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    /// By place and call: the code.
    failing: Mutex<BTreeMap<(String, &'static str), String>>,
}

impl Complaints {
    /// `asked` has failed in `place`: it is logged unless it last failed the same way. The trouble may be with another
    /// call, on the way to it.
    pub(crate) fn failed(&self, place: &str, asked: &'static str, trouble: &Trouble) {
        let Trouble { call, code, .. } = trouble;
        if !self.note(place, asked, &format!("{call} {code}")) {
            return;
        }
        match trouble.kind {
            TroubleKind::Denied => warn!(
                place,
                call,
                code,
                "not permitted: give the role the permission `{call}`, which `reveille iam` prints"
            ),
            TroubleKind::Throttled
            | TroubleKind::Unreachable
            | TroubleKind::Credentials
            | TroubleKind::Region
            | TroubleKind::Refused => warn!(place, call, code, "{trouble}"),
        }
    }

    /// A call has succeeded for some of what it was to do.
    pub(crate) fn partly(&self, place: &str, call: &'static str, code: &str) {
        if self.note(place, call, code) {
            warn!(place, call, code, "refused in part");
        }
    }

    /// What was to be done with `call` has not been finished in time.
    pub(crate) fn late(&self, place: &str, call: &'static str) {
        if self.note(place, call, "late") {
            warn!(place, call, "not finished in time: the rest is left out");
        }
    }

    /// A call has succeeded in `place`.
    pub(crate) fn fine(&self, place: &str, call: &'static str) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked up without making a key: this is what nearly every call comes to.
        if failing.is_empty() {
            return;
        }
        if failing.remove(&(place.to_owned(), call)).is_some() {
            info!(place, call, "succeeds again");
        }
    }

    /// Whether this is news.
    fn note(&self, place: &str, call: &'static str, code: &str) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failing.insert((place.to_owned(), call), code.to_owned());
        before.as_deref() != Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_news_once_until_it_changes_or_ends() {
        let complaints = Complaints::default();
        assert!(complaints.note("a", "ssm:X", "AccessDenied"));
        assert!(!complaints.note("a", "ssm:X", "AccessDenied"));
        assert!(complaints.note("b", "ssm:X", "AccessDenied"));
        assert!(complaints.note("a", "ssm:X", "Throttling"));
        complaints.fine("a", "ssm:X");
        assert!(complaints.note("a", "ssm:X", "Throttling"));
    }
}
