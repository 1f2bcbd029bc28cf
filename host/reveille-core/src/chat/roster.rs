//! The servers of one schedule: how they are, in which groups, and what people should know of each.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    model::{
        Remembered, Schedule, Server, ServerError, ServerState, Stored, Want,
        reply::{Counts, GroupServers, ServerNote, ServerView},
    },
    port::FleetView,
    tick::KeptBack,
};

use super::{natural::natural, subject::Subject};

/// The servers of one schedule.
pub(super) struct Roster<'a> {
    schedule: &'a Schedule,
    /// Sorted by name as people read it.
    servers: Vec<Server>,
    memory: Arc<Vec<Remembered>>,
    /// Servers that a rule keeps from turning.
    kept_back: Vec<KeptBack>,
    /// Parts of the fleet that could not be seen.
    pub(super) unseen: Vec<String>,
    /// When they were seen, if that is not now.
    pub(super) seen: Option<DateTime<Utc>>,
}

/// How many of `servers` are how.
pub(super) fn counts<'s>(servers: impl Iterator<Item = &'s Server>) -> Counts {
    let mut counts = Counts::default();
    for server in servers {
        counts.total += 1;
        match server.state {
            ServerState::Running | ServerState::Busy => counts.running += 1,
            ServerState::Starting | ServerState::Stopping => counts.moving += 1,
            ServerState::Stopped => counts.stopped += 1,
            ServerState::Problem => counts.problem += 1,
            ServerState::Gone => counts.total -= 1,
        }
    }
    counts
}

/// How many servers of a schedule that is set aside wait for it to be mended.
pub(super) fn waiting(schedule: &str, servers: &[Server]) -> Counts {
    let is_waiting = |server: &&Server| *server.schedule == *schedule && server.left_out.is_none();
    counts(servers.iter().filter(is_waiting))
}

/// How many servers are how, with what cannot be seen among the faults: all of it, with why, when there is no roster.
pub(super) fn counted(roster: Result<&Roster<'_>, &str>, faults: &mut Vec<String>) -> Counts {
    match roster {
        Ok(roster) => {
            faults.extend(roster.unseen.iter().cloned());
            roster.counts()
        }
        Err(unseen) => {
            faults.push(unseen.to_owned());
            Counts::default()
        }
    }
}

impl<'a> Roster<'a> {
    pub(super) fn new(
        schedule: &'a Schedule,
        fleet: &FleetView,
        memory: Arc<Vec<Remembered>>,
    ) -> Self {
        let mut servers: Vec<Server> = fleet
            .servers
            .iter()
            .filter(|server| {
                *server.schedule == *schedule.name && server.state != ServerState::Gone
            })
            .cloned()
            .collect();
        servers.sort_by(|a, b| natural(&a.name, &b.name).then_with(|| a.id.cmp(&b.id)));
        Self {
            schedule,
            servers,
            memory,
            kept_back: Vec::new(),
            seen: fleet.seen,
            unseen: fleet
                .unseen
                .iter()
                .map(|error| format!("{error} ({})", error.code))
                .collect(),
        }
    }

    /// With what the rules of the schedule would keep as it is. Asking them costs a call or two, so that it is done only
    /// where a server is not as is wanted and the schedule has rules of its own.
    pub(super) fn asked(mut self, subject: &Subject<'_>) -> Self {
        let differs = subject.wanted().is_some_and(|want| {
            let mut scheduled = self.scheduled();
            scheduled.any(|server| !is_there(server, want))
        });
        if differs && !self.schedule.rules.is_empty() {
            let mut servers: Vec<(&Server, Option<&Remembered>)> = self
                .scheduled()
                .map(|server| (server, self.memory_of(server)))
                .collect();
            servers.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
            self.kept_back = subject.kept_back(&servers);
        }
        self
    }

    /// How many servers are how; those that are left out do not count.
    pub(super) fn counts(&self) -> Counts {
        counts(self.scheduled())
    }

    /// The groups that have servers, each after those that it depends on; then groups that the schedule does not
    /// know, then the servers in none.
    pub(super) fn groups(&self, want: Option<Want>) -> Vec<GroupServers> {
        self.group_names()
            .into_iter()
            .map(Some)
            .chain([None])
            .map(|name| GroupServers {
                depends_on: name
                    .as_deref()
                    .map_or_else(Vec::new, |name| self.depends_on(name).to_vec()),
                servers: self
                    .servers
                    .iter()
                    .filter(|server| server.group.as_deref() == name.as_deref())
                    .map(|server| self.view(server, want))
                    .collect(),
                name,
            })
            .filter(|group| !group.servers.is_empty())
            .collect()
    }

    /// Names of the groups that have servers, in the order in which they start.
    pub(super) fn group_names(&self) -> Vec<String> {
        let is_there = |name: &str| {
            self.servers
                .iter()
                .any(|server| server.group.as_deref() == Some(name))
        };
        let mut names: Vec<String> = self
            .schedule
            .groups
            .iter()
            .map(|group| group.name.clone())
            .filter(|name| is_there(name))
            .collect();
        let mut unknown: Vec<String> = self
            .servers
            .iter()
            .filter_map(|server| server.group.as_deref())
            .filter(|name| !names.iter().any(|known| known == name))
            .map(str::to_owned)
            .collect();
        unknown.sort_by(|a, b| natural(a, b));
        unknown.dedup();
        names.append(&mut unknown);
        names
    }

    /// The servers that are not as is wanted.
    pub(super) fn differing(&self, want: Want) -> Vec<ServerView> {
        self.scheduled()
            .filter(|server| !is_there(server, want))
            .map(|server| self.view(server, Some(want)))
            .collect()
    }

    /// How many servers an order turns, and how many are there already. Broken ones and, for a stop, protected ones
    /// it does not touch.
    pub(super) fn turning(&self, want: Want) -> (u32, u32) {
        let (mut to_change, mut already) = (0, 0);
        for server in self.scheduled() {
            if is_there(server, want) {
                already += 1;
            } else if server.state != ServerState::Problem
                && !(want == Want::Stop && self.schedule.protects(server))
            {
                to_change += 1;
            }
        }
        (to_change, already)
    }

    fn scheduled(&self) -> impl Iterator<Item = &Server> {
        self.servers
            .iter()
            .filter(|server| server.left_out.is_none())
    }

    fn view(&self, server: &Server, want: Option<Want>) -> ServerView {
        ServerView {
            name: server.name.to_string(),
            id: server.id.to_string(),
            kind: server.kind,
            state: server.state,
            native_state: server.native_state.to_string(),
            note: self.note(server, want),
        }
    }

    /// The one thing that matters most about a server.
    fn note(&self, server: &Server, want: Option<Want>) -> Option<ServerNote> {
        if let Some(reason) = server.left_out {
            return Some(ServerNote::LeftOut(reason.as_str().to_owned()));
        }
        let memory = self.memory_of(server);
        let error = memory.and_then(|memory| memory.error.as_ref());
        let is_reported = memory
            .and_then(|memory| memory.request.as_ref())
            .is_some_and(|request| request.reported);
        match error {
            // What failed once is over when the next attempt is on its way.
            Some(error)
                if error.code != ServerError::STUCK
                    && matches!(server.state, ServerState::Starting | ServerState::Stopping) => {}
            Some(error) if error.code != ServerError::STUCK => {
                return Some(ServerNote::Failed {
                    code: error.code.clone(),
                    message: error.message.clone(),
                });
            }
            Some(_) => return Some(ServerNote::Stuck(server.state_reason.clone())),
            None if is_reported => return Some(ServerNote::Stuck(server.state_reason.clone())),
            None => {}
        }
        let waits_for = self.waits_for(server, memory, want);
        if !waits_for.is_empty() {
            return Some(ServerNote::WaitsFor(waits_for));
        }
        if let Some(kept) = self.kept_back.iter().find(|kept| kept.server == server.id) {
            return Some(ServerNote::Kept {
                rule: kept.rule.clone(),
                reason: kept.reason.clone(),
            });
        }
        if server.state == ServerState::Busy && want == Some(Want::Stop) {
            return Some(ServerNote::Busy);
        }
        (memory.is_some_and(|memory| memory.stored == Stored::RETAIN_RUNNING)
            && is_there(server, Want::Run))
        .then_some(ServerNote::Retained)
    }

    /// The groups that must arrive before `server` turns. A server that was ordered to turn already waits for none,
    /// even if somebody turned it back by hand.
    fn waits_for(
        &self,
        server: &Server,
        memory: Option<&Remembered>,
        want: Option<Want>,
    ) -> Vec<String> {
        let (Some(group), Some(want)) = (server.group.as_deref(), want) else {
            return Vec::new();
        };
        if memory.and_then(|memory| memory.wanted) == Some(want) {
            return Vec::new();
        }
        match (want, server.state) {
            (Want::Run, ServerState::Stopped) => self
                .depends_on(group)
                .iter()
                .filter(|name| !self.has_arrived(name, want))
                .cloned()
                .collect(),
            (Want::Stop, ServerState::Running | ServerState::Busy) => self
                .schedule
                .groups
                .iter()
                .filter(|other| other.depends_on.iter().any(|name| name == group))
                .map(|other| other.name.clone())
                .filter(|name| !self.has_arrived(name, want))
                .collect(),
            (Want::Run | Want::Stop | Want::Hold, _) => Vec::new(),
        }
    }

    fn has_arrived(&self, group: &str, want: Want) -> bool {
        self.scheduled()
            .filter(|server| server.group.as_deref() == Some(group))
            .all(|server| is_there(server, want))
    }

    fn depends_on(&self, group: &str) -> &[String] {
        self.schedule
            .groups
            .iter()
            .find(|known| known.name == group)
            .map_or(&[], |known| &known.depends_on)
    }

    fn memory_of(&self, server: &Server) -> Option<&Remembered> {
        let place = self
            .memory
            .binary_search_by(|memory| memory.server.cmp(&server.id))
            .ok()?;
        // What another schedule did with it says nothing here.
        self.memory
            .get(place)
            .filter(|memory| memory.schedule == self.schedule.name)
    }
}

/// Whether a server is as is wanted.
fn is_there(server: &Server, want: Want) -> bool {
    match want {
        Want::Run => matches!(server.state, ServerState::Running | ServerState::Busy),
        Want::Stop => server.state == ServerState::Stopped,
        Want::Hold => true,
    }
}
