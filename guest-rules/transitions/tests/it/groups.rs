//! Groups turn in the order in which they depend on each other.

use reveille_sdk::decider::{Action, OnTimeout};
use reveille_sdk::types::{ServerState, Want};
use transitions::decide;

use crate::fleet::{ENFORCED, Fleet, order, request};

/// `app` needs `cache` and `queue`, which both need `db`.
const DIAMOND: [(&str, &[&str]); 4] = [
    ("app", &["cache", "queue"]),
    ("cache", &["db"]),
    ("queue", &["db"]),
    ("db", &[]),
];
const CHAIN: [(&str, &[&str]); 2] = [("app", &["db"]), ("db", &[])];

/// Both groups of the chain run, and it is remembered.
fn running_chain() -> Fleet {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.settle(Want::Run);
    fleet
}

/// What is decided about `app` when `db` is as it is: its action and its reason.
fn app(fleet: &Fleet, want: Want) -> (Action, String, String) {
    let mut request = request(want, fleet.options, fleet.servers.clone());
    request.groups = fleet.groups.clone();
    let decision = decide(request).swap_remove(0);
    (decision.action, decision.remember, decision.reason)
}

#[test]
fn a_diamond_goes_up_from_what_others_depend_on() {
    let mut fleet = Fleet::grouped(&DIAMOND);
    let expected: [&[&str]; 3] = [
        &["start db"],
        &["start cache", "start queue"],
        &["start app"],
    ];
    assert_eq!(fleet.settle(Want::Run), expected);
}

#[test]
fn a_diamond_goes_down_the_other_way() {
    let mut fleet = Fleet::grouped(&DIAMOND);
    fleet.settle(Want::Run);
    let expected: [&[&str]; 3] = [&["stop app"], &["stop cache", "stop queue"], &["stop db"]];
    assert_eq!(fleet.settle(Want::Stop), expected);
}

#[test]
fn an_order_turns_groups_in_the_same_order() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.forced = order(Want::Run);
    let expected: [&[&str]; 2] = [&["start db"], &["start app"]];
    assert_eq!(fleet.settle(Want::Stop), expected);
}

#[test]
fn an_enforced_schedule_keeps_to_the_order() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.options = ENFORCED;
    let expected: [&[&str]; 2] = [&["start db"], &["start app"]];
    assert_eq!(fleet.settle(Want::Run), expected);
}

#[test]
fn a_group_waits_while_the_other_is_on_its_way_and_forgets_nothing() {
    let mut fleet = Fleet::grouped(&CHAIN);
    assert_eq!(fleet.tick(Want::Run), ["start db"]);
    for _ in 0..3 {
        assert!(fleet.tick(Want::Run).is_empty());
        assert_eq!(fleet.remembered(), "stopped");
    }
    fleet.arrive();
    assert_eq!(fleet.tick(Want::Run), ["start app"]);
}

#[test]
fn the_reason_names_the_groups_that_are_waited_for() {
    let fleet = Fleet::grouped(&DIAMOND);
    let waiting = (
        Action::None,
        "stopped".to_owned(),
        "waits for cache, queue".to_owned(),
    );
    assert_eq!(app(&fleet, Want::Run), waiting);
}

#[test]
fn a_plan_that_turns_back_while_a_group_waits_leaves_it_alone() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.tick(Want::Run);
    fleet.arrive();
    let expected: [&[&str]; 1] = [&["stop db"]];
    assert_eq!(fleet.settle(Want::Stop), expected);
}

#[test]
fn an_overdue_group_is_waited_for_unless_it_lets_pass() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.groups[1].overdue = true;
    assert_eq!(app(&fleet, Want::Run).0, Action::None);
    fleet.groups[1].on_timeout = OnTimeout::Pass;
    assert_eq!(app(&fleet, Want::Run).0, Action::Start);
    fleet.groups[1].overdue = false;
    assert_eq!(app(&fleet, Want::Run).0, Action::None);
}

#[test]
fn an_overdue_group_that_lets_pass_does_not_hold_up_the_way_down() {
    let mut fleet = running_chain();
    fleet.groups[0].on_timeout = OnTimeout::Pass;
    assert_eq!(fleet.tick(Want::Stop), ["stop app"]);
    assert!(fleet.tick(Want::Stop).is_empty());
    fleet.groups[0].overdue = true;
    assert_eq!(fleet.tick(Want::Stop), ["stop db"]);
}

#[test]
fn a_group_of_which_one_server_was_started_by_hand_keeps_up_what_it_depends_on() {
    let mut fleet = running_chain();
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    assert!(fleet.tick(Want::Stop).is_empty());
    assert_eq!(fleet.servers[1].remembered, "running");
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Stop), ["stop db"]);
}

#[test]
fn an_unknown_group_holds_nobody_up() {
    let mut fleet = Fleet::grouped(&[("app", &["nowhere"])]);
    assert_eq!(fleet.tick(Want::Run), ["start app"]);
}

#[test]
fn servers_outside_the_groups_do_not_wait() {
    for group in [None, Some("nowhere".to_owned())] {
        let mut fleet = Fleet::grouped(&CHAIN);
        fleet.servers[0].group = group;
        assert_eq!(app(&fleet, Want::Run).0, Action::Start);
    }
}

#[test]
fn a_server_that_is_there_or_on_its_way_does_not_wait() {
    for state in [ServerState::Running, ServerState::Starting] {
        let mut fleet = Fleet::grouped(&CHAIN);
        fleet.becomes(state);
        assert_eq!(app(&fleet, Want::Run).1, "running");
    }
    let mut fleet = running_chain();
    fleet.servers[1].state = ServerState::Stopped;
    assert_eq!(fleet.tick(Want::Stop), ["stop app"]);
    assert_eq!(fleet.servers[1].remembered, "stopped");
}

#[test]
fn a_server_in_its_maintenance_window_waits_only_if_the_plan_starts_the_others_too() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.servers[0].maintenance_now = true;
    assert_eq!(app(&fleet, Want::Stop).0, Action::Start);
    assert_eq!(app(&fleet, Want::Run).0, Action::None);
}

#[test]
fn a_resize_waits_as_a_start_does() {
    let mut fleet = Fleet::grouped(&CHAIN);
    fleet.servers[0].instance_type = Some("t3.small".to_owned());
    let mut request = request(Want::Run, fleet.options, fleet.servers.clone());
    request.groups = fleet.groups.clone();
    request.wanted.instance_type = Some("m5.large".to_owned());
    assert_eq!(decide(request).swap_remove(0).action, Action::None);
}
