//! From the house's words to the contract's and back: one file a role. Nothing is decided here.

pub(crate) mod decider;
pub(crate) mod planner;
pub(crate) mod replies;

use chrono::{Datelike, NaiveDate};
use reveille_core::model::{Exception, Minute, Moment, ServerKind, ServerState, Turn, Want};

use crate::bindings::reveille::rules::types;

/// Most characters of what a rule may remember, and of an instance type; AWS has none of over 30.
const WORD_CHARS: usize = 64;

/// Whether text may be remembered, or be an instance type.
fn is_word(text: &str) -> bool {
    text.len() <= WORD_CHARS && text.chars().all(|character| character.is_ascii_graphic())
}

pub(crate) fn date(date: NaiveDate) -> types::Date {
    types::Date {
        year: u16::try_from(date.year()).unwrap_or(1970),
        month: u8::try_from(date.month()).unwrap_or(1),
        day: u8::try_from(date.day()).unwrap_or(1),
    }
}

pub(crate) fn moment(moment: Moment) -> types::Moment {
    types::Moment {
        date: date(moment.date),
        minute: moment.minute.0,
    }
}

pub(crate) fn want(want: Want) -> types::Want {
    match want {
        Want::Run => types::Want::Run,
        Want::Stop => types::Want::Stop,
        Want::Hold => types::Want::Hold,
    }
}

pub(crate) fn turn(turn: Turn) -> types::Turn {
    match turn {
        Turn::Start => types::Turn::Start,
        Turn::Stop => types::Turn::Stop,
    }
}

pub(crate) fn exception(exception: &Exception) -> types::Exception {
    types::Exception {
        date: date(exception.date),
        action: turn(exception.action),
        at: exception.at.map(|Minute(minute)| minute),
        by: exception.by.clone(),
        reason: exception.reason.clone(),
    }
}

pub(crate) fn server_kind(kind: ServerKind) -> types::ServerKind {
    match kind {
        ServerKind::Ec2 => types::ServerKind::Ec2,
        ServerKind::RdsInstance => types::ServerKind::RdsInstance,
        ServerKind::RdsCluster => types::ServerKind::RdsCluster,
    }
}

/// Servers that are gone are neither decided about nor shown; one that is all the same counts as a problem.
pub(crate) fn server_state(state: ServerState) -> types::ServerState {
    match state {
        ServerState::Running => types::ServerState::Running,
        ServerState::Stopped => types::ServerState::Stopped,
        ServerState::Starting => types::ServerState::Starting,
        ServerState::Stopping => types::ServerState::Stopping,
        ServerState::Busy => types::ServerState::Busy,
        ServerState::Problem | ServerState::Gone => types::ServerState::Problem,
    }
}
