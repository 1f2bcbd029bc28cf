//! What AWS Instance Scheduler (v3.2.8) makes of definitions that it takes otherwise than Reveille: for people who
//! migrate, and to work out what it would decide.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use reveille_core::{
    model::{Definitions, Item, Schedule},
    port::Rules,
};
use serde_json::Value;

use crate::definitions_file::faults_of;

/// Attributes that it does not know.
const OURS: [&str; 9] = [
    "rules",
    "groups",
    "holiday_calendar",
    "notify",
    "quiet_hours",
    "warn_before_stop",
    "allow",
    "locale",
    "protect",
];
/// Those of them that can change what is decided.
const DECIDING: [&str; 4] = ["rules", "groups", "holiday_calendar", "protect"];
/// The fields of a period that hold elements such as `mon-fri/2`.
const FIELDS: [&str; 3] = ["weekdays", "monthdays", "months"];
/// Months have at least as many days: only what is beyond may be missing.
const DAYS_OF_EVERY_MONTH: u32 = 28;

/// Something in a definition that it takes otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `period office`.
    pub(crate) item: String,
    attribute: &'static str,
    told: String,
    there: There,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    /// The item is unusable, and with it every schedule that uses it.
    SetAside,
    /// Another value is read.
    Otherwise,
    /// The run never ends: nothing happens in the account and region.
    Hangs,
    /// The run breaks off in a month without this day.
    Breaks(u32),
    /// Chance decides.
    Chance,
    /// It is passed over.
    PassedOver,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}", self.item, self.attribute, self.told)
    }
}

/// A schedule as it takes it.
#[derive(Debug)]
pub(crate) struct OriginalSchedule {
    /// As it reads it; or why it does not know it.
    pub(crate) read: Result<Arc<Schedule>, String>,
    /// What it takes otherwise, in the schedule and in its periods.
    pub(crate) differences: Vec<Difference>,
}

impl OriginalSchedule {
    /// What keeps it from deciding anything on `date` in the account and region of the schedule's servers.
    pub(crate) fn breaks_run(&self, date: NaiveDate) -> Option<&Difference> {
        self.differences
            .iter()
            .find(|difference| match difference.there {
                There::Hangs => true,
                There::Breaks(day) => date.with_day(day).is_none(),
                There::SetAside | There::Otherwise | There::Chance | There::PassedOver => false,
            })
    }
}

/// The schedules of `items` as it takes them, by name. `zone` is that of schedules that have none, as its stack sets it.
pub(crate) fn schedules(
    items: &[Item],
    zone: Tz,
    rules: &dyn Rules,
) -> BTreeMap<String, OriginalSchedule> {
    let differences = differences(items);
    let read = as_read_there(items);
    let definitions = Definitions::read(&read, zone);
    let faults = faults_of(&read, zone, rules);
    let mut schedules = BTreeMap::new();
    for item in items.iter().filter(|item| item.key.kind == "schedule") {
        let uses = used_periods(item);
        let of_it: Vec<Difference> = differences
            .iter()
            .filter(|difference| {
                difference.item == item.key.to_string()
                    || uses
                        .iter()
                        .any(|name| difference.item == format!("period {name}"))
            })
            .cloned()
            .collect();
        let name = unreserved(&item.key.name);
        let key = format!("schedule {name}");
        let refused = of_it
            .iter()
            .find(|difference| difference.there == There::SetAside)
            .map(ToString::to_string)
            .or_else(|| {
                let fault = faults.iter().find(|fault| {
                    fault.item == key
                        || uses
                            .iter()
                            .any(|name| fault.item == format!("period {name}"))
                });
                fault.map(ToString::to_string)
            });
        let read = match (refused, definitions.schedules.get(&name)) {
            (None, Some(schedule)) => Ok(Arc::clone(schedule)),
            (Some(why), _) => Err(why),
            (None, None) => Err(format!("{}: it cannot be read", item.key)),
        };
        schedules.insert(
            item.key.name.clone(),
            OriginalSchedule {
                read,
                differences: of_it,
            },
        );
    }
    schedules
}

/// Everything in `items` that it takes otherwise, item by item.
pub(crate) fn differences(items: &[Item]) -> Vec<Difference> {
    let mut found = Vec::new();
    for item in items {
        match item.key.kind.as_str() {
            "period" => of_period(item, &mut found),
            "schedule" => of_schedule(item, items, &mut found),
            _ => {}
        }
    }
    found
}

/// Names that commands begin with cannot be schedules here, and can there.
fn unreserved(name: &str) -> String {
    format!("schedule:{name}")
}

/// The items without what it does not know, and with steps as it reads them.
fn as_read_there(items: &[Item]) -> Vec<Item> {
    let mut read = items.to_vec();
    for item in &mut read {
        match item.key.kind.as_str() {
            "schedule" => {
                item.attributes
                    .retain(|name, _| !OURS.contains(&name.as_str()));
                item.key.name = unreserved(&item.key.name);
            }
            "period" => {
                for field in FIELDS {
                    if let Some(value) = item.attributes.get_mut(field) {
                        let elements = elements(value).into_iter().map(step_there);
                        *value = elements.collect::<Vec<_>>().into();
                    }
                }
            }
            _ => {}
        }
    }
    read.retain(|item| matches!(item.key.kind.as_str(), "schedule" | "period"));
    read
}

fn of_period(item: &Item, found: &mut Vec<Difference>) {
    let mut add = |attribute, there, told: String| {
        found.push(Difference {
            item: item.key.to_string(),
            attribute,
            told,
            there,
        });
    };
    for field in FIELDS {
        let Some(value) = item.attributes.get(field) else {
            continue;
        };
        for element in elements(value) {
            if let Some((here, there)) = steps(element) {
                if there == 0 {
                    let told = format!(
                        "`{element}` steps by {here} here; AWS Instance Scheduler reads a step of 0 and never ends"
                    );
                    add(field, There::Hangs, told);
                } else if here != there {
                    let told = format!(
                        "`{element}` steps by {here} here, and by {there} in AWS Instance Scheduler, which reads the last \
                         digit only"
                    );
                    add(field, There::Otherwise, told);
                }
            }
            if let Some(day) = nearest_working_day(element).filter(|day| *day > DAYS_OF_EVERY_MONTH)
            {
                let told = format!(
                    "`{element}` matches no day of a month without a day {day}; AWS Instance Scheduler's run breaks off there"
                );
                add(field, There::Breaks(day), told);
            }
        }
    }
    let time = |attribute| {
        item.attributes
            .get(attribute)
            .and_then(Value::as_str)
            .and_then(minutes)
    };
    match (time("begintime"), time("endtime")) {
        (_, Some(end)) if end >= 24 * 60 => {
            let told =
                "24:00 is the end of the day here; AWS Instance Scheduler sets the period aside";
            add("endtime", There::SetAside, told.into());
        }
        (Some(begin), Some(end)) if begin > end => {
            let told = "is before the begin, so the period crosses midnight; AWS Instance Scheduler sets it aside";
            add("endtime", There::SetAside, told.into());
        }
        _ => {}
    }
}

fn of_schedule(item: &Item, items: &[Item], found: &mut Vec<Difference>) {
    let mut add = |attribute, there, told: String| {
        found.push(Difference {
            item: item.key.to_string(),
            attribute,
            told,
            there,
        });
    };
    let names = item
        .attributes
        .get("periods")
        .map(elements)
        .unwrap_or_default();
    let untrimmed = names.iter().find(|entry| {
        let name = entry.split_once('@').map_or(**entry, |(name, _)| name);
        name.trim() != name
    });
    if let Some(name) = untrimmed {
        let told = format!(
            "`{name}` is trimmed here; AWS Instance Scheduler looks for a period of that name with its space"
        );
        add("periods", There::SetAside, told);
    }
    let mut begins: BTreeMap<Option<u16>, &str> = BTreeMap::new();
    for entry in &names {
        let (name, instance_type) = entry.split_once('@').unwrap_or((entry, ""));
        let period = items
            .iter()
            .find(|item| item.key.kind == "period" && item.key.name == name.trim());
        let begin = period
            .and_then(|period| period.attributes.get("begintime"))
            .and_then(Value::as_str)
            .and_then(minutes);
        if *begins.entry(begin).or_insert(instance_type) != instance_type {
            let told = String::from(
                "two periods begin at the same time with different instance types; the first by name gives the type, \
                 in AWS Instance Scheduler chance does",
            );
            add("periods", There::Chance, told);
            break;
        }
    }
    for attribute in DECIDING {
        if item.attributes.contains_key(attribute) {
            let told = String::from("is Reveille's; AWS Instance Scheduler passes over it");
            add(attribute, There::PassedOver, told);
        }
    }
}

/// The texts of a set, or of one text with commas between them, as they stand.
fn elements(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split(',').collect(),
        Value::Array(values) => values
            .iter()
            .filter_map(Value::as_str)
            .flat_map(|text| text.split(','))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

fn used_periods(item: &Item) -> Vec<&str> {
    let names = item
        .attributes
        .get("periods")
        .map(elements)
        .unwrap_or_default();
    let name = |entry: &'_ str| entry.find('@').unwrap_or(entry.len());
    names
        .into_iter()
        .map(|entry| entry[..name(entry)].trim())
        .collect()
}

/// The step of `mon-fri/12` here and there.
fn steps(element: &str) -> Option<(u32, u32)> {
    let (_, step) = element.split_once('/')?;
    let step = step.trim();
    let here = number(step)?;
    let last = step.chars().next_back().and_then(digit)?;
    Some((here, last))
}

fn step_there(element: &str) -> String {
    match (element.split_once('/'), steps(element)) {
        (Some((range, _)), Some((here, there))) if here != there && there > 0 => {
            format!("{range}/{there}")
        }
        _ => element.to_owned(),
    }
}

/// The day of `31W`.
fn nearest_working_day(element: &str) -> Option<u32> {
    number(element.trim().strip_suffix(['w', 'W'])?)
}

/// Digits of either width, as Python reads them.
fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0_u32, |number, c| {
        number.checked_mul(10)?.checked_add(digit(c)?)
    })
}

fn digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => c.to_digit(10),
    }
}

/// `9:30` as minutes of the day.
fn minutes(time: &str) -> Option<u16> {
    let (hours, minutes) = time.trim().split_once(':')?;
    u16::try_from(number(hours)? * 60 + number(minutes)?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use reveille_core::testing::PaintedRules;
    use serde_json::json;

    use super::*;

    fn items(values: serde_json::Value) -> Vec<Item> {
        serde_json::from_value(values).unwrap()
    }

    #[track_caller]
    fn check(values: serde_json::Value, told: &[&str]) {
        let found = differences(&items(values));
        assert_eq!(found.len(), told.len(), "{found:?}");
        for (difference, told) in found.iter().zip(told) {
            assert!(difference.to_string().contains(told), "{difference}");
        }
    }

    #[test]
    fn what_both_take_alike_is_no_difference() {
        check(
            json!([
                {"type": "period", "name": "p", "begintime": "09:00", "endtime": "17:00", "weekdays": ["mon-fri/2"],
                 "monthdays": "1/02, 15W,28w", "months": ["jan/3", "１/３"]},
                {"type": "period", "name": "q", "begintime": "20:00"},
                {"type": "schedule", "name": "s", "periods": ["p", "q@t3.small"], "allow": ["a@b.c"]},
            ]),
            &[],
        );
    }

    #[test]
    fn steps_of_several_digits_are_told_with_both_readings() {
        check(
            json!([{"type": "period", "name": "p", "monthdays": ["1/12", "1-31/15", "1/10", "2/３１"]}]),
            &[
                "`1/12` steps by 12 here, and by 2",
                "by 15 here, and by 5",
                "never ends",
                "by 31 here, and by 1",
            ],
        );
    }

    #[test]
    fn what_is_read_otherwise_is_read_so_for_the_original() {
        let items = items(json!([
            {"type": "period", "name": "p", "monthdays": ["1/12", "5"]},
            {"type": "schedule", "name": "help", "periods": ["p"], "groups": [{"name": "g"}]},
        ]));
        let schedules = schedules(
            &items,
            chrono_tz::UTC,
            &PaintedRules::every_day("09:00", "17:00"),
        );
        let schedule = schedules["help"].read.as_ref().unwrap();
        assert_eq!(
            schedule.periods[0].period.monthdays.as_deref(),
            Some(&["1/2".to_owned(), "5".to_owned()][..])
        );
        assert!(schedule.groups.is_empty());
        assert_eq!(schedules["help"].differences.len(), 2);
    }

    #[test]
    fn a_day_that_a_month_lacks_breaks_the_run_in_that_month() {
        let items = items(json!([
            {"type": "period", "name": "p", "monthdays": ["31W"]},
            {"type": "schedule", "name": "s", "periods": ["p"]},
        ]));
        let schedules = schedules(
            &items,
            chrono_tz::UTC,
            &PaintedRules::every_day("09:00", "17:00"),
        );
        let breaks = |month| {
            let date = NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
            schedules["s"].breaks_run(date).is_some()
        };
        assert_eq!((breaks(11), breaks(12)), (true, false));
    }

    #[test]
    fn what_it_sets_aside_it_does_not_know() {
        for (period, periods) in [
            (
                json!({"begintime": "22:00", "endtime": "06:00"}),
                json!(["p"]),
            ),
            (
                json!({"begintime": "22:00", "endtime": "24:00"}),
                json!(["p"]),
            ),
            (json!({"begintime": "08:00"}), json!("q, p")),
            (json!({"begintime": "08:00"}), json!(["gone"])),
        ] {
            let mut item = json!({"type": "period", "name": "p"});
            item.as_object_mut()
                .unwrap()
                .extend(period.as_object().unwrap().clone());
            let items = items(json!([
                item,
                {"type": "period", "name": "q", "begintime": "08:00"},
                {"type": "schedule", "name": "s", "periods": periods},
            ]));
            let schedules = schedules(
                &items,
                chrono_tz::UTC,
                &PaintedRules::every_day("09:00", "17:00"),
            );
            assert!(schedules["s"].read.is_err(), "{periods} {period}");
        }
    }

    #[test]
    fn equal_begins_with_different_types_are_left_to_chance() {
        check(
            json!([
                {"type": "period", "name": "a", "begintime": "9:00"},
                {"type": "period", "name": "b", "begintime": "09:00"},
                {"type": "schedule", "name": "s", "periods": ["a@t3.small", "b@t3.large"]},
            ]),
            &["chance"],
        );
    }
}
