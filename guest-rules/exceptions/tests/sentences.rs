//! Every sentence about exceptions, on days written as text.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use exceptions::plan;
use reveille_sdk::clock::time;
use reveille_sdk::planner::PlanRequest;
use reveille_sdk::testing::{date, exception, request, schedule};
use reveille_sdk::types::{DayPlan, Minute, Period, Turn, Want};

const YESTERDAY: &str = "2026-11-22";
const TODAY: &str = "2026-11-23";

/// A minute from `26:00`.
fn minute(text: &str) -> Minute {
    let (hour, minute) = text.split_once(':').unwrap();
    hour.parse::<Minute>().unwrap() * 60 + minute.parse::<Minute>().unwrap()
}

/// A day from `run 09:00-18:00, hold 18:00-20:00`.
fn day(text: &str) -> DayPlan {
    let mut day = DayPlan::empty();
    for part in text.split(", ").filter(|part| !part.is_empty()) {
        let (want, times) = part.split_once(' ').unwrap();
        let (begin, end) = times.split_once('-').unwrap();
        let want = match want {
            "run" => Want::Run,
            "hold" => Want::Hold,
            other => panic!("{other}"),
        };
        day.paint(
            time(begin).unwrap(),
            time(end).unwrap(),
            want,
            "period office-hours",
        );
    }
    day
}

/// A plan as `day` reads it: what is not stop, whoever painted it.
fn shown(plan: &DayPlan) -> String {
    let clock = |minute: Minute| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut plain = DayPlan::empty();
    for span in plan.spans.iter().filter(|span| span.want != Want::Stop) {
        plain.paint(span.begin, span.end, span.want, "");
    }
    let part = |span: &reveille_sdk::types::Span| {
        let want = if span.want == Want::Run {
            "run"
        } else {
            "hold"
        };
        format!("{want} {}-{}", clock(span.begin), clock(span.end))
    };
    plain.spans.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Two days and their exceptions, written `start 08:00` or `stop none`.
fn asked(yesterday: &str, today: &str, of_yesterday: &[&str], of_today: &[&str]) -> PlanRequest {
    let mut request = request(TODAY);
    request.so_far = day(today);
    request.day_before = Some(day(yesterday));
    for (on, texts) in [(YESTERDAY, of_yesterday), (TODAY, of_today)] {
        for text in texts {
            let (turn, at) = text.split_once(' ').unwrap();
            let turn = if turn == "start" {
                Turn::Start
            } else {
                Turn::Stop
            };
            request
                .exceptions
                .push(exception(on, turn, (at != "none").then(|| minute(at))));
        }
    }
    request
}

/// Exceptions of the day itself, after a day on which nothing ran.
#[track_caller]
fn check(today: &str, exceptions: &[&str], expected: &str) {
    assert_eq!(shown(&plan(asked("", today, &[], exceptions))), expected);
}

/// Exceptions of the day before, seen on both days.
#[track_caller]
fn check_two(days: [&str; 2], exceptions: &[&str], expected: [&str; 2]) {
    let mut first = asked("", days[0], &[], exceptions);
    first.day_before = None;
    let second = asked(days[0], days[1], exceptions, &[]);
    assert_eq!([shown(&plan(first)), shown(&plan(second))], expected);
}

const OFFICE: &str = "run 09:00-18:00";
const EVENING: &str = "run 22:00-24:00";
const NIGHT: &str = "run 00:00-06:00, run 22:00-24:00";

#[test]
fn without_exceptions_the_plan_is_what_it_was() {
    check(OFFICE, &[], OFFICE);
}

#[test]
fn an_exception_of_another_day_changes_nothing() {
    let mut request = asked("", OFFICE, &[], &[]);
    request
        .exceptions
        .push(exception("2026-11-24", Turn::Start, None));
    assert_eq!(plan(request.clone()), request.so_far);
}

#[test]
fn a_start_moves_the_begin_of_the_first_run() {
    check(OFFICE, &["start 07:00"], "run 07:00-18:00");
    check(OFFICE, &["start 11:00"], "run 11:00-18:00");
    check(OFFICE, &["start 09:00"], OFFICE);
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["start 10:00"],
        "run 10:00-12:00, run 13:00-18:00",
    );
}

#[test]
fn nothing_runs_before_a_start_and_a_start_between_two_runs_brings_the_next_one_forward() {
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["start 12:30"],
        "run 12:30-18:00",
    );
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["start 14:00"],
        "run 14:00-18:00",
    );
}

#[test]
fn a_later_start_prolongs_the_hold_before_it() {
    check(
        "hold 00:00-09:00, run 09:00-24:00",
        &["start 11:00"],
        "hold 00:00-11:00, run 11:00-24:00",
    );
}

#[test]
fn a_start_on_a_day_without_a_run_lasts_until_the_latest_end_of_a_period_after_it() {
    let mut request = asked("", "", &[], &["start 10:00"]);
    request.schedule = schedule(
        "seoul",
        [
            Period::named("a").ends("18:00"),
            Period::named("b").begins("06:00").ends(" 19:30"),
            Period::named("c").ends("9:59"),
            Period::named("d").ends("late"),
            Period::named("e").begins("20:00"),
        ],
    );
    assert_eq!(shown(&plan(request.clone())), "run 10:00-19:30");
    request.exceptions[0].at = Some(20 * 60);
    assert_eq!(shown(&plan(request)), "run 20:00-24:00");
}

#[test]
fn a_start_on_a_day_without_a_run_lasts_until_24_00_where_no_period_ends_after_it() {
    check("", &["start 20:00"], "run 20:00-24:00");
    check(
        "hold 00:00-18:00",
        &["start 10:00"],
        "hold 00:00-10:00, run 10:00-24:00",
    );
}

#[test]
fn a_start_after_all_runs_makes_the_day_active_from_then_on() {
    check(OFFICE, &["start 20:00"], "run 20:00-24:00");
}

#[test]
fn a_start_over_24_00_begins_the_run_on_the_next_morning() {
    check_two(
        [EVENING, "run 00:00-06:00"],
        &["start 26:00"],
        ["", "run 02:00-06:00"],
    );
    check_two(["", ""], &["start 26:00"], ["", "run 02:00-24:00"]);
    check_two(
        [OFFICE, ""],
        &["start 25:00", "stop 27:00"],
        ["", "run 01:00-03:00"],
    );
}

#[test]
fn a_stop_moves_the_end_of_the_last_run() {
    check(OFFICE, &["stop 17:00"], "run 09:00-17:00");
    check(OFFICE, &["stop 22:00"], "run 09:00-22:00");
    check(OFFICE, &["stop 18:00"], OFFICE);
    check(OFFICE, &["stop 24:00"], "run 09:00-24:00");
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["stop 20:00"],
        "run 09:00-12:00, run 13:00-20:00",
    );
}

#[test]
fn nothing_runs_after_a_stop() {
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["stop 12:30"],
        "run 09:00-12:00",
    );
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["stop 11:00"],
        "run 09:00-11:00",
    );
    check(OFFICE, &["stop 08:00"], "");
}

#[test]
fn a_stop_within_a_hold_stops_all_the_same() {
    check(
        "run 09:00-18:00, hold 18:00-22:00",
        &["stop 20:00"],
        "run 09:00-20:00",
    );
    check(
        "run 09:00-18:00, hold 18:00-22:00",
        &["stop 17:00"],
        "run 09:00-17:00, hold 18:00-22:00",
    );
}

#[test]
fn a_stop_over_24_00_runs_into_the_next_morning() {
    check_two(
        [OFFICE, OFFICE],
        &["stop 26:00"],
        ["run 09:00-24:00", "run 00:00-02:00, run 09:00-18:00"],
    );
    check_two(
        [OFFICE, "hold 00:00-09:00"],
        &["stop 26:00"],
        ["run 09:00-24:00", "run 00:00-02:00"],
    );
}

#[test]
fn what_a_stop_prolongs_ends_where_the_run_of_the_next_day_begins() {
    check_two(
        [OFFICE, OFFICE],
        &["stop 34:00"],
        ["run 09:00-24:00", "run 00:00-18:00"],
    );
}

#[test]
fn a_stop_of_a_run_over_midnight_replaces_its_rest_on_the_next_morning() {
    let days = [EVENING, NIGHT];
    check_two(
        days,
        &["stop 28:00"],
        [EVENING, "run 00:00-04:00, run 22:00-24:00"],
    );
    check_two(
        days,
        &["stop 32:00"],
        [EVENING, "run 00:00-08:00, run 22:00-24:00"],
    );
    check_two(days, &["stop 24:00"], [EVENING, EVENING]);
    check_two(days, &["stop 23:00"], ["run 22:00-23:00", EVENING]);
}

#[test]
fn a_stop_on_a_day_without_a_run_changes_nothing() {
    check_two(["", OFFICE], &["stop 20:00"], ["", OFFICE]);
    check_two(["", OFFICE], &["stop 26:00"], ["", OFFICE]);
    check_two(["", OFFICE], &["stop none"], ["", OFFICE]);
}

#[test]
fn a_start_and_a_stop_make_a_day_of_their_own() {
    check("", &["start 10:00", "stop 15:00"], "run 10:00-15:00");
    check(OFFICE, &["stop 20:00", "start 08:00"], "run 08:00-20:00");
    check_two(
        ["", ""],
        &["start 20:00", "stop 26:00"],
        ["run 20:00-24:00", "run 00:00-02:00"],
    );
}

#[test]
fn a_cancelled_start_turns_the_runs_into_hold_and_keeps_the_stop() {
    check(OFFICE, &["start none"], "hold 09:00-18:00");
    check(
        "run 09:00-12:00, run 13:00-18:00",
        &["start none"],
        "hold 09:00-12:00, hold 13:00-18:00",
    );
    check("", &["start none"], "");
    check(OFFICE, &["start none", "stop 20:00"], "hold 09:00-20:00");
}

#[test]
fn a_cancelled_start_of_a_run_over_midnight_holds_its_rest_too() {
    check_two(
        [EVENING, NIGHT],
        &["start none"],
        ["hold 22:00-24:00", "hold 00:00-06:00, run 22:00-24:00"],
    );
}

#[test]
fn a_cancelled_stop_holds_until_the_next_run_begins() {
    check_two(
        [OFFICE, OFFICE],
        &["stop none"],
        [
            "run 09:00-18:00, hold 18:00-24:00",
            "hold 00:00-09:00, run 09:00-18:00",
        ],
    );
    check_two(
        [EVENING, NIGHT],
        &["stop none"],
        [
            EVENING,
            "run 00:00-06:00, hold 06:00-22:00, run 22:00-24:00",
        ],
    );
    check_two(
        ["run 09:00-24:00", OFFICE],
        &["stop none"],
        ["run 09:00-24:00", "hold 00:00-09:00, run 09:00-18:00"],
    );
}

#[test]
fn a_cancelled_stop_holds_to_the_end_of_the_following_day_at_most() {
    check_two(
        [OFFICE, ""],
        &["stop none"],
        ["run 09:00-18:00, hold 18:00-24:00", "hold 00:00-24:00"],
    );
}

#[test]
fn a_cancelled_stop_holds_until_the_next_run_begins_where_that_was_moved_to() {
    let held = |today: &str, exceptions: &[&str]| {
        shown(&plan(asked(OFFICE, today, &["stop none"], exceptions)))
    };
    assert_eq!(
        held(OFFICE, &["start 11:00"]),
        "hold 00:00-11:00, run 11:00-18:00"
    );
    assert_eq!(
        held(OFFICE, &["start 07:00"]),
        "hold 00:00-07:00, run 07:00-18:00"
    );
    assert_eq!(
        held("", &["start 07:00", "stop 12:00"]),
        "hold 00:00-07:00, run 07:00-12:00"
    );
    assert_eq!(held(OFFICE, &["start none"]), "hold 00:00-18:00");
}

#[test]
fn a_day_that_is_neither_started_nor_stopped_is_held() {
    check_two(
        [OFFICE, ""],
        &["start none", "stop none"],
        ["hold 09:00-24:00", "hold 00:00-24:00"],
    );
}

#[test]
fn what_was_carried_over_is_not_the_first_run_of_the_day() {
    let today = |exceptions: &[&str]| shown(&plan(asked(EVENING, NIGHT, &[], exceptions)));
    assert_eq!(today(&["start 20:00"]), "run 00:00-06:00, run 20:00-24:00");
    assert_eq!(today(&["start none"]), "run 00:00-06:00, hold 22:00-24:00");
    assert_eq!(today(&["stop 23:00"]), "run 00:00-06:00, run 22:00-23:00");
    let rest_only =
        |exceptions: &[&str]| shown(&plan(asked(EVENING, "run 00:00-06:00", &[], exceptions)));
    assert_eq!(rest_only(&["stop 08:00"]), "run 00:00-06:00");
    assert_eq!(
        rest_only(&["start 10:00"]),
        "run 00:00-06:00, run 10:00-24:00"
    );
}

#[test]
fn a_day_that_runs_throughout_has_a_run_of_its_own() {
    let today = |exceptions: &[&str]| {
        shown(&plan(asked(
            "run 00:00-24:00",
            "run 00:00-24:00",
            &[],
            exceptions,
        )))
    };
    assert_eq!(today(&["start 08:00"]), "run 08:00-24:00");
    assert_eq!(today(&["stop 20:00"]), "run 00:00-20:00");
    check_two(
        ["run 00:00-24:00", "run 00:00-24:00"],
        &["stop 20:00"],
        ["run 00:00-20:00", "run 00:00-24:00"],
    );
}

#[test]
fn a_rest_on_the_day_before_is_told_by_a_period_that_crosses_midnight() {
    let mut request = asked("run 00:00-06:00", "", &["stop 26:00"], &[]);
    assert_eq!(shown(&plan(request.clone())), "run 00:00-02:00");
    request.schedule = schedule(
        "seoul",
        [Period::named("night").begins("22:00").ends("06:00")],
    );
    assert_eq!(shown(&plan(request)), "");
}

#[test]
fn the_start_of_a_day_is_above_the_stop_of_the_day_before() {
    let both = |start: &str| shown(&plan(asked(EVENING, NIGHT, &["stop 25:00"], &[start])));
    assert_eq!(both("start 03:00"), "run 00:00-01:00, run 03:00-24:00");
    assert_eq!(both("start 00:30"), "run 00:00-24:00");
}

#[test]
fn a_span_says_who_asked_for_it_and_why() {
    let mut request = asked("", OFFICE, &[], &["stop 20:00"]);
    let reason = |request: &PlanRequest| {
        plan(request.clone())
            .span_at(19 * 60)
            .unwrap()
            .reason
            .clone()
    };
    assert_eq!(reason(&request), "exception by hana@example.com");
    request.exceptions[0].reason = Some("배포".into());
    assert_eq!(reason(&request), "exception by hana@example.com: 배포");
    request.exceptions[0].reason = Some("추".repeat(500));
    assert_eq!(reason(&request).chars().count(), 200);
}

#[test]
fn a_stop_that_was_moved_says_who_moved_it() {
    let plan = plan(asked("", OFFICE, &[], &["stop 17:00"]));
    let span = plan.span_at(17 * 60).unwrap();
    assert_eq!(
        (span.want, &*span.reason),
        (Want::Stop, "exception by hana@example.com")
    );
}

#[test]
fn a_moved_run_keeps_its_type_and_what_is_added_has_no_period() {
    let mut request = asked("", OFFICE, &[], &["start 07:00", "stop 20:00"]);
    for span in &mut request.so_far.spans {
        span.instance_type = Some("t3.large".into());
        span.period = Some("office-hours".into());
    }
    let plan = plan(request);
    let types: Vec<_> = plan
        .spans
        .iter()
        .map(|span| span.instance_type.as_deref())
        .collect();
    let periods: Vec<_> = plan
        .spans
        .iter()
        .map(|span| span.period.as_deref())
        .collect();
    assert_eq!(types, [Some("t3.large"); 3]);
    assert_eq!(periods, [None, Some("office-hours"), None]);
}

#[test]
fn what_runs_into_the_next_morning_keeps_its_type() {
    let mut request = asked(OFFICE, "", &["stop 26:00"], &[]);
    request.day_before.as_mut().unwrap().spans[0].instance_type = Some("t3.large".into());
    assert_eq!(
        plan(request).span_at(60).unwrap().instance_type.as_deref(),
        Some("t3.large")
    );
}

#[test]
fn override_status_has_no_exceptions() {
    let mut request = asked("", OFFICE, &[], &["start none", "stop 23:00"]);
    request.schedule.override_status = Some(Want::Run);
    assert_eq!(plan(request.clone()), request.so_far);
}

#[test]
fn notes_stay() {
    let mut request = asked("", OFFICE, &[], &["start none"]);
    request.so_far.note("추석");
    assert_eq!(plan(request).notes, ["추석"]);
}

#[test]
fn of_two_exceptions_for_a_turn_the_later_in_the_list_counts() {
    check(OFFICE, &["stop 20:00", "stop 21:00"], "run 09:00-21:00");
}

#[test]
fn dates_are_compared_over_the_end_of_a_month() {
    let mut request = request("2028-03-01");
    request.day_before = Some(day(OFFICE));
    request
        .exceptions
        .push(exception("2028-02-29", Turn::Stop, Some(26 * 60)));
    assert_eq!(date("2028-03-01").minus_days(1), date("2028-02-29"));
    assert_eq!(shown(&plan(request)), "run 00:00-02:00");
}
