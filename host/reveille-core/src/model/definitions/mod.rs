//! All definitions, read: what can be used, and what was set aside and why.
//!
//! Items are those of AWS Instance Scheduler's config table, in every spelling that it accepts, with Reveille's own
//! attributes beside them. Attributes that nobody knows are left alone, as there. What the texts of a period mean is
//! not read here: the `periods` rule does that.

mod calendar_item;
mod digest;
mod groups;
mod period_item;
mod reader;
mod reserved;
mod rule_item;
mod schedule_item;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;

use super::{Calendar, Fault, Item, Period, RuleSource, Schedule};

pub use reserved::{RESERVED_NAMES, is_reserved};

/// Everything that the config table says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definitions {
    /// By name.
    pub schedules: BTreeMap<String, Arc<Schedule>>,
    /// By name.
    pub periods: BTreeMap<String, Arc<Period>>,
    /// Calendars of the operators, by name.
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// Calendars that are there and cannot be read, by name, with everything that is wrong with each. Schedules that
    /// go by one are set aside.
    pub bad_calendars: BTreeMap<String, Vec<Fault>>,
    /// Rules that are not embedded, by name.
    pub rules: BTreeMap<String, RuleSource>,
    /// Names of schedules that are there and cannot be used, with everything that is wrong with each.
    pub set_aside: BTreeMap<String, Vec<Fault>>,
    /// Everything that is wrong, schedules and all else.
    pub faults: Vec<Fault>,
}

impl Definitions {
    /// Reads `items`, in whatever order. A bad item is set aside with every fault it has; a schedule without a zone
    /// gets `default_zone`.
    #[must_use]
    pub fn read(items: &[Item], default_zone: Tz) -> Self {
        let mut read = Self::default();
        let mut bad_periods = BTreeMap::new();
        for (name, period) in of_kind(items, "period") {
            match period.and_then(period_item::read) {
                Ok(period) => {
                    read.periods.insert(name.into(), Arc::new(period));
                }
                Err(faults) => {
                    read.faults.extend_from_slice(&faults);
                    bad_periods.insert(name.to_owned(), faults);
                }
            }
        }
        for (name, calendar) in of_kind(items, "calendar") {
            match calendar.and_then(calendar_item::read) {
                Ok(calendar) => {
                    read.calendars.insert(name.into(), Arc::new(calendar));
                }
                Err(faults) => {
                    read.faults.extend_from_slice(&faults);
                    read.bad_calendars.insert(name.into(), faults);
                }
            }
        }
        let surroundings = schedule_item::Surroundings {
            periods: &read.periods,
            bad_periods: &bad_periods,
            bad_calendars: &read.bad_calendars,
            default_zone,
        };
        for (name, schedule) in of_kind(items, "schedule") {
            match schedule.and_then(|item| schedule_item::read(item, &surroundings)) {
                Ok(schedule) => {
                    read.schedules.insert(name.into(), Arc::new(schedule));
                }
                Err(faults) => {
                    read.faults.extend_from_slice(&faults);
                    read.set_aside.insert(name.into(), faults);
                }
            }
        }
        for (name, rule) in of_kind(items, "rule") {
            match rule.and_then(rule_item::read) {
                Ok(Some(rule)) => {
                    read.rules.insert(name.into(), rule);
                }
                Ok(None) => {}
                Err(faults) => read.faults.extend(faults),
            }
        }
        read
    }

    /// Names of all schedules that are there, those that are set aside included, sorted.
    pub fn schedule_names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self
            .schedules
            .keys()
            .chain(self.set_aside.keys())
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.into_iter()
    }
}

/// The items of `kind` by name. Of two with one name, which a file may have, neither is read: which of them is meant
/// nobody can tell.
fn of_kind<'a>(items: &'a [Item], kind: &str) -> BTreeMap<&'a str, Result<&'a Item, Vec<Fault>>> {
    let mut named = BTreeMap::new();
    for item in items.iter().filter(|item| item.key.kind == kind) {
        named
            .entry(item.key.name.as_str())
            .and_modify(|first| {
                *first = Err(vec![Fault {
                    item: item.key.to_string(),
                    attribute: "name".into(),
                    message: "is defined twice; leave one of the two".into(),
                }]);
            })
            .or_insert(Ok(item));
    }
    named
}
