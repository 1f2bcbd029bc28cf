//! Plain days, outages, other hosts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::Duration;

use super::House;
use crate::{
    model::{FailureKind, RuleFailure, ServerState, Stored, Want, reply::Announcement},
    port::{Fleet, Store},
    testing::{
        FailingFleet, FailingStore, FleetCall, PaintedRules, StoreCall, daily, failure, plan_of,
        schedule, server, utc,
    },
    tick::{DRIFT_LOOK, LEASE, QUICK_LOOK, TickError, TickOutcome},
};

fn office() -> House {
    House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").build(), server("i-2", "dev").build()],
        PaintedRules::weekdays("09:00", "18:00"),
    )
}

#[test]
fn servers_start_in_the_morning_and_stop_in_the_evening() {
    let house = office();
    house.run("2026-11-23 08:50", "2026-11-23 18:10");
    assert_eq!(
        house.orders(),
        [
            "09:00 start i-1",
            "09:00 start i-2",
            "18:00 stop i-1",
            "18:00 stop i-2"
        ]
    );
    assert_eq!(house.state("i-1"), ServerState::Stopped);
    assert_eq!(house.heard(), ["run 2 of dev", "stop 2 of dev"]);
    let memory = house.memory("i-1");
    assert_eq!(memory.stored, Stored::STOPPED);
    assert_eq!(memory.wanted, Some(Want::Stop));
    assert_eq!(memory.applied_at, Some(utc("2026-11-23 18:00")));
    assert_eq!((memory.request, memory.error), (None, None));
}

#[test]
fn each_wave_is_one_audit_record_with_names_and_a_reason() {
    let house = office();
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    let audit = house.store.whole_audit();
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(audit[0].action, "start");
    assert_eq!(audit[0].servers, ["i-1", "i-2"]);
    assert_eq!(audit[0].by, "dev");
    assert_eq!(audit[0].reason, "office-hours");
}

#[test]
fn after_an_outage_the_want_of_now_is_applied_and_what_came_and_went_is_not_replayed() {
    let house = office();
    house.run("2026-11-23 08:00", "2026-11-23 08:05");
    // A whole day is missed.
    house.tick("2026-11-24 03:00");
    assert_eq!(house.orders(), [""; 0]);
    house.tick("2026-11-24 11:00");
    assert_eq!(house.orders(), ["11:00 start i-1", "11:00 start i-2"]);
}

#[test]
fn a_stop_at_23_59_is_not_lost_between_two_ticks() {
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").running().build()],
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "23:59", Want::Hold),
                ("23:59", "24:00", Want::Stop),
            ]))
        }),
    );
    house.tick("2026-11-23 23:55");
    house.tick("2026-11-24 00:02");
    assert_eq!(house.orders(), ["00:02 stop i-1"]);
    // The wave ends with its last arrival; then the hold begins.
    house.run("2026-11-24 00:03", "2026-11-24 00:04");
    assert_eq!(house.memory("i-1").stored, Stored::ANY);
    assert_eq!(house.orders().len(), 1);
}

#[test]
fn an_older_tick_and_the_same_tick_again_do_nothing() {
    let house = office();
    house.tick("2026-11-23 18:30");
    for earlier in ["2026-11-23 18:30", "2026-11-23 12:00"] {
        let report = house.try_tick(&house.scheduler, utc(earlier)).unwrap();
        assert_eq!(report.outcome, TickOutcome::Late);
    }
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn a_second_host_waits_for_the_lease_and_then_takes_over() {
    let house = office();
    let other = house.host("there", house.store(), house.fleet());
    let now = utc("2026-11-23 08:59");
    house.tick_at(now);
    let soon = house.try_tick(&other, now + Duration::seconds(30)).unwrap();
    assert_eq!(soon.outcome, TickOutcome::NotMine);
    // The first host may have died: the second looks again soon enough to take over within the lease.
    assert_eq!(soon.next_look, now + Duration::seconds(30) + QUICK_LOOK);
    let later = house.try_tick(&other, now + LEASE).unwrap();
    assert_eq!(later.outcome, TickOutcome::Done);
    assert_eq!(house.orders(), ["09:00 start i-1", "09:00 start i-2"]);
}

#[test]
fn a_host_that_stops_gives_the_lease_back() {
    let house = office();
    let other = house.host("there", house.store(), house.fleet());
    let now = utc("2026-11-23 08:59");
    house.tick_at(now);
    house
        .runtime
        .block_on(house.scheduler.release(now))
        .unwrap();
    let soon = house.try_tick(&other, now + Duration::seconds(1)).unwrap();
    assert_eq!(soon.outcome, TickOutcome::Done);
}

#[test]
fn a_host_that_has_lost_the_lease_stops_before_it_acts() {
    let house = office();
    let conflict = FailingStore::new(house.store(), |call, _| {
        (call == StoreCall::Remember).then_some(crate::port::StoreError::Conflict)
    });
    let overtaken = house.host("there", Arc::new(conflict), house.fleet());
    let report = house.try_tick(&overtaken, utc("2026-11-23 10:00")).unwrap();
    assert_eq!(report.outcome, TickOutcome::Overtaken);
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn a_host_that_is_halted_before_it_acts_gives_no_order_when_it_wakes_up() {
    let house = office();
    let now = utc("2026-11-23 10:00");
    let halted = house
        .host("there", house.store(), house.fleet())
        .with_clock(Arc::new(move || now + LEASE));
    let report = house.try_tick(&halted, now).unwrap();
    assert_eq!(report.outcome, TickOutcome::Overtaken);
    assert_eq!(house.orders(), [""; 0]);
    // Nothing is lost: what was remembered is done by whoever looks next.
    house.run("2026-11-23 10:02", "2026-11-23 10:03");
    assert_eq!(house.orders(), ["10:02 start i-1", "10:02 start i-2"]);
}

#[test]
fn a_host_that_was_overtaken_before_it_acts_gives_no_order() {
    let house = office();
    let now = utc("2026-11-23 10:00");
    let store = house.store();
    let overtaking = FailingStore::new(house.store(), move |call, number| {
        // The second look at the lease is the one before the orders.
        if call == StoreCall::Lease && number > 1 {
            let store = Arc::clone(&store);
            let taken = std::thread::spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap()
                    .block_on(store.lease("other", now + LEASE, LEASE))
            });
            assert!(taken.join().unwrap().unwrap().is_some());
        }
        None
    });
    let overtaken = house.host("there", Arc::new(overtaking), house.fleet());
    let report = house.try_tick(&overtaken, now).unwrap();
    assert_eq!(report.outcome, TickOutcome::Overtaken);
    assert_eq!(house.orders(), [""; 0]);
}

#[test]
fn an_idle_tick_writes_nothing() {
    let house = office();
    house.run("2026-11-23 08:59", "2026-11-23 09:05");
    let writes = house.store.writes();
    let report = house.tick("2026-11-23 09:06");
    assert_eq!(house.store.writes(), writes);
    assert!(!report.moving);
    assert_eq!(report.next_look, utc("2026-11-23 09:06") + DRIFT_LOOK);
}

#[test]
fn a_host_looks_again_soon_while_something_moves_and_in_time_for_the_next_turn() {
    let house = office();
    let report = house.tick("2026-11-23 08:57");
    assert_eq!(report.next_look, utc("2026-11-23 09:00"));
    let report = house.tick("2026-11-23 09:00");
    assert!(report.moving);
    assert_eq!(report.next_look, utc("2026-11-23 09:00") + QUICK_LOOK);
}

#[test]
fn a_tick_can_run_on_any_thread() {
    fn check(_: &(impl Send + ?Sized)) {}
    let house = office();
    check(&house.scheduler.tick(utc("2026-11-23 09:00")));
}

#[test]
fn equal_inputs_make_equal_reports() {
    let (one, two) = (office(), office());
    for at in ["2026-11-23 08:00", "2026-11-23 09:00", "2026-11-23 18:00"] {
        assert_eq!(one.tick(at), two.tick(at));
    }
    assert_eq!(one.store.whole_audit(), two.store.whole_audit());
}

#[test]
fn a_tick_that_cannot_see_the_fleet_changes_nothing_and_the_next_one_catches_up() {
    let house = office();
    let blind: Arc<dyn Fleet> = Arc::new(FailingFleet::on(house.fleet(), FleetCall::Servers));
    let host = house.host("here", house.store(), blind);
    let error = house.try_tick(&host, utc("2026-11-23 09:00")).unwrap_err();
    assert_eq!(error.code(), "fleet.failed");
    assert_eq!(house.store.writes(), 0);
    house.tick("2026-11-23 09:01");
    assert_eq!(house.orders(), ["09:01 start i-1", "09:01 start i-2"]);
}

#[test]
fn a_schedule_whose_rule_fails_holds_is_told_once_and_goes_on_when_it_works_again() {
    let house = House::new(
        [schedule("dev").build(), schedule("ops").build()],
        [server("i-1", "dev").build(), server("i-2", "ops").build()],
        PaintedRules::new(|schedule, date| {
            let fails = schedule.name == "dev" && date == crate::testing::date(2026, 11, 23);
            if fails {
                return Err(failure("team-calendar"));
            }
            Ok(daily("09:00", "18:00"))
        }),
    );
    house.run("2026-11-23 08:59", "2026-11-23 09:10");
    assert_eq!(house.orders(), ["09:00 start i-2"]);
    let report = house.tick("2026-11-23 09:11");
    assert_eq!(report.held, ["dev"]);
    assert_eq!(house.heard(), ["held dev", "run 1 of ops"]);
    house.tick("2026-11-24 10:00");
    assert_eq!(house.heard(), ["run 1 of dev", "resumed dev"]);
}

#[test]
fn that_a_rule_is_not_asked_any_more_is_told_once() {
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").build()],
        PaintedRules::new(|_, date| {
            let kind = if date == crate::testing::date(2026, 11, 23) {
                FailureKind::Deadline
            } else {
                FailureKind::Disabled
            };
            Err(RuleFailure {
                kind,
                ..failure("team-calendar")
            })
        }),
    );
    house.run("2026-11-23 08:59", "2026-11-23 09:10");
    assert_eq!(house.heard(), ["held dev"]);
    house.run("2026-11-25 08:59", "2026-11-25 09:10");
    assert_eq!(house.heard(), ["held dev"]);
}

#[test]
fn a_stop_that_a_failing_rule_kept_back_is_made_good_though_the_plan_holds_by_then() {
    let works = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&works);
    let house = House::new(
        [schedule("dev").build()],
        [server("i-1", "dev").running().build()],
        PaintedRules::new(move |_, _| {
            if !switch.load(Ordering::Relaxed) {
                return Err(failure("team-calendar"));
            }
            Ok(plan_of(&[
                ("00:00", "18:00", Want::Hold),
                ("18:00", "18:10", Want::Stop),
                ("18:10", "24:00", Want::Hold),
            ]))
        }),
    );
    house.run("2026-11-23 17:55", "2026-11-23 17:58");
    works.store(false, Ordering::Relaxed);
    house.run("2026-11-23 17:59", "2026-11-23 18:20");
    assert_eq!(house.orders(), [""; 0]);
    works.store(true, Ordering::Relaxed);
    house.run("2026-11-23 18:21", "2026-11-23 18:25");
    assert_eq!(house.orders(), ["18:21 stop i-1"]);
}

#[test]
fn a_wave_says_what_turns_why_and_when_it_turns_back() {
    let house = House::new(
        [schedule("dev").zone("Asia/Seoul").group("db", &[]).build()],
        [server("i-1", "dev").name("mongo-1").group("db").build()],
        PaintedRules::every_day("09:00", "18:00"),
    );
    house.tick("2026-11-23 00:00");
    let told = house.notifier.take();
    let [Announcement::Turned(wave)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(wave.want, Want::Run);
    assert_eq!(
        (wave.count, wave.servers.as_slice()),
        (1, &["mongo-1".to_owned()][..])
    );
    assert_eq!(wave.groups, ["db"]);
    assert_eq!(wave.reason, "office-hours");
    let next = wave.next.as_ref().unwrap();
    assert_eq!(
        (next.at.to_string().as_str(), next.want),
        ("2026-11-23 18:00", Want::Stop)
    );
}

#[test]
fn a_store_that_fails_anywhere_fails_the_tick_and_the_next_one_does_what_is_left() {
    for call in [
        StoreCall::Definitions,
        StoreCall::Exceptions,
        StoreCall::Forces,
        StoreCall::Remembered,
        StoreCall::Remember,
        StoreCall::Lease,
        StoreCall::LastTick,
        StoreCall::RecordTick,
    ] {
        let house = office();
        let store: Arc<dyn Store> = Arc::new(FailingStore::on(house.store(), call));
        let host = house.host("here", store, house.fleet());
        let error = house.try_tick(&host, utc("2026-11-23 09:00")).unwrap_err();
        assert!(matches!(error, TickError::Store(_)), "{call:?}");
        house.run("2026-11-23 09:01", "2026-11-23 09:03");
        assert_eq!(house.state("i-1"), ServerState::Running, "{call:?}");
    }
}
