//! What holds for every request.

use proptest::prelude::*;
use proptest::sample::select;
use reveille_sdk::decider::{Action, DecideRequest, Group, GroupState, OnTimeout, Options, Server};
use reveille_sdk::types::{ServerKind, ServerState, Want};
use transitions::{FORCE_PENDING, RESTARTED_BY_PROVIDER, decide};

use crate::fleet::{order, request, server};

fn any_server() -> impl Strategy<Value = Server> {
    use ServerState::{Busy, Problem, Running, Starting, Stopped, Stopping};
    (
        select(vec![
            "running",
            "stopped",
            "any",
            "unknown",
            "retain-running",
            "start_failed",
            "stop_failed",
            "else",
        ]),
        select(vec![Running, Stopped, Starting, Stopping, Busy, Problem]),
        select(vec![
            ServerKind::Ec2,
            ServerKind::RdsInstance,
            ServerKind::RdsCluster,
            ServerKind::Other,
        ]),
        select(vec![None, Some("t3.small"), Some("m5.large")]),
        select(vec![None, Some("app"), Some("db"), Some("nowhere")]),
        any::<bool>(),
        select(vec![None, Some(FORCE_PENDING), Some(RESTARTED_BY_PROVIDER)]),
    )
        .prop_map(
            |(remembered, state, kind, instance_type, group, maintenance_now, fact)| Server {
                kind,
                instance_type: instance_type.map(str::to_owned),
                group: group.map(str::to_owned),
                maintenance_now,
                extra: fact
                    .map(|fact| (fact.to_owned(), "true".to_owned()))
                    .into_iter()
                    .collect(),
                ..server(remembered, state)
            },
        )
}

fn any_group(name: &'static str, depends_on: &'static str) -> impl Strategy<Value = Group> {
    (
        select(vec![
            GroupState::Running,
            GroupState::Stopped,
            GroupState::Mixed,
        ]),
        any::<bool>(),
        select(vec![OnTimeout::Wait, OnTimeout::Pass]),
    )
        .prop_map(|(state, overdue, on_timeout)| Group {
            name: name.to_owned(),
            depends_on: vec![depends_on.to_owned()],
            state,
            overdue,
            on_timeout,
        })
}

fn any_request() -> impl Strategy<Value = DecideRequest> {
    let wants = vec![Want::Run, Want::Stop, Want::Hold];
    (
        select(wants),
        any::<[bool; 4]>(),
        select(vec![None, order(Want::Run), order(Want::Stop)]),
        select(vec![None, Some("m5.large".to_owned())]),
        "[a-z가-힣 ]{0,200}",
        (any_group("app", "db"), any_group("db", "nowhere")),
        prop::collection::vec(any_server(), 0..20),
    )
        .prop_map(
            |(want, flags, forced, instance_type, reason, (app, db), mut servers)| {
                for (index, server) in servers.iter_mut().enumerate() {
                    server.id = format!("i-{index}");
                }
                let [enforced, retain_running, stop_new_instances, hibernate] = flags;
                let options = Options {
                    enforced,
                    retain_running,
                    stop_new_instances,
                    hibernate,
                };
                let mut request = request(want, options, servers);
                request.forced = forced;
                request.wanted.instance_type = instance_type;
                request.wanted.reason = reason;
                request.groups = vec![app, db];
                request
            },
        )
}

proptest! {
    #[test]
    fn there_is_one_decision_for_each_server_in_their_order(request in any_request()) {
        let ids: Vec<String> = request.servers.iter().map(|server| server.id.clone()).collect();
        let decided: Vec<String> = decide(request).into_iter().map(|decision| decision.server_id).collect();
        prop_assert_eq!(decided, ids);
    }

    #[test]
    fn every_decision_has_a_reason_within_the_limit(request in any_request()) {
        for decision in decide(request) {
            let length = decision.reason.chars().count();
            prop_assert!((1..=200).contains(&length), "{} characters", length);
        }
    }

    #[test]
    fn a_held_plan_never_acts(mut request in any_request()) {
        request.wanted.want = Want::Hold;
        request.forced = None;
        for server in &mut request.servers {
            server.maintenance_now = false;
        }
        for decision in decide(request) {
            prop_assert_eq!(decision.action, Action::None);
        }
    }

    #[test]
    fn a_server_does_not_depend_on_the_others(request in any_request()) {
        let together = decide(request.clone());
        let alone: Vec<_> = request
            .servers
            .iter()
            .flat_map(|server| decide(DecideRequest { servers: vec![server.clone()], ..request.clone() }))
            .collect();
        prop_assert_eq!(together, alone);
    }

    #[test]
    fn without_groups_nobody_waits(mut request in any_request()) {
        request.groups.clear();
        for decision in decide(request) {
            prop_assert!(!decision.reason.starts_with("waits for"));
        }
    }

    #[test]
    fn only_what_an_order_wants_is_done_under_it(mut request in any_request(), stop in any::<bool>()) {
        request.forced = order(if stop { Want::Stop } else { Want::Run });
        for decision in decide(request) {
            let acts = decision.action != Action::None;
            prop_assert!(!acts || (decision.action == Action::Stop) == stop);
        }
    }

    #[test]
    fn deciding_again_after_it_was_done_does_nothing_more(mut request in any_request()) {
        // Enforced schedules and maintenance windows repeat themselves, and facts are the host's to withdraw.
        request.options.enforced = false;
        for server in &mut request.servers {
            server.maintenance_now = false;
            server.extra.clear();
        }
        let mut again = request.clone();
        for (server, decision) in again.servers.iter_mut().zip(decide(request)) {
            server.remembered = decision.remember;
            match decision.action {
                Action::None => {}
                Action::Start => server.state = ServerState::Running,
                Action::Stop => server.state = ServerState::Stopped,
                Action::Resize(instance_type) => {
                    server.state = ServerState::Running;
                    server.instance_type = Some(instance_type);
                }
            }
        }
        for decision in decide(again) {
            prop_assert_eq!(decision.action, Action::None, "{}", decision.reason);
        }
    }
}
