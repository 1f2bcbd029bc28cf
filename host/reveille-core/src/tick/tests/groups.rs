//! Groups go one after the other, up and down.

use chrono::Duration;

use super::House;
use crate::{
    model::{OnTimeout, Schedule, ServerState, Stored, Want},
    testing::{PaintedRules, Trouble, plan_of, schedule, server},
};

fn house(schedule: Schedule) -> House {
    let servers: Vec<_> = schedule
        .groups
        .iter()
        .map(|group| {
            server(&format!("i-{}", group.name), "dev")
                .group(&group.name)
                .build()
        })
        .collect();
    House::new(
        [schedule],
        servers,
        PaintedRules::every_day("09:00", "18:00"),
    )
}

#[test]
fn a_chain_goes_up_in_order_and_down_in_reverse() {
    let house = house(
        schedule("dev")
            .group("db", &[])
            .group("queue", &["db"])
            .group("api", &["queue"])
            .build(),
    );
    house.run("2026-11-23 08:59", "2026-11-23 18:10");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-db",
            "09:01 start i-queue",
            "09:02 start i-api",
            "18:00 stop i-api",
            "18:01 stop i-queue",
            "18:02 stop i-db",
        ]
    );
    assert_eq!(house.heard(), ["run 3 of dev", "stop 3 of dev"]);
}

#[test]
fn a_diamond_waits_for_both_of_its_sides() {
    let house = house(
        schedule("dev")
            .group("db", &[])
            .group("left", &["db"])
            .group("right", &["db"])
            .group("web", &["left", "right"])
            .build(),
    );
    house.fleet.takes("i-left", Duration::minutes(4));
    house.run("2026-11-23 08:59", "2026-11-23 09:10");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-db",
            "09:01 start i-left",
            "09:01 start i-right",
            "09:05 start i-web",
        ]
    );
}

fn with_a_stuck_database(on_timeout: OnTimeout) -> House {
    let house = house(
        schedule("dev")
            .group_with("db", &[], Duration::minutes(10), on_timeout)
            .group("api", &["db"])
            .build(),
    );
    house.fleet.trouble("i-db", Trouble::Sticks);
    house.run("2026-11-23 09:00", "2026-11-23 09:30");
    house
}

#[test]
fn a_group_that_is_overdue_is_told_once_and_waited_for() {
    let house = with_a_stuck_database(OnTimeout::Wait);
    assert_eq!(house.orders(), ["09:00 start i-db"]);
    assert_eq!(house.heard(), ["run 2 of dev", "stuck i-db", "overdue db"]);
}

#[test]
fn a_group_that_is_overdue_is_passed_when_the_schedule_says_so() {
    let house = with_a_stuck_database(OnTimeout::Pass);
    assert_eq!(house.orders(), ["09:00 start i-db", "09:10 start i-api"]);
}

#[test]
fn a_group_without_servers_holds_nobody_up() {
    let house = House::new(
        [schedule("dev")
            .group("db", &[])
            .group("api", &["db"])
            .build()],
        [server("i-api", "dev").group("api").build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 08:59", "2026-11-23 18:05");
    assert_eq!(house.orders(), ["09:00 start i-api", "18:00 stop i-api"]);
}

#[test]
fn a_wave_reaches_its_last_group_though_the_plan_holds_by_then() {
    let house = House::new(
        [schedule("dev")
            .group("db", &[])
            .group("queue", &["db"])
            .group("api", &["queue"])
            .build()],
        [
            server("i-api", "dev").group("api").running().build(),
            server("i-db", "dev").group("db").running().build(),
            server("i-queue", "dev").group("queue").running().build(),
        ],
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "23:59", Want::Hold),
                ("23:59", "24:00", Want::Stop),
            ]))
        }),
    );
    house.run("2026-11-23 23:50", "2026-11-24 00:20");
    assert_eq!(
        house.orders(),
        ["23:59 stop i-api", "00:00 stop i-queue", "00:01 stop i-db"]
    );
}

#[test]
fn who_was_started_by_hand_or_is_protected_does_not_keep_the_rest_up() {
    let house = house(
        schedule("dev")
            .group("db", &[])
            .group("api", &["db"])
            .group("web", &["api"])
            .protect("i-web")
            .build(),
    );
    house.run("2026-11-23 08:59", "2026-11-23 18:00");
    // It had been stopped, and somebody works late.
    house.run("2026-11-23 18:01", "2026-11-23 18:01");
    house.fleet.put("i-api", ServerState::Running);
    house.run("2026-11-23 18:02", "2026-11-23 18:10");
    assert_eq!(house.orders()[3..], ["18:00 stop i-api", "18:01 stop i-db"]);
    assert_eq!(house.state("i-web"), ServerState::Running);
    assert_eq!(house.state("i-api"), ServerState::Running);
}

#[test]
fn a_server_that_is_stopped_already_does_not_wait_and_starts_at_the_next_turn() {
    let house = house(
        schedule("dev")
            .group("db", &[])
            .group("api", &["db"])
            .build(),
    );
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house.fleet.put("i-db", ServerState::Stopped);
    house.fleet.trouble("i-api", Trouble::Sticks);
    house.run("2026-11-23 17:59", "2026-11-23 18:30");
    assert_eq!(house.memory("i-db").stored, Stored::STOPPED);
    house.run("2026-11-24 09:00", "2026-11-24 09:01");
    assert_eq!(house.state("i-db"), ServerState::Running);
}

#[test]
fn something_is_moving_until_the_last_group_has_arrived() {
    let house = house(
        schedule("dev")
            .group("db", &[])
            .group("api", &["db"])
            .build(),
    );
    let moving: Vec<bool> = (0..4)
        .map(|minute| house.tick(&format!("2026-11-23 09:0{minute}")).moving)
        .collect();
    assert_eq!(moving, [true, true, false, false]);
}
