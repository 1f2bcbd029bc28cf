//! What a tick has done, for whoever called it.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    model::{Action, ServerId},
    port::{FleetError, StoreError},
};

/// How a tick went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickOutcome {
    /// Everything was looked at.
    Done,
    /// Another host holds the right to act, a tick of this one is still under way, or it was told to halt: nothing was
    /// done.
    NotMine,
    /// A tick of the same or a later time was done before: nothing was done.
    Late,
    /// Another host took the right to act in the middle of it: it stopped at once, and the other one goes on.
    Overtaken,
}

/// An order that was given to the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTaken {
    /// The schedule.
    pub schedule: String,
    /// The server.
    pub server: ServerId,
    /// The name that people know it by.
    pub name: Arc<str>,
    /// What was ordered; never [`Action::None`].
    pub action: Action,
    /// The provider's code when it was refused.
    pub refused: Option<String>,
}

/// A part of the fleet that could not be seen; its text says all of it in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Which.
    pub target: String,
    /// A stable code, such as `fleet.denied`.
    pub code: &'static str,
    /// Why, in one line. What lies beneath are words of the provider's client, for nobody.
    pub cause: String,
}

impl Unseen {
    /// What `error` comes to.
    #[must_use]
    pub fn of(error: &FleetError) -> Self {
        Self {
            target: error.target.clone(),
            code: error.code,
            cause: error.source.to_string(),
        }
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot see the servers of {} ({}): {}",
            self.target, self.code, self.cause
        )
    }
}

/// What a tick has done. Equal inputs give equal reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickReport {
    /// How it went. Everything below is empty unless it is [`TickOutcome::Done`].
    pub outcome: TickOutcome,
    /// How many schedules were looked at.
    pub schedules: usize,
    /// How many servers are under them, those left out not counted.
    pub servers: usize,
    /// Orders by schedule and server.
    pub actions: Vec<ActionTaken>,
    /// Schedules that hold because a rule fails.
    pub held: Vec<String>,
    /// Servers that were found stuck in this tick.
    pub stuck: Vec<ServerId>,
    /// Servers that were to be turned and for whose orders there was no time: the next tick gives them.
    pub postponed: Vec<ServerId>,
    /// Parts of the fleet that could not be seen.
    pub unseen: Vec<Unseen>,
    /// Whether something is on its way.
    pub moving: bool,
    /// When to look again at the latest: after [`super::QUICK_LOOK`] while something is on its way, at the next turn
    /// of a plan, end of a force or retry, and after [`super::DRIFT_LOOK`] in any case.
    pub next_look: DateTime<Utc>,
}

impl TickReport {
    pub(super) fn new(outcome: TickOutcome, next_look: DateTime<Utc>) -> Self {
        Self {
            outcome,
            schedules: 0,
            servers: 0,
            actions: Vec::new(),
            held: Vec::new(),
            stuck: Vec::new(),
            postponed: Vec::new(),
            unseen: Vec::new(),
            moving: false,
            next_look,
        }
    }
}

/// Why a tick could not be finished. The next one catches up.
#[derive(Debug, Clone, Error)]
pub enum TickError {
    /// The store could not be read or written.
    #[error("the tick cannot use the store")]
    Store(#[from] StoreError),
    /// No server at all could be seen.
    #[error("the tick cannot see the fleet")]
    Fleet(#[from] FleetError),
}

impl TickError {
    /// A stable code for people and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Fleet(error) => error.code,
        }
    }
}
