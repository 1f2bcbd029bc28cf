//! `periods` and `exceptions`.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate};
use proptest::{collection::vec, prelude::*, sample::select};
use reveille_core::{
    model::{Exception, LATEST_EXCEPTION_MINUTE, Minute, Period, PeriodUse, Schedule, Turn, Want},
    port::{PlanRequest, Rules},
    testing::{date, schedule as new_schedule},
};
use reveille_tests::NativeRules;

use super::{assert_agree, config, dates, new_digest, options_of, sandbox, texts, wants};

/// One in some of them cannot be read.
fn elements(
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> BoxedStrategy<Option<Vec<String>>> {
    let element = prop_oneof![30 => select(good), 1 => select(bad)].prop_map(str::to_owned);
    options_of(vec(element, 1..4))
}

fn times() -> BoxedStrategy<Option<String>> {
    let good = (0u16..24, 0u16..60, any::<bool>()).prop_map(|(hour, minute, padded)| {
        if padded {
            format!("{hour:02}:{minute:02}")
        } else {
            format!("{hour}:{minute:02}")
        }
    });
    let round = select(vec!["00:00", "09:00", "18:00", "23:59", "24:00"]).prop_map(str::to_owned);
    let bad = select(vec!["", "24:01", "9", "09.00", "٠٩:٠٠", "noon"]).prop_map(str::to_owned);
    options_of(prop_oneof![20 => good, 20 => round, 1 => bad])
}

fn periods() -> BoxedStrategy<PeriodUse> {
    const WEEKDAYS: &[&str] = &[
        "mon-fri", "mon", "sun", "fri-mon", "0-4", "6", "mon#1", "friL", "tue/2", "*", "sat,sun",
        "monday",
    ];
    const MONTHDAYS: &[&str] = &[
        "1-7", "L", "15W", "31W", "1/7", "28-3", "31", "*", "1,15", "10-20/3",
    ];
    const MONTHS: &[&str] = &[
        "jan", "oct-mar", "1/3", "12", "jun-aug", "*", "february", "2-11",
    ];
    // Longer names are refused by the host, as the test of what planners answer says.
    let names = texts().prop_map(|name| name.chars().take(200).collect::<String>());
    (
        names,
        times(),
        times(),
        elements(WEEKDAYS, &["someday", "mon#6", "7", "mon/0"]),
        elements(MONTHDAYS, &["0", "32", "1/0", "W"]),
        elements(MONTHS, &["13", "smarch", "0"]),
        options_of(select(vec!["t3.micro".to_owned(), "m5.large".to_owned()])),
    )
        .prop_map(
            |(name, begin_time, end_time, weekdays, monthdays, months, instance_type)| PeriodUse {
                period: Arc::new(Period {
                    name,
                    begin_time,
                    end_time,
                    weekdays,
                    monthdays,
                    months,
                    description: None,
                    configured_in_stack: None,
                }),
                instance_type,
            },
        )
        .boxed()
}

fn schedules() -> BoxedStrategy<Schedule> {
    let zones = select(vec![
        "Asia/Seoul",
        "America/New_York",
        "Pacific/Apia",
        "UTC",
    ]);
    let overrides = prop_oneof![12 => Just(None), 1 => wants().prop_map(Some)];
    (vec(periods(), 0..5), zones, overrides)
        .prop_map(|(mut periods, zone, override_status)| {
            periods.sort_by(|one, other| one.period.name.cmp(&other.period.name));
            periods.dedup_by(|one, other| one.period.name == other.period.name);
            new_schedule("seoul")
                .zone(zone)
                .with(|schedule| {
                    schedule.periods = periods;
                    schedule.override_status = override_status.filter(|want| *want != Want::Hold);
                })
                .build()
        })
        .boxed()
}

/// An exception: days after the first, turn, time, by whom and why.
type Asked = (u64, Turn, Option<Minute>, String, Option<String>);

/// At most one for each turn of each of the days around `date`, in their order.
fn exceptions() -> BoxedStrategy<Vec<Asked>> {
    let at = (0..=LATEST_EXCEPTION_MINUTE.0).prop_map(Minute);
    let one = move |offset, turn| {
        let set = (options_of(at.clone()), texts(), options_of(texts()))
            .prop_map(move |(at, by, reason)| (offset, turn, at, by, reason));
        proptest::option::weighted(0.35, set)
    };
    let mut all = Vec::new();
    for offset in 0..4 {
        all.extend([one(offset, Turn::Start), one(offset, Turn::Stop)]);
    }
    all.prop_map(|set| set.into_iter().flatten().collect())
        .boxed()
}

fn around(date: NaiveDate, set: Vec<Asked>) -> Vec<Exception> {
    let first = date - Days::new(2);
    set.into_iter()
        .map(|(offset, action, at, by, reason)| Exception {
            schedule: "seoul".to_owned(),
            date: first + Days::new(offset),
            action,
            at,
            by,
            reason,
            created_at: DateTime::UNIX_EPOCH,
        })
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn planners_paint_as_their_libraries(
        mut schedule in schedules(),
        date in dates(),
        set in exceptions(),
    ) {
        schedule.digest = new_digest();
        let exceptions = around(date, set);
        let request = PlanRequest { schedule: &schedule, date, exceptions: &exceptions };
        let library = NativeRules::default();

        let painted = library.layers(&request);
        for layer in painted.iter().flatten() {
            prop_assert_eq!(layer.plan.check(), Ok(()), "{}", layer.rule);
        }
        assert_agree(&sandbox().layers(&request), &painted);
        let plan = library.plan(&request);
        assert_agree(&sandbox().plan(&request), &plan);
        // What is kept of the first time is what was answered.
        assert_agree(&sandbox().plan(&request), &plan);
    }

    #[test]
    fn planners_find_the_faults_that_their_libraries_find(mut schedule in schedules()) {
        schedule.digest = new_digest();
        let library = NativeRules::default().check_schedule(&schedule);
        prop_assert_eq!(sandbox().check_schedule(&schedule), library);
    }
}

#[test]
fn exceptions_of_other_days_leave_a_plan_as_it_is() {
    let schedule = new_schedule("seoul")
        .with(|schedule| schedule.digest = new_digest())
        .build();
    let date = date(2026, 11, 23);
    let far = around(
        date,
        vec![(0, Turn::Start, Some(Minute(540)), "hana".to_owned(), None)],
    );
    let plan = |exceptions| {
        sandbox().plan(&PlanRequest {
            schedule: &schedule,
            date,
            exceptions,
        })
    };
    assert_eq!(plan(&far), plan(&[]));
}
