//! What a decider is told and what it says.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{OnTimeout, ServerId, Stored, Want};

/// What the plan wants at a moment, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// What.
    pub want: Want,
    /// Instance type while running.
    pub instance_type: Option<String>,
    /// The one period it comes from.
    pub period: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// How a group is as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupState {
    /// Every member runs, or there is none.
    Running,
    /// Every member is stopped, or there is none.
    Stopped,
    /// Anything else.
    Mixed,
}

/// A group as a decider sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupView {
    /// Its name.
    pub name: String,
    /// Groups that must run before it starts.
    pub depends_on: Vec<String>,
    /// How it is.
    pub state: GroupState,
    /// Whether it has been on its way for longer than it may.
    pub overdue: bool,
    /// What happens then.
    pub on_timeout: OnTimeout,
}

/// What to do with a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing.
    None,
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Bring it to this instance type, then start it.
    Resize(String),
}

/// What a decider says of one server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The server.
    pub server: ServerId,
    /// What to do.
    pub action: Action,
    /// What to remember of it.
    pub remember: Stored,
    /// Why, for people.
    pub reason: Arc<str>,
}

/// The decisions as one rule of the chain left them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLayer {
    /// Name of the rule; none when only one decides.
    pub rule: Option<String>,
    /// One for every server, in their order.
    pub decisions: Vec<Decision>,
}
