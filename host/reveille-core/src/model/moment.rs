//! Wall-clock time: minutes of a date in a schedule's zone, and the way between them and instants.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Minutes of wall-clock time after 00:00 of a date; 0 to 1440, in exceptions to 2880.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Minute(pub u16);

impl Minute {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00.
    pub const DAY_END: Self = Self(1440);

    /// The minute of `hour`:`minute`; none past 48:00.
    #[must_use]
    pub fn at(hour: u16, minute: u16) -> Option<Self> {
        let total = hour.checked_mul(60)?.checked_add(minute)?;
        (minute < 60 && total <= 2880).then_some(Self(total))
    }
}

/// `HH:MM`; over 24:00 it goes on counting: `26:00`.
impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A minute of a date, as a clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The date.
    pub date: NaiveDate,
    /// 0 to 1440; 1440 is the 24:00 at which a day ends.
    pub minute: Minute,
}

impl Moment {
    /// The moment at `minute` of `date`, minutes past 24:00 carried over to the next day.
    #[must_use]
    pub fn new(date: NaiveDate, minute: Minute) -> Self {
        match date.succ_opt() {
            Some(next) if minute > Minute::DAY_END => Self {
                date: next,
                minute: Minute(minute.0 - Minute::DAY_END.0),
            },
            _ => Self { date, minute },
        }
    }
}

/// `2026-11-23 09:30`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02} {}",
            self.date.year(),
            self.date.month(),
            self.date.day(),
            self.minute
        )
    }
}

/// What the wall clock in `zone` shows at `instant`; seconds are cut.
#[must_use]
pub fn local_moment(instant: DateTime<Utc>, zone: Tz) -> Moment {
    let local = instant.with_timezone(&zone);
    let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or_default();
    Moment {
        date: local.date_naive(),
        minute: Minute(minute),
    }
}

/// The instant at which the wall clock in `zone` first shows `moment`.
///
/// In an hour that happens twice it is the first time; in an hour that never happens it is the instant at which
/// the clock jumps over it (what RFC 5545 and the tz database call the gap's end).
#[must_use]
pub fn instant_of(moment: Moment, zone: Tz) -> DateTime<Utc> {
    let naive = moment.date.and_time(chrono::NaiveTime::MIN)
        + Duration::minutes(i64::from(moment.minute.0));
    // Zones have jumped by up to a day (Apia, 2011-12-30).
    for minutes in 0..=2 * 1440 {
        match zone.from_local_datetime(&(naive + Duration::minutes(minutes))) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                return instant.to_utc();
            }
            LocalResult::None => {}
        }
    }
    naive.and_utc()
}
