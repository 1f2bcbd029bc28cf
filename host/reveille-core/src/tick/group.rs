//! The groups of a schedule, each as a whole.

use chrono::{DateTime, Utc};

use super::{member::Member, round::Inputs};
use crate::model::{Group, GroupState, GroupView, ServerState, Want};

/// The groups of `schedule` as deciders see them, and the names of those that became overdue after the last tick.
///
/// Who is left alone holds up nobody: a server that had arrived and that somebody started or stopped by hand since,
/// or that is protected from stopping, counts as where it should be. Otherwise one of them would keep all that it
/// depends on running for a night. A group without members is where it should be too.
pub(super) fn views(
    inputs: &Inputs<'_>,
    members: &[Member<'_>],
    want: Want,
) -> (Vec<GroupView>, Vec<String>) {
    let Inputs {
        schedule,
        last,
        now,
        ..
    } = *inputs;
    let there = match want {
        Want::Run | Want::Hold => GroupState::Running,
        Want::Stop => GroupState::Stopped,
    };
    let is_left_alone = |member: &Member<'_>| {
        let is_forced = inputs
            .force
            .is_some_and(|force| member.is_force_pending(force.want, force.since));
        want != Want::Hold && !is_forced && member.is_left_alone(schedule, want)
    };
    let mut views = Vec::with_capacity(schedule.groups.len());
    let mut newly_overdue = Vec::new();
    for group in &schedule.groups {
        let mut state = None;
        let mut overdue_at: Option<DateTime<Utc>> = None;
        for member in members_of(group, members) {
            let own = if is_left_alone(member) {
                there
            } else {
                state_of(member.server.state)
            };
            state = Some(match state {
                Some(others) if others != own => GroupState::Mixed,
                Some(_) | None => own,
            });
            if let Some(request) = &member.memory.request {
                let at = request.since + group.ready_timeout;
                overdue_at = Some(overdue_at.map_or(at, |earliest| earliest.min(at)));
            }
        }
        let overdue = overdue_at.is_some_and(|at| at <= now);
        // Told in the tick that passes the moment, so that nothing has to be kept to tell it once.
        if overdue && last.is_none_or(|last| overdue_at.is_some_and(|at| last < at)) {
            newly_overdue.push(group.name.clone());
        }
        views.push(GroupView {
            name: group.name.clone(),
            depends_on: group.depends_on.clone(),
            state: state.unwrap_or(there),
            overdue,
            on_timeout: group.on_timeout,
        });
    }
    (views, newly_overdue)
}

fn members_of<'m, 'a>(
    group: &'m Group,
    members: &'m [Member<'a>],
) -> impl Iterator<Item = &'m Member<'a>> {
    members
        .iter()
        .filter(|member| member.server.group.as_deref() == Some(group.name.as_str()))
}

fn state_of(state: ServerState) -> GroupState {
    match state {
        ServerState::Running | ServerState::Busy => GroupState::Running,
        ServerState::Stopped => GroupState::Stopped,
        ServerState::Starting
        | ServerState::Stopping
        | ServerState::Problem
        | ServerState::Gone => GroupState::Mixed,
    }
}
