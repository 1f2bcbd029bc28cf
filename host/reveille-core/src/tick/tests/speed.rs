//! What a tick costs when there is nothing to do.

use std::time::Duration;

use super::House;
use crate::testing::{PaintedRules, schedule, server, utc};

#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is real time; nothing depends on it"
)]
fn measured(work: impl FnOnce()) -> Duration {
    let begin = std::time::Instant::now();
    work();
    begin.elapsed()
}

/// The aim is 20 ms in a release build with rules that keep their answers (1,000 schedules, 10,000 servers). Debug
/// builds on loaded machines take many times that, so this only catches what grows with the square.
#[test]
fn an_idle_tick_over_ten_thousand_servers_takes_milliseconds() {
    let schedules = (0..1_000).map(|n| schedule(&format!("schedule-{n:04}")).build());
    let servers = (0..10_000)
        .map(|n| server(&format!("i-{n:05}"), &format!("schedule-{:04}", n % 1_000)).build());
    let house = House::new(
        schedules,
        servers,
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.run("2026-11-23 20:00", "2026-11-23 20:01");
    let writes = house.store.writes();
    let fastest = (2..7)
        .map(|minute| {
            let now = utc("2026-11-23 20:00") + chrono::Duration::minutes(minute);
            measured(|| {
                house.tick_at(now);
            })
        })
        .min()
        .unwrap();
    assert_eq!(house.store.writes(), writes);
    assert!(fastest < Duration::from_secs(2), "{fastest:?}");
    if std::env::args().any(|arg| arg == "--nocapture") {
        eprintln!("idle tick: {fastest:?}");
    }
}
