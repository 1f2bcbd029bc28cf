//! What of the fleet can be seen, said in the log once for each change: a role that is missing for a month is one line.

use std::collections::BTreeSet;

use reveille_core::tick::{TickOutcome, TickReport, Unseen};

/// Parts that could not be seen when they were last looked for, with the code.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    unseen: BTreeSet<(String, &'static str)>,
}

/// What has changed.
#[derive(Debug, PartialEq, Eq)]
struct Changes<'a> {
    lost: Vec<&'a Unseen>,
    regained: Vec<String>,
}

impl Sight {
    /// Logs what has changed since the last report.
    pub(crate) fn log(&mut self, report: &TickReport) {
        let changes = self.changes(report);
        for Unseen {
            target,
            code,
            cause,
        } in changes.lost
        {
            tracing::warn!(
                target,
                code,
                cause,
                "these servers cannot be seen and are left as they are"
            );
        }
        for target in changes.regained {
            tracing::info!(target, "these servers can be seen again");
        }
    }

    fn changes<'a>(&mut self, report: &'a TickReport) -> Changes<'a> {
        match report.outcome {
            TickOutcome::Done => {}
            // Nothing was looked at.
            TickOutcome::NotMine | TickOutcome::Late | TickOutcome::Overtaken => {
                return Changes {
                    lost: Vec::new(),
                    regained: Vec::new(),
                };
            }
        }
        let key = |unseen: &Unseen| (unseen.target.clone(), unseen.code);
        let unseen: BTreeSet<_> = report.unseen.iter().map(key).collect();
        let lost = report
            .unseen
            .iter()
            .filter(|unseen| !self.unseen.contains(&key(unseen)))
            .collect();
        let still: BTreeSet<&String> = unseen.iter().map(|(target, _)| target).collect();
        let regained: BTreeSet<String> = self
            .unseen
            .iter()
            .map(|(target, _)| target)
            .filter(|target| !still.contains(target))
            .cloned()
            .collect();
        self.unseen = unseen;
        Changes {
            lost,
            regained: regained.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn report(outcome: TickOutcome, unseen: &[(&str, &'static str)]) -> TickReport {
        TickReport {
            outcome,
            schedules: 0,
            servers: 0,
            actions: Vec::new(),
            held: Vec::new(),
            stuck: Vec::new(),
            postponed: Vec::new(),
            unseen: unseen
                .iter()
                .map(|(target, code)| Unseen {
                    target: (*target).to_owned(),
                    code,
                    cause: String::from("another one each time"),
                })
                .collect(),
            moving: false,
            next_look: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    #[track_caller]
    fn check(sight: &mut Sight, report: &TickReport, lost: &[&str], regained: &[&str]) {
        let changes = sight.changes(report);
        let targets: Vec<&str> = changes.lost.iter().map(|lost| &*lost.target).collect();
        assert_eq!(targets, lost);
        assert_eq!(changes.regained, regained);
    }

    #[test]
    fn what_stays_unseen_is_said_once() {
        let mut sight = Sight::default();
        let denied = report(
            TickOutcome::Done,
            &[("a", "fleet.denied"), ("b", "fleet.denied")],
        );
        check(&mut sight, &denied, &["a", "b"], &[]);
        check(&mut sight, &denied, &[], &[]);
        let one = report(TickOutcome::Done, &[("a", "fleet.throttled")]);
        check(&mut sight, &one, &["a"], &["b"]);
        check(&mut sight, &report(TickOutcome::Done, &[]), &[], &["a"]);
    }

    #[test]
    fn a_tick_that_did_not_look_changes_nothing() {
        let mut sight = Sight::default();
        let denied = report(TickOutcome::Done, &[("a", "fleet.denied")]);
        check(&mut sight, &denied, &["a"], &[]);
        check(&mut sight, &report(TickOutcome::NotMine, &[]), &[], &[]);
        check(&mut sight, &denied, &[], &[]);
    }
}
