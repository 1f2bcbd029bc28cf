//! What holds of every year, and of every plan.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use kr_holidays::{FIRST_YEAR, Holiday, KrHolidays, LAST_YEAR, Occasion, calendar};
use proptest::{collection::vec, prelude::*, sample::select};
use reveille_sdk::{
    DAY, Planner as _,
    chrono::Weekday,
    planner::{Guest as _, PlanRequest},
    testing,
    types::{Date, DayPlan, Period, Want},
};

fn years() -> impl Iterator<Item = (u16, kr_holidays::Calendar)> {
    (FIRST_YEAR..=LAST_YEAR).map(|year| (year, calendar(year).unwrap()))
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn day_of(holiday: Holiday, calendar: &kr_holidays::Calendar) -> Date {
    let mut days = calendar
        .iter()
        .filter(|(_, day)| day.contains(&Occasion::Itself(holiday)));
    let (date, _) = days.next().unwrap();
    assert_eq!(days.next(), None, "{holiday:?}");
    *date
}

#[test]
fn a_year_has_sixteen_to_twenty_six_days_off_and_all_are_its_own() {
    for (year, calendar) in years() {
        assert!(
            (16..=26).contains(&calendar.len()),
            "{year}: {}",
            calendar.len()
        );
        assert!(calendar.keys().all(|date| date.year == year));
        assert!(calendar.values().all(|day| !day.is_empty()));
    }
}

#[test]
fn the_years_outside_are_not_known() {
    assert_eq!(calendar(FIRST_YEAR - 1), None);
    assert_eq!(calendar(LAST_YEAR + 1), None);
    assert_eq!(calendar(0), None);
    assert_eq!(calendar(u16::MAX), None);
}

#[test]
fn a_substitute_is_never_on_a_weekend_or_on_another_holiday() {
    for (_, calendar) in years() {
        for (date, day) in calendar {
            let substitutes = day
                .iter()
                .filter(|occasion| matches!(occasion, Occasion::Substitute(_)))
                .count();
            assert!(
                substitutes == 0 || (substitutes == day.len() && !is_weekend(date)),
                "{date}"
            );
        }
    }
}

#[test]
fn a_substitute_follows_what_it_makes_up_for_with_nothing_but_days_off_between() {
    for (_, calendar) in years() {
        for (date, day) in &calendar {
            let Occasion::Substitute(_) = day[0] else {
                continue;
            };
            let mut before = date.minus_days(1);
            let mut days = 0;
            while calendar.contains_key(&before) || is_weekend(before) {
                before = before.minus_days(1);
                days += 1;
            }
            assert!((1..=8).contains(&days), "{date}");
            let made_up_for = (1..=days).map(|back| date.minus_days(back)).any(|earlier| {
                calendar
                    .get(&earlier)
                    .is_some_and(|there| there.contains(&Occasion::Itself(day[0].holiday())))
            });
            assert!(made_up_for, "{date}");
        }
    }
}

#[test]
fn new_years_day_memorial_day_and_elections_are_never_made_up_for() {
    for (_, calendar) in years() {
        for occasion in calendar.values().flatten() {
            assert!(
                !matches!(
                    occasion,
                    Occasion::Substitute(
                        Holiday::NewYear
                            | Holiday::Memorial
                            | Holiday::Presidential
                            | Holiday::Assembly
                            | Holiday::Local
                            | Holiday::Temporary
                    )
                ),
                "{occasion:?}"
            );
        }
    }
}

#[test]
fn the_lunar_days_lie_where_the_moon_can_bring_them() {
    // A lunar year is 354 or 384 days long.
    let mut last: Option<Date> = None;
    for (year, calendar) in years() {
        let on = |month, day| Date { year, month, day };
        let seollal = day_of(Holiday::Seollal, &calendar);
        assert!((on(1, 21)..=on(2, 20)).contains(&seollal), "{seollal}");
        let buddha = day_of(Holiday::Buddha, &calendar);
        assert!((on(4, 28)..=on(5, 29)).contains(&buddha), "{buddha}");
        let chuseok = day_of(Holiday::Chuseok, &calendar);
        assert!((on(9, 7)..=on(10, 8)).contains(&chuseok), "{chuseok}");
        if let Some(last) = last {
            let days = (seollal.naive() - last.naive()).num_days();
            assert!(
                (353..=355).contains(&days) || (383..=385).contains(&days),
                "{seollal}: {days}"
            );
        }
        last = Some(seollal);
        for (middle, eve, after) in [
            (seollal, Holiday::SeollalEve, Holiday::SeollalAfter),
            (chuseok, Holiday::ChuseokEve, Holiday::ChuseokAfter),
        ] {
            assert_eq!(day_of(eve, &calendar), middle.minus_days(1));
            assert_eq!(day_of(after, &calendar), middle.plus_days(1));
        }
    }
}

#[test]
fn elections_are_on_wednesdays_but_for_the_one_after_a_vacancy() {
    for (_, calendar) in years() {
        for (date, day) in calendar {
            let is_election = day.iter().any(|occasion| {
                matches!(
                    occasion.holiday(),
                    Holiday::Presidential | Holiday::Assembly | Holiday::Local
                )
            });
            if is_election && date.year != 2025 {
                assert_eq!(date.weekday(), Weekday::Wed, "{date}");
            }
        }
    }
}

/// Any date that is known, half of them days off or the day after one.
fn any_date() -> impl Strategy<Value = Date> {
    let off: Vec<Date> = years()
        .flat_map(|(_, calendar)| calendar.into_keys())
        .collect();
    prop_oneof![
        (0..12_053_u16).prop_map(|days| testing::date("2018-01-01").plus_days(days)),
        (select(off), 0..2_u16).prop_map(|(date, days)| date.plus_days(days)),
    ]
}

prop_compose! {
    fn any_request()(
        date in any_date(),
        spans in vec((0..DAY, 1..600_u16, select(vec![Want::Run, Want::Run, Want::Hold, Want::Stop])), 0..5),
        crosses in any::<bool>(),
        config in select(vec!["{}", r#"{ "policy": "skip-starts" }"#]),
    ) -> PlanRequest {
        let mut request = testing::request("2018-01-01");
        request.date = date;
        for (begin, length, want) in spans {
            request.so_far.paint(begin, begin + length, want, "so far");
        }
        if crosses {
            let night = Period::named("night").begins("22:00").ends("02:00");
            request.schedule = testing::schedule("seoul", [night]);
        }
        request.config = config.into();
        request
    }
}

fn is_off(date: Date) -> bool {
    calendar(date.year).is_some_and(|calendar| calendar.contains_key(&date))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stops_are_never_skipped_and_nothing_starts_that_would_not(request in any_request()) {
        let before = request.so_far.clone();
        let after = KrHolidays::plan_day(request).unwrap();
        for minute in 0..DAY {
            match before.want_at(minute) {
                Want::Stop => prop_assert_eq!(after.want_at(minute), Want::Stop, "{}", minute),
                Want::Hold => prop_assert_ne!(after.want_at(minute), Want::Run, "{}", minute),
                Want::Run => {}
            }
        }
    }

    #[test]
    fn a_plan_is_what_the_host_takes(request in any_request()) {
        let DayPlan { spans, notes } = KrHolidays::plan_day(request).unwrap();
        prop_assert!(spans.iter().all(|span| span.begin < span.end && span.end <= DAY));
        prop_assert!(spans.is_sorted_by(|one, next| one.end <= next.begin));
        prop_assert!(notes.len() <= 1);
    }

    #[test]
    fn a_day_that_is_not_off_and_follows_none_is_left_as_it_is(request in any_request()) {
        prop_assume!(!is_off(request.date) && !is_off(request.date.minus_days(1)));
        let before = request.so_far.clone();
        prop_assert_eq!(KrHolidays::plan_day(request).unwrap(), before);
    }

    #[test]
    fn on_a_day_off_nothing_begins_to_run(request in any_request()) {
        prop_assume!(is_off(request.date));
        let after = KrHolidays::plan_day(request).unwrap();
        prop_assert!(after.runs().all(|run| run.begin == 0 && run.end <= 120));
    }

    #[test]
    fn no_date_makes_it_panic(year in any::<u16>(), month in 1..13_u8, day in 1..29_u8) {
        let mut request = testing::request("2026-01-01");
        request.date = Date { year, month, day };
        request.schedule = testing::schedule("seoul", [Period::named("night").begins("22:00").ends("02:00")]);
        request.so_far.paint(0, 120, Want::Run, "period night");
        let known = (FIRST_YEAR..=LAST_YEAR).contains(&year);
        prop_assert_eq!(KrHolidays::plan_day(request).is_ok(), known);
    }
}

#[test]
fn it_says_what_it_is_within_the_limits_of_the_contract() {
    let description: reveille_sdk::about::Description = KrHolidays::ABOUT.into();
    assert!(description.summary.chars().count() <= 200);
    assert_eq!(description.needs.data, [kr_holidays::DATA]);
}
