//! Servers and decisions.

use std::sync::Arc;

use reveille_core::{
    model::{self, Action, Decision, GroupState, OnTimeout, ServerId, Stored},
    port::{DecideRequest, DecidedServer},
};

use super::{WORD_CHARS, is_word, moment, server_kind, server_state, want};
use crate::{bindings::exports::reveille::rules::decider as contract, rule::Rule, text};

/// Everything of a request but the servers, the decisions so far, and what depends on the rule.
pub(crate) fn frame(request: &DecideRequest<'_>) -> contract::DecideRequest {
    let schedule = request.schedule;
    contract::DecideRequest {
        schedule: schedule.name.clone(),
        options: contract::Options {
            enforced: schedule.enforced,
            retain_running: schedule.retain_running,
            stop_new_instances: schedule.stop_new_instances,
            hibernate: schedule.hibernate,
        },
        now: None,
        wanted: contract::Wanted {
            want: want(request.wanted.want),
            instance_type: request.wanted.instance_type.clone(),
            period: request.wanted.period.clone(),
            reason: request.wanted.reason.clone(),
        },
        forced: request.force.map(|force| contract::Forced {
            want: want(force.want),
            by: force.by.clone(),
            reason: force.reason.clone(),
        }),
        groups: request.groups.iter().map(group).collect(),
        servers: Vec::new(),
        so_far: Vec::new(),
        config: String::new(),
    }
}

fn group(group: &model::GroupView) -> contract::Group {
    contract::Group {
        name: group.name.clone(),
        depends_on: group.depends_on.clone(),
        state: match group.state {
            GroupState::Running => contract::GroupState::Running,
            GroupState::Stopped => contract::GroupState::Stopped,
            GroupState::Mixed => contract::GroupState::Mixed,
        },
        overdue: group.overdue,
        on_timeout: match group.on_timeout {
            OnTimeout::Wait => contract::OnTimeout::Wait,
            OnTimeout::Pass => contract::OnTimeout::Pass,
        },
    }
}

/// What `rule` asked for, put into `frame`.
pub(crate) fn for_rule(
    frame: &mut contract::DecideRequest,
    request: &DecideRequest<'_>,
    servers: &[DecidedServer<'_>],
    rule: &Rule,
    config: &str,
) {
    let needs = &rule.description;
    frame.now = needs.clock.then(|| moment(request.now));
    config.clone_into(&mut frame.config);
    for (view, decided) in frame.servers.iter_mut().zip(servers) {
        view.tags = needs
            .tags
            .iter()
            .filter_map(|key| Some((key.clone(), decided.server.tags.get(key)?.clone())))
            .collect();
    }
}

pub(crate) fn server(decided: &DecidedServer<'_>) -> contract::Server {
    let server = decided.server;
    let facts = [
        (decided.restarted_by_provider, "restarted-by-provider"),
        (decided.force_pending, "force-pending"),
        (decided.just_started, "just-started"),
    ];
    contract::Server {
        id: server.id.0.as_ref().to_owned(),
        name: server.name.as_ref().to_owned(),
        kind: server_kind(server.kind),
        state: server_state(server.state),
        native_state: server.native_state.as_ref().to_owned(),
        instance_type: server.instance_type.as_deref().map(str::to_owned),
        group: server.group.as_deref().map(str::to_owned),
        remembered: decided.stored.0.as_ref().to_owned(),
        maintenance_now: decided.maintenance_now,
        tags: Vec::new(),
        extra: facts
            .into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, fact)| (fact.to_owned(), "true".to_owned()))
            .collect(),
    }
}

/// One decision for each of `servers` in their order, or what is wrong with them.
pub(crate) fn check(
    decisions: &mut [contract::Decision],
    servers: &[DecidedServer<'_>],
) -> Result<(), String> {
    if decisions.len() != servers.len() {
        return Err(format!(
            "it decided about {} servers; it was asked about {}",
            decisions.len(),
            servers.len()
        ));
    }
    for (decision, decided) in decisions.iter_mut().zip(servers) {
        if decision.server_id != *decided.server.id.0 {
            return Err(format!(
                "it decided about `{}` where `{}` was asked about",
                text::log_line(&text::shortened(&decision.server_id, WORD_CHARS)),
                decided.server.id
            ));
        }
        let mut words = vec![&decision.remember];
        if let contract::Action::Resize(instance_type) = &decision.action {
            if instance_type.is_empty() {
                return Err("it resizes a server to no instance type".to_owned());
            }
            words.push(instance_type);
        }
        if let Some(word) = words.iter().find(|word| !is_word(word)) {
            return Err(format!(
                "`{}` is no word to remember and no instance type",
                text::log_line(&text::shortened(word, WORD_CHARS))
            ));
        }
        if decision.reason.len() > model::MAX_REASON_CHARS {
            let chars = decision.reason.chars().count();
            if chars > model::MAX_REASON_CHARS {
                return Err(format!(
                    "a reason has {chars} characters; at most {} are allowed",
                    model::MAX_REASON_CHARS
                ));
            }
        }
        decision.reason = text::line(std::mem::take(&mut decision.reason));
    }
    Ok(())
}

/// A decision so far, in the contract's words.
pub(crate) fn decision(decision: &Decision) -> contract::Decision {
    contract::Decision {
        server_id: decision.server.0.as_ref().to_owned(),
        action: match &decision.action {
            Action::None => contract::Action::None,
            Action::Start => contract::Action::Start,
            Action::Stop => contract::Action::Stop,
            Action::Resize(instance_type) => contract::Action::Resize(instance_type.clone()),
        },
        remember: decision.remember.0.as_ref().to_owned(),
        reason: decision.reason.as_ref().to_owned(),
    }
}

/// The decisions in the house's words. Ids are the servers' own, and a reason that repeats is kept once.
pub(crate) fn answered(
    decisions: Vec<contract::Decision>,
    servers: &[DecidedServer<'_>],
) -> Vec<Decision> {
    let mut last: Arc<str> = Arc::from("");
    decisions
        .into_iter()
        .zip(servers)
        .map(|(decision, decided)| {
            if *last != *decision.reason {
                last = decision.reason.into();
            }
            Decision {
                server: ServerId(Arc::clone(&decided.server.id.0)),
                action: match decision.action {
                    contract::Action::None => Action::None,
                    contract::Action::Start => Action::Start,
                    contract::Action::Stop => Action::Stop,
                    contract::Action::Resize(instance_type) => Action::Resize(instance_type),
                },
                remember: remember(decision.remember),
                reason: Arc::clone(&last),
            }
        })
        .collect()
}

/// The known words stand in the program once.
fn remember(word: String) -> Stored {
    let known = [
        Stored::RUNNING,
        Stored::STOPPED,
        Stored::ANY,
        Stored::UNKNOWN,
        Stored::RETAIN_RUNNING,
        Stored::START_FAILED,
        Stored::STOP_FAILED,
    ];
    known
        .into_iter()
        .find(|stored| stored.0 == word)
        .unwrap_or_else(|| Stored(word.into()))
}
