//! What a tick asks and writes when there is nothing to do. Times are the benches' to measure.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::House;
use crate::testing::{PaintedRules, daily, schedule, server};

#[test]
fn an_idle_tick_over_ten_thousand_servers_writes_nothing_and_asks_for_each_plan_twice() {
    let asked = Arc::new(AtomicUsize::new(0));
    let plans = Arc::clone(&asked);
    let house = House::new(
        (0..1_000).map(|n| schedule(&format!("schedule-{n:04}")).build()),
        (0..10_000)
            .map(|n| server(&format!("i-{n:05}"), &format!("schedule-{:04}", n % 1_000)).build()),
        PaintedRules::new(move |_, _| {
            plans.fetch_add(1, Ordering::Relaxed);
            Ok(daily("09:00", "18:00"))
        }),
    );
    house.run("2026-11-23 20:00", "2026-11-23 20:01");
    let writes = house.store.writes();
    asked.store(0, Ordering::Relaxed);

    let report = house.tick("2026-11-23 20:02");
    assert_eq!((report.schedules, report.servers), (1_000, 10_000));
    assert_eq!(house.store.writes(), writes);
    // What is wanted now, and when that can change.
    assert_eq!(asked.load(Ordering::Relaxed), 2_000);
}
