//! What AWS Instance Scheduler (v3.2.8) decides about each server in a minute.
//!
//! Not known here, and taken as Reveille takes them: where its SSM windows end, which it keeps in a table of its own,
//! and the zone that its stack gives to schedules without one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reveille_aws::registry::Registry;
use reveille_core::{
    model::{
        Action, Schedule, Server, ServerKind, ServerState, Stored, Want, Wanted, local_moment,
    },
    port::{DecideRequest, DecidedServer, Rules},
    tick::is_in_maintenance,
    timeline::Timeline,
};

use crate::original::OriginalSchedule;

/// The tag whose first type a start brings an instance to.
const PREFERRED_TYPES: &str = "IS-PreferredInstanceTypes";

/// What it does to a server now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// A call without effect, such as a start of what is starting, is none.
    pub(super) action: Action,
    pub(super) because: Because,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Because {
    /// Its table of decisions says so.
    Decided,
    /// It does not schedule such servers, or not in their present state.
    NotScheduled,
    /// It does not know the schedule.
    UnknownSchedule(String),
    /// Neither the server nor another of its account, region and service is registered with the schedule.
    NotRegistered,
    /// Its run breaks off or hangs before anything is done.
    BreaksOff(String),
    /// An instance of another type than the period's is resized, whatever was done before.
    Resized,
    /// A start brings it to the first type of its tag.
    PreferredType,
}

/// What it goes by.
pub(super) struct Original<'a> {
    pub(super) rules: &'a dyn Rules,
    pub(super) schedules: &'a BTreeMap<String, OriginalSchedule>,
    /// None when there is none to read: then every server is new to it.
    pub(super) registry: Option<&'a Registry>,
    pub(super) now: DateTime<Utc>,
}

impl Original<'_> {
    /// What it remembers of a server.
    pub(super) fn stored(&self, server: &Server) -> Stored {
        self.registry
            .and_then(|registry| registry.server(&server.id.0))
            // A changed tag registers the server anew.
            .filter(|registered| registered.schedule == *server.schedule)
            .map_or(Stored::UNKNOWN, |registered| {
                Stored(registered.state.clone().into())
            })
    }

    /// One answer for each of `servers`, in their order.
    pub(super) fn answers(&self, servers: &[Server]) -> Vec<Answer> {
        let broken = self.broken_parts(servers);
        let mut answers: Vec<Option<Answer>> = Vec::with_capacity(servers.len());
        let mut to_decide: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, server) in servers.iter().enumerate() {
            let answer = self.before_deciding(server, &broken);
            if answer.is_none() {
                to_decide.entry(&server.schedule).or_default().push(index);
            }
            answers.push(answer);
        }
        for (name, indices) in to_decide {
            let Some(Ok(schedule)) = self.schedules.get(name).map(|schedule| &schedule.read) else {
                continue;
            };
            let together: Vec<&Server> = indices.iter().map(|index| &servers[*index]).collect();
            for (index, answer) in indices.iter().zip(self.decide(schedule, &together)) {
                answers[*index] = Some(answer);
            }
        }
        let left = || leave(Because::NotScheduled);
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(left))
            .collect()
    }

    /// Accounts, regions and services in which its run comes to nothing, with the cause.
    fn broken_parts<'s>(&self, servers: &'s [Server]) -> BTreeMap<&'s str, String> {
        servers
            .iter()
            .filter(|server| server.left_out.is_none())
            .filter_map(|server| {
                let schedule = self.schedules.get(&*server.schedule)?;
                let zone = schedule.read.as_ref().ok()?.timezone;
                let cause = schedule.breaks_run(local_moment(self.now, zone).date)?;
                Some((part(&server.id.0), cause.to_string()))
            })
            .collect()
    }

    fn before_deciding(&self, server: &Server, broken: &BTreeMap<&str, String>) -> Option<Answer> {
        if server.left_out.is_some() || server.state == ServerState::Gone {
            return Some(leave(Because::NotScheduled));
        }
        if let Some(cause) = broken.get(part(&server.id.0)) {
            return Some(leave(Because::BreaksOff(cause.clone())));
        }
        match self
            .schedules
            .get(&*server.schedule)
            .map(|known| &known.read)
        {
            None => {
                return Some(leave(Because::UnknownSchedule(
                    "there is none of this name".into(),
                )));
            }
            Some(Err(why)) => return Some(leave(Because::UnknownSchedule(why.clone()))),
            Some(Ok(_)) => {}
        }
        let is_taken_along = self.registry.is_none_or(|registry| {
            registry.server(&server.id.0).is_some()
                || registry.has_schedule(&server.id.0, &server.schedule)
        });
        if !is_taken_along {
            return Some(leave(Because::NotRegistered));
        }
        let is_schedulable = match server.kind {
            ServerKind::Ec2 => true,
            ServerKind::RdsInstance | ServerKind::RdsCluster => {
                matches!(&*server.native_state, "available" | "stopped")
            }
        };
        (!is_schedulable).then(|| leave(Because::NotScheduled))
    }

    fn decide(&self, schedule: &Schedule, servers: &[&Server]) -> Vec<Answer> {
        let moment = local_moment(self.now, schedule.timezone);
        let wanted = Timeline::new(self.rules, schedule, &[]).wanted_at(moment);
        let unknown = |error: &dyn std::fmt::Display| {
            let answer = leave(Because::UnknownSchedule(error.to_string()));
            vec![answer; servers.len()]
        };
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(failure) => return unknown(&failure),
        };
        let stored: Vec<Stored> = servers.iter().map(|server| self.stored(server)).collect();
        let asked: Vec<DecidedServer<'_>> = servers
            .iter()
            .zip(&stored)
            .map(|(server, stored)| DecidedServer {
                server,
                stored,
                maintenance_now: is_in_maintenance(server, schedule),
                restarted_by_provider: false,
                force_pending: false,
                just_started: false,
            })
            .collect();
        let request = DecideRequest {
            schedule,
            now: moment,
            // Types are looked at before the decision there, and not in it.
            wanted: &Wanted {
                instance_type: None,
                ..wanted.clone()
            },
            force: None,
            groups: &[],
            servers: &asked,
        };
        let decisions = match self.rules.decide(&request) {
            Ok(decisions) => decisions,
            Err(failure) => return unknown(&failure),
        };
        servers
            .iter()
            .zip(decisions)
            .map(|(server, decision)| match resize(server, &wanted) {
                Some(to) => now_or_later(server, Action::Resize(to), Because::Resized),
                None => carry_out(server, decision.action),
            })
            .collect()
    }
}

/// The type to which an instance is brought before anything is decided.
fn resize(server: &Server, wanted: &Wanted) -> Option<String> {
    let to = wanted.instance_type.as_deref()?;
    let is_other = server.instance_type.as_deref().is_some_and(|it| it != to);
    (server.kind == ServerKind::Ec2 && wanted.want == Want::Run && is_other).then(|| to.to_owned())
}

fn carry_out(server: &Server, action: Action) -> Answer {
    let preferred = server
        .tags
        .get(PREFERRED_TYPES)
        .and_then(|types| types.split(',').map(str::trim).find(|it| !it.is_empty()))
        .filter(|first| {
            server.kind == ServerKind::Ec2
                && server
                    .instance_type
                    .as_deref()
                    .is_some_and(|it| it != *first)
        });
    match (action, preferred, server.state) {
        (Action::Start, _, ServerState::Running) | (Action::Stop, _, ServerState::Stopped) => {
            leave(Because::Decided)
        }
        (Action::Start, Some(first), _) => now_or_later(
            server,
            Action::Resize(first.to_owned()),
            Because::PreferredType,
        ),
        (action, _, _) => now_or_later(server, action, Because::Decided),
    }
}

/// What is on its way is not changed by a call: it has no effect or fails, and is made again at the next run.
fn now_or_later(server: &Server, action: Action, because: Because) -> Answer {
    match server.state {
        ServerState::Running | ServerState::Stopped => Answer { action, because },
        ServerState::Starting
        | ServerState::Stopping
        | ServerState::Busy
        | ServerState::Problem
        | ServerState::Gone => leave(because),
    }
}

fn leave(because: Because) -> Answer {
    Answer {
        action: Action::None,
        because,
    }
}

/// `arn:aws:ec2:us-east-1:123456789012` of an ARN: what one of its runs goes over.
fn part(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(4)
        .map_or(arn, |(at, _)| &arn[..at])
}
