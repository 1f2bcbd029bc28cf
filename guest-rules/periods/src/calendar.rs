//! What periods ask of a date.

use reveille_sdk::chrono::Datelike;
use reveille_sdk::types::Date;

/// A date with what there is to match in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDay {
    /// 1 to 12.
    pub month: u32,
    /// 1 to `days_in_month`.
    pub day: u32,
    /// 0 is Monday.
    pub weekday: u32,
    /// 28 to 31.
    pub days_in_month: u32,
}

impl From<Date> for CalendarDay {
    fn from(date: Date) -> Self {
        let date = date.naive();
        Self {
            month: date.month(),
            day: date.day(),
            weekday: date.weekday().num_days_from_monday(),
            days_in_month: u32::from(date.num_days_in_month()),
        }
    }
}

impl CalendarDay {
    /// The day of this month that is the working day nearest to `day`; none when the month has no such day.
    ///
    /// It never leaves the month: the first on a Saturday gives the third, the last on a Sunday the one two before it.
    pub(crate) fn working_day_nearest_to(&self, day: u32) -> Option<u32> {
        const SATURDAY: u32 = 5;
        const SUNDAY: u32 = 6;
        if day == 0 || day > self.days_in_month {
            return None;
        }
        // 35 is a multiple of 7 that keeps the difference of two days of a month positive.
        Some(match (self.weekday + 35 + day - self.day) % 7 {
            SATURDAY if day == 1 => 3,
            SATURDAY => day - 1,
            SUNDAY if day == self.days_in_month => day - 2,
            SUNDAY => day + 1,
            _ => day,
        })
    }
}
