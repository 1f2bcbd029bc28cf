//! Whether a group may turn yet.

use std::collections::BTreeMap;

use reveille_sdk::decider::{Group, GroupState, OnTimeout};
use reveille_sdk::types::Turn;

/// The groups that must wait, worked out once for all servers of a request.
pub(crate) struct Gates<'a>(BTreeMap<&'a str, Gate<'a>>);

/// The groups that a group waits for before it turns.
#[derive(Default)]
struct Gate<'a> {
    start: Vec<&'a str>,
    stop: Vec<&'a str>,
}

impl<'a> Gates<'a> {
    pub(crate) fn of(groups: &'a [Group]) -> Self {
        let by_name: BTreeMap<&str, &Group> = groups
            .iter()
            .map(|group| (group.name.as_str(), group))
            .collect();
        let mut gates = BTreeMap::<&str, Gate<'_>>::new();
        for group in by_name.values() {
            for needed in &group.depends_on {
                // An unknown group holds nobody up: the host refuses schedules that name one.
                let Some(needed) = by_name.get(needed.as_str()) else {
                    continue;
                };
                if holds_up(needed, GroupState::Running) {
                    gates
                        .entry(&group.name)
                        .or_default()
                        .start
                        .push(&needed.name);
                }
                if holds_up(group, GroupState::Stopped) {
                    gates
                        .entry(&needed.name)
                        .or_default()
                        .stop
                        .push(&group.name);
                }
            }
        }
        Self(gates)
    }

    /// The groups that a server of `group` waits for before it turns; empty when it may turn now.
    pub(crate) fn before(&self, turn: Turn, group: Option<&str>) -> &[&'a str] {
        match (group.and_then(|group| self.0.get(group)), turn) {
            (None, _) => &[],
            (Some(gate), Turn::Start) => &gate.start,
            (Some(gate), Turn::Stop) => &gate.stop,
        }
    }
}

fn holds_up(group: &Group, until: GroupState) -> bool {
    let passed = group.overdue && group.on_timeout == OnTimeout::Pass;
    group.state != until && !passed
}
