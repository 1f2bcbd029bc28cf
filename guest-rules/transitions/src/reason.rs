//! Why a decision is what it is, in words for people.

use reveille_sdk::decider::Server;
use reveille_sdk::types::{ServerState, Turn};

use crate::aim::Aim;
use crate::decision::is_there;
use crate::verdict::{Verdict, remembered};

/// Characters that the contract allows in a reason.
const LIMIT: usize = 200;

/// Why, for people: what happens, then why it is wanted.
pub(crate) fn of(aim: &Aim, verdict: Verdict, new_type: Option<&str>, server: &Server) -> String {
    let by_hand = verdict.remember() == Some(server.remembered.as_str());
    let what = match verdict {
        Verdict::Unready => return unready(server),
        Verdict::Window => "start for its maintenance window",
        Verdict::NewSpared => "first seen, left as it is",
        Verdict::Enforced(Turn::Start) if by_hand && !is_there(server, Turn::Start) => {
            "enforced, was stopped by hand"
        }
        Verdict::Enforced(Turn::Stop) if by_hand && !is_there(server, Turn::Stop) => {
            "enforced, was started by hand"
        }
        Verdict::Turns(Turn::Start) if server.remembered == remembered::START_FAILED => {
            "start again after a failure"
        }
        Verdict::Turns(Turn::Stop) if server.remembered == remembered::STOP_FAILED => {
            "stop again after a failure"
        }
        Verdict::Enforced(Turn::Start)
        | Verdict::Turns(Turn::Start)
        | Verdict::Ordered(Turn::Start) => "start",
        Verdict::Enforced(Turn::Stop)
        | Verdict::Turns(Turn::Stop)
        | Verdict::Ordered(Turn::Stop) => "stop",
        Verdict::Stands(_) if server.state == ServerState::Problem => {
            "left as it is, broken or out of sight"
        }
        Verdict::Stands(Turn::Start) if is_there(server, Turn::Start) => "runs",
        Verdict::Stands(Turn::Start) => "left stopped, was stopped by hand",
        Verdict::Stands(Turn::Stop) if is_there(server, Turn::Stop) => "stopped",
        Verdict::Stands(Turn::Stop) => "left running, was started by hand",
        Verdict::RetainBegins => "retained, ran before it was wanted",
        Verdict::RetainStays => "retained",
        Verdict::RetainEnds => "retained, runs on",
        Verdict::Holds => "left as it is",
        Verdict::RestartedByProvider => "stop, the provider started it by itself",
    };
    let why = if verdict == Verdict::Window {
        ""
    } else {
        aim.why.as_str()
    };
    let to = new_type.unwrap_or_default();
    let mut reason = String::with_capacity(what.len() + to.len() + why.len() + 8);
    reason.push_str(what);
    if !to.is_empty() {
        reason.push_str(", as ");
        reason.push_str(to);
    }
    if !why.is_empty() {
        reason.push_str(": ");
        reason.push_str(why);
    }
    within_limit(reason)
}

/// Why nothing is done yet, with the groups that are waited for.
pub(crate) fn of_waiting(groups: &[&str]) -> String {
    within_limit(format!("waits for {}", groups.join(", ")))
}

fn unready(server: &Server) -> String {
    let what = match server.state {
        ServerState::Busy => "busy",
        ServerState::Starting | ServerState::Stopping => "on its way",
        ServerState::Running | ServerState::Stopped | ServerState::Problem => "cannot be acted on",
    };
    within_limit(format!("{what}: {}; tried again", server.native_state))
}

fn within_limit(mut reason: String) -> String {
    // A character has at least one byte, so most reasons need not be counted.
    if reason.len() > LIMIT
        && let Some((end, _)) = reason.char_indices().nth(LIMIT)
    {
        reason.truncate(end);
    }
    reason
}
