//! Servers, groups and decisions.

use std::sync::Arc;

use reveille_core::{
    model::{Action, Decision, Force, GroupState, GroupView, OnTimeout, ServerId, Stored},
    port::{DecideRequest, DecidedServer},
};
use reveille_sdk::decider;
use transitions::{FORCE_PENDING, RESTARTED_BY_PROVIDER};

use super::{server_kind, server_state, want};

/// The request as `transitions` sees it: it asks for neither tags nor the time.
pub(crate) fn request(
    request: &DecideRequest<'_>,
    servers: &[DecidedServer<'_>],
) -> decider::DecideRequest {
    let (schedule, wanted) = (request.schedule, request.wanted);
    decider::DecideRequest {
        schedule: schedule.name.clone(),
        options: decider::Options {
            enforced: schedule.enforced,
            retain_running: schedule.retain_running,
            stop_new_instances: schedule.stop_new_instances,
            hibernate: schedule.hibernate,
        },
        now: None,
        wanted: decider::Wanted {
            want: want(wanted.want),
            instance_type: wanted.instance_type.clone(),
            period: wanted.period.clone(),
            reason: wanted.reason.clone(),
        },
        forced: request.force.map(forced),
        groups: request.groups.iter().map(group).collect(),
        servers: servers.iter().map(server).collect(),
        so_far: Vec::new(),
        config: "{}".to_owned(),
    }
}

fn forced(force: &Force) -> decider::Forced {
    decider::Forced {
        want: want(force.want),
        by: force.by.clone(),
        reason: force.reason.clone(),
    }
}

fn group(group: &GroupView) -> decider::Group {
    decider::Group {
        name: group.name.clone(),
        depends_on: group.depends_on.clone(),
        state: match group.state {
            GroupState::Running => decider::GroupState::Running,
            GroupState::Stopped => decider::GroupState::Stopped,
            GroupState::Mixed => decider::GroupState::Mixed,
        },
        overdue: group.overdue,
        on_timeout: match group.on_timeout {
            OnTimeout::Wait => decider::OnTimeout::Wait,
            OnTimeout::Pass => decider::OnTimeout::Pass,
        },
    }
}

fn server(decided: &DecidedServer<'_>) -> decider::Server {
    let server = decided.server;
    let facts = [
        (RESTARTED_BY_PROVIDER, decided.restarted_by_provider),
        (FORCE_PENDING, decided.force_pending),
        ("just-started", decided.just_started),
    ];
    decider::Server {
        id: server.id.to_string(),
        name: server.name.to_string(),
        kind: server_kind(server.kind),
        state: server_state(server.state),
        native_state: server.native_state.to_string(),
        instance_type: server.instance_type.as_deref().map(str::to_owned),
        group: server.group.as_deref().map(str::to_owned),
        remembered: decided.stored.to_string(),
        maintenance_now: decided.maintenance_now,
        tags: Vec::new(),
        extra: facts
            .into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(fact, _)| (fact.to_owned(), "true".to_owned()))
            .collect(),
    }
}

/// The answer of `server`; its id is handed back as it was.
pub(crate) fn decision_back(server: &ServerId, decision: decider::Decision) -> Decision {
    Decision {
        server: server.clone(),
        action: match decision.action {
            decider::Action::None => Action::None,
            decider::Action::Start => Action::Start,
            decider::Action::Stop => Action::Stop,
            decider::Action::Resize(instance_type) => Action::Resize(instance_type),
        },
        remember: Stored(decision.remember.into()),
        reason: Arc::from(decision.reason),
    }
}
