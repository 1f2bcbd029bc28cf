//! A host that is told to halt in the middle of a tick.

use std::sync::{Arc, OnceLock};

use super::House;
use crate::{
    model::ServerState,
    testing::{FailingFleet, FleetCall, PaintedRules, schedule, server, utc},
    tick::{Scheduler, TickOutcome},
};

/// More than are ordered at once.
const SERVERS: usize = 1_200;

fn crowd() -> House {
    House::new(
        [schedule("dev").build()],
        (0..SERVERS).map(|number| server(&format!("i-{number:04}"), "dev").build()),
        PaintedRules::weekdays("09:00", "18:00"),
    )
}

/// A host that is told to halt while `at` is called.
fn halting(house: &House, at: FleetCall) -> Arc<Scheduler> {
    let host: Arc<OnceLock<Arc<Scheduler>>> = Arc::default();
    let told = Arc::clone(&host);
    let fleet = FailingFleet::new(house.fleet(), move |call, _| {
        if call == at {
            told.get().unwrap().halt();
        }
        false
    });
    let scheduler = Arc::new(house.host("there", house.store(), Arc::new(fleet)));
    Arc::clone(host.get_or_init(|| scheduler))
}

#[test]
fn a_tick_that_has_ordered_nothing_yet_leaves_everything_as_it_was() {
    let house = crowd();
    let now = utc("2026-11-23 09:00");
    let host = halting(&house, FleetCall::Servers);
    let report = house.try_tick(&host, now).unwrap();
    assert_eq!(report.outcome, TickOutcome::NotMine);
    assert_eq!(house.orders(), [""; 0]);
    assert!(house.heard().is_empty());

    house.runtime.block_on(host.release(now)).unwrap();
    let report = house.tick_at(now);
    assert_eq!(report.actions.len(), SERVERS);
}

#[test]
fn a_tick_that_gives_orders_stops_between_two_of_them_and_the_next_gives_the_rest() {
    let house = crowd();
    let now = utc("2026-11-23 09:00");
    let host = halting(&house, FleetCall::Act);
    let report = house.try_tick(&host, now).unwrap();
    assert_eq!(report.outcome, TickOutcome::Done);
    assert_eq!((report.actions.len(), report.postponed.len()), (1_000, 200));
    assert_eq!(house.state("i-0999"), ServerState::Starting);
    assert_eq!(house.state("i-1000"), ServerState::Stopped);

    house.runtime.block_on(host.release(now)).unwrap();
    let report = house.tick("2026-11-23 09:01");
    assert_eq!(report.actions.len(), 200);
}

#[test]
fn a_host_that_has_halted_does_not_begin_again() {
    let house = crowd();
    let host = halting(&house, FleetCall::Servers);
    host.halt();
    let report = house.try_tick(&host, utc("2026-11-23 09:00")).unwrap();
    assert_eq!(report.outcome, TickOutcome::NotMine);
    house.tick("2026-11-23 09:00");
}
