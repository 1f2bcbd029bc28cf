//! Dates and times as both languages need them: how near a date is, its weekday, how long until a moment.

use chrono::{Datelike, NaiveDate};
use reveille_sdk::{
    formatter::replies::Contradiction,
    types::{Date, Minute, Moment, Turn},
};

/// Minutes of a day of the wall clock.
pub(crate) const DAY_MINUTES: Minute = 1440;

/// How a date lies to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Near {
    /// The day before today.
    Yesterday,
    /// Today.
    Today,
    /// The day after today.
    Tomorrow,
    /// The day after tomorrow.
    DayAfter,
    /// Any other day.
    Far,
}

/// How `date` lies to `today`.
pub(crate) fn near(today: Date, date: Date) -> Near {
    match days_between(today, date) {
        -1 => Near::Yesterday,
        0 => Near::Today,
        1 => Near::Tomorrow,
        2 => Near::DayAfter,
        _ => Near::Far,
    }
}

/// 0 is Monday.
pub(crate) fn weekday(date: Date) -> u32 {
    chrono_date(date).weekday().num_days_from_monday()
}

/// The date after `date`.
pub(crate) fn next_date(date: Date) -> Date {
    let next = chrono_date(date).succ_opt().unwrap_or_default();
    Date {
        year: u16::try_from(next.year()).unwrap_or(date.year),
        month: u8::try_from(next.month()).unwrap_or(date.month),
        day: u8::try_from(next.day()).unwrap_or(date.day),
    }
}

/// The moment with minutes past 24:00 carried to the next date; 24:00 itself stays the end of its day.
pub(crate) fn carried(moment: Moment) -> Moment {
    match moment.minute.checked_sub(DAY_MINUTES) {
        None | Some(0) => moment,
        Some(minute) => Moment {
            date: next_date(moment.date),
            minute,
        },
    }
}

/// `09:30`; 24:00 is the end of a day.
pub(crate) fn clock(minute: Minute) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `2026-11-23`.
pub(crate) fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// A time that would not contradict the day: an hour to the right side of the other turn.
pub(crate) fn consistent(contradiction: &Contradiction) -> Minute {
    const HOUR: Minute = 60;
    let Contradiction { set, other, .. } = contradiction;
    let other_minute = if days_between(set.date, other.date) > 0 {
        other.minute.saturating_add(DAY_MINUTES)
    } else {
        other.minute
    };
    match set.action {
        // A start belongs to its own day.
        Turn::Start => other_minute.saturating_sub(HOUR).min(DAY_MINUTES - HOUR),
        Turn::Stop => other_minute.saturating_add(HOUR),
    }
}

/// A length of time in the units that people count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length {
    /// Whole days.
    pub(crate) days: u32,
    /// Hours beyond them.
    pub(crate) hours: u32,
    /// Minutes beyond those.
    pub(crate) minutes: u32,
}

impl Length {
    /// The length of `minutes`.
    pub(crate) fn of(minutes: u32) -> Self {
        let day = u32::from(DAY_MINUTES);
        Self {
            days: minutes / day,
            hours: minutes % day / 60,
            minutes: minutes % 60,
        }
    }

    /// From `begin` to `end` as the wall clock counts; none when that is not ahead.
    ///
    /// An hour that the clocks skip or repeat in between counts as the clock shows it: people read both off a clock.
    pub(crate) fn between(begin: Moment, end: Moment) -> Option<Self> {
        let minutes = days_between(begin.date, end.date) * i64::from(DAY_MINUTES)
            + i64::from(end.minute)
            - i64::from(begin.minute);
        u32::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes > 0)
            .map(Self::of)
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    chrono_date(to)
        .signed_duration_since(chrono_date(from))
        .num_days()
}

/// The host sends dates that exist; another one becomes the epoch rather than an end to the whole message.
fn chrono_date(date: Date) -> NaiveDate {
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reveille_sdk::types::{Exception, Turn};

    use super::{
        Contradiction, Date, Length, Minute, Moment, Near, carried, clock, consistent, near,
        next_date, weekday,
    };

    fn date(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    #[test]
    fn weekdays_count_from_monday() {
        assert_eq!(weekday(date(2026, 11, 23)), 0);
        assert_eq!(weekday(date(2026, 11, 22)), 6);
        assert_eq!(weekday(date(1970, 1, 1)), 3);
    }

    #[test]
    fn near_dates_are_known_across_month_and_year() {
        assert_eq!(near(date(2026, 12, 31), date(2027, 1, 1)), Near::Tomorrow);
        assert_eq!(near(date(2028, 2, 28), date(2028, 3, 1)), Near::DayAfter);
        assert_eq!(near(date(2026, 3, 1), date(2026, 2, 28)), Near::Yesterday);
        assert_eq!(near(date(2026, 3, 1), date(2027, 3, 1)), Near::Far);
    }

    #[test]
    fn minutes_past_midnight_belong_to_the_next_date() {
        let day = date(2026, 12, 31);
        let late = |minute| carried(Moment { date: day, minute });
        assert_eq!(
            late(1440),
            Moment {
                date: day,
                minute: 1440
            }
        );
        assert_eq!(
            late(1560),
            Moment {
                date: date(2027, 1, 1),
                minute: 120
            }
        );
    }

    #[test]
    fn the_clock_has_two_digits_and_a_24th_hour() {
        assert_eq!(clock(0), "00:00");
        assert_eq!(clock(570), "09:30");
        assert_eq!(clock(1440), "24:00");
    }

    #[test]
    fn lengths_cross_midnight() {
        let begin = Moment {
            date: date(2026, 11, 22),
            minute: 1430,
        };
        let end = Moment {
            date: date(2026, 11, 24),
            minute: 20,
        };
        assert_eq!(
            Length::between(begin, end),
            Some(Length {
                days: 1,
                hours: 0,
                minutes: 30
            })
        );
        assert_eq!(Length::between(end, begin), None);
    }

    #[track_caller]
    fn check_consistent(action: Turn, other: Moment, expected: Minute) {
        let contradiction = Contradiction {
            schedule: String::new(),
            set: Exception {
                date: date(2026, 12, 31),
                action,
                at: None,
                by: String::new(),
                reason: None,
            },
            other,
            spans: Vec::new(),
        };
        assert_eq!(consistent(&contradiction), expected);
    }

    #[test]
    fn the_example_against_a_contradiction_does_not_contradict() {
        let on = |date, minute| Moment { date, minute };
        let (day, next) = (date(2026, 12, 31), date(2027, 1, 1));
        check_consistent(Turn::Stop, on(day, 570), 630);
        check_consistent(Turn::Stop, on(day, 1410), 1470);
        check_consistent(Turn::Start, on(day, 1320), 1260);
        check_consistent(Turn::Start, on(next, 120), 1380);
        check_consistent(Turn::Start, on(day, 30), 0);
    }

    #[test]
    fn a_date_that_does_not_exist_does_not_end_the_message() {
        assert_eq!(weekday(date(2026, 13, 40)), 3);
        assert_eq!(next_date(date(9999, 12, 31)).month, 1);
    }
}
