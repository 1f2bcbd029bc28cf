//! The calendars as they stand in the store now.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{super::Manners, calendar_of};
use crate::{
    model::{
        CALENDAR_DATA, Calendar, Definitions, Item, ItemKey, Schedule, calendar_data,
        reply::Refusal,
    },
    port::{Change, Rules},
};

/// The definitions as they stand in the store now: a calendar is written as a whole, so that what somebody else has
/// written a moment ago must be in it.
pub(in crate::chat) struct Kept {
    items: Vec<Item>,
    pub(super) definitions: Definitions,
    /// Whether rules read the calendars.
    pub(super) are_read: bool,
}

impl Kept {
    pub(in crate::chat) fn new(items: Vec<Item>, manners: &Manners) -> Self {
        Self {
            definitions: Definitions::read(&items, manners.timezone),
            items,
            are_read: manners.calendars_are_read,
        }
    }

    /// The calendar of `schedule`, an empty one where there is none.
    pub(super) fn calendar(&self, schedule: &Schedule) -> Result<Calendar, Refusal> {
        let name = calendar_of(schedule);
        if let Some(faults) = self.definitions.bad_calendars.get(name) {
            return Err(Refusal::CalendarUnreadable {
                calendar: name.to_owned(),
                faults: faults.iter().map(ToString::to_string).collect(),
            });
        }
        let empty = || Calendar {
            name: name.to_owned(),
            days: Vec::new(),
        };
        let kept = self.definitions.calendars.get(name);
        Ok(kept.map_or_else(empty, |calendar| (**calendar).clone()))
    }

    /// That the calendar of this name is as it was read.
    pub(super) fn expected(&self, name: &str) -> Change {
        let key = key_of(name);
        let kept = self.items.iter().find(|item| item.key == key);
        Change::Expect {
            attributes: kept.map(|item| item.attributes.clone()),
            key,
        }
    }

    /// The item of `calendar`, with everything else that stands in it.
    pub(super) fn item(&self, calendar: &Calendar) -> Item {
        let key = key_of(&calendar.name);
        let kept = self.items.iter().find(|item| item.key == key).cloned();
        let mut item = kept.unwrap_or_else(|| Item {
            key,
            attributes: serde_json::Map::new(),
        });
        let lines = calendar.days.iter();
        let lines = lines.map(|day| Value::String(day.to_string())).collect();
        item.attributes
            .insert("days".to_owned(), Value::Array(lines));
        item
    }

    /// `rules` as they answer with `calendar`; none where that cannot be told before it is written.
    pub(super) fn tried(&self, rules: &dyn Rules, calendar: &Calendar) -> Option<Arc<dyn Rules>> {
        if !self.are_read {
            return None;
        }
        let mut calendars: BTreeMap<String, Arc<Calendar>> = self.definitions.calendars.clone();
        calendars.insert(calendar.name.clone(), Arc::new(calendar.clone()));
        rules.with_data(CALENDAR_DATA, calendar_data(&calendars).as_bytes())
    }
}

fn key_of(calendar: &str) -> ItemKey {
    ItemKey {
        kind: "calendar".to_owned(),
        name: calendar.to_owned(),
    }
}
