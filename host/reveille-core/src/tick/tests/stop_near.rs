//! Warnings of stops.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::Duration;

use super::House;
use crate::{
    model::{Schedule, ServerState, Want, reply::Announcement},
    testing::{PaintedRules, RecordingNotifier, plan_of, schedule, server, utc},
    tick::{Scheduler, Settings},
};

/// A schedule that runs from 09:00 to 18:00, with one server that runs.
fn office(schedule: Schedule) -> House {
    at_work(schedule, PaintedRules::every_day("09:00", "18:00"))
}

/// The same at noon by other rules.
fn at_work(schedule: Schedule, rules: PaintedRules) -> House {
    let house = House::new([schedule], [server("i-1", "dev").build()], rules);
    house.run("2026-11-23 09:00", "2026-11-23 09:03");
    house.heard();
    house
}

#[track_caller]
fn check_warning(house: &House, at: &str, minutes: u32) {
    let heard = house.notifier.take();
    let warnings: Vec<(String, u32)> = heard
        .iter()
        .filter_map(|announcement| {
            let Announcement::StopNear { at, minutes, .. } = announcement else {
                return None;
            };
            Some((at.to_string(), *minutes))
        })
        .collect();
    assert_eq!(warnings, [(at.to_owned(), minutes)]);
}

#[test]
fn people_are_warned_once_of_the_stop_of_the_plan() {
    let house = office(schedule("dev").warn(10).build());
    house.run("2026-11-23 17:40", "2026-11-23 17:49");
    assert_eq!(house.heard(), [""; 0]);
    house.tick("2026-11-23 17:50");
    check_warning(&house, "2026-11-23 18:00", 10);
    house.run("2026-11-23 17:51", "2026-11-23 18:10");
    assert_eq!(house.heard(), ["stop 1 of dev"]);
    assert_eq!(
        house.told(),
        ["09:00 Turned", "17:50 StopNear", "18:00 Turned"]
    );
}

#[test]
fn a_process_that_starts_anew_warns_not_again() {
    let house = office(schedule("dev").warn(10).build());
    house.run_anew("2026-11-23 17:40", "2026-11-23 18:10");
    assert_eq!(house.heard(), ["stop near dev", "stop 1 of dev"]);
}

#[test]
fn a_stop_that_is_put_off_is_warned_of_once_more() {
    let is_late = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_late);
    let house = at_work(
        schedule("dev").warn(10).build(),
        PaintedRules::new(move |_, _| {
            let end = if is_late.load(Ordering::Relaxed) {
                "19:00"
            } else {
                "18:00"
            };
            Ok(plan_of(&[("09:00", end, Want::Run)]))
        }),
    );
    house.run("2026-11-23 17:49", "2026-11-23 17:55");
    check_warning(&house, "2026-11-23 18:00", 10);
    switch.store(true, Ordering::Relaxed);
    house.run("2026-11-23 17:56", "2026-11-23 18:49");
    assert_eq!(house.heard(), [""; 0]);
    house.run("2026-11-23 18:50", "2026-11-23 18:59");
    check_warning(&house, "2026-11-23 19:00", 10);
}

#[test]
fn a_stop_that_is_put_off_and_back_is_warned_of_once() {
    let is_late = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_late);
    let house = at_work(
        schedule("dev").warn(10).build(),
        PaintedRules::new(move |_, _| {
            let end = if is_late.load(Ordering::Relaxed) {
                "19:00"
            } else {
                "18:00"
            };
            Ok(plan_of(&[("09:00", end, Want::Run)]))
        }),
    );
    house.run("2026-11-23 17:49", "2026-11-23 17:52");
    switch.store(true, Ordering::Relaxed);
    house.run("2026-11-23 17:53", "2026-11-23 17:54");
    switch.store(false, Ordering::Relaxed);
    house.run("2026-11-23 17:55", "2026-11-23 18:01");
    assert_eq!(house.heard(), ["stop near dev", "stop 1 of dev"]);
}

#[test]
fn the_end_of_an_order_is_a_stop_where_the_plan_stops_then() {
    let house = office(schedule("dev").warn(10).build());
    house.run("2026-11-23 18:00", "2026-11-23 18:05");
    house.heard();
    house.force("dev", Want::Run, "2026-11-23 20:00", "2026-11-23 22:00");
    house.run("2026-11-23 20:00", "2026-11-23 21:49");
    assert_eq!(house.heard(), ["run 1 of dev"]);
    house.run("2026-11-23 21:50", "2026-11-23 21:59");
    check_warning(&house, "2026-11-23 22:00", 10);
    // Somebody gives another two hours.
    house.force("dev", Want::Run, "2026-11-23 21:59", "2026-11-23 23:30");
    house.run("2026-11-23 22:00", "2026-11-23 23:19");
    assert_eq!(house.heard(), [""; 0]);
    house.run("2026-11-23 23:20", "2026-11-23 23:29");
    check_warning(&house, "2026-11-23 23:30", 10);
}

#[test]
fn the_end_of_an_order_is_none_where_the_plan_runs_then_and_the_plans_stop_after_it_is() {
    let house = office(schedule("dev").warn(10).build());
    house.force("dev", Want::Run, "2026-11-23 09:04", "2026-11-23 17:55");
    house.run("2026-11-23 17:40", "2026-11-23 17:49");
    assert_eq!(house.heard(), [""; 0]);
    house.run("2026-11-23 17:50", "2026-11-23 17:59");
    check_warning(&house, "2026-11-23 18:00", 10);
}

#[test]
fn nobody_is_warned_while_an_order_to_stop_stands() {
    let house = office(schedule("dev").warn(10).build());
    house.fleet.put("i-1", ServerState::Running);
    house.force("dev", Want::Stop, "2026-11-23 17:40", "2026-11-23 17:58");
    house.run("2026-11-23 17:40", "2026-11-23 17:57");
    assert_eq!(house.heard(), ["stop 1 of dev"]);
}

#[test]
fn nobody_is_warned_where_nothing_runs() {
    let house = office(schedule("dev").warn(10).build());
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 17:40", "2026-11-23 18:05");
    assert_eq!(house.heard(), [""; 0]);
}

#[test]
fn nobody_is_warned_of_a_stop_that_stops_nothing() {
    for schedule in [
        // Never stopped.
        schedule("dev").protect("i-1").warn(10).build(),
        // Started by hand before the plan did.
        schedule("dev").retain_running().warn(10).build(),
    ] {
        let house = House::new(
            [schedule],
            [server("i-1", "dev").build()],
            PaintedRules::every_day("09:00", "18:00"),
        );
        house.run("2026-11-23 08:00", "2026-11-23 08:05");
        house.fleet.put("i-1", ServerState::Running);
        house.run("2026-11-23 08:06", "2026-11-23 18:05");
        assert_eq!(house.heard(), [""; 0]);
        assert_eq!(house.state("i-1"), ServerState::Running);
    }
}

#[test]
fn what_somebody_starts_when_the_stop_is_near_is_warned_of_then() {
    let house = office(schedule("dev").warn(10).build());
    house.fleet.put("i-1", ServerState::Stopped);
    house.run("2026-11-23 17:40", "2026-11-23 17:55");
    house.fleet.put("i-1", ServerState::Running);
    house.run("2026-11-23 17:56", "2026-11-23 17:59");
    check_warning(&house, "2026-11-23 18:00", 4);
}

#[test]
fn what_the_schedule_says_goes_before_what_the_configuration_says() {
    for (own, expected) in [
        (None, Some("17:40")),
        (Some(5), Some("17:55")),
        (Some(0), None),
    ] {
        let house = office(
            schedule("dev")
                .with(|schedule| schedule.warn_before_stop = own.map(Duration::minutes))
                .build(),
        );
        let notifier = Arc::new(RecordingNotifier::warning(Duration::minutes(20)));
        let host = Scheduler::new(
            house.store(),
            house.fleet(),
            Arc::clone(&house.rules),
            Arc::clone(&notifier) as _,
            Settings::new("here"),
        );
        let mut warned = None;
        for minute in 0..29 {
            let now = utc("2026-11-23 17:30") + Duration::minutes(minute);
            house.try_tick(&host, now).unwrap();
            if !notifier.take().is_empty() {
                assert_eq!(warned.replace(now.format("%H:%M").to_string()), None);
            }
        }
        assert_eq!(warned.as_deref(), expected, "{own:?}");
    }
}

#[test]
fn a_host_that_sleeps_looks_when_the_warning_is_due() {
    let house = office(schedule("dev").warn(10).build());
    let report = house.tick("2026-11-23 17:47");
    assert_eq!(report.next_look, utc("2026-11-23 17:50"));
    let report = house.tick("2026-11-23 17:50");
    assert_eq!(report.next_look, utc("2026-11-23 17:55"));
}

#[test]
fn a_warning_that_was_missed_is_told_late_and_never_after_the_stop() {
    let house = office(schedule("dev").warn(10).build());
    house.tick("2026-11-23 17:40");
    house.tick_at(utc("2026-11-23 17:57") + Duration::seconds(20));
    check_warning(&house, "2026-11-23 18:00", 3);

    let house = office(schedule("dev").warn(10).build());
    house.tick("2026-11-23 17:40");
    house.tick("2026-11-23 18:02");
    assert_eq!(house.heard(), ["stop 1 of dev"]);
}

#[test]
fn a_stop_at_midnight_is_on_the_next_day() {
    let house = at_work(
        schedule("dev").warn(30).build(),
        PaintedRules::every_day("09:00", "24:00"),
    );
    house.run("2026-11-23 23:20", "2026-11-23 23:29");
    assert_eq!(house.heard(), [""; 0]);
    house.run("2026-11-23 23:30", "2026-11-23 23:59");
    check_warning(&house, "2026-11-24 00:00", 30);
}

#[test]
fn what_runs_around_the_clock_is_never_warned_of() {
    let house = at_work(
        schedule("dev").warn(30).build(),
        PaintedRules::every_day("00:00", "24:00"),
    );
    house.run("2026-11-23 23:00", "2026-11-24 00:30");
    assert_eq!(house.heard(), [""; 0]);
}

#[test]
fn a_stop_in_an_hour_that_never_happens_is_where_the_clock_arrives() {
    // In New York the clock goes from 02:00 to 03:00, which is 07:00 UTC.
    let house = House::new(
        [schedule("dev").zone("America/New_York").warn(10).build()],
        [server("i-1", "dev").build()],
        PaintedRules::every_day("00:00", "02:30"),
    );
    house.run("2026-03-08 06:00", "2026-03-08 06:49");
    house.heard();
    house.run("2026-03-08 06:50", "2026-03-08 06:59");
    check_warning(&house, "2026-03-08 03:00", 10);
}

#[test]
fn a_warning_asks_for_few_plans_and_writes_once() {
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let plans = Arc::clone(&asked);
    let house = at_work(
        schedule("dev").warn(10).build(),
        PaintedRules::new(move |_, _| {
            plans.fetch_add(1, Ordering::Relaxed);
            // It never stops again after today.
            Ok(plan_of(&[("09:00", "24:00", Want::Run)]))
        }),
    );
    asked.store(0, Ordering::Relaxed);
    let writes = house.store.writes();
    house.tick("2026-11-23 12:00");
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    house.run("2026-11-23 23:49", "2026-11-23 23:59");
    assert_eq!(house.store.writes(), writes + 1);
}
