//! The one place where the program reads the time.

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// What time it is; `--at` moves it, so that everything can be tried out at any hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's time, moved by this much.
    Moving(Duration),
    /// It stands still.
    Standing(DateTime<Utc>),
}

impl Clock {
    /// A clock that shows `at` now, or the machine's time, and goes on unless it is frozen.
    pub(crate) fn new(at: Option<DateTime<Utc>>, frozen: bool) -> Self {
        match at {
            Some(at) if frozen => Self::Standing(at),
            Some(at) => Self::Moving(at - Utc::now()),
            None if frozen => Self::Standing(Utc::now()),
            None => Self::Moving(Duration::zero()),
        }
    }

    /// The machine's time whatever `--at` says: places elsewhere know of no other.
    pub(crate) fn machine() -> DateTime<Utc> {
        Utc::now()
    }

    /// The time.
    pub(crate) fn now(self) -> DateTime<Utc> {
        match self {
            Self::Moving(by) => Utc::now() + by,
            Self::Standing(at) => at,
        }
    }
}

/// Reads a time given on the command line: RFC 3339, or `YYYY-MM-DD HH:MM[:SS]` (also with a `T`) in `zone`.
pub(crate) fn read_time(text: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
    let help = || {
        format!(
            "`{text}` is not a time; write `2026-11-23 09:30` ({zone}) or `2026-11-23T09:30:00+09:00`"
        )
    };
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let text = text.trim().replacen('T', " ", 1);
    let naive = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .ok_or_else(help)?;
    zone.from_local_datetime(&naive).earliest().map(|time| time.to_utc()).ok_or_else(|| {
        format!("`{text}` does not exist in {zone}: the clocks jump over it; give a time before or after")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_time_is_read_in_the_zone_unless_it_has_its_own() {
        let seoul = chrono_tz::Asia::Seoul;
        let expected = Utc.with_ymd_and_hms(2026, 11, 23, 0, 30, 0).unwrap();
        for text in [
            "2026-11-23 09:30",
            "2026-11-23T09:30",
            "2026-11-23 09:30:00",
            "2026-11-23T00:30:00Z",
        ] {
            assert_eq!(read_time(text, seoul), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_says_what_would_be() {
        assert!(
            read_time("tomorrow", chrono_tz::Asia::Seoul)
                .unwrap_err()
                .contains("2026-11-23 09:30")
        );
        assert!(
            read_time("2026-03-08 02:30", chrono_tz::America::New_York)
                .unwrap_err()
                .contains("does not exist")
        );
    }

    #[test]
    fn a_frozen_clock_stands_still() {
        let at = Utc.with_ymd_and_hms(2026, 11, 23, 0, 30, 0).unwrap();
        assert_eq!(Clock::new(Some(at), true).now(), at);
    }
}
