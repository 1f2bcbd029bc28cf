//! Servers in order, counted, and whether somebody should look at them.

use reveille_sdk::{
    formatter::replies::{Counts, HolidaysChangedView, ServerNote, ServerView, StatusView},
    types::ServerState,
};

use crate::{message::Colour, order::natural};

/// The servers in the order of their names.
pub(crate) fn sorted(servers: &[ServerView]) -> Vec<&ServerView> {
    let mut sorted: Vec<&ServerView> = servers.iter().collect();
    sorted.sort_by(|a, b| natural(&a.name, &b.name));
    sorted
}

/// How many of them are how; those that are left out of scheduling do not count, as in the whole schedule's counts.
pub(crate) fn counted(servers: &[ServerView]) -> Counts {
    let mut counts = Counts {
        total: 0,
        running: 0,
        moving: 0,
        stopped: 0,
        problem: 0,
    };
    for server in servers {
        if is_left_out(server) {
            continue;
        }
        counts.total += 1;
        match server.state {
            ServerState::Running | ServerState::Busy => counts.running += 1,
            ServerState::Starting | ServerState::Stopping => counts.moving += 1,
            ServerState::Stopped => counts.stopped += 1,
            ServerState::Problem => counts.problem += 1,
        }
    }
    counts
}

/// Whether the server is only shown.
pub(crate) fn is_left_out(server: &ServerView) -> bool {
    matches!(server.note, Some(ServerNote::LeftOut(_)))
}

/// Whether a change of a calendar takes days out of the days off.
pub(crate) fn makes_working_days(view: &HolidaysChangedView) -> bool {
    let mut after = view
        .changes
        .iter()
        .filter_map(|change| change.after.as_ref());
    after.any(|day| day.working)
}

/// Whether all is as it should be with a schedule's servers.
pub(crate) fn colour(view: &StatusView) -> Colour {
    let noticed = view
        .groups
        .iter()
        .flat_map(|group| &group.servers)
        .any(|server| {
            matches!(
                server.note,
                Some(ServerNote::Stuck(_) | ServerNote::Failed(_))
            )
        });
    let calm = view.counts.problem == 0
        && view.forced.is_none()
        && view.held.is_none()
        && view.seen.is_none()
        && view.faults.is_empty()
        && !noticed;
    if calm { Colour::Ok } else { Colour::Warning }
}
