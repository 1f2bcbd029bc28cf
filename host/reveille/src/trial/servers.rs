//! Servers to decide about: in every state, with everything that may be remembered of them.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use reveille_core::{
    model::{
        Action, Decision, Force, GroupView, Minute, Moment, Schedule, Server, ServerId, ServerKind,
        ServerState, Stored, Want, Wanted,
    },
    port::{DecideRequest, DecidedServer},
};
use reveille_sandbox::{Alone, Called};

/// Everything that may be remembered, and a word that no rule knows.
const REMEMBERED: [&str; 8] = [
    "unknown",
    "running",
    "stopped",
    "any",
    "retain-running",
    "start_failed",
    "stop_failed",
    "a-word-of-later",
];

const STATES: [ServerState; 6] = [
    ServerState::Running,
    ServerState::Stopped,
    ServerState::Starting,
    ServerState::Stopping,
    ServerState::Busy,
    ServerState::Problem,
];

const KINDS: [ServerKind; 3] = [
    ServerKind::Ec2,
    ServerKind::RdsInstance,
    ServerKind::RdsCluster,
];

/// A server with what is told of it and what has been decided.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) server: Server,
    pub(crate) stored: Stored,
    pub(crate) maintenance_now: bool,
    pub(crate) restarted_by_provider: bool,
    pub(crate) force_pending: bool,
    pub(crate) just_started: bool,
    pub(crate) decided: Decision,
}

/// What is asked of a decider.
#[derive(Debug, Clone)]
pub(crate) struct Crew {
    pub(crate) schedule: Schedule,
    pub(crate) now: Moment,
    pub(crate) wanted: Wanted,
    pub(crate) force: Option<Force>,
    pub(crate) groups: Vec<GroupView>,
    pub(crate) told: Vec<Told>,
    /// Whether the rule is the first of the chain, so that nothing has been decided.
    pub(crate) is_first: bool,
}

impl Crew {
    /// Asks `rule`.
    pub(crate) fn of(&self, rule: &Alone, config: &str) -> Called<Vec<Decision>> {
        let servers: Vec<DecidedServer<'_>> = self
            .told
            .iter()
            .map(|told| DecidedServer {
                server: &told.server,
                stored: &told.stored,
                maintenance_now: told.maintenance_now,
                restarted_by_provider: told.restarted_by_provider,
                force_pending: told.force_pending,
                just_started: told.just_started,
            })
            .collect();
        let decided = self.told.iter().filter(|_| !self.is_first);
        let so_far: Vec<Decision> = decided.map(|told| told.decided.clone()).collect();
        rule.decide(
            &DecideRequest {
                schedule: &self.schedule,
                now: self.now,
                wanted: &self.wanted,
                force: self.force.as_ref(),
                groups: &self.groups,
                servers: &servers,
            },
            &so_far,
            config,
        )
    }
}

/// A server of this id with nothing special about it.
pub(crate) fn server(id: &str, state: ServerState, tags: BTreeMap<String, String>) -> Server {
    Server {
        id: ServerId::from(id),
        name: id.into(),
        kind: ServerKind::Ec2,
        state,
        native_state: word(state).into(),
        state_reason: None,
        instance_type: Some("t3.micro".into()),
        schedule: "cases".into(),
        group: None,
        tags: Arc::new(tags),
        left_out: None,
        open_windows: Vec::new(),
    }
}

/// The contract's word for a state.
pub(crate) fn word(state: ServerState) -> &'static str {
    match state {
        ServerState::Running => "running",
        ServerState::Stopped => "stopped",
        ServerState::Starting => "starting",
        ServerState::Stopping => "stopping",
        ServerState::Busy => "busy",
        ServerState::Problem | ServerState::Gone => "problem",
    }
}

/// What a plan that wants `want` says.
pub(crate) fn wanted(want: Want) -> Wanted {
    Wanted {
        want,
        instance_type: None,
        period: (want == Want::Run).then(|| "office".to_owned()),
        reason: "period office".to_owned(),
    }
}

/// A moment of a working day.
pub(crate) fn moment() -> Moment {
    Moment {
        date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default(),
        minute: Minute(9 * 60),
    }
}

/// What the rules before it decide of a server, about as `transitions` would.
fn decided(id: &ServerId, state: ServerState, want: Want, stored: &Stored) -> Decision {
    let action = match (want, state) {
        (Want::Run, ServerState::Stopped) => Action::Start,
        (Want::Stop, ServerState::Running) => Action::Stop,
        (Want::Run | Want::Stop | Want::Hold, _) => Action::None,
    };
    let remember = match action {
        Action::Start | Action::Resize(_) => Stored::RUNNING,
        Action::Stop => Stored::STOPPED,
        Action::None => stored.clone(),
    };
    Decision {
        server: id.clone(),
        action,
        remember,
        reason: "so far".into(),
    }
}

/// `count` servers in all states, kinds and groups, with everything that may be remembered, and with the tags that
/// the rule asks for: none, an empty one, and one of odd letters.
pub(crate) fn crowd(count: usize, want: Want, tags: &[String], schedule: &Schedule) -> Crew {
    const VALUES: [&str; 3] = ["", "2026-11-23T22:00", "값 \u{1F4A4} \"quoted\""];
    const GROUPS: [Option<&str>; 3] = [None, Some("api"), Some("db")];
    let told = (0..count)
        .map(|place| {
            let state = STATES[place % STATES.len()];
            let stored = Stored(Cow::Borrowed(
                REMEMBERED[(place / STATES.len()) % REMEMBERED.len()],
            ));
            let shown = match place % 4 {
                0 => BTreeMap::new(),
                some => tags
                    .iter()
                    .map(|key| (key.clone(), VALUES[some - 1].to_owned()))
                    .collect(),
            };
            let mut server = server(&format!("i-{place:04}"), state, shown);
            server.kind = KINDS[place % KINDS.len()];
            server.group = GROUPS[(place / 2) % GROUPS.len()].map(Into::into);
            Told {
                decided: decided(&server.id, state, want, &stored),
                server,
                stored,
                maintenance_now: place % 7 == 3,
                restarted_by_provider: place % 11 == 5,
                force_pending: place % 13 == 6,
                just_started: place % 5 == 2,
            }
        })
        .collect();
    Crew {
        schedule: schedule.clone(),
        now: moment(),
        wanted: wanted(want),
        force: None,
        groups: Vec::new(),
        told,
        is_first: false,
    }
}

/// A few servers that should run.
pub(crate) fn few(tags: &[String], schedule: &Schedule) -> Crew {
    crowd(6, Want::Run, tags, schedule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_thousand_servers_have_every_state_with_every_remembered_word() {
        let schedule = reveille_core::testing::schedule("cases").build();
        let crew = crowd(1_000, Want::Run, &[], &schedule);
        let pairs: BTreeSet<(&str, String)> = crew
            .told
            .iter()
            .map(|told| (word(told.server.state), told.stored.to_string()))
            .collect();
        assert_eq!(pairs.len(), STATES.len() * REMEMBERED.len());
    }

    #[test]
    fn servers_have_the_tags_that_the_rule_asks_for() {
        let schedule = reveille_core::testing::schedule("cases").build();
        let crew = crowd(4, Want::Stop, &["Keep".to_owned()], &schedule);
        let tagged = crew
            .told
            .iter()
            .filter(|told| told.server.tags.contains_key("Keep"));
        assert_eq!(tagged.count(), 3);
    }
}
