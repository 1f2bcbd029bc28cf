//! What a person asks for, understood: every name is that of a schedule that is there, every date exists.

use chrono::{Duration, NaiveDate};

use crate::model::{Minute, Moment, Turn, Want};

/// When a forced state ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForceEnd {
    /// When the plan itself next turns to the opposite.
    Plan,
    /// After this long.
    After(Duration),
    /// At this moment.
    At(Moment),
}

/// How far a stop is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtendTo {
    /// By this long.
    By(Duration),
    /// To this moment.
    Until(Moment),
}

/// A command that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What one can say.
    Help,
    /// All schedules.
    Schedules,
    /// How the servers are.
    Status {
        /// The schedule.
        schedule: String,
    },
    /// How a day will be.
    Info {
        /// The schedule.
        schedule: String,
        /// The day; none is today.
        date: Option<NaiveDate>,
    },
    /// The exceptions of a date.
    ExceptionInfo {
        /// The schedule.
        schedule: String,
        /// The day; none is every day from today on.
        date: Option<NaiveDate>,
    },
    /// All exceptions that lie ahead.
    ExceptionList {
        /// The schedule.
        schedule: String,
    },
    /// Changes a turn of a day.
    SetException {
        /// The schedule.
        schedule: String,
        /// The day.
        date: NaiveDate,
        /// The turn.
        action: Turn,
        /// When it happens instead; none cancels it.
        at: Option<Minute>,
    },
    /// Takes such a change back.
    DeleteException {
        /// The schedule.
        schedule: String,
        /// The day.
        date: NaiveDate,
        /// The turn.
        action: Turn,
    },
    /// Runs or stops the servers now, whatever the plan says.
    Force {
        /// The schedule.
        schedule: String,
        /// Run or stop.
        want: Want,
        /// Until when.
        end: ForceEnd,
    },
    /// Ends a forced state.
    Cancel {
        /// The schedule.
        schedule: String,
    },
    /// Puts off the next stop.
    Extend {
        /// The schedule.
        schedule: String,
        /// How far.
        to: ExtendTo,
    },
    /// Why the servers are as they are.
    Why {
        /// The schedule.
        schedule: String,
    },
    /// What the calendar of the schedule has.
    HolidayList {
        /// The schedule.
        schedule: String,
    },
    /// Writes days into the calendar of the schedule.
    SetHoliday {
        /// The schedule.
        schedule: String,
        /// The first day.
        first: NaiveDate,
        /// The last day.
        last: NaiveDate,
        /// What they are called; none when nothing was said.
        name: Option<String>,
        /// Whether people work on them, though a rule knows them as days off.
        working: bool,
    },
    /// Takes days out of the calendar of the schedule.
    DeleteHoliday {
        /// The schedule.
        schedule: String,
        /// The first day.
        first: NaiveDate,
        /// The last day.
        last: NaiveDate,
    },
}

impl Command {
    /// The schedule that it is about; none for those about all.
    #[must_use]
    pub fn schedule(&self) -> Option<&str> {
        match self {
            Self::Help | Self::Schedules => None,
            Self::Status { schedule }
            | Self::Info { schedule, .. }
            | Self::ExceptionInfo { schedule, .. }
            | Self::ExceptionList { schedule }
            | Self::SetException { schedule, .. }
            | Self::DeleteException { schedule, .. }
            | Self::Force { schedule, .. }
            | Self::Cancel { schedule }
            | Self::Extend { schedule, .. }
            | Self::Why { schedule }
            | Self::HolidayList { schedule }
            | Self::SetHoliday { schedule, .. }
            | Self::DeleteHoliday { schedule, .. } => Some(schedule),
        }
    }

    /// The earliest day that it asks about; none is today.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Info { date, .. } | Self::ExceptionInfo { date, .. } => *date,
            Self::SetException { date, .. } | Self::DeleteException { date, .. } => Some(*date),
            Self::SetHoliday { first, .. } | Self::DeleteHoliday { first, .. } => Some(*first),
            Self::Help
            | Self::Schedules
            | Self::Status { .. }
            | Self::ExceptionList { .. }
            | Self::Force { .. }
            | Self::Cancel { .. }
            | Self::Extend { .. }
            | Self::Why { .. }
            | Self::HolidayList { .. } => None,
        }
    }

    /// Its name in the audit; none for commands that change nothing, which need no permission and leave no trace.
    #[must_use]
    pub fn change(&self) -> Option<&'static str> {
        match self {
            Self::Help
            | Self::Schedules
            | Self::Status { .. }
            | Self::Info { .. }
            | Self::ExceptionInfo { .. }
            | Self::ExceptionList { .. }
            | Self::Why { .. }
            | Self::HolidayList { .. } => None,
            Self::SetHoliday { working, .. } => Some(if *working {
                "holiday work"
            } else {
                "holiday add"
            }),
            Self::DeleteHoliday { .. } => Some("holiday del"),
            Self::SetException { .. } => Some("exception set"),
            Self::DeleteException { .. } => Some("exception del"),
            Self::Force { want, .. } => Some(match want {
                Want::Run => "force_start",
                Want::Stop => "force_stop",
                Want::Hold => "force_hold",
            }),
            Self::Cancel { .. } => Some("cancel"),
            Self::Extend { .. } => Some("extend"),
        }
    }
}
