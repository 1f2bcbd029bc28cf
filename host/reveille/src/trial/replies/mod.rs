//! Everything that there is to say, by name: each reply once full and, where it can be, once bare.

mod announcements;
mod commands;
mod refusals;
mod sample;

use reveille_core::model::reply::{Context, Persona, Reply};

use self::{
    announcements::{announcements, news},
    commands::commands,
    refusals::refusals,
    sample::{at, text},
};

/// A reply with the name that cases and reports use.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) reply: Reply,
}

/// Everybody to whom something may be said: languages that rules know and do not, every persona.
pub(crate) fn contexts() -> Vec<Context> {
    let mut contexts = Vec::new();
    for locale in ["ko", "en", "tlh"] {
        for persona in [Persona::Off, Persona::Light, Persona::Full] {
            contexts.push(context(locale, persona, "서버"));
        }
    }
    contexts
}

/// Monday morning in Seoul.
pub(crate) fn context(locale: &str, persona: Persona, keyword: &str) -> Context {
    Context {
        locale: locale.to_owned(),
        persona,
        keyword: keyword.to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        now: at(9, 30),
        schedule: Some(text("Development")),
    }
}

/// All of them.
pub(crate) fn named_replies() -> Vec<Named> {
    let mut all = commands();
    all.extend(refusals());
    all.extend(announcements());
    all.extend(news());
    all
}

fn named(name: &'static str, reply: Reply) -> Named {
    Named { name, reply }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use reveille_core::model::reply::{Announcement, Refusal};

    use super::*;

    /// The name of a reply's case. A case that is new is missing here, and with it in the list.
    fn case(reply: &Reply) -> &'static str {
        match reply {
            Reply::Help { .. } => "help",
            Reply::Schedules(_) => "schedules",
            Reply::Status(_) => "status",
            Reply::Info(_) => "info",
            Reply::Exceptions(_) => "exceptions",
            Reply::ExceptionSet(_) => "exception-set",
            Reply::ExceptionDeleted(_) => "exception-deleted",
            Reply::Forced(_) => "forced",
            Reply::Cancelled(_) => "cancelled",
            Reply::Extended(_) => "extended",
            Reply::Why(_) => "why",
            Reply::Holidays(_) => "holidays",
            Reply::HolidayAdded(_) => "holiday-added",
            Reply::HolidayDeleted(_) => "holiday-deleted",
            Reply::Refused(refusal) => match refusal {
                Refusal::NotUnderstood(_) => "refused-not-understood",
                Refusal::UnknownSchedule { .. } => "refused-unknown-schedule",
                Refusal::ScheduleNeeded(_) => "refused-schedule-needed",
                Refusal::AmbiguousSchedule { .. } => "refused-ambiguous-schedule",
                Refusal::ImpossibleDate { .. } => "refused-impossible-date",
                Refusal::UnclearDate(_) => "refused-unclear-date",
                Refusal::UnclearTime(_) => "refused-unclear-time",
                Refusal::AmbiguousTime { .. } => "refused-ambiguous-time",
                Refusal::UnclearDuration(_) => "refused-unclear-duration",
                Refusal::TooLong { .. } => "refused-too-long",
                Refusal::PastDate(_) => "refused-past-date",
                Refusal::PastTime(_) => "refused-past-time",
                Refusal::Contradiction { .. } => "refused-contradiction",
                Refusal::Incomplete(_) => "refused-incomplete",
                Refusal::NothingToExtend { .. } => "refused-nothing-to-extend",
                Refusal::NotAllowed { .. } => "refused-not-allowed",
                Refusal::SetAside { .. } => "refused-set-aside",
                Refusal::TextTooLong { .. } => "refused-text-too-long",
                Refusal::NoSuchHoliday(_) => "refused-no-such-holiday",
                Refusal::TooManyDays { .. } => "refused-too-many-days",
                Refusal::NameTooLong { .. } => "refused-name-too-long",
                Refusal::CalendarFull { .. } => "refused-calendar-full",
                Refusal::CalendarUnreadable { .. } => "refused-calendar-unreadable",
                Refusal::Failed { .. } => "refused-failed",
            },
            Reply::Announced(announcement) => match announcement {
                Announcement::Turned(_) => "announced-turned",
                Announcement::StopNear { .. } => "announced-stop-near",
                Announcement::Stuck { .. } => "announced-stuck",
                Announcement::Failed { .. } => "announced-failed",
                Announcement::RestartedByProvider { .. } => "announced-restarted-by-provider",
                Announcement::Held { .. } => "announced-held",
                Announcement::Resumed { .. } => "announced-resumed",
                Announcement::GroupOverdue { .. } => "announced-group-overdue",
                Announcement::RuleTaken(_) => "announced-rule-taken",
                Announcement::RuleRejected(_) => "announced-rule-rejected",
                Announcement::RuleUnreachable(_) => "announced-rule-unreachable",
                Announcement::RuleReachable { .. } => "announced-rule-reachable",
                Announcement::DataStale(_) => "announced-data-stale",
                Announcement::DataFresh { .. } => "announced-data-fresh",
                Announcement::Morning(_) => "announced-morning",
            },
        }
    }

    #[test]
    fn every_reply_has_the_name_of_its_case_and_no_two_have_one() {
        let mut names = BTreeSet::new();
        for Named { name, reply } in named_replies() {
            assert_eq!(name.trim_end_matches("-bare"), case(&reply));
            assert!(names.insert(name), "{name}");
        }
        // The cases above, counted: 14 commands, 24 refusals, 15 announcements.
        let cases: BTreeSet<&str> = names
            .iter()
            .map(|name| name.trim_end_matches("-bare"))
            .collect();
        assert_eq!(cases.len(), 53);
    }
}
