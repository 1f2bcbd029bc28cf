//! `status`: how the servers are.

use crate::model::reply::{Reply, StatusView};

use super::{roster::Roster, subject::Subject};

/// Shows the servers, and what is next for them. Parts of the fleet that cannot be seen are among the faults.
pub(super) fn show(subject: &Subject<'_>, roster: &Roster<'_>) -> Reply {
    let mut faults = subject.faults();
    faults.extend(roster.unseen.iter().cloned());
    Reply::Status(StatusView {
        schedule: subject.name(),
        counts: roster.counts(),
        groups: roster.groups(subject.wanted()),
        next: subject.next(),
        forced: subject.forced(),
        held: subject.held(subject.here.date),
        faults,
        seen: None,
    })
}
