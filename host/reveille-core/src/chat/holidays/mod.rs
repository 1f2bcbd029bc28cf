//! `holiday`: the calendar that a schedule goes by, as people write it.

mod kept;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub(super) use self::kept::Kept;
use super::{
    done::Done,
    subject::{Subject, day, readers_of},
    trouble::Trouble,
};
use crate::{
    model::{
        CALENDAR_DATA, CALENDAR_OF_ALL, Calendar, Definitions, Holiday, MAX_CALENDAR_DAYS,
        Schedule,
        reply::{HolidayChange, HolidaysChangedView, HolidaysView, NoSuchHoliday, Refusal, Reply},
    },
    port::Change,
    timeline::Timeline,
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
pub(super) fn list(subject: &Subject<'_>, definitions: &Definitions, are_read: bool) -> Reply {
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
        read_by: if are_read {
            subject.readers_of(CALENDAR_DATA)
        } else {
            Vec::new()
        },
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

type Changed = (NaiveDate, Vec<Holiday>, Option<Holiday>);

fn done(
    subject: &Subject<'_>,
    kept: &Kept,
    calendar: Calendar,
    changes: Vec<Changed>,
    reply: impl FnOnce(HolidaysChangedView) -> Reply,
) -> Done {
    let without_effect = !kept.are_read || subject.readers_of(CALENDAR_DATA).is_empty();
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
        changes: vec![
            kept.expected(&calendar.name),
            Change::PutItem(kept.item(&calendar)),
        ],
    }
}

/// The calendar that a schedule goes by.
fn calendar_of(schedule: &Schedule) -> &str {
    schedule
        .holiday_calendar
        .as_deref()
        .unwrap_or(CALENDAR_OF_ALL)
}

/// Names of the other schedules that change with the calendar of `subject`.
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
        (name == CALENDAR_OF_ALL || calendar_of(schedule) == name) && reads(schedule)
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
