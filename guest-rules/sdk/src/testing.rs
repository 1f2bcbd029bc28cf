//! Requests and what they hold, in short words, for tests of rules.
//!
//! ```
//! use reveille_sdk::testing;
//! use reveille_sdk::types::{Period, Turn};
//!
//! let mut request = testing::request("2026-11-23");
//! request.schedule = testing::schedule("seoul", [
//!     Period::named("office-hours").begins("09:00").ends("18:00").on_weekdays("mon-fri"),
//! ]);
//! request.exceptions.push(testing::exception("2026-11-23", Turn::Stop, Some(22 * 60)));
//! ```

use crate::planner::PlanRequest;
use crate::types::{Date, DayPlan, Exception, Minute, Period, PeriodUse, Schedule, Turn};

/// A date from `2026-11-23`.
///
/// # Panics
///
/// When the text is no date.
pub fn date(text: &str) -> Date {
    match text.parse() {
        Ok(date) => date,
        #[expect(clippy::panic, reason = "only tests call it, with text of their own")]
        Err(error) => panic!("{error}"),
    }
}

/// A request for a day of an empty schedule in Seoul, with nothing painted yet and no configuration.
///
/// # Panics
///
/// When the text is no date.
pub fn request(day: &str) -> PlanRequest {
    PlanRequest {
        schedule: schedule("seoul", []),
        date: date(day),
        so_far: DayPlan::empty(),
        day_before: None,
        exceptions: Vec::new(),
        config: "{}".into(),
    }
}

/// A schedule in Seoul with these periods.
pub fn schedule(name: &str, periods: impl IntoIterator<Item = Period>) -> Schedule {
    Schedule {
        name: name.into(),
        timezone: "Asia/Seoul".into(),
        periods: periods
            .into_iter()
            .map(|period| PeriodUse {
                period,
                instance_type: None,
            })
            .collect(),
        override_status: None,
        holiday_calendar: None,
        extra: Vec::new(),
    }
}

/// An exception that Hana set, without a reason.
///
/// # Panics
///
/// When the text is no date.
pub fn exception(day: &str, action: Turn, at: Option<Minute>) -> Exception {
    Exception {
        date: date(day),
        action,
        at,
        by: "hana@example.com".into(),
        reason: None,
    }
}

impl Period {
    /// A period with nothing but a name, which no schedule accepts as it is.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            begin_time: None,
            end_time: None,
            weekdays: None,
            monthdays: None,
            months: None,
        }
    }

    /// With this `begintime`.
    pub fn begins(self, time: &str) -> Self {
        Self {
            begin_time: Some(time.into()),
            ..self
        }
    }

    /// With this `endtime`.
    pub fn ends(self, time: &str) -> Self {
        Self {
            end_time: Some(time.into()),
            ..self
        }
    }

    /// With these `weekdays`, as one string of the set.
    pub fn on_weekdays(self, text: &str) -> Self {
        Self {
            weekdays: Some(vec![text.into()]),
            ..self
        }
    }

    /// With these `monthdays`, as one string of the set.
    pub fn on_monthdays(self, text: &str) -> Self {
        Self {
            monthdays: Some(vec![text.into()]),
            ..self
        }
    }

    /// With these `months`, as one string of the set.
    pub fn in_months(self, text: &str) -> Self {
        Self {
            months: Some(vec![text.into()]),
            ..self
        }
    }

    /// As a schedule uses it: `period@instance-type`.
    pub fn with_type(self, instance_type: &str) -> PeriodUse {
        PeriodUse {
            period: self,
            instance_type: Some(instance_type.into()),
        }
    }
}
