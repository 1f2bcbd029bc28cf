//! Reasons of spans: those of the default rules are put into the reader's language, the rest are shown as they are.

/// Why a span is as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reason<'a> {
    /// There is nothing to say.
    None,
    /// A period of the schedule, by name.
    Period(&'a str),
    /// Several periods, by their names.
    Periods(&'a str),
    /// An exception, and who set it.
    Exception(&'a str),
    /// The words of a team's own rule.
    Other(&'a str),
}

/// What `reason` says when a default rule wrote it.
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
    } else if let Some(name) = after("period ") {
        Reason::Period(name)
    } else if let Some(names) = after("periods ") {
        Reason::Periods(names)
    } else if let Some(by) = after("exception by ") {
        Reason::Exception(by)
    } else {
        Reason::Other(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reason, read};

    #[test]
    fn the_default_rules_reasons_are_understood() {
        assert_eq!(read("period office-hours"), Reason::Period("office-hours"));
        assert_eq!(read("periods a, b"), Reason::Periods("a, b"));
        assert_eq!(
            read("exception by hana@example.com"),
            Reason::Exception("hana@example.com")
        );
        assert_eq!(read(""), Reason::None);
    }

    #[test]
    fn other_rules_reasons_stay_as_they_are() {
        assert_eq!(read("추석"), Reason::Other("추석"));
        assert_eq!(read("period "), Reason::Other("period"));
        assert_eq!(read("periodic backup"), Reason::Other("periodic backup"));
    }
}
