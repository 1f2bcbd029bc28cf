//! Servers that cannot be acted on now, and databases that their provider starts.

use reveille_sdk::decider::Action;
use reveille_sdk::types::{ServerKind, ServerState, Want};
use transitions::RESTARTED_BY_PROVIDER;

use crate::fleet::{ENFORCED, PLAIN, RETAIN, decide_one, request, server, with_fact};

#[test]
fn a_database_that_is_neither_running_nor_stopped_is_left_with_what_is_remembered() {
    use ServerState::{Busy, Problem, Starting, Stopping};
    for kind in [
        ServerKind::RdsInstance,
        ServerKind::RdsCluster,
        ServerKind::Other,
    ] {
        for state in [Starting, Stopping, Busy, Problem] {
            for want in [Want::Run, Want::Stop, Want::Hold] {
                let mut server = server("start_failed", state);
                server.kind = kind;
                server.maintenance_now = true;
                let decision = decide_one(request(want, ENFORCED, vec![server]));
                assert_eq!(
                    (decision.action, decision.remember.as_str()),
                    (Action::None, "start_failed")
                );
            }
        }
    }
}

#[test]
fn a_busy_server_is_stopped_once_it_is_done() {
    let mut database = server("running", ServerState::Busy);
    database.kind = ServerKind::RdsInstance;
    database.native_state = "backing-up".to_owned();
    let decision = decide_one(request(Want::Stop, PLAIN, vec![database.clone()]));
    assert_eq!(decision.action, Action::None);
    assert_eq!(decision.reason, "busy: backing-up; tried again");

    database.state = ServerState::Running;
    database.remembered = decision.remember;
    assert_eq!(
        decide_one(request(Want::Stop, PLAIN, vec![database])).action,
        Action::Stop
    );
}

#[test]
fn an_instance_is_decided_about_in_every_other_state() {
    for state in [
        ServerState::Starting,
        ServerState::Stopping,
        ServerState::Problem,
    ] {
        let decision = decide_one(request(Want::Stop, PLAIN, vec![server("running", state)]));
        assert_eq!(
            (decision.action, decision.remember.as_str()),
            (Action::Stop, "stopped")
        );
    }
}

#[test]
fn a_database_that_its_provider_started_is_stopped_again() {
    for options in [PLAIN, RETAIN] {
        let mut database = with_fact(
            server("stopped", ServerState::Running),
            RESTARTED_BY_PROVIDER,
        );
        database.kind = ServerKind::RdsInstance;
        let decision = decide_one(request(Want::Stop, options, vec![database]));
        assert_eq!(
            (decision.action, decision.remember.as_str()),
            (Action::Stop, "stopped")
        );
        assert_eq!(
            decision.reason,
            "stop, the provider started it by itself: period office-hours"
        );
    }
}

#[test]
fn a_fact_that_is_not_true_changes_nothing() {
    let mut database = server("stopped", ServerState::Running);
    database
        .extra
        .push((RESTARTED_BY_PROVIDER.to_owned(), "false".to_owned()));
    assert_eq!(
        decide_one(request(Want::Stop, PLAIN, vec![database])).action,
        Action::None
    );
}

#[test]
fn what_the_provider_started_is_not_retained() {
    let database = with_fact(
        server("stopped", ServerState::Running),
        RESTARTED_BY_PROVIDER,
    );
    let decision = decide_one(request(Want::Run, RETAIN, vec![database]));
    assert_eq!(decision.remember, "running");
}

#[test]
fn what_the_provider_started_is_left_in_a_hold() {
    let database = with_fact(
        server("stopped", ServerState::Running),
        RESTARTED_BY_PROVIDER,
    );
    assert_eq!(
        decide_one(request(Want::Hold, PLAIN, vec![database])).action,
        Action::None
    );
}
