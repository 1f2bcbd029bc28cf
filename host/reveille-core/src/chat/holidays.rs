//! `holiday`: the calendar that a schedule goes by, as people write it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use crate::{
    model::{
        CALENDAR_DATA, CALENDAR_OF_ALL, Calendar, Definitions, Holiday, Item, ItemKey,
        MAX_CALENDAR_DAYS, Schedule, calendar_data,
        reply::{HolidayChange, HolidaysChangedView, HolidaysView, NoSuchHoliday, Refusal, Reply},
    },
    port::{Change, Rules},
    timeline::Timeline,
};

use super::{
    done::Done,
    subject::{Subject, day, readers_of},
    trouble::Trouble,
};

/// How many of the days that have changed are told with their plan: more would be pages of a phone.
const TOLD_DAYS: usize = 3;

/// Days to write, from the first to the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// What they are called; days off have a name.
    pub(super) name: Option<&'a str>,
    pub(super) working: bool,
}

/// Shows what the calendar has from today on.
pub(super) fn list(subject: &Subject<'_>, definitions: &Definitions) -> Reply {
    let name = calendar_of(&subject.schedule);
    let from = subject.here.date;
    let ahead = |name: &str| {
        let calendar = definitions.calendars.get(name).map(AsRef::as_ref);
        calendar.map_or_else(Vec::new, |calendar| days_from(calendar, from))
    };
    let others = Some(CALENDAR_OF_ALL).filter(|of_all| *of_all != name);
    let faults = [name].into_iter().chain(others).flat_map(|name| {
        let faults = definitions.bad_calendars.get(name);
        faults.into_iter().flatten().map(ToString::to_string)
    });
    Reply::Holidays(HolidaysView {
        schedule: subject.name(),
        calendar: name.to_owned(),
        from,
        days: ahead(name),
        days_of_all: others.map(ahead).unwrap_or_default(),
        shared_with: shared_with(subject, definitions),
        read_by: subject.readers_of(CALENDAR_DATA),
        faults: faults.collect(),
    })
}

/// Writes days into the calendar, each in place of whatever it has for its date.
pub(super) fn set(subject: &Subject<'_>, kept: &Kept, days: Days<'_>) -> Result<Done, Trouble> {
    let mut calendar = kept.calendar(&subject.schedule)?;
    let mut changes = Vec::new();
    for date in dates(days.first, days.last) {
        let day = Holiday {
            date,
            name: days.name.map(str::to_owned),
            working: days.working,
        };
        changes.push((
            date,
            calendar.on(date).cloned().collect(),
            Some(day.clone()),
        ));
        calendar = calendar.with(day);
    }
    if calendar.days.len() > MAX_CALENDAR_DAYS {
        return Err(Refusal::CalendarFull {
            calendar: calendar.name,
            most: u32::try_from(MAX_CALENDAR_DAYS).unwrap_or(u32::MAX),
        }
        .into());
    }
    Ok(done(subject, kept, calendar, changes, Reply::HolidayAdded))
}

/// Takes days out of the calendar.
pub(super) fn delete(
    subject: &Subject<'_>,
    kept: &Kept,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Done, Trouble> {
    let mut calendar = kept.calendar(&subject.schedule)?;
    let mut changes = Vec::new();
    for date in dates(first, last) {
        let before: Vec<Holiday> = calendar.on(date).cloned().collect();
        if !before.is_empty() {
            calendar = calendar.without(date);
            changes.push((date, before, None));
        }
    }
    if changes.is_empty() {
        return Err(Refusal::NoSuchHoliday(Box::new(NoSuchHoliday {
            schedule: subject.name(),
            from: first,
            to: last,
            spans: day(&subject.timeline(), first),
            days: days_from(&calendar, subject.here.date),
            calendar: calendar.name,
        }))
        .into());
    }
    Ok(done(
        subject,
        kept,
        calendar,
        changes,
        Reply::HolidayDeleted,
    ))
}

/// The definitions as they stand in the store now: a calendar is written as a whole, so that what somebody else has
/// written a moment ago must be in it.
pub(super) struct Kept {
    items: Vec<Item>,
    definitions: Definitions,
}

impl Kept {
    pub(super) fn new(items: Vec<Item>, default_zone: Tz) -> Self {
        Self {
            definitions: Definitions::read(&items, default_zone),
            items,
        }
    }

    /// The calendar of `schedule`, an empty one where there is none.
    fn calendar(&self, schedule: &Schedule) -> Result<Calendar, Refusal> {
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

    /// The item of `calendar`, with everything else that stands in it.
    fn item(&self, calendar: &Calendar) -> Item {
        let key = ItemKey {
            kind: "calendar".to_owned(),
            name: calendar.name.clone(),
        };
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
    fn tried(&self, rules: &dyn Rules, calendar: &Calendar) -> Option<Arc<dyn Rules>> {
        let mut calendars: BTreeMap<String, Arc<Calendar>> = self.definitions.calendars.clone();
        calendars.insert(calendar.name.clone(), Arc::new(calendar.clone()));
        rules.with_data(CALENDAR_DATA, calendar_data(&calendars).as_bytes())
    }
}

type Changed = (NaiveDate, Vec<Holiday>, Option<Holiday>);

fn done(
    subject: &Subject<'_>,
    kept: &Kept,
    calendar: Calendar,
    changes: Vec<Changed>,
    reply: impl FnOnce(HolidaysChangedView) -> Reply,
) -> Done {
    let without_effect = subject.readers_of(CALENDAR_DATA).is_empty();
    let tried = kept.tried(subject.rules(), &calendar);
    let timeline = tried
        .as_ref()
        .map(|rules| Timeline::new(&**rules, &subject.schedule, &subject.exceptions));
    let changes = (0..).zip(changes).map(|(place, (date, before, after))| {
        let timeline = timeline.as_ref().filter(|_| place < TOLD_DAYS);
        HolidayChange {
            date,
            before,
            after,
            spans: timeline.map_or_else(Vec::new, |timeline| day(timeline, date)),
        }
    });
    Done {
        reply: reply(HolidaysChangedView {
            schedule: subject.name(),
            calendar: calendar.name.clone(),
            changes: changes.collect(),
            shared_with: shared_with(subject, &kept.definitions),
            without_effect,
        }),
        changes: vec![Change::PutItem(kept.item(&calendar))],
    }
}

/// The calendar that a schedule goes by.
fn calendar_of(schedule: &Schedule) -> &str {
    schedule
        .holiday_calendar
        .as_deref()
        .unwrap_or(CALENDAR_OF_ALL)
}

/// Names of the other schedules for which the calendar of `subject` holds.
fn shared_with(subject: &Subject<'_>, definitions: &Definitions) -> Vec<String> {
    let name = calendar_of(&subject.schedule);
    let readers = readers_of(subject.rules(), CALENDAR_DATA);
    let reads = |schedule: &Schedule| {
        schedule
            .rules
            .iter()
            .any(|rule| readers.contains(&rule.name))
    };
    let goes_by = |schedule: &Schedule| {
        calendar_of(schedule) == name || (name == CALENDAR_OF_ALL && reads(schedule))
    };
    definitions
        .schedules
        .values()
        .filter(|other| other.name != subject.schedule.name && goes_by(other))
        .map(|other| other.name.clone())
        .collect()
}

fn days_from(calendar: &Calendar, from: NaiveDate) -> Vec<Holiday> {
    let ahead = calendar.days.iter().filter(|day| from <= day.date);
    ahead.cloned().collect()
}

fn dates(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |date| *date <= last)
}
