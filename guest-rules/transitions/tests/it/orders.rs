//! Orders: `force_start` and `force_stop`.

use reveille_sdk::decider::{Action, DecideRequest, Options};
use reveille_sdk::types::{ServerKind, ServerState, Want};
use transitions::FORCE_PENDING;

use crate::fleet::{
    ENFORCED, Fleet, PLAIN, RETAIN, SPARE_NEW, decide_one, order, request, server, with_fact,
};

const NOTHING: [&str; 0] = [];

/// The plan holds; Hana orders something else.
fn ordered(want: Want, options: Options, remembered: &str, state: ServerState) -> DecideRequest {
    let mut request = request(Want::Hold, options, vec![server(remembered, state)]);
    request.forced = order(want);
    request
}

#[test]
fn an_order_stands_above_the_plan() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    fleet.forced = order(Want::Run);
    assert_eq!(fleet.tick(Want::Stop), ["start i-1"]);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
}

#[test]
fn when_an_order_ends_the_plan_turns_the_servers_back() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    fleet.forced = order(Want::Run);
    fleet.tick(Want::Stop);
    fleet.forced = None;
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn what_people_change_by_hand_under_an_order_is_left() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.forced = order(Want::Run);
    assert_eq!(fleet.tick(Want::Stop), ["start i-1"]);
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
}

#[test]
fn an_enforced_order_is_repeated() {
    let mut fleet = Fleet::new(ENFORCED);
    fleet.forced = order(Want::Stop);
    fleet.tick(Want::Run);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Run), ["stop i-1"]);
}

#[test]
fn a_pending_order_starts_a_server_that_was_stopped_by_hand() {
    let mut request = ordered(Want::Run, PLAIN, "running", ServerState::Stopped);
    assert_eq!(decide_one(request.clone()).action, Action::None);
    request.servers = vec![with_fact(
        server("running", ServerState::Stopped),
        FORCE_PENDING,
    )];
    let decision = decide_one(request);
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::Start, "running")
    );
    assert_eq!(decision.reason, "start: ordered by Hana, release");
}

#[test]
fn a_pending_order_stops_a_server_that_was_started_by_hand() {
    let mut request = ordered(Want::Stop, PLAIN, "stopped", ServerState::Running);
    assert_eq!(decide_one(request.clone()).action, Action::None);
    request.servers = vec![with_fact(
        server("stopped", ServerState::Running),
        FORCE_PENDING,
    )];
    let decision = decide_one(request);
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::Stop, "stopped")
    );
}

#[test]
fn a_pending_order_to_start_starts_a_retained_server_that_was_stopped() {
    let mut request = ordered(Want::Run, RETAIN, "retain-running", ServerState::Stopped);
    request.servers[0]
        .extra
        .push((FORCE_PENDING.to_owned(), "true".to_owned()));
    let decision = decide_one(request);
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::Start, "running")
    );
}

#[test]
fn a_pending_order_for_a_server_that_is_there_is_a_plain_turn() {
    let mut request = ordered(Want::Run, PLAIN, "running", ServerState::Running);
    request.servers[0]
        .extra
        .push((FORCE_PENDING.to_owned(), "true".to_owned()));
    assert_eq!(decide_one(request).action, Action::None);

    let mut request = ordered(Want::Run, RETAIN, "stopped", ServerState::Running);
    request.servers[0]
        .extra
        .push((FORCE_PENDING.to_owned(), "true".to_owned()));
    assert_eq!(decide_one(request).remember, "retain-running");
}

#[test]
fn without_an_order_nothing_is_pending() {
    let server = with_fact(server("running", ServerState::Stopped), FORCE_PENDING);
    assert_eq!(
        decide_one(request(Want::Run, PLAIN, vec![server])).action,
        Action::None
    );
}

#[test]
fn a_pending_order_waits_for_a_database_that_is_busy() {
    let mut request = ordered(Want::Stop, PLAIN, "stopped", ServerState::Busy);
    request.servers[0].kind = ServerKind::RdsInstance;
    request.servers[0]
        .extra
        .push((FORCE_PENDING.to_owned(), "true".to_owned()));
    let decision = decide_one(request);
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::None, "stopped")
    );
}

#[test]
fn an_order_to_stop_stops_retained_servers() {
    let decision = decide_one(ordered(
        Want::Stop,
        RETAIN,
        "retain-running",
        ServerState::Running,
    ));
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::Stop, "stopped")
    );
}

#[test]
fn an_order_to_stop_does_not_spare_new_servers() {
    let decision = decide_one(ordered(
        Want::Stop,
        SPARE_NEW,
        "unknown",
        ServerState::Running,
    ));
    assert_eq!(
        (decision.action, decision.remember.as_str()),
        (Action::Stop, "stopped")
    );
}

#[test]
fn an_order_to_stop_stands_above_a_maintenance_window() {
    let mut request = ordered(Want::Stop, PLAIN, "running", ServerState::Running);
    request.servers[0].maintenance_now = true;
    assert_eq!(decide_one(request).action, Action::Stop);
}

#[test]
fn an_order_without_a_reason_tells_who_gave_it() {
    let mut request = ordered(Want::Stop, PLAIN, "running", ServerState::Running);
    request.forced.as_mut().unwrap().reason = None;
    assert_eq!(decide_one(request).reason, "stop: ordered by Hana");
}
