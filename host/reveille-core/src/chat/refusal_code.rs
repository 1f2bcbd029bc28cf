//! The audit's word for a refusal.

use crate::model::reply::Refusal;

/// The word under which the audit keeps a refusal: the name that the contract gives it.
pub(super) fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotUnderstood(_) => "not-understood",
        Refusal::UnknownSchedule { .. } => "unknown-schedule",
        Refusal::ScheduleNeeded(_) => "schedule-needed",
        Refusal::AmbiguousSchedule { .. } => "ambiguous-schedule",
        Refusal::ImpossibleDate { .. } => "impossible-date",
        Refusal::UnclearDate(_) => "unclear-date",
        Refusal::UnclearTime(_) => "unclear-time",
        Refusal::AmbiguousTime { .. } => "ambiguous-time",
        Refusal::UnclearDuration(_) => "unclear-duration",
        Refusal::TooLong { .. } => "too-long",
        Refusal::PastDate(_) => "past-date",
        Refusal::PastTime(_) => "past-time",
        Refusal::Contradiction { .. } => "contradiction",
        Refusal::Incomplete(_) => "incomplete",
        Refusal::NothingToExtend { .. } => "nothing-to-extend",
        Refusal::NotAllowed { .. } => "not-allowed",
        Refusal::SetAside { .. } => "set-aside",
        Refusal::TextTooLong { .. } => "text-too-long",
        Refusal::NoSuchHoliday(_) => "no-such-holiday",
        Refusal::TooManyDays { .. } => "too-many-days",
        Refusal::NameTooLong { .. } => "name-too-long",
        Refusal::CalendarFull { .. } => "calendar-full",
        Refusal::CalendarUnreadable { .. } => "calendar-unreadable",
        Refusal::Failed { .. } => "failed",
    }
}
