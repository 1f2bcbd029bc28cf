//! What people are told: each thing once, whoever dies when.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::Duration;

use super::House;
use crate::{
    model::{NoticeStanding, ServerState},
    port::{ActErrorKind, Store, StoreError},
    testing::{
        FailingStore, PaintedRules, StoreCall, Trouble, daily, failure, plan_of, schedule, server,
        utc,
    },
    tick::TickOutcome,
};

/// `dev` has a server that turns, one that is refused and one that sticks; the rule of `ops` fails while the switch is on.
fn house() -> (House, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&fails);
    let house = House::new(
        [schedule("dev").warn(10).build(), schedule("ops").build()],
        [
            server("i-1", "dev").build(),
            server("i-2", "dev").build(),
            server("i-3", "dev").build(),
            server("i-4", "ops").build(),
        ],
        PaintedRules::new(move |schedule, _| {
            if schedule.name != "ops" {
                return Ok(daily("09:00", "18:00"));
            }
            if switch.load(Ordering::Relaxed) {
                return Err(failure("team-calendar"));
            }
            Ok(plan_of(&[]))
        }),
    );
    house
        .fleet
        .trouble("i-2", Trouble::Refuses(ActErrorKind::Other, "Unsupported"));
    house.fleet.trouble("i-3", Trouble::Sticks);
    (house, fails)
}

/// A whole day by ticks of `tick`.
fn day(tick: impl Fn(&House, &str, &str)) -> (Vec<String>, Vec<String>) {
    let (house, fails) = house();
    tick(&house, "2026-11-23 08:55", "2026-11-23 09:59");
    fails.store(true, Ordering::Relaxed);
    tick(&house, "2026-11-23 10:00", "2026-11-23 10:30");
    fails.store(false, Ordering::Relaxed);
    tick(&house, "2026-11-23 10:31", "2026-11-23 18:30");
    (house.told(), house.heard())
}

#[test]
fn a_process_for_each_tick_tells_what_one_for_all_of_them_tells() {
    let (told, heard) = day(House::run);
    assert_eq!(
        told,
        [
            "09:00 Turned",
            "09:00 Failed",
            "09:05 Stuck",
            "10:00 Held",
            "10:31 Resumed",
            "17:50 StopNear",
            "18:00 Turned",
            "18:05 Stuck",
        ]
    );
    assert_eq!(heard.len(), told.len());
    assert_eq!(day(House::run_anew), (told, heard));
}

#[test]
fn what_is_remembered_is_told_though_the_process_dies_at_once() {
    let (house, _) = house();
    house.tick("2026-11-23 08:59");
    // It dies before it gives an order.
    let looks = AtomicUsize::new(0);
    let dying: Arc<dyn Store> = Arc::new(FailingStore::new(house.store(), move |call, _| {
        let is_second = call == StoreCall::Lease && looks.fetch_add(1, Ordering::Relaxed) == 1;
        is_second.then_some(StoreError::Busy)
    }));
    let host = house.host("here", dying, house.fleet());
    house.try_tick(&host, utc("2026-11-23 09:00")).unwrap_err();
    assert_eq!(house.orders(), [""; 0]);
    assert_eq!(house.told(), ["09:00 Turned"]);
    let kept = house.runtime.block_on(house.store.kept_notices()).unwrap();
    assert_eq!(kept[0].standing, NoticeStanding::Waits);
}

/// Each tick of the day that has something to tell dies at each of its calls, and is made again a minute later.
#[test]
fn whatever_call_a_tick_dies_at_everything_is_told_once() {
    for dies in [
        "2026-11-23 09:00",
        "2026-11-23 09:05",
        "2026-11-23 10:00",
        "2026-11-23 10:31",
        "2026-11-23 17:50",
        "2026-11-23 18:00",
    ] {
        for call in 1..16 {
            let (told, _) = day(|house, from, to| {
                let dies = utc(dies);
                let mut now = utc(from);
                while now <= utc(to) {
                    let host = if now == dies {
                        let dying: Arc<dyn Store> =
                            Arc::new(FailingStore::from_call(house.store(), call));
                        house.host("here", dying, house.fleet())
                    } else {
                        house.host("here", house.store(), house.fleet())
                    };
                    let ticked = house.try_tick(&host, now);
                    assert!(ticked.is_ok() || now == dies);
                    now += Duration::minutes(1);
                }
            });
            let words: Vec<&str> = told.iter().map(|told| &told[6..]).collect();
            let expected = [
                "Turned", "Failed", "Stuck", "Held", "Resumed", "StopNear", "Turned", "Stuck",
            ];
            assert_eq!(words, expected, "dead at call {call} of {dies}: {told:?}");
        }
    }
}

#[test]
fn who_was_overtaken_tells_nothing() {
    let (house, _) = house();
    house.tick("2026-11-23 08:59");
    // While it looks around, another host takes over, and has nothing to do.
    let (store, taken) = (house.store(), AtomicBool::new(false));
    let overtaken: Arc<dyn Store> = Arc::new(FailingStore::new(house.store(), move |call, _| {
        if call == StoreCall::Remember && !taken.swap(true, Ordering::Relaxed) {
            let later = utc("2026-11-23 09:02");
            let take = async { store.lease("there", later, Duration::minutes(1)).await };
            futures_now(take).unwrap().unwrap();
        }
        None
    }));
    let host = house.host("here", overtaken, house.fleet());
    let report = house.try_tick(&host, utc("2026-11-23 09:00")).unwrap();
    assert_eq!(report.outcome, TickOutcome::Overtaken);
    assert_eq!(house.told(), [""; 0]);
    assert_eq!(house.heard(), [""; 0]);
}

/// What a future answers that waits for nothing.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match Box::pin(future).as_mut().poll(&mut context) {
        std::task::Poll::Ready(done) => done,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn what_a_tick_tells_goes_in_its_order() {
    let (house, _) = house();
    house.run("2026-11-23 08:59", "2026-11-23 09:00");
    let notices = house
        .runtime
        .block_on(house.store.notices(utc("2026-11-23 09:01"), 9))
        .unwrap();
    let order: Vec<_> = notices.iter().map(|it| (it.due, it.at)).collect();
    let begin = utc("2026-11-23 09:00");
    let next = begin + Duration::microseconds(1);
    assert_eq!(order, [(begin, begin), (next, next)]);
    assert!(notices[0].message.body.starts_with("Turned"));
    assert!(notices[1].message.body.starts_with("Failed"));
}

#[test]
fn of_more_schedules_that_hold_than_anybody_reads_of_some_are_told_and_each_once() {
    let name = |number: usize| format!("schedule-{number:04}-{}", "x".repeat(200));
    let fails = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&fails);
    let house = House::new(
        (0..2_000).map(|number| schedule(&name(number)).build()),
        [server("i-1", &name(0)).build()],
        PaintedRules::new(move |_, _| {
            if switch.load(Ordering::Relaxed) {
                return Err(failure("team-calendar"));
            }
            Ok(plan_of(&[]))
        }),
    );
    house.run_anew("2026-11-23 09:00", "2026-11-23 09:02");
    let held = house.heard().len();
    assert!((100..1_000).contains(&held), "{held}");
    let record = house.runtime.block_on(house.store.last_tick()).unwrap();
    let bytes = serde_json::to_string(&record).unwrap().len();
    assert!(bytes < 200_000, "{bytes}");
    fails.store(false, Ordering::Relaxed);
    house.run_anew("2026-11-23 09:03", "2026-11-23 09:05");
    assert_eq!(house.heard().len(), held);
    assert_eq!(house.told().len(), 2 * held);
}

#[test]
fn what_happens_again_is_told_again() {
    let (house, _) = house();
    house.fleet.heal_all();
    for date in 23..26 {
        let at = |time: &str| format!("2026-11-{date} {time}");
        house.run_anew(&at("08:58"), &at("09:05"));
        house.run_anew(&at("17:58"), &at("18:05"));
    }
    let turned = house
        .told()
        .iter()
        .filter(|it| it.ends_with("Turned"))
        .count();
    assert_eq!(turned, 6);
    assert_eq!(house.state("i-1"), ServerState::Stopped);
}
