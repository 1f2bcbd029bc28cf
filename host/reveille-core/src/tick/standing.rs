//! Where an action leads, and how a server stands to it.

use crate::model::{
    Action, MaintenanceWindow, Schedule, Server, ServerKind, ServerState, Stored, Want,
};

/// How a server stands to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Arrived,
    OnItsWay,
    /// It can be ordered.
    Ready,
    /// It cannot be ordered now: on its way elsewhere, busy, broken.
    Blocked,
}

/// Where an action leads.
pub(super) fn direction(action: &Action) -> Want {
    match action {
        Action::None => Want::Hold,
        Action::Start | Action::Resize(_) => Want::Run,
        Action::Stop => Want::Stop,
    }
}

/// What is remembered once `action` has been applied.
pub(super) fn target(action: &Action) -> Stored {
    match action {
        Action::None => Stored::ANY,
        Action::Start | Action::Resize(_) => Stored::RUNNING,
        Action::Stop => Stored::STOPPED,
    }
}

/// What is remembered when `action` does not succeed.
pub(super) fn failed(action: &Action) -> Stored {
    match action {
        Action::None | Action::Start | Action::Resize(_) => Stored::START_FAILED,
        Action::Stop => Stored::STOP_FAILED,
    }
}

/// Whether it runs or is about to.
pub(super) fn is_up(state: ServerState) -> bool {
    match state {
        ServerState::Running | ServerState::Starting | ServerState::Busy => true,
        ServerState::Stopped | ServerState::Stopping | ServerState::Problem | ServerState::Gone => {
            false
        }
    }
}

/// How `server` stands to `action`.
pub(super) fn standing(server: &Server, action: &Action) -> Standing {
    let has_type = |wanted: &str| {
        server
            .instance_type
            .as_deref()
            .is_some_and(|it| it == wanted)
    };
    match (action, server.state) {
        (Action::None, _)
        | (Action::Start, ServerState::Running | ServerState::Busy)
        | (Action::Stop, ServerState::Stopped) => Standing::Arrived,
        (Action::Resize(to), ServerState::Running | ServerState::Busy) if has_type(to) => {
            Standing::Arrived
        }
        (Action::Start, ServerState::Starting)
        | (Action::Stop, ServerState::Stopping)
        // On the way up with whatever type, or on the way down to get another.
        | (Action::Resize(_), ServerState::Starting | ServerState::Stopping) => Standing::OnItsWay,
        (Action::Start | Action::Resize(_), ServerState::Stopped)
        | (Action::Stop | Action::Resize(_), ServerState::Running) => Standing::Ready,
        (Action::Start, ServerState::Stopping)
        | (Action::Stop, ServerState::Starting | ServerState::Busy)
        | (Action::Resize(_), ServerState::Busy)
        | (
            Action::Start | Action::Stop | Action::Resize(_),
            ServerState::Problem | ServerState::Gone,
        ) => Standing::Blocked,
    }
}

/// Whether `server` is in a maintenance window that `schedule` honours. Unset means on for EC2 and off for RDS, as AWS
/// Instance Scheduler behaves.
#[must_use]
pub fn is_in_maintenance(server: &Server, schedule: &Schedule) -> bool {
    let honoured = schedule.use_maintenance_window;
    server.open_windows.iter().any(|window| match window {
        MaintenanceWindow::Preferred => server.kind != ServerKind::Ec2 && honoured == Some(true),
        MaintenanceWindow::Ssm(name) => {
            server.kind == ServerKind::Ec2
                && honoured != Some(false)
                && schedule.ssm_maintenance_windows.contains(name)
        }
    })
}

/// The word of an action in the audit.
pub(super) fn action_word(action: &Action) -> &'static str {
    match action {
        Action::None => "none",
        Action::Start => "start",
        Action::Stop => "stop",
        Action::Resize(_) => "resize",
    }
}
