//! What people do by hand, and what schedules say about it.

use super::House;
use crate::{
    model::{LeftOut, MaintenanceWindow, Schedule, ServerKind, ServerState, Stored, Want},
    testing::{PaintedRules, plan_of, schedule, server, utc},
};

fn office(schedule: Schedule) -> House {
    House::new(
        [schedule],
        [server("i-1", "dev").build()],
        PaintedRules::every_day("09:00", "18:00"),
    )
}

#[test]
fn a_stop_by_hand_within_the_period_is_respected() {
    let house = office(schedule("dev").build());
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 09:06", "2026-11-23 09:30");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_stop_by_hand_is_undone_when_the_schedule_is_enforced() {
    let house = office(schedule("dev").enforced().build());
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 09:06", "2026-11-23 09:30");
    assert_eq!(house.orders(), ["09:00 start i-1", "09:06 start i-1"]);
}

#[test]
fn what_somebody_started_before_the_period_is_retained_when_the_schedule_says_so() {
    let house = office(schedule("dev").retain_running().build());
    house.run("2026-11-23 08:50", "2026-11-23 08:55");
    house.fleet.put("i-1", ServerState::Running);
    house.run("2026-11-23 08:56", "2026-11-23 18:05");
    assert_eq!(house.orders(), [""; 0]);
    assert_eq!(house.state("i-1"), ServerState::Running);
}

#[test]
fn a_protected_server_is_started_and_never_stopped() {
    let house = office(schedule("dev").protect("i-1").build());
    house.run("2026-11-23 08:59", "2026-11-23 18:30");
    house.force("dev", Want::Stop, "2026-11-23 18:31", "2026-11-23 20:00");
    house.run("2026-11-23 18:31", "2026-11-23 18:40");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
    assert_eq!(house.heard(), ["run 1 of dev"]);
}

#[test]
fn servers_that_are_left_out_are_neither_acted_on_nor_remembered() {
    let house = House::new(
        [schedule("dev").build()],
        [
            server("i-1", "dev").left_out(LeftOut::AutoScaling).build(),
            server("i-2", "dev").build(),
        ],
        PaintedRules::every_day("09:00", "18:00"),
    );
    let report = house.tick("2026-11-23 09:00");
    assert_eq!(report.servers, 1);
    assert_eq!(house.orders(), ["09:00 start i-2"]);
    assert_eq!(house.store.memory_of("i-1"), None);
}

#[test]
fn a_server_that_does_not_show_for_a_while_is_no_new_one_when_it_comes_back() {
    let house = office(schedule("dev").build());
    house.tick("2026-11-23 08:00");
    // Somebody starts it by hand, and one answer lacks it.
    house.fleet.vanish("i-1");
    house.tick("2026-11-23 08:01");
    house
        .fleet
        .add(server("i-1", "dev").state(ServerState::Running).build());
    house.run("2026-11-23 08:02", "2026-11-23 08:10");
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn a_server_that_vanished_is_forgotten_after_an_hour_unless_a_part_of_the_fleet_is_unseen() {
    let house = office(schedule("dev").build());
    house.fleet.add(server("i-2", "dev").build());
    house.tick("2026-11-23 06:00");
    house.fleet.vanish("i-2");
    house.tick("2026-11-23 06:01");
    house.tick("2026-11-23 07:00");
    assert!(house.store.memory_of("i-2").is_some());
    house.tick("2026-11-23 07:01");
    assert_eq!(house.store.memory_of("i-2"), None);
    house.fleet.vanish("i-1");
    house.tick("2026-11-23 07:02");
    house.fleet.hide("111122223333/ap-northeast-2");
    let report = house.tick("2026-11-23 08:02");
    assert_eq!(report.unseen.len(), 1);
    assert_eq!(report.unseen[0].target, "111122223333/ap-northeast-2");
    assert!(house.store.memory_of("i-1").is_some());
}

#[test]
fn a_server_whose_tag_changes_is_as_good_as_new_under_its_other_schedule() {
    let house = House::new(
        [schedule("dev").build(), schedule("night").build()],
        [server("i-1", "dev").build()],
        PaintedRules::new(|schedule, _| {
            Ok(if schedule.name == "night" {
                plan_of(&[("00:00", "06:00", Want::Run)])
            } else {
                plan_of(&[("09:00", "18:00", Want::Run)])
            })
        }),
    );
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    house
        .fleet
        .edit("i-1", |server| server.schedule = "night".into());
    house.run("2026-11-23 09:06", "2026-11-23 09:10");
    assert_eq!(house.orders(), ["09:00 start i-1", "09:06 stop i-1"]);
    assert_eq!(house.memory("i-1").schedule, "night");
}

#[test]
fn a_new_server_that_runs_outside_the_plan_is_left_alone_when_the_schedule_says_so() {
    let house = House::new(
        [schedule("dev").keep_new_instances().build()],
        [server("i-1", "dev").running().build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 20:00", "2026-11-23 20:05");
    assert_eq!(house.orders(), [""; 0]);
    assert_eq!(house.memory("i-1").stored, Stored::STOPPED);
}

#[test]
fn an_open_maintenance_window_starts_ec2_when_unset_and_rds_only_when_set() {
    let window = || MaintenanceWindow::Ssm("patch".to_owned());
    let servers = || {
        [
            server("i-1", "dev").in_window(window()).build(),
            server("i-2", "dev")
                .in_window(MaintenanceWindow::Ssm("other".to_owned()))
                .build(),
            server("rds-1", "dev")
                .kind(ServerKind::RdsInstance)
                .in_window(MaintenanceWindow::Preferred)
                .build(),
        ]
    };
    let orders = |honoured: Option<bool>| {
        let schedule = schedule("dev").with(|schedule| {
            schedule.ssm_maintenance_windows = vec!["patch".to_owned()];
            schedule.use_maintenance_window = honoured;
        });
        let house = House::new(
            [schedule.build()],
            servers(),
            PaintedRules::every_day("09:00", "18:00"),
        );
        house.run("2026-11-23 03:00", "2026-11-23 03:03");
        house.orders()
    };
    assert_eq!(orders(None), ["03:00 start i-1"]);
    assert_eq!(orders(Some(true)), ["03:00 start i-1", "03:00 start rds-1"]);
    assert_eq!(orders(Some(false)), [""; 0]);
}

#[test]
fn when_a_maintenance_window_closes_the_server_is_stopped_again() {
    let house = House::new(
        [schedule("dev")
            .with(|schedule| schedule.ssm_maintenance_windows = vec!["patch".to_owned()])
            .build()],
        [server("i-1", "dev")
            .in_window(MaintenanceWindow::Ssm("patch".to_owned()))
            .build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 03:00", "2026-11-23 03:10");
    house
        .fleet
        .edit("i-1", |server| server.open_windows.clear());
    house.run("2026-11-23 03:11", "2026-11-23 03:15");
    assert_eq!(house.orders(), ["03:00 start i-1", "03:11 stop i-1"]);
}

#[test]
fn a_maintenance_window_starts_nobody_else_while_the_plan_holds() {
    let house = House::new(
        [schedule("dev")
            .with(|schedule| schedule.ssm_maintenance_windows = vec!["patch".to_owned()])
            .build()],
        [server("i-1", "dev").build(), server("i-2", "dev").build()],
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("09:00", "12:00", Want::Run),
                ("12:00", "24:00", Want::Hold),
            ]))
        }),
    );
    house.run("2026-11-23 11:50", "2026-11-23 12:05");
    for id in ["i-1", "i-2"] {
        house.fleet.put(id, ServerState::Stopped);
    }
    house.tick("2026-11-23 12:06");
    house.fleet.edit("i-1", |server| {
        server
            .open_windows
            .push(MaintenanceWindow::Ssm("patch".to_owned()));
    });
    house.run("2026-11-23 12:07", "2026-11-23 12:12");
    assert_eq!(house.orders()[2..], ["12:07 start i-1"]);
}

#[test]
fn a_period_with_a_type_resizes_and_starts() {
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").build()],
        PaintedRules::new(|_, _| {
            let mut plan = plan_of(&[("09:00", "12:00", Want::Run), ("12:00", "18:00", Want::Run)]);
            plan.spans[0].instance_type = Some("t3.large".to_owned());
            Ok(plan)
        }),
    );
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:00 resize to t3.large i-1"]);
    assert_eq!(house.state("i-1"), ServerState::Running);
    assert_eq!(house.memory("i-1").request, None);
}

#[test]
fn a_schedule_that_hibernates_says_so_for_ec2_only() {
    let house = House::new(
        [schedule("dev").hibernate().build()],
        [
            server("i-1", "dev").running().build(),
            server("rds-1", "dev")
                .kind(ServerKind::RdsInstance)
                .running()
                .build(),
        ],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.tick_at(utc("2026-11-23 19:00"));
    assert_eq!(house.orders(), ["19:00 hibernate i-1", "19:00 stop rds-1"]);
}
