//! Reasons of spans: those of the default rules are put into the reader's language, the rest are shown as they are.

use reveille_sdk::{formatter::replies::RuleRejection, types::Span};

/// The code of a failure that is a rule's.
pub(crate) const RULE_FAILED: &str = "rule.failed";

/// Begins the cause of a rejection that is none: the version in use is passed over by some schedules, as their entries
/// for it say.
const PASSED_OVER: &str = "passed over: ";

/// Why a rule that is in use is passed over, where that is what is told of it.
pub(crate) fn passed_over(rejection: &RuleRejection) -> Option<&str> {
    let in_use = rejection.kept.as_ref().map(|kept| kept.version.as_str());
    let cause = rejection.cause.strip_prefix(PASSED_OVER)?;
    (in_use.is_some() && in_use == rejection.version.as_deref()).then_some(cause)
}

/// Why a span is as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reason<'a> {
    /// There is nothing to say.
    None,
    /// A period of the schedule, by name.
    Period(&'a str),
    /// The schedule's `override_status`.
    Fixed,
    /// An exception: who set it, and why if they said so.
    Exception(&'a str, Option<&'a str>),
    /// An order: who gave it, and why if they said so.
    Order(&'a str, Option<&'a str>),
    /// The words of a team's own rule.
    Other(&'a str),
}

/// Whether a day is as the schedule's `override_status` says, whatever else would change it.
pub(crate) fn is_fixed(spans: &[Span]) -> bool {
    spans.iter().any(|span| read(&span.reason) == Reason::Fixed)
}

/// What `reason` says when a default rule or the host wrote it.
pub(crate) fn read(reason: &str) -> Reason<'_> {
    let reason = reason.trim();
    let after = |prefix| {
        reason
            .strip_prefix(prefix)
            .map(str::trim)
            .filter(|rest: &&str| !rest.is_empty())
    };
    if reason.is_empty() {
        Reason::None
    } else if reason == "override_status" {
        Reason::Fixed
    } else if let Some(name) = after("period ") {
        Reason::Period(name)
    } else if let Some(rest) = after("exception by ") {
        let (by, why) = split(rest, ": ");
        Reason::Exception(by, why)
    } else if let Some(by) = after("order by ") {
        Reason::Order(by, None)
    } else if let Some(rest) = after("ordered by ") {
        let (by, why) = split(rest, ", ");
        Reason::Order(by, why)
    } else {
        Reason::Other(reason)
    }
}

fn split<'a>(text: &'a str, separator: &str) -> (&'a str, Option<&'a str>) {
    text.split_once(separator)
        .map_or((text, None), |(by, why)| (by, Some(why)))
}

#[cfg(test)]
mod tests {
    use super::{Reason, read};

    #[test]
    fn the_default_rules_reasons_are_understood() {
        assert_eq!(read("period office-hours"), Reason::Period("office-hours"));
        assert_eq!(read("override_status"), Reason::Fixed);
        assert_eq!(
            read("exception by hana@example.com"),
            Reason::Exception("hana@example.com", None)
        );
        assert_eq!(
            read("exception by Hana: release: part 2"),
            Reason::Exception("Hana", Some("release: part 2"))
        );
        assert_eq!(read(""), Reason::None);
    }

    #[test]
    fn orders_are_understood() {
        assert_eq!(read("order by Hana"), Reason::Order("Hana", None));
        assert_eq!(
            read("ordered by Hana, release"),
            Reason::Order("Hana", Some("release"))
        );
    }

    #[test]
    fn other_rules_reasons_stay_as_they_are() {
        assert_eq!(read("추석"), Reason::Other("추석"));
        assert_eq!(read("period "), Reason::Other("period"));
        assert_eq!(read("periodic backup"), Reason::Other("periodic backup"));
    }
}
