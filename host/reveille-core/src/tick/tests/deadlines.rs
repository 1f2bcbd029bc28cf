//! A host that has to have done by a certain time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};

use super::House;
use crate::{
    model::ServerState,
    testing::{FailingFleet, FleetCall, PaintedRules, schedule, server, utc},
    tick::{Scheduler, TickReport},
};

/// More than are ordered at once where there is little time.
const SERVERS: usize = 600;

fn crowd() -> House {
    House::new(
        [schedule("dev").build()],
        (0..SERVERS).map(|number| server(&format!("i-{number:03}"), "dev").build()),
        PaintedRules::weekdays("09:00", "18:00"),
    )
}

/// A host whose calls to the fleet take `seconds` each, which its clock shows.
fn slow_host(house: &House, begin: DateTime<Utc>, seconds: i64) -> Scheduler {
    let late = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&late);
    let slow = FailingFleet::new(house.fleet(), move |call, _| {
        if call == FleetCall::Act {
            late.fetch_add(seconds, Ordering::Relaxed);
        }
        false
    });
    house
        .host("there", house.store(), Arc::new(slow))
        .with_clock(Arc::new(move || {
            begin + Duration::seconds(clock.load(Ordering::Relaxed))
        }))
}

#[track_caller]
fn tick_before(house: &House, host: &Scheduler, now: DateTime<Utc>, seconds: i64) -> TickReport {
    let deadline = now + Duration::seconds(seconds);
    house
        .runtime
        .block_on(host.tick_before(now, deadline))
        .unwrap()
}

#[test]
fn orders_that_there_is_no_time_for_are_the_next_ticks() {
    let house = crowd();
    let now = utc("2026-11-23 09:00");
    let host = slow_host(&house, now, 15);
    let report = tick_before(&house, &host, now, 30);
    assert_eq!((report.actions.len(), report.postponed.len()), (500, 100));
    assert_eq!(house.orders().len(), 500);
    assert_eq!(house.state("i-499"), ServerState::Starting);
    assert_eq!(house.state("i-500"), ServerState::Stopped);
    assert_eq!(house.heard(), ["run 600 of dev"]);
    // What was not given has not failed: it waits for nothing.
    let request = house.memory("i-500").request.unwrap();
    assert_eq!((request.attempts, request.not_before), (0, None));

    house.runtime.block_on(host.release(now)).unwrap();
    let report = house.tick("2026-11-23 09:01");
    assert_eq!(report.actions.len(), 100);
    assert_eq!(report.actions[0].server.0.as_ref(), "i-500");
    assert_eq!(house.memory("i-500").request.unwrap().attempts, 1);
    assert!(house.heard().is_empty());
}

#[test]
fn without_time_for_any_order_none_is_given() {
    let house = crowd();
    let now = utc("2026-11-23 09:00");
    let host = slow_host(&house, now, 15);
    let report = tick_before(&house, &host, now, 9);
    assert_eq!((report.actions.len(), report.postponed.len()), (0, SERVERS));
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn what_the_plan_no_longer_wants_by_the_next_tick_is_not_ordered() {
    let house = crowd();
    let now = utc("2026-11-23 17:59");
    let host = slow_host(&house, now, 15);
    tick_before(&house, &host, now, 9);
    house.runtime.block_on(host.release(now)).unwrap();
    house.run("2026-11-23 18:00", "2026-11-23 18:05");
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn with_time_enough_nothing_is_postponed() {
    let house = crowd();
    let now = utc("2026-11-23 09:00");
    let host = slow_host(&house, now, 1);
    let report = tick_before(&house, &host, now, 60);
    assert_eq!((report.actions.len(), report.postponed.len()), (SERVERS, 0));
}
