//! What goes wrong, and how it ends.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono::Duration;

use super::House;
use crate::{
    model::{ServerKind, ServerState, Stored, Want},
    port::{ActErrorKind, Store, StoreError},
    testing::{FailingStore, PaintedRules, StoreCall, Trouble, plan_of, schedule, server, utc},
    tick::{PROVIDER_RESTARTS_AFTER, QUICK_LOOK},
};

fn house(servers: &[&str]) -> House {
    House::new(
        [schedule("dev").build()],
        servers.iter().map(|id| server(id, "dev").build()),
        PaintedRules::every_day("09:00", "18:00"),
    )
}

#[test]
fn a_server_that_is_stuck_is_told_once_with_the_providers_reason() {
    let house = house(&["i-1"]);
    house.fleet.trouble("i-1", Trouble::Sticks);
    house.run("2026-11-23 09:00", "2026-11-23 09:04");
    house.fleet.edit("i-1", |server| {
        server.state_reason = Some("Client.InvalidKMSKey".to_owned());
    });
    house.heard();
    let report = house.tick("2026-11-23 09:05");
    assert_eq!(report.stuck.len(), 1);
    house.run("2026-11-23 09:06", "2026-11-23 10:00");
    assert_eq!(house.heard(), ["stuck i-1"]);
    let memory = house.memory("i-1");
    assert_eq!(memory.stored, Stored::START_FAILED);
    assert_eq!(memory.error.unwrap().message, "Client.InvalidKMSKey");
    house.fleet.heal("i-1");
    house.run("2026-11-23 10:01", "2026-11-23 10:02");
    let memory = house.memory("i-1");
    assert_eq!((memory.stored, memory.error), (Stored::RUNNING, None));
}

#[test]
fn a_start_that_falls_back_is_tried_again_with_growing_pauses() {
    let house = house(&["i-1"]);
    house
        .fleet
        .trouble("i-1", Trouble::FallsBack("Server.InternalError"));
    house.run("2026-11-23 09:00", "2026-11-23 10:00");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-1",
            "09:01 start i-1",
            "09:02 start i-1",
            "09:04 start i-1",
            "09:08 start i-1",
            "09:16 start i-1",
            "09:31 start i-1",
            "09:46 start i-1",
        ]
    );
    assert_eq!(house.heard(), ["run 1 of dev", "stuck i-1"]);
    house.fleet.heal("i-1");
    house.run("2026-11-23 10:01", "2026-11-23 10:05");
    assert_eq!(house.state("i-1"), ServerState::Running);
}

#[test]
fn one_servers_failure_never_stops_the_others() {
    let house = house(&["i-1", "i-2", "i-3"]);
    house
        .fleet
        .trouble("i-2", Trouble::Refuses(ActErrorKind::Other, "Unsupported"));
    house.run("2026-11-23 09:00", "2026-11-23 09:02");
    assert_eq!(house.state("i-1"), ServerState::Running);
    assert_eq!(house.state("i-3"), ServerState::Running);
    assert_eq!(house.heard(), ["run 3 of dev", "failed i-2"]);
    assert_eq!(house.memory("i-2").stored, Stored::START_FAILED);
    let errors: Vec<_> = house
        .store
        .whole_audit()
        .into_iter()
        .filter_map(|record| record.error)
        .collect();
    assert_eq!(
        errors,
        ["Unsupported: the test refuses it with Unsupported"]
    );
}

#[test]
fn capacity_is_asked_for_again_until_the_period_ends() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::Capacity, "InsufficientInstanceCapacity"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 19:00");
    let orders = house.orders();
    assert!(orders.len() > 30, "{}", orders.len());
    assert!(orders.last().unwrap().starts_with("17:"), "{orders:?}");
    assert_eq!(house.heard(), ["run 1 of dev", "failed i-1"]);
    assert_eq!(house.memory("i-1").request, None);
}

#[test]
fn capacity_that_comes_back_is_taken_within_a_quarter_of_an_hour() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::Capacity, "InsufficientInstanceCapacity"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 12:00");
    house.fleet.heal("i-1");
    house.run("2026-11-23 12:01", "2026-11-23 12:16");
    assert_eq!(house.state("i-1"), ServerState::Running);
    assert_eq!(house.memory("i-1").error, None);
}

#[test]
fn a_start_that_takes_after_refusals_is_watched_until_it_arrives() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::Capacity, "InsufficientInstanceCapacity"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 10:00");
    house.fleet.heal("i-1");
    let mut now = utc("2026-11-23 10:00");
    while house.state("i-1") == ServerState::Stopped {
        now += Duration::minutes(1);
        house.tick_at(now);
    }
    // Groups may be waiting for it.
    while house.state("i-1") != ServerState::Running {
        now += Duration::seconds(1);
        let report = house.tick_at(now);
        let there = house.state("i-1") == ServerState::Running;
        assert!(there || report.next_look <= now + QUICK_LOOK, "{now}");
    }
}

#[test]
fn what_is_denied_is_told_once_and_tried_slowly() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::Refuses(ActErrorKind::Denied, "UnauthorizedOperation"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 10:00");
    assert_eq!(house.orders().len(), 5);
    assert_eq!(house.heard(), ["run 1 of dev", "failed i-1"]);
}

#[test]
fn an_ec2_instance_on_its_way_down_is_started_when_it_has_arrived() {
    let house = house(&["i-1"]);
    house.tick("2026-11-23 08:58");
    house.fleet.put("i-1", ServerState::Stopping);
    house.run("2026-11-23 08:59", "2026-11-23 09:02");
    assert_eq!(house.orders(), [""; 0]);
    assert_eq!(house.memory("i-1").stored, Stored::STOPPED);
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 09:03", "2026-11-23 09:05");
    assert_eq!(house.orders(), ["09:03 start i-1"]);
    assert_eq!(house.memory("i-1").stored, Stored::RUNNING);
}

#[test]
fn a_database_that_is_busy_is_stopped_when_it_is_not() {
    let house = House::new(
        [schedule("dev").build()],
        [server("rds-1", "dev")
            .kind(ServerKind::RdsInstance)
            .state(ServerState::Busy)
            .build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 17:55", "2026-11-23 18:10");
    assert_eq!(house.orders(), [""; 0]);
    house.fleet.put("rds-1", ServerState::Running);
    house.run("2026-11-23 18:11", "2026-11-23 18:15");
    assert_eq!(house.orders(), ["18:11 stop rds-1"]);
}

#[test]
fn a_stop_that_finds_a_database_busy_is_not_lost_when_the_plan_holds_by_the_time_it_is_not() {
    let house = House::new(
        [schedule("dev").build()],
        [server("rds-1", "dev")
            .kind(ServerKind::RdsInstance)
            .running()
            .build()],
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "23:59", Want::Hold),
                ("23:59", "24:00", Want::Stop),
            ]))
        }),
    );
    house.tick("2026-11-23 23:58");
    house.fleet.put("rds-1", ServerState::Busy);
    house.run("2026-11-23 23:59", "2026-11-24 00:10");
    house.fleet.put("rds-1", ServerState::Running);
    house.run("2026-11-24 00:11", "2026-11-24 00:15");
    assert_eq!(house.orders(), ["00:11 stop rds-1"]);
}

#[test]
fn a_database_that_is_busy_for_too_long_is_told_as_stuck_and_stopped_all_the_same() {
    let house = House::new(
        [schedule("dev").build()],
        [server("rds-1", "dev")
            .kind(ServerKind::RdsInstance)
            .state(ServerState::Busy)
            .build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 18:00", "2026-11-23 19:00");
    assert_eq!(house.heard(), ["stop 1 of dev", "stuck rds-1"]);
    house.fleet.put("rds-1", ServerState::Running);
    house.run("2026-11-23 19:01", "2026-11-23 19:05");
    assert_eq!(house.orders(), ["19:01 stop rds-1"]);
    assert_eq!(house.memory("rds-1").stored, Stored::STOPPED);
}

#[test]
fn a_database_that_aws_started_after_seven_days_is_stopped_again_and_told_once() {
    let house = House::new(
        [schedule("dev").build()],
        [server("rds-1", "dev").kind(ServerKind::RdsInstance).build()],
        PaintedRules::new(|_, _| Ok(plan_of(&[]))),
    );
    let begin = utc("2026-11-01 00:00");
    house.tick_at(begin);
    let restart = begin + PROVIDER_RESTARTS_AFTER + Duration::minutes(30);
    house.tick_at(restart - Duration::minutes(1));
    house.fleet.put("rds-1", ServerState::Starting);
    house.tick_at(restart);
    house.tick_at(restart + Duration::minutes(1));
    house.fleet.put("rds-1", ServerState::Running);
    for minute in 2..10 {
        house.tick_at(restart + Duration::minutes(minute));
    }
    assert_eq!(house.orders(), ["23:32 stop rds-1"]);
    assert_eq!(house.heard(), ["restarted rds-1"]);
    assert_eq!(house.state("rds-1"), ServerState::Stopped);
}

#[test]
fn a_database_that_somebody_starts_by_hand_before_that_is_left_alone() {
    let house = House::new(
        [schedule("dev").build()],
        [server("rds-1", "dev").kind(ServerKind::RdsInstance).build()],
        PaintedRules::new(|_, _| Ok(plan_of(&[]))),
    );
    house.tick("2026-11-01 00:00");
    house.fleet.put("rds-1", ServerState::Running);
    house.run("2026-11-06 00:00", "2026-11-06 00:05");
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn what_a_host_wrote_down_and_did_not_do_the_next_tick_does() {
    let house = house(&["i-1"]);
    house.tick("2026-11-23 08:59");
    // It dies between the intent and the act: the second look at the lease is the call in between.
    let looks = AtomicUsize::new(0);
    let dying: Arc<dyn Store> = Arc::new(FailingStore::new(house.store(), move |call, _| {
        let is_second = call == StoreCall::Lease && looks.fetch_add(1, Ordering::Relaxed) == 1;
        is_second.then_some(StoreError::Busy)
    }));
    let host = house.host("here", dying, house.fleet());
    house.try_tick(&host, utc("2026-11-23 09:00")).unwrap_err();
    assert_eq!(house.orders(), [""; 0]);
    let memory = house.memory("i-1");
    assert_eq!(memory.stored, Stored::RUNNING);
    assert_eq!(memory.request.unwrap().attempts, 1);

    house.run("2026-11-23 09:01", "2026-11-23 09:03");
    assert_eq!(house.orders(), ["09:01 start i-1"]);
    assert_eq!(house.state("i-1"), ServerState::Running);
    // Both attempts: the first may have been made for all that is known.
    assert_eq!(house.store.whole_audit().len(), 2);
}

#[test]
fn a_host_that_dies_after_the_act_has_nothing_done_twice() {
    let house = house(&["i-1"]);
    house.tick("2026-11-23 08:59");
    let dying: Arc<dyn Store> = Arc::new(FailingStore::new(house.store(), |call, _| {
        (call == StoreCall::RecordTick).then_some(StoreError::Busy)
    }));
    let host = house.host("here", dying, house.fleet());
    house.try_tick(&host, utc("2026-11-23 09:00")).unwrap_err();
    house.run("2026-11-23 09:01", "2026-11-23 09:03");
    assert_eq!(house.orders(), ["09:00 start i-1"]);
}

#[test]
fn a_server_that_is_gone_when_it_is_ordered_is_forgotten() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::Refuses(ActErrorKind::Gone, "InvalidInstanceID.NotFound"),
    );
    house.tick("2026-11-23 09:00");
    assert_eq!(house.store.memory_of("i-1"), None);
    assert_eq!(house.heard(), ["run 1 of dev"]);
}

#[test]
fn a_wrong_state_is_looked_at_again_at_the_next_tick_and_not_told() {
    let house = house(&["i-1"]);
    house.fleet.trouble(
        "i-1",
        Trouble::RefusesStart(ActErrorKind::WrongState, "IncorrectInstanceState"),
    );
    house.run("2026-11-23 09:00", "2026-11-23 09:01");
    house.fleet.heal("i-1");
    house.run("2026-11-23 09:02", "2026-11-23 09:04");
    assert_eq!(house.orders().len(), 3);
    assert_eq!(house.heard(), ["run 1 of dev"]);
    assert_eq!(house.memory("i-1").stored, Stored::RUNNING);
}

#[test]
fn a_server_that_fails_is_not_chased_into_the_plans_hold() {
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").build()],
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("09:00", "09:10", Want::Run),
                ("09:10", "24:00", Want::Hold),
            ]))
        }),
    );
    house
        .fleet
        .trouble("i-1", Trouble::Refuses(ActErrorKind::Other, "Unsupported"));
    house.run("2026-11-23 09:00", "2026-11-23 09:30");
    assert!(house.orders().last().unwrap() < &"09:10".to_owned());
    assert_eq!(house.memory("i-1").stored, Stored::ANY);
}
