//! What people do by hand, and what the schedule makes of it over several ticks.

use reveille_sdk::decider::Options;
use reveille_sdk::types::{ServerState, Want};

use crate::fleet::{ENFORCED, Fleet, PLAIN, RETAIN, SPARE_NEW};

const NOTHING: [&str; 0] = [];

#[test]
fn a_day_starts_and_stops_once() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
}

#[test]
fn a_manual_stop_within_a_period_stands_until_the_next_period() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Run);
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
}

#[test]
fn a_manual_start_outside_periods_stands_until_the_end_of_the_next_period() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_manual_start_is_retained_period_after_period_until_stopped_by_hand() {
    let mut fleet = Fleet::new(RETAIN);
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    for _ in 0..3 {
        assert_eq!(fleet.tick(Want::Run), NOTHING);
        assert_eq!(fleet.remembered(), "retain-running");
        assert_eq!(fleet.tick(Want::Run), NOTHING);
        assert_eq!(fleet.tick(Want::Stop), NOTHING);
        assert_eq!(fleet.remembered(), "stopped");
        assert_eq!(fleet.tick(Want::Stop), NOTHING);
    }
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_new_server_that_runs_is_stopped_at_the_end_even_when_others_are_retained() {
    let mut fleet = Fleet::new(RETAIN);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn enforced_undoes_what_people_do() {
    let mut fleet = Fleet::new(ENFORCED);
    fleet.tick(Want::Run);
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn sparing_new_servers_delays_enforcement_by_one_tick_only() {
    let mut fleet = Fleet::new(Options {
        enforced: true,
        ..SPARE_NEW
    });
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_spared_new_server_runs_until_the_end_of_its_first_period() {
    let mut fleet = Fleet::new(SPARE_NEW);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_new_server_outside_its_period_is_stopped() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_hold_forgets_so_the_turn_after_it_acts_again() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Run);
    assert_eq!(fleet.tick(Want::Hold), NOTHING);
    assert_eq!(fleet.remembered(), "any");
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Hold), NOTHING);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
    assert_eq!(fleet.tick(Want::Hold), NOTHING);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_manual_start_after_the_stop_of_a_one_sided_period_is_never_stopped() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Hold);
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    for _ in 0..10 {
        assert_eq!(fleet.tick(Want::Stop), NOTHING);
    }
}

#[test]
fn an_override_status_acts_once_and_respects_what_people_do_afterwards() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Run);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
}

#[test]
fn a_changed_schedule_acts_at_the_next_tick_only_if_it_wants_something_else() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
}

#[test]
fn a_server_that_comes_to_another_schedule_is_brought_to_what_that_one_wants() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Run);
    fleet.servers[0].remembered = "unknown".to_owned();
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn a_failed_start_is_tried_at_every_tick_while_it_is_wanted() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.refuses = true;
    for _ in 0..3 {
        assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
        assert_eq!(fleet.remembered(), "start_failed");
    }
    fleet.refuses = false;
    assert_eq!(fleet.tick(Want::Run), ["start i-1"]);
    assert_eq!(fleet.tick(Want::Run), NOTHING);
}

#[test]
fn a_failed_stop_is_tried_at_every_tick_while_it_is_wanted() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Run);
    fleet.refuses = true;
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
    assert_eq!(fleet.remembered(), "stop_failed");
}

#[test]
fn a_failure_is_forgotten_when_the_plan_turns_or_holds() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.refuses = true;
    fleet.tick(Want::Run);
    fleet.tick(Want::Stop);
    assert_eq!(fleet.remembered(), "stopped");
    fleet.tick(Want::Run);
    fleet.tick(Want::Hold);
    assert_eq!(fleet.remembered(), "any");
}

#[test]
fn the_end_of_a_maintenance_window_stops_even_what_was_started_by_hand_before_it() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.tick(Want::Stop);
    fleet.becomes(ServerState::Running);
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    fleet.servers[0].maintenance_now = true;
    assert_eq!(fleet.tick(Want::Stop), NOTHING);
    assert_eq!(fleet.remembered(), "running");
    fleet.servers[0].maintenance_now = false;
    assert_eq!(fleet.tick(Want::Stop), ["stop i-1"]);
}

#[test]
fn within_a_maintenance_window_a_manual_stop_is_undone() {
    let mut fleet = Fleet::new(PLAIN);
    fleet.servers[0].maintenance_now = true;
    assert_eq!(fleet.tick(Want::Stop), ["start i-1"]);
    fleet.becomes(ServerState::Stopped);
    assert_eq!(fleet.tick(Want::Stop), ["start i-1"]);
}
