//! Dates of the contract as dates of chrono, and back.

use crate::types::Date;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateError {
    text: String,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date; write it as 2026-09-24", self.text)
    }
}

impl std::error::Error for DateError {}

impl Date {
    /// The same date as chrono has it, with everything that chrono can do with it.
    ///
    /// A date that no calendar has (the host sends none) becomes the nearest one of its month.
    pub fn naive(self) -> NaiveDate {
        let month = u32::from(self.month.clamp(1, 12));
        (1..=u32::from(self.day.clamp(1, 31)))
            .rev()
            .find_map(|day| NaiveDate::from_ymd_opt(i32::from(self.year), month, day))
            .unwrap_or_default()
    }

    /// Its day of the week.
    pub fn weekday(self) -> Weekday {
        self.naive().weekday()
    }

    /// Number of days in its month, 28 to 31.
    pub fn days_in_month(self) -> u8 {
        self.naive().num_days_in_month()
    }

    /// The date so many days later.
    ///
    /// ```
    /// use reveille_sdk::types::Date;
    ///
    /// let date: Date = "2028-02-28".parse().unwrap();
    /// assert_eq!(date.plus_days(2).to_string(), "2028-03-01");
    /// assert_eq!(date.plus_days(1).minus_days(1), date);
    /// ```
    pub fn plus_days(self, days: u16) -> Self {
        let date = self.naive();
        date.checked_add_days(Days::new(u64::from(days)))
            .unwrap_or(date)
            .into()
    }

    /// The date so many days before.
    pub fn minus_days(self, days: u16) -> Self {
        let date = self.naive();
        date.checked_sub_days(Days::new(u64::from(days)))
            .unwrap_or(date)
            .into()
    }
}

impl Ord for Date {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.year, self.month, self.day).cmp(&(other.year, other.month, other.day))
    }
}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<NaiveDate> for Date {
    /// Years outside 0 to 65,535 become the nearest of these.
    fn from(date: NaiveDate) -> Self {
        let year = u16::try_from(date.year().max(0)).unwrap_or(u16::MAX);
        let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        Self {
            year,
            month: byte(date.month()),
            day: byte(date.day()),
        }
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        date.naive()
    }
}

impl fmt::Display for Date {
    /// As ISO 8601 has it: `2026-09-24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `2026-09-24`.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let read = || {
            let [a, b, c, d, b'-', e, f, b'-', g, h] = *text.as_bytes() else {
                return None;
            };
            let number = |tens: u8, ones: u8| {
                let are_digits = tens.is_ascii_digit() && ones.is_ascii_digit();
                are_digits.then(|| (tens - b'0') * 10 + (ones - b'0'))
            };
            let date = Self {
                year: u16::from(number(a, b)?) * 100 + u16::from(number(c, d)?),
                month: number(e, f)?,
                day: number(g, h)?,
            };
            (Self::from(date.naive()) == date).then_some(date)
        };
        read().ok_or_else(|| DateError { text: text.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_knows_its_weekday_and_the_length_of_its_month() {
        assert_eq!(date("2026-11-22").weekday(), Weekday::Sun);
        assert_eq!(date("2026-02-01").days_in_month(), 28);
        assert_eq!(date("2028-02-01").days_in_month(), 29);
    }

    #[test]
    fn days_are_counted_over_months_and_years() {
        assert_eq!(date("2026-12-31").plus_days(1), date("2027-01-01"));
        assert_eq!(date("2028-03-01").minus_days(1), date("2028-02-29"));
        assert_eq!(date("9999-12-31").plus_days(1).year, 10_000);
    }

    #[test]
    fn dates_are_ordered_by_year_month_and_day() {
        assert!(date("2026-12-31") < date("2027-01-01"));
        assert!(date("2026-02-28") < date("2026-03-01"));
        assert!(date("2026-02-02") > date("2026-02-01"));
    }

    #[test]
    fn what_is_no_date_is_quoted() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "26-01-01",
            "2026-1-1",
            "+026-01-01",
            "",
            "오늘",
        ] {
            let message = text.parse::<Date>().unwrap_err().to_string();
            assert!(message.contains(&format!("`{text}`")), "{message}");
        }
    }

    #[test]
    fn a_date_that_no_calendar_has_is_the_nearest_of_its_month() {
        let naive = |year, month, day| Date { year, month, day }.naive().to_string();
        assert_eq!(naive(2026, 2, 31), "2026-02-28");
        assert_eq!(naive(2026, 0, 0), "2026-01-01");
        assert_eq!(naive(2026, 99, 99), "2026-12-31");
    }
}
