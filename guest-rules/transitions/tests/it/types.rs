//! Instance types that the plan asks for.

use reveille_sdk::decider::{Action, DecideRequest, Options};
use reveille_sdk::types::{ServerKind, ServerState, Want};

use crate::fleet::{ENFORCED, PLAIN, RETAIN, decide_one, order, request, server};

/// The plan wants `m5.large`; the server is a `t3.small`.
fn typed(want: Want, options: Options, remembered: &str, state: ServerState) -> DecideRequest {
    let mut server = server(remembered, state);
    server.instance_type = Some("t3.small".to_owned());
    let mut request = request(want, options, vec![server]);
    request.wanted.instance_type = Some("m5.large".to_owned());
    request
}

fn resize() -> Action {
    Action::Resize("m5.large".to_owned())
}

#[test]
fn a_server_that_starts_is_resized_first() {
    let decision = decide_one(typed(Want::Run, PLAIN, "stopped", ServerState::Stopped));
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (resize(), "running")
    );
    assert_eq!(decision.reason, "start, as m5.large: period office-hours");
}

#[test]
fn a_running_server_is_resized_when_a_period_with_another_type_follows() {
    let decision = decide_one(typed(Want::Run, PLAIN, "running", ServerState::Running));
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (resize(), "running")
    );
    assert_eq!(decision.reason, "runs, as m5.large: period office-hours");
}

#[test]
fn a_server_stopped_by_hand_is_not_started_for_its_type() {
    let decision = decide_one(typed(Want::Run, PLAIN, "running", ServerState::Stopped));
    assert_eq!(decision.action, Action::None);
}

#[test]
fn an_enforced_server_stopped_by_hand_is_resized_and_started() {
    assert_eq!(
        decide_one(typed(Want::Run, ENFORCED, "running", ServerState::Stopped)).action,
        resize()
    );
}

#[test]
fn a_server_on_its_way_is_not_resized() {
    let decision = decide_one(typed(Want::Run, PLAIN, "running", ServerState::Starting));
    assert_eq!(decision.action, Action::None);
}

#[test]
fn a_retained_server_keeps_its_type() {
    for remembered in ["stopped", "retain-running"] {
        let decision = decide_one(typed(Want::Run, RETAIN, remembered, ServerState::Running));
        assert_eq!(
            (decision.action, decision.remember.as_str()),
            (Action::None, "retain-running")
        );
    }
}

#[test]
fn a_server_that_has_the_type_only_starts() {
    let mut request = typed(Want::Run, PLAIN, "stopped", ServerState::Stopped);
    request.wanted.instance_type = Some("t3.small".to_owned());
    assert_eq!(decide_one(request).action, Action::Start);
}

#[test]
fn a_server_whose_type_is_not_known_only_starts() {
    let mut request = typed(Want::Run, PLAIN, "stopped", ServerState::Stopped);
    request.servers[0].instance_type = None;
    assert_eq!(decide_one(request).action, Action::Start);
}

#[test]
fn databases_are_not_resized() {
    for kind in [
        ServerKind::RdsInstance,
        ServerKind::RdsCluster,
        ServerKind::Other,
    ] {
        let mut request = typed(Want::Run, PLAIN, "stopped", ServerState::Stopped);
        request.servers[0].kind = kind;
        assert_eq!(decide_one(request).action, Action::Start);
    }
}

#[test]
fn the_type_does_not_matter_when_a_stop_is_wanted() {
    assert_eq!(
        decide_one(typed(Want::Stop, PLAIN, "running", ServerState::Running)).action,
        Action::Stop
    );
}

#[test]
fn an_order_to_start_takes_the_type_only_from_a_plan_that_runs() {
    let mut request = typed(Want::Run, PLAIN, "stopped", ServerState::Stopped);
    request.forced = order(Want::Run);
    assert_eq!(decide_one(request).action, resize());

    let mut request = typed(Want::Stop, PLAIN, "stopped", ServerState::Stopped);
    request.forced = order(Want::Run);
    assert_eq!(decide_one(request).action, Action::Start);
}
