//! The table of AWS Instance Scheduler (v3.2.8): what follows from what is wanted and what is remembered.

use reveille_sdk::decider::Options;
use reveille_sdk::types::{Turn, Want};

/// The words in which a decision is remembered; AWS Instance Scheduler stores the same ones.
///
/// Words that are not here are allowed, and differ from every one that is.
pub mod remembered {
    /// It should run.
    pub const RUNNING: &str = "running";
    /// It should be stopped.
    pub const STOPPED: &str = "stopped";
    /// It was left as it is.
    pub const ANY: &str = "any";
    /// Nothing is remembered yet.
    pub const UNKNOWN: &str = "unknown";
    /// It ran before its period began, and the period's end does not stop it.
    pub const RETAIN_RUNNING: &str = "retain-running";
    /// The last attempt to start it failed.
    pub const START_FAILED: &str = "start_failed";
    /// The last attempt to stop it failed.
    pub const STOP_FAILED: &str = "stop_failed";
}

/// What the table goes by.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is wanted now.
    pub want: Want,
    /// What the last decision [`remembered`].
    pub remembered: &'a str,
    /// Whether the server runs; one that is on its way up does not run yet.
    pub running: bool,
    /// Whether it is in a maintenance window that the schedule honours.
    pub in_window: bool,
    /// The schedule's options.
    pub options: Options,
}

/// The row of the table that applies, and the three rows that Reveille adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A maintenance window starts the server, whatever is wanted.
    Window,
    /// The schedule does not stop servers when it first sees them.
    NewSpared,
    /// An `enforced` schedule repeats itself in every decision.
    Enforced(Turn),
    /// The period of a retained server is over: it runs on, and is retained no longer.
    RetainEnds,
    /// What is wanted is not what is remembered.
    Turns(Turn),
    /// What is wanted was done before; what people did since is theirs.
    Stands(Turn),
    /// Somebody started the server before its period did.
    RetainBegins,
    /// It is still retained, even if the schedule no longer says `retain_running`.
    RetainStays,
    /// Servers are left as they are.
    Holds,
    /// An order reaches the server for the first time. Not of the table.
    Ordered(Turn),
    /// The provider started the server by itself. Not of the table.
    RestartedByProvider,
    /// The server cannot be acted on now. Not of the table.
    Unready,
}

impl Verdict {
    /// What should be done with the server.
    pub fn turn(self) -> Option<Turn> {
        match self {
            Self::Window => Some(Turn::Start),
            Self::Enforced(turn) | Self::Turns(turn) | Self::Ordered(turn) => Some(turn),
            Self::RestartedByProvider => Some(Turn::Stop),
            Self::NewSpared
            | Self::RetainEnds
            | Self::Stands(_)
            | Self::RetainBegins
            | Self::RetainStays
            | Self::Holds
            | Self::Unready => None,
        }
    }

    /// What to remember of it; none leaves what is remembered as it is.
    pub fn remember(self) -> Option<&'static str> {
        Some(match self {
            Self::Window => remembered::RUNNING,
            Self::Enforced(turn) | Self::Turns(turn) | Self::Stands(turn) | Self::Ordered(turn) => {
                match turn {
                    Turn::Start => remembered::RUNNING,
                    Turn::Stop => remembered::STOPPED,
                }
            }
            Self::NewSpared | Self::RetainEnds | Self::RestartedByProvider => remembered::STOPPED,
            Self::RetainBegins | Self::RetainStays => remembered::RETAIN_RUNNING,
            Self::Holds => remembered::ANY,
            Self::Unready => return None,
        })
    }
}

/// The row of AWS Instance Scheduler's table that applies: the first of these.
///
/// | wanted | when | action | remember |
/// |---|---|---|---|
/// | – | in a maintenance window | start | `running` |
/// | stop | `unknown` and not `stop_new_instances` | none | `stopped` |
/// | stop | `enforced` | stop | `stopped` |
/// | stop | `retain-running` and `retain_running` | none | `stopped` |
/// | stop | not `stopped` | stop | `stopped` |
/// | stop | otherwise | none | `stopped` |
/// | run | `enforced` | start | `running` |
/// | run | `retain_running`, `stopped`, and it runs | none | `retain-running` |
/// | run | `retain-running` | none | `retain-running` |
/// | run | not `running` | start | `running` |
/// | run | otherwise | none | `running` |
/// | hold | – | none | `any` |
///
/// # Example
///
/// A server that was stopped by hand within its period stays stopped:
///
/// ```
/// use reveille_sdk::{decider::Options, types::{Turn, Want}};
/// use transitions::{Case, Verdict, evaluate};
///
/// let options = Options { enforced: false, retain_running: false, stop_new_instances: true, hibernate: false };
/// let case = Case { want: Want::Run, remembered: "running", running: false, in_window: false, options };
/// assert_eq!(evaluate(case), Verdict::Stands(Turn::Start));
/// ```
pub fn evaluate(case: Case<'_>) -> Verdict {
    let Options {
        enforced,
        retain_running,
        stop_new_instances,
        ..
    } = case.options;
    if case.in_window {
        return Verdict::Window;
    }
    match case.want {
        Want::Stop => match case.remembered {
            remembered::UNKNOWN if !stop_new_instances => Verdict::NewSpared,
            _ if enforced => Verdict::Enforced(Turn::Stop),
            remembered::RETAIN_RUNNING if retain_running => Verdict::RetainEnds,
            remembered::STOPPED => Verdict::Stands(Turn::Stop),
            _ => Verdict::Turns(Turn::Stop),
        },
        Want::Run => match case.remembered {
            _ if enforced => Verdict::Enforced(Turn::Start),
            remembered::STOPPED if retain_running && case.running => Verdict::RetainBegins,
            remembered::RETAIN_RUNNING => Verdict::RetainStays,
            remembered::RUNNING => Verdict::Stands(Turn::Start),
            _ => Verdict::Turns(Turn::Start),
        },
        Want::Hold => Verdict::Holds,
    }
}
