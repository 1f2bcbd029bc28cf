//! One server in a line: its name, how it is, and what people should know about it.

use reveille_sdk::{
    formatter::replies::{ServerNote, ServerView},
    types::ServerState,
};

use super::words::listed;
use crate::text::{name, sentence};

/// `web-1 : stopped · waits for DB`
pub(super) fn line(server: &ServerView) -> String {
    let mut line = format!("{} : {}", name(&server.name), state(server));
    if let Some(note) = &server.note {
        line.push_str(" · ");
        line.push_str(&self::note(note));
    }
    line
}

fn state(server: &ServerView) -> String {
    let native = server.native_state.as_str();
    match server.state {
        ServerState::Running => "running".to_owned(),
        ServerState::Stopped => "stopped".to_owned(),
        ServerState::Starting => "starting".to_owned(),
        ServerState::Stopping => "stopping".to_owned(),
        ServerState::Busy if native.is_empty() => "busy".to_owned(),
        ServerState::Busy => format!("busy ({})", name(native)),
        ServerState::Problem if native.is_empty() => "problem (cannot be seen)".to_owned(),
        ServerState::Problem => format!("problem ({})", name(native)),
    }
}

fn note(note: &ServerNote) -> String {
    match note {
        ServerNote::Stuck(None) => "late".to_owned(),
        ServerNote::Stuck(Some(reason)) => format!("late: {}", sentence(reason)),
        ServerNote::Failed((code, message)) => {
            format!("failed ({}): {}", name(code), sentence(message))
        }
        ServerNote::WaitsFor(groups) => format!("waits for {}", listed(groups)),
        ServerNote::Busy => "tried again when that is over".to_owned(),
        ServerNote::Retained => "started by hand, kept running".to_owned(),
        ServerNote::Kept((Some(rule), reason)) => {
            format!(
                "left as it is by the rule '{}': {}",
                name(rule),
                sentence(reason)
            )
        }
        ServerNote::Kept((None, reason)) => format!("left as it is: {}", sentence(reason)),
        ServerNote::LeftOut(reason) => format!("not scheduled ({})", left_out(reason)),
    }
}

fn left_out(reason: &str) -> String {
    match reason {
        "read-replica" => "read replica".to_owned(),
        "replicated" => "has read replicas".to_owned(),
        "cluster-member" => "member of a cluster".to_owned(),
        "auto-scaling" => "member of an Auto Scaling group".to_owned(),
        other => name(other),
    }
}
