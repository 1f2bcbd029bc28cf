//! Orders that people give above the plan.

use super::House;
use crate::{
    model::{Schedule, ServerState, Stored, Want},
    port::ActErrorKind,
    testing::{PaintedRules, Trouble, failure, plan_of, schedule, server},
};

fn office(schedule: Schedule) -> House {
    House::new(
        [schedule],
        [server("i-1", "dev").build()],
        PaintedRules::every_day("09:00", "18:00"),
    )
}

#[test]
fn a_forced_start_runs_until_its_end_and_then_the_plan_stops_the_server() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 19:50", "2026-11-23 19:59");
    house.force("dev", Want::Run, "2026-11-23 20:00", "2026-11-23 22:00");
    house.run("2026-11-23 20:00", "2026-11-23 22:05");
    assert_eq!(house.orders(), ["20:00 start i-1", "22:00 stop i-1"]);
    let audit = house.store.whole_audit();
    assert_eq!(audit[0].by, "hana");
    assert_eq!(audit[1].by, "dev");
}

#[test]
fn a_forced_stop_lasts_until_its_end_and_then_the_plan_starts_the_server() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house.force("dev", Want::Stop, "2026-11-23 14:00", "2026-11-23 15:00");
    house.run("2026-11-23 14:00", "2026-11-23 15:05");
    assert_eq!(
        house.orders(),
        ["09:00 start i-1", "14:00 stop i-1", "15:00 start i-1"]
    );
}

#[test]
fn a_forced_start_starts_a_server_that_somebody_had_stopped_within_its_period() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house.fleet.put("i-1", ServerState::Stopped);
    house.tick("2026-11-23 10:00");
    house.force("dev", Want::Run, "2026-11-23 10:01", "2026-11-23 18:00");
    house.run("2026-11-23 10:01", "2026-11-23 10:05");
    assert_eq!(house.orders(), ["09:00 start i-1", "10:01 start i-1"]);
}

#[test]
fn under_a_force_that_was_applied_what_people_do_by_hand_is_respected() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    // It runs already when it is forced to.
    house.force("dev", Want::Run, "2026-11-23 10:00", "2026-11-23 22:00");
    house.run("2026-11-23 10:00", "2026-11-23 10:05");
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 10:06", "2026-11-23 10:15");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_force_acts_while_the_plan_fails() {
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").build()],
        PaintedRules::new(|_, _| Err(failure("team-calendar"))),
    );
    house.tick("2026-11-23 10:00");
    house.force("dev", Want::Run, "2026-11-23 10:01", "2026-11-23 12:00");
    house.run("2026-11-23 10:01", "2026-11-23 12:30");
    assert_eq!(house.orders(), ["10:01 start i-1"]);
    assert_eq!(house.state("i-1"), ServerState::Running);
}

#[test]
fn a_cancelled_force_gives_way_to_the_plan_at_once() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 19:50", "2026-11-23 19:59");
    house.force("dev", Want::Run, "2026-11-23 20:00", "2026-11-23 22:00");
    house.run("2026-11-23 20:00", "2026-11-23 20:05");
    house.cancel("dev");
    house.run("2026-11-23 20:06", "2026-11-23 20:10");
    assert_eq!(house.orders(), ["20:00 start i-1", "20:06 stop i-1"]);
}

#[test]
fn a_force_does_not_wait_for_the_pause_after_an_earlier_failure() {
    let house = office(schedule("dev").build());
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::Denied, "UnauthorizedOperation"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
    house.fleet.heal("i-1");
    house.force("dev", Want::Run, "2026-11-23 09:06", "2026-11-23 18:00");
    house.run("2026-11-23 09:06", "2026-11-23 09:08");
    assert_eq!(house.orders(), ["09:00 start i-1", "09:06 start i-1"]);
    assert_eq!(house.memory("i-1").stored, Stored::RUNNING);
}

#[test]
fn a_force_goes_by_the_order_of_the_groups() {
    let house = House::new(
        [schedule("dev")
            .group("db", &[])
            .group("api", &["db"])
            .build()],
        [
            server("i-api", "dev").group("api").build(),
            server("i-db", "dev").group("db").build(),
        ],
        PaintedRules::new(|_, _| Ok(plan_of(&[]))),
    );
    house.tick("2026-11-23 10:00");
    house.force("dev", Want::Run, "2026-11-23 10:01", "2026-11-23 10:30");
    house.run("2026-11-23 10:01", "2026-11-23 10:40");
    assert_eq!(
        house.orders(),
        [
            "10:01 start i-db",
            "10:02 start i-api",
            "10:30 stop i-api",
            "10:31 stop i-db"
        ]
    );
    assert_eq!(house.heard(), ["run 2 of dev", "stop 2 of dev"]);
}
