//! The computed holidays against the official tables of 2024 to 2027, day by day.
//!
//! `holidays-2024-2027.csv` is what the Python package `holidays` 0.109 (MIT) computes, which is what the official
//! calendars (월력요항) of these years say. Its names are in its own words; each must mean what is computed.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use kr_holidays::{Holiday, Occasion, calendar};
use reveille_sdk::types::Date;

fn official() -> BTreeMap<Date, String> {
    include_str!("holidays-2024-2027.csv")
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap())
        .map(|(date, names)| (date.parse().unwrap(), names.to_owned()))
        .collect()
}

#[test]
fn every_day_of_2024_to_2027_is_off_when_it_is_officially_and_only_then() {
    let official = official();
    let mut date: Date = "2024-01-01".parse().unwrap();
    let mut off = 0;
    while date.year <= 2027 {
        let computed = calendar(date.year).unwrap();
        assert_eq!(
            computed.contains_key(&date),
            official.contains_key(&date),
            "{date}"
        );
        off += usize::from(computed.contains_key(&date));
        date = date.plus_days(1);
    }
    assert_eq!(off, official.len());
}

#[test]
fn every_day_of_2024_to_2027_is_off_for_the_reason_that_it_officially_is() {
    for (date, names) in official() {
        let computed = calendar(date.year).unwrap().remove(&date).unwrap();
        let said: BTreeSet<_> = names
            .split("; ")
            .map(|name| read(name, &computed))
            .collect();
        let computed: BTreeSet<_> = computed.into_iter().collect();
        assert_eq!(computed, said, "{date}: {names}");
    }
}

/// What a name means; where it means several holidays, the one that was computed.
#[track_caller]
fn read(name: &str, computed: &[Occasion]) -> Occasion {
    let substituted = name.strip_suffix(" 대체 휴일");
    let as_meant = |holiday| match substituted {
        Some(_) => Occasion::Substitute(holiday),
        None => Occasion::Itself(holiday),
    };
    let meant = Holiday::meant_by(substituted.unwrap_or(name));
    meant
        .into_iter()
        .map(as_meant)
        .find(|occasion| computed.contains(occasion))
        .unwrap_or_else(|| as_meant(Holiday::meant_by(substituted.unwrap_or(name))[0]))
}
