//! Commands that were not carried out.

use reveille_sdk::{
    formatter::replies::{Contradiction, Refusal, Topic, UnknownSchedule, UnknownWord},
    types::Turn,
};

use super::{at, date, exception, office_day, start_tomorrow, strings, today, tomorrow};

fn word(text: &str, suggestion: Option<&str>, topic: Topic, schedule: Option<&str>) -> UnknownWord {
    UnknownWord {
        text: text.to_owned(),
        suggestion: suggestion.map(str::to_owned),
        topic,
        schedule: schedule.map(str::to_owned),
    }
}

pub(super) fn all() -> Vec<(&'static str, Refusal)> {
    let mut all = words();
    all.extend(schedules());
    all.extend(times());
    all.extend(commands());
    all
}

fn words() -> Vec<(&'static str, Refusal)> {
    vec![
        (
            "refused-not-understood",
            Refusal::NotUnderstood(word("상테", Some("상태"), Topic::Status, Some("개발"))),
        ),
        (
            "refused-not-understood-latin",
            Refusal::NotUnderstood(word(
                "stauts",
                Some("status"),
                Topic::Status,
                Some("Development"),
            )),
        ),
        (
            "refused-not-understood-at-all",
            Refusal::NotUnderstood(word("안녕", None, Topic::Help, None)),
        ),
        (
            "refused-unclear-date",
            Refusal::UnclearDate(word("그날쯤", Some("내일"), Topic::Info, Some("개발"))),
        ),
        (
            "refused-unclear-time",
            Refusal::UnclearTime(word("9시쯤", None, Topic::ExceptionSet, Some("개발"))),
        ),
        (
            "refused-unclear-duration",
            Refusal::UnclearDuration(word("반나절", Some("4시간"), Topic::Extend, Some("개발"))),
        ),
        (
            "refused-unclear-end",
            Refusal::UnclearTime(word("25pm", None, Topic::ForceStart, None)),
        ),
    ]
}

fn schedules() -> Vec<(&'static str, Refusal)> {
    vec![
        (
            "refused-unknown-schedule",
            Refusal::UnknownSchedule(UnknownSchedule {
                name: "개발서버".to_owned(),
                known: strings(&["개발", "스테이징"]),
                suggestion: Some("개발".to_owned()),
            }),
        ),
        (
            "refused-unknown-schedule-none-known",
            Refusal::UnknownSchedule(UnknownSchedule {
                name: "개발서버".to_owned(),
                known: Vec::new(),
                suggestion: None,
            }),
        ),
        (
            "refused-schedule-needed",
            Refusal::ScheduleNeeded(strings(&["개발", "스테이징"])),
        ),
        (
            "refused-ambiguous-schedule",
            Refusal::AmbiguousSchedule(("개발".to_owned(), strings(&["개발1", "개발2"]))),
        ),
        (
            "refused-ambiguous-schedule-latin",
            Refusal::AmbiguousSchedule(("dev".to_owned(), strings(&["dev-a", "dev-b"]))),
        ),
        (
            "refused-not-allowed",
            Refusal::NotAllowed((
                "개발".to_owned(),
                strings(&["hana@example.com", "개발팀 방"]),
            )),
        ),
        (
            "refused-not-allowed-to-anybody",
            Refusal::NotAllowed(("개발".to_owned(), Vec::new())),
        ),
        (
            "refused-set-aside",
            Refusal::SetAside((
                "야간".to_owned(),
                strings(&["groups `A` and `B` depend on each other"]),
            )),
        ),
    ]
}

fn times() -> Vec<(&'static str, Refusal)> {
    let contradiction = Contradiction {
        schedule: "개발".to_owned(),
        set: exception(date(11, 23), Turn::Stop, Some(480), None),
        other: tomorrow(570),
        spans: office_day(),
    };
    vec![
        (
            "refused-impossible-date",
            Refusal::ImpossibleDate((
                "2027-2-30".to_owned(),
                Some(reveille_sdk::types::Date {
                    year: 2027,
                    month: 2,
                    day: 28,
                }),
            )),
        ),
        (
            "refused-impossible-date-without-nearest",
            Refusal::ImpossibleDate(("13월 1일".to_owned(), None)),
        ),
        (
            "refused-ambiguous-time",
            Refusal::AmbiguousTime(("9시".to_owned(), vec![540, 1260])),
        ),
        (
            "refused-ambiguous-time-next-day",
            Refusal::AmbiguousTime(("8시까지".to_owned(), vec![1200, 1920])),
        ),
        (
            "refused-too-long",
            Refusal::TooLong(("48시간".to_owned(), 750)),
        ),
        ("refused-past-date", Refusal::PastDate(date(11, 20))),
        ("refused-past-time", Refusal::PastTime(today(600))),
        (
            "refused-contradiction",
            Refusal::Contradiction(contradiction.clone()),
        ),
        (
            "refused-contradiction-start",
            Refusal::Contradiction(Contradiction {
                set: exception(date(11, 27), Turn::Start, Some(1350), None),
                other: at(date(11, 27), 1320),
                ..contradiction
            }),
        ),
    ]
}

fn commands() -> Vec<(&'static str, Refusal)> {
    vec![
        ("refused-incomplete-help", Refusal::Incomplete(Topic::Help)),
        (
            "refused-incomplete-schedules",
            Refusal::Incomplete(Topic::Schedules),
        ),
        (
            "refused-incomplete-status",
            Refusal::Incomplete(Topic::Status),
        ),
        ("refused-incomplete-info", Refusal::Incomplete(Topic::Info)),
        (
            "refused-incomplete-exception-info",
            Refusal::Incomplete(Topic::ExceptionInfo),
        ),
        (
            "refused-incomplete-exception-list",
            Refusal::Incomplete(Topic::ExceptionList),
        ),
        (
            "refused-incomplete-exception-set",
            Refusal::Incomplete(Topic::ExceptionSet),
        ),
        (
            "refused-incomplete-exception-delete",
            Refusal::Incomplete(Topic::ExceptionDelete),
        ),
        (
            "refused-incomplete-force-start",
            Refusal::Incomplete(Topic::ForceStart),
        ),
        (
            "refused-incomplete-force-stop",
            Refusal::Incomplete(Topic::ForceStop),
        ),
        (
            "refused-incomplete-cancel",
            Refusal::Incomplete(Topic::Cancel),
        ),
        (
            "refused-incomplete-extend",
            Refusal::Incomplete(Topic::Extend),
        ),
        ("refused-incomplete-why", Refusal::Incomplete(Topic::Why)),
        (
            "refused-incomplete-holiday-list",
            Refusal::Incomplete(Topic::HolidayList),
        ),
        (
            "refused-incomplete-holiday-add",
            Refusal::Incomplete(Topic::HolidayAdd),
        ),
        (
            "refused-incomplete-holiday-work",
            Refusal::Incomplete(Topic::HolidayWork),
        ),
        (
            "refused-incomplete-holiday-delete",
            Refusal::Incomplete(Topic::HolidayDelete),
        ),
        (
            "refused-nothing-to-extend",
            Refusal::NothingToExtend(("개발".to_owned(), Some(start_tomorrow()))),
        ),
        (
            "refused-nothing-to-extend-ever",
            Refusal::NothingToExtend(("개발".to_owned(), None)),
        ),
        ("refused-text-too-long", Refusal::TextTooLong(500)),
        (
            "refused-failed",
            Refusal::Failed(("store.unavailable".to_owned(), "7K3Q9".to_owned())),
        ),
        (
            "refused-rule-failed",
            Refusal::Failed(("rule.failed".to_owned(), "7K3Q9".to_owned())),
        ),
    ]
}
