//! Reasons of what was done to servers, as the default decider words them: what happens, then why it is wanted.

/// What is special about a start or stop; an ordinary one has nothing special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// Nothing.
    Nothing,
    /// The server's maintenance window is open.
    MaintenanceWindow,
    /// Somebody had stopped it by hand, and the schedule is enforced.
    StoppedByHand,
    /// Somebody had started it by hand, and the schedule is enforced.
    StartedByHand,
    /// The last attempt failed.
    Again,
    /// The provider had started it by itself.
    StartedByProvider,
}

/// Why something was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decided<'a> {
    pub(crate) special: Special,
    /// The instance type that the server was given.
    pub(crate) instance_type: Option<&'a str>,
    /// Why it was wanted, in the words of a span's reason.
    pub(crate) why: &'a str,
}

/// What `reason` says; one that the default decider did not write is all `why`.
pub(crate) fn read(reason: &str) -> Decided<'_> {
    let (head, why) = reason.split_once(": ").unwrap_or((reason, ""));
    let (what, instance_type) = head
        .split_once(", as ")
        .map_or((head, None), |(what, kind)| (what, Some(kind)));
    let special = match what {
        "start" | "stop" => Special::Nothing,
        "start for its maintenance window" => Special::MaintenanceWindow,
        "enforced, was stopped by hand" => Special::StoppedByHand,
        "enforced, was started by hand" => Special::StartedByHand,
        "start again after a failure" | "stop again after a failure" => Special::Again,
        "stop, the provider started it by itself" => Special::StartedByProvider,
        _ => {
            return Decided {
                special: Special::Nothing,
                instance_type: None,
                why: reason,
            };
        }
    };
    Decided {
        special,
        instance_type,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::{Decided, Special, read};

    #[track_caller]
    fn check(reason: &str, special: Special, instance_type: Option<&str>, why: &str) {
        let expected = Decided {
            special,
            instance_type,
            why,
        };
        assert_eq!(read(reason), expected);
    }

    #[test]
    fn an_ordinary_turn_has_only_its_why() {
        check("stop", Special::Nothing, None, "");
        check(
            "start: period office-hours",
            Special::Nothing,
            None,
            "period office-hours",
        );
        check(
            "start: exception by Hana: release",
            Special::Nothing,
            None,
            "exception by Hana: release",
        );
    }

    #[test]
    fn a_new_type_is_told() {
        check(
            "start, as t3.large: period night",
            Special::Nothing,
            Some("t3.large"),
            "period night",
        );
    }

    #[test]
    fn what_is_special_is_told() {
        check(
            "start for its maintenance window",
            Special::MaintenanceWindow,
            None,
            "",
        );
        check(
            "enforced, was stopped by hand: period a",
            Special::StoppedByHand,
            None,
            "period a",
        );
        check(
            "enforced, was started by hand",
            Special::StartedByHand,
            None,
            "",
        );
        check("stop again after a failure", Special::Again, None, "");
        check(
            "stop, the provider started it by itself",
            Special::StartedByProvider,
            None,
            "",
        );
    }

    #[test]
    fn other_words_stay_as_they_are() {
        check(
            "keep: deploy runs",
            Special::Nothing,
            None,
            "keep: deploy runs",
        );
        check("", Special::Nothing, None, "");
    }
}
