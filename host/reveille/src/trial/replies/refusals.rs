//! Why a command is not carried out.

use reveille_core::model::{
    Minute, Turn,
    reply::{NoSuchHoliday, Refusal, Reply, Topic, UnknownWord},
};

use super::{
    Named, named,
    sample::{at, day, exception, holiday, next, spans, text, texts},
};

fn unknown_word() -> UnknownWord {
    UnknownWord {
        text: text("statsu"),
        suggestion: Some(text("status")),
        topic: Topic::Status,
        schedule: Some(text("Development")),
    }
}

pub(super) fn refusals() -> Vec<Named> {
    let schedule = || text("Development");
    let refused = |name, refusal| named(name, Reply::Refused(refusal));
    vec![
        refused(
            "refused-not-understood",
            Refusal::NotUnderstood(unknown_word()),
        ),
        refused(
            "refused-unknown-schedule",
            Refusal::UnknownSchedule {
                name: text("Devlopment"),
                known: texts(&["Development", "ali"]),
                suggestion: Some(schedule()),
            },
        ),
        refused(
            "refused-schedule-needed",
            Refusal::ScheduleNeeded(texts(&["Development", "ali"])),
        ),
        refused(
            "refused-ambiguous-schedule",
            Refusal::AmbiguousSchedule {
                name: text("dev"),
                candidates: texts(&["Development", "devops"]),
            },
        ),
        refused(
            "refused-impossible-date",
            Refusal::ImpossibleDate {
                text: text("2026-02-30"),
                nearest: Some(day()),
            },
        ),
        refused("refused-unclear-date", Refusal::UnclearDate(unknown_word())),
        refused("refused-unclear-time", Refusal::UnclearTime(unknown_word())),
        refused(
            "refused-ambiguous-time",
            Refusal::AmbiguousTime {
                text: text("7"),
                candidates: vec![Minute(420), Minute(1140)],
            },
        ),
        refused(
            "refused-unclear-duration",
            Refusal::UnclearDuration(unknown_word()),
        ),
        refused(
            "refused-too-long",
            Refusal::TooLong {
                text: text("99h"),
                longest_minutes: 1440,
            },
        ),
        refused("refused-past-date", Refusal::PastDate(day())),
        refused("refused-past-time", Refusal::PastTime(at(8, 0))),
        refused(
            "refused-contradiction",
            Refusal::Contradiction {
                schedule: schedule(),
                set: Box::new(exception(Turn::Start, Some(Minute(1200)))),
                other: at(18, 0),
                spans: spans(),
            },
        ),
        refused(
            "refused-incomplete",
            Refusal::Incomplete(Topic::ExceptionSet),
        ),
        refused(
            "refused-nothing-to-extend",
            Refusal::NothingToExtend {
                schedule: schedule(),
                next: next(),
            },
        ),
        refused(
            "refused-not-allowed",
            Refusal::NotAllowed {
                schedule: schedule(),
                allowed: texts(&["hana@example.com"]),
            },
        ),
        refused(
            "refused-set-aside",
            Refusal::SetAside {
                schedule: schedule(),
                faults: texts(&["a period cannot be read"]),
            },
        ),
        refused(
            "refused-text-too-long",
            Refusal::TextTooLong { longest_chars: 500 },
        ),
        refused(
            "refused-no-such-holiday",
            Refusal::NoSuchHoliday(Box::new(NoSuchHoliday {
                schedule: schedule(),
                calendar: text("seoul-office"),
                from: day(),
                to: day(),
                spans: spans(),
                days: vec![holiday(Some("창립기념일"))],
            })),
        ),
        refused(
            "refused-too-many-days",
            Refusal::TooManyDays {
                text: text("2026-01-01~2026-12-31"),
                most: 31,
            },
        ),
        refused(
            "refused-name-too-long",
            Refusal::NameTooLong { longest_chars: 100 },
        ),
        refused(
            "refused-calendar-full",
            Refusal::CalendarFull {
                calendar: text("seoul-office"),
                most: 1_000,
            },
        ),
        refused(
            "refused-calendar-unreadable",
            Refusal::CalendarUnreadable {
                calendar: text("seoul-office"),
                faults: texts(&["line 3 is no day"]),
            },
        ),
        refused(
            "refused-failed",
            Refusal::Failed {
                code: text("store.throttled"),
                incident: text("7f3a"),
            },
        ),
    ]
}
