//! Hours in which nobody is told anything.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use thiserror::Error;

use super::{Minute, Moment, instant_of, local_moment};

/// When nobody is told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quiet {
    /// People may be told at any time.
    Never,
    /// Every day from `begin` until `end` by the wall clock; over midnight when `end` is not after `begin`.
    Daily {
        /// The first quiet minute, before 24:00.
        begin: Minute,
        /// The first minute that is no longer quiet, before 24:00; another one than `begin`.
        end: Minute,
    },
}

impl Quiet {
    /// When the quiet ends that there is at `now`; none when there is none.
    #[must_use]
    pub fn until(self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let Self::Daily { begin, end } = self else {
            return None;
        };
        let Moment { date, minute } = local_moment(now, zone);
        let ends_on = if begin < end {
            (begin <= minute && minute < end).then_some(date)
        } else if begin <= minute {
            date.succ_opt()
        } else {
            (minute < end).then_some(date)
        };
        let until = instant_of(
            Moment {
                date: ends_on?,
                minute: end,
            },
            zone,
        );
        // In an hour that happens twice the end may be over already.
        (now < until).then_some(until)
    }
}

/// `22:00-08:00` or `none`.
impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("none"),
            Self::Daily { begin, end } => write!(f, "{begin}-{end}"),
        }
    }
}

/// Why a text is no quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write hours of a day such as `22:00-08:00`, or `none`")]
pub struct NoQuiet;

impl FromStr for Quiet {
    type Err = NoQuiet;

    fn from_str(text: &str) -> Result<Self, NoQuiet> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::Never);
        }
        let (begin, end) = text.split_once('-').ok_or(NoQuiet)?;
        let (begin, end) = (minute(begin)?, minute(end)?);
        if begin == end {
            return Err(NoQuiet);
        }
        Ok(Self::Daily { begin, end })
    }
}

/// `8:00`, `08:00`, `24:00`; the last is the first of a day.
fn minute(text: &str) -> Result<Minute, NoQuiet> {
    let (hour, minute) = text.trim().split_once(':').ok_or(NoQuiet)?;
    let number = |digits: &str, longest: usize| {
        let is_number = (1..=longest).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number
            .then(|| digits.parse().ok())
            .flatten()
            .ok_or(NoQuiet)
    };
    if minute.len() != 2 {
        return Err(NoQuiet);
    }
    let minute = Minute::at(number(hour, 2)?, number(minute, 2)?).ok_or(NoQuiet)?;
    if minute > Minute::DAY_END {
        return Err(NoQuiet);
    }
    Ok(if minute == Minute::DAY_END {
        Minute::MIDNIGHT
    } else {
        minute
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use super::*;
    use crate::testing::utc;

    #[track_caller]
    fn check(hours: &str, zone: &str, now: &str, until: Option<&str>) {
        let quiet: Quiet = hours.parse().unwrap();
        let found = quiet.until(utc(now), zone.parse().unwrap());
        assert_eq!(found, until.map(utc), "{hours} in {zone} at {now}");
    }

    #[test]
    fn quiet_hours_over_midnight_end_in_the_morning() {
        let check = |now, until| check("22:00-08:00", "Asia/Seoul", now, until);
        check("2026-11-23 12:59", None);
        check("2026-11-23 13:00", Some("2026-11-23 23:00"));
        check("2026-11-23 20:00", Some("2026-11-23 23:00"));
        check("2026-11-23 22:59", Some("2026-11-23 23:00"));
        check("2026-11-23 23:00", None);
    }

    #[test]
    fn quiet_hours_of_one_day_end_on_it() {
        let check = |now, until| check("12:00-13:30", "UTC", now, until);
        check("2026-11-23 11:59", None);
        check("2026-11-23 12:00", Some("2026-11-23 13:30"));
        check("2026-11-23 13:30", None);
    }

    #[test]
    fn quiet_hours_may_begin_or_end_at_midnight() {
        check(
            "20:00-24:00",
            "UTC",
            "2026-11-23 23:59",
            Some("2026-11-24 00:00"),
        );
        check("20:00-24:00", "UTC", "2026-11-24 00:00", None);
        check(
            "00:00-07:00",
            "UTC",
            "2026-11-24 00:00",
            Some("2026-11-24 07:00"),
        );
    }

    #[test]
    fn an_end_that_the_clock_jumps_over_is_where_it_arrives() {
        // The clock goes from 02:00 to 03:00.
        check(
            "22:00-02:30",
            "America/New_York",
            "2026-03-08 06:30",
            Some("2026-03-08 07:00"),
        );
    }

    #[test]
    fn an_end_that_happens_twice_is_the_first_one() {
        // The clock goes from 02:00 back to 01:00.
        let check = |now, until| check("22:00-01:30", "America/New_York", now, until);
        check("2026-11-01 05:15", Some("2026-11-01 05:30"));
        check("2026-11-01 06:15", None);
    }

    #[test]
    fn hours_are_read_and_written() {
        for (text, written) in [
            ("22:00-08:00", "22:00-08:00"),
            (" 9:00 - 24:00 ", "09:00-00:00"),
            ("NONE", "none"),
        ] {
            assert_eq!(text.parse::<Quiet>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_hours_is_refused() {
        for text in [
            "",
            "22:00",
            "22-08",
            "22:00-22:00",
            "00:00-24:00",
            "25:00-08:00",
            "22:60-08:00",
            "22:00-8:0",
            "+9:00-10:00",
            "22:00-08:00-09:00",
            "always",
        ] {
            assert_eq!(text.parse::<Quiet>(), Err(NoQuiet), "{text}");
        }
    }
}
