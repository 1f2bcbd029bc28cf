//! Calendars of the operators: days off that no rule can know, and days that are worked on all the same.
//!
//! A day is one line of text, the same that rules read: `2026-12-24 창립기념일`, or with a minus
//! (`- 2026-10-09 release`) a day that is taken out of the days off.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::NaiveDate;
use serde::Serialize;
use thiserror::Error;

/// The calendar that holds for every schedule, and the one that a schedule without `holiday_calendar` is given.
pub const CALENDAR_OF_ALL: &str = "holidays";
/// The data source that rules read the calendars by.
pub const CALENDAR_DATA: &str = "holidays";
/// Most days of a calendar: with names of the longest kind they still fit into an item of DynamoDB (400 KB).
pub const MAX_CALENDAR_DAYS: usize = 1_000;
/// Most characters of the name of a day; it becomes the reason of a span, which has 200.
pub const MAX_HOLIDAY_NAME_CHARS: usize = 100;

/// Length of `2026-12-24`.
const DATE_BYTES: usize = 10;

/// One line of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// What it is called, or why people work on it; a day off has a name.
    pub name: Option<String>,
    /// Whether the line takes the day out of the days off.
    pub working: bool,
}

/// Why a line says nothing that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LineFault {
    /// There is no date at its begin, or no space after it.
    #[error(
        "is no day; write a date and a name such as `2026-12-24 창립기념일`, or `- 2026-12-24` to take a day out"
    )]
    NoDay,
    /// A day off without a name.
    #[error("has no name; write what the day is called after its date")]
    NoName,
    /// The name is longer than [`MAX_HOLIDAY_NAME_CHARS`].
    #[error("has a name of over {MAX_HOLIDAY_NAME_CHARS} characters; shorten it")]
    LongName,
    /// It has a line break or another control character in it.
    #[error("has a line break or another control character in it; take it out")]
    Control,
}

impl Holiday {
    /// Reads a line.
    ///
    /// # Errors
    /// The [`LineFault`] that keeps it from being one.
    pub fn read(line: &str) -> Result<Self, LineFault> {
        let line = line.trim();
        if line.chars().any(|c| c.is_control() && c != '\t') {
            return Err(LineFault::Control);
        }
        let (rest, working) = match line.strip_prefix('-') {
            Some(rest) => (rest.trim_start(), true),
            None => (line, false),
        };
        let (date, name) = rest.split_at_checked(DATE_BYTES).ok_or(LineFault::NoDay)?;
        let is_written_out = date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let date = Some(date)
            .filter(|_| is_written_out)
            .and_then(|date| date.parse().ok())
            .ok_or(LineFault::NoDay)?;
        let name = match name.strip_prefix([',', ' ', '\t']) {
            Some(name) => name.trim_start(),
            None if name.is_empty() => name,
            None => return Err(LineFault::NoDay),
        };
        if name.is_empty() && !working {
            return Err(LineFault::NoName);
        }
        if name.chars().count() > MAX_HOLIDAY_NAME_CHARS {
            return Err(LineFault::LongName);
        }
        Ok(Self {
            date,
            name: (!name.is_empty()).then(|| name.to_owned()),
            working,
        })
    }
}

/// As it stands in a calendar.
impl fmt::Display for Holiday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.working {
            f.write_str("- ")?;
        }
        write!(f, "{}", self.date)?;
        self.name
            .as_ref()
            .map_or(Ok(()), |name| write!(f, " {name}"))
    }
}

/// A calendar of the operators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// By date, at most [`MAX_CALENDAR_DAYS`]. Of one date there may be several, in the order in which they were
    /// written.
    pub days: Vec<Holiday>,
}

impl Calendar {
    /// The lines of `date`.
    pub fn on(&self, date: NaiveDate) -> impl Iterator<Item = &Holiday> {
        self.days.iter().filter(move |day| day.date == date)
    }

    /// The same calendar with `day` as the only line of its date.
    #[must_use]
    pub fn with(&self, day: Holiday) -> Self {
        let mut calendar = self.without(day.date);
        let place = calendar.days.partition_point(|other| other.date < day.date);
        calendar.days.insert(place, day);
        calendar
    }

    /// The same calendar without the lines of `date`.
    #[must_use]
    pub fn without(&self, date: NaiveDate) -> Self {
        let days = self.days.iter().filter(|day| day.date != date);
        Self {
            name: self.name.clone(),
            days: days.cloned().collect(),
        }
    }
}

/// All calendars as the data that rules read: the lines of [`CALENDAR_OF_ALL`] first, then each other calendar under
/// its name in brackets.
#[must_use]
pub fn calendar_data(calendars: &BTreeMap<String, Arc<Calendar>>) -> String {
    let of_all = calendars.get_key_value(CALENDAR_OF_ALL);
    let named = calendars
        .iter()
        .filter(|(name, _)| name.as_str() != CALENDAR_OF_ALL);
    let mut text = String::new();
    for (name, calendar) in of_all.into_iter().chain(named) {
        if name != CALENDAR_OF_ALL {
            text.push_str(&format!("[{name}]\n"));
        }
        for day in &calendar.days {
            text.push_str(&format!("{day}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[track_caller]
    fn check(line: &str, written: &str) {
        let day = Holiday::read(line).unwrap();
        assert_eq!(day.to_string(), written);
        assert_eq!(Holiday::read(written), Ok(day));
    }

    #[track_caller]
    fn refused(line: &str, fault: LineFault) {
        assert_eq!(Holiday::read(line), Err(fault), "{line}");
    }

    #[test]
    fn a_line_is_read_and_written_alike() {
        check("2026-12-24 창립기념일", "2026-12-24 창립기념일");
        check(" 2026-12-24,  창립 기념일 ", "2026-12-24 창립 기념일");
        check("-2026-10-09", "- 2026-10-09");
        check("- 2026-10-09\trelease", "- 2026-10-09 release");
    }

    #[test]
    fn a_line_that_is_no_day_is_refused() {
        for line in [
            "",
            "휴무",
            "2026-13-01 휴무",
            "2026-12-24휴무",
            "26-12-24 휴무",
            "[seoul]",
            "# 휴무",
        ] {
            refused(line, LineFault::NoDay);
        }
        refused("2026-12-24", LineFault::NoName);
        refused("2026-12-24 a\nb", LineFault::Control);
        refused(
            &format!("2026-12-24 {}", "휴".repeat(101)),
            LineFault::LongName,
        );
    }

    fn calendar(name: &str, lines: &[&str]) -> Calendar {
        let days = lines.iter().map(|line| Holiday::read(line).unwrap());
        Calendar {
            name: name.to_owned(),
            days: days.collect(),
        }
    }

    #[test]
    fn a_day_takes_the_place_of_all_lines_of_its_date() {
        let before = calendar(
            "a",
            &[
                "2026-12-24 a",
                "- 2026-12-25",
                "2026-12-25 b",
                "2026-12-31 c",
            ],
        );
        let after = before.with(Holiday::read("- 2026-12-25 d").unwrap());
        assert_eq!(
            after,
            calendar("a", &["2026-12-24 a", "- 2026-12-25 d", "2026-12-31 c"])
        );
        assert_eq!(before.on(after.days[1].date).count(), 2);
        assert_eq!(after.without(after.days[1].date).days.len(), 2);
    }

    #[test]
    fn the_days_of_all_come_before_those_of_a_calendar() {
        let calendars = [
            calendar("Seoul", &["2026-12-24 창립기념일"]),
            calendar("holidays", &["- 2026-10-09"]),
            calendar("empty", &[]),
        ];
        let calendars = calendars
            .into_iter()
            .map(|calendar| (calendar.name.clone(), Arc::new(calendar)))
            .collect();
        assert_eq!(
            calendar_data(&calendars),
            "- 2026-10-09\n[Seoul]\n2026-12-24 창립기념일\n[empty]\n"
        );
    }
}
