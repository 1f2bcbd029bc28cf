//! Everything that there is to say, by name: each reply once full and, where it can be, once bare.

use chrono::{DateTime, NaiveDate};
use reveille_core::model::{
    Exception, Holiday, Minute, Moment, ServerKind, ServerState, Span, Turn, Want,
    reply::{
        Announcement, CancelledView, Context, Counts, DataTrouble, ExceptionDeletedView,
        ExceptionSetView, ExceptionsView, ExtendedView, ForceView, ForcedView, GroupServers,
        HoldView, HolidayChange, HolidaysChangedView, HolidaysView, InfoView, LayerView,
        MorningLine, MorningView, NoSuchHoliday, PastAction, Persona, Refusal, Reply, RuleChange,
        RuleDistance, RuleRejection, RuleVersion, ScheduleLine, ServerNote, ServerView, StaleData,
        StatusView, Topic, Turning, UnknownWord, UntilSource, Wave, WhyView,
    },
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

fn text(text: &str) -> String {
    text.to_owned()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&one| text(one)).collect()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default()
}

fn at(hour: u16, minute: u16) -> Moment {
    Moment {
        date: day(),
        minute: Minute(hour * 60 + minute),
    }
}

fn next() -> Option<Turning> {
    Some(Turning {
        at: at(18, 0),
        want: Want::Stop,
        reason: text("period office-hours"),
    })
}

fn force() -> ForceView {
    ForceView {
        want: Want::Run,
        by: text("hana@example.com"),
        reason: Some(text("release day")),
        since: at(9, 0),
        until: at(22, 0),
    }
}

fn hold() -> HoldView {
    HoldView {
        rule: text("team-calendar"),
        cause: text("it lacks data: nothing is bound to `calendar`"),
        since: Some(at(8, 0)),
    }
}

fn counts() -> Counts {
    Counts {
        total: 5,
        running: 2,
        moving: 1,
        stopped: 1,
        problem: 1,
    }
}

fn view(name: &str, state: ServerState, note: Option<ServerNote>) -> ServerView {
    ServerView {
        name: text(name),
        id: format!("i-{name}"),
        kind: ServerKind::Ec2,
        state,
        native_state: super::servers::word(state).to_owned(),
        note,
    }
}

fn views() -> Vec<ServerView> {
    vec![
        view("web-1", ServerState::Running, None),
        view(
            "web-2",
            ServerState::Starting,
            Some(ServerNote::Stuck(Some(text("capacity")))),
        ),
        view(
            "web-3",
            ServerState::Problem,
            Some(ServerNote::Failed {
                code: text("InsufficientInstanceCapacity"),
                message: text("there is no room"),
            }),
        ),
        view(
            "web-4",
            ServerState::Stopped,
            Some(ServerNote::WaitsFor(texts(&["db"]))),
        ),
        view("web-5", ServerState::Busy, Some(ServerNote::Busy)),
        view("web-6", ServerState::Running, Some(ServerNote::Retained)),
        view(
            "web-7",
            ServerState::Stopping,
            Some(ServerNote::LeftOut(text("auto-scaling"))),
        ),
        view("web-8", ServerState::Running, Some(ServerNote::Stuck(None))),
        view(
            "web-9",
            ServerState::Running,
            Some(ServerNote::Kept {
                rule: Some(text("keep-until")),
                reason: text("kept until 22:00 (tag KeepUntil)"),
            }),
        ),
    ]
}

fn spans() -> Vec<Span> {
    let span = |begin, end, want, reason: &str| Span {
        begin: Minute(begin),
        end: Minute(end),
        want,
        instance_type: None,
        period: None,
        reason: text(reason),
    };
    vec![
        span(0, 540, Want::Stop, ""),
        span(540, 1080, Want::Run, "period office-hours"),
        span(1080, 1440, Want::Hold, "exception by hana@example.com"),
    ]
}

fn exception(action: Turn, at: Option<Minute>) -> Exception {
    Exception {
        schedule: text("Development"),
        date: day(),
        action,
        at,
        by: text("hana@example.com"),
        reason: Some(text("release day")),
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn exceptions() -> Vec<Exception> {
    vec![
        exception(Turn::Start, None),
        exception(Turn::Stop, Some(Minute(26 * 60))),
    ]
}

fn status(full: bool) -> StatusView {
    StatusView {
        schedule: text("Development"),
        counts: if full { counts() } else { Counts::default() },
        groups: if full {
            vec![
                GroupServers {
                    name: Some(text("web")),
                    depends_on: texts(&["db"]),
                    servers: views(),
                },
                GroupServers {
                    name: None,
                    depends_on: Vec::new(),
                    servers: Vec::new(),
                },
            ]
        } else {
            Vec::new()
        },
        next: next().filter(|_| full),
        forced: full.then(force),
        held: full.then(hold),
        faults: if full {
            texts(&["a period cannot be read"])
        } else {
            Vec::new()
        },
        seen: full.then(|| at(9, 29)),
    }
}

fn info(full: bool) -> InfoView {
    InfoView {
        schedule: text("Development"),
        description: full.then(|| text("servers of the team")),
        date: day(),
        spans: if full { spans() } else { Vec::new() },
        notes: if full { texts(&["추석"]) } else { Vec::new() },
        exceptions: if full { exceptions() } else { Vec::new() },
        override_status: full.then_some(Want::Run),
        next_start: next().filter(|_| full),
        next_stop: next().filter(|_| full),
        forced: full.then(force),
        held: full.then(hold),
        options: if full {
            vec![(text("enforced"), text("true"))]
        } else {
            Vec::new()
        },
        faults: if full {
            texts(&["a period cannot be read"])
        } else {
            Vec::new()
        },
    }
}

fn schedule_lines() -> Vec<ScheduleLine> {
    let line = |name: &str, full: bool| ScheduleLine {
        name: text(name),
        timezone: text("Asia/Seoul"),
        want: full.then_some(Want::Run),
        next: next().filter(|_| full),
        counts: counts(),
        forced: full.then(force),
        faults: if full {
            Vec::new()
        } else {
            texts(&["a period cannot be read"])
        },
    };
    vec![line("Development", true), line("ali", false)]
}

fn exception_set(full: bool) -> ExceptionSetView {
    ExceptionSetView {
        schedule: text("Development"),
        set: exception(Turn::Stop, Some(Minute(22 * 60))),
        replaced: full.then(|| exception(Turn::Stop, None)),
        spans: if full { spans() } else { Vec::new() },
        next_start: next().filter(|_| full),
        next_stop: next().filter(|_| full),
        without_effect: !full,
    }
}

fn exception_deleted(full: bool) -> ExceptionDeletedView {
    ExceptionDeletedView {
        schedule: text("Development"),
        date: day(),
        action: Turn::Start,
        deleted: full.then(|| exception(Turn::Start, Some(Minute(600)))),
        spans: if full { spans() } else { Vec::new() },
    }
}

fn forced(full: bool) -> ForcedView {
    ForcedView {
        schedule: text("Development"),
        forced: force(),
        until_source: if full {
            UntilSource::Asked
        } else {
            UntilSource::Limit
        },
        replaced: full.then(force),
        groups: if full {
            texts(&["web", "db"])
        } else {
            Vec::new()
        },
        to_change: if full { 3 } else { 0 },
        already: if full { 2 } else { 0 },
    }
}

fn cancelled(full: bool) -> CancelledView {
    CancelledView {
        schedule: text("Development"),
        cancelled: full.then(force),
        want: full.then_some(Want::Stop),
        next: next().filter(|_| full),
    }
}

fn why(full: bool) -> WhyView {
    let layer = LayerView {
        rule: text("periods"),
        version: Some(text("0.1.0")),
        want: Want::Run,
        begin: Minute(540),
        end: Minute(1080),
        reason: text("period office-hours"),
        covered: false,
    };
    let action = PastAction {
        at: at(9, 0),
        action: text("start"),
        servers: texts(&["web-1"]),
        count: 1,
        by: text("plan"),
        reason: text("period office-hours"),
        error: Some(text("there is no room")),
    };
    WhyView {
        schedule: text("Development"),
        counts: counts(),
        want: full.then_some(Want::Run),
        layers: if full { vec![layer] } else { Vec::new() },
        exceptions: if full { exceptions() } else { Vec::new() },
        override_status: None,
        forced: full.then(force),
        held: full.then(hold),
        actions: if full { vec![action] } else { Vec::new() },
        differing: if full { views() } else { Vec::new() },
        next: next().filter(|_| full),
    }
}

fn holiday(name: Option<&str>) -> Holiday {
    Holiday {
        date: day(),
        name: name.map(text),
        working: name.is_none(),
    }
}

fn holidays(full: bool) -> HolidaysView {
    let list = |days: Vec<Holiday>| if full { days } else { Vec::new() };
    let names = |names: &[&str]| if full { texts(names) } else { Vec::new() };
    HolidaysView {
        schedule: text("Development"),
        calendar: text("seoul-office"),
        from: day(),
        days: list(vec![holiday(Some("창립기념일")), holiday(None)]),
        days_of_all: list(vec![holiday(Some("임시공휴일"))]),
        shared_with: names(&["ali"]),
        read_by: names(&["kr-holidays"]),
        faults: names(&["line 3 is no day"]),
    }
}

fn holidays_changed(full: bool) -> HolidaysChangedView {
    let change = HolidayChange {
        date: day(),
        before: if full {
            vec![holiday(None)]
        } else {
            Vec::new()
        },
        after: full.then(|| holiday(Some("창립기념일"))),
        spans: if full { spans() } else { Vec::new() },
    };
    HolidaysChangedView {
        schedule: text("Development"),
        calendar: text("seoul-office"),
        changes: vec![change],
        shared_with: if full { texts(&["ali"]) } else { Vec::new() },
        without_effect: !full,
    }
}

fn commands() -> Vec<Named> {
    let listed = |exceptions| {
        Reply::Exceptions(ExceptionsView {
            schedule: text("Development"),
            date: Some(day()),
            exceptions,
        })
    };
    let extended = ExtendedView {
        schedule: text("Development"),
        from: at(18, 0),
        to: at(20, 0),
        forced: false,
    };
    vec![
        named(
            "help",
            Reply::Help {
                schedules: texts(&["Development", "ali"]),
            },
        ),
        named(
            "help-bare",
            Reply::Help {
                schedules: Vec::new(),
            },
        ),
        named("schedules", Reply::Schedules(schedule_lines())),
        named("schedules-bare", Reply::Schedules(Vec::new())),
        named("status", Reply::Status(status(true))),
        named("status-bare", Reply::Status(status(false))),
        named("info", Reply::Info(info(true))),
        named("info-bare", Reply::Info(info(false))),
        named("exceptions", listed(exceptions())),
        named("exceptions-bare", listed(Vec::new())),
        named("exception-set", Reply::ExceptionSet(exception_set(true))),
        named(
            "exception-set-bare",
            Reply::ExceptionSet(exception_set(false)),
        ),
        named(
            "exception-deleted",
            Reply::ExceptionDeleted(exception_deleted(true)),
        ),
        named(
            "exception-deleted-bare",
            Reply::ExceptionDeleted(exception_deleted(false)),
        ),
        named("forced", Reply::Forced(forced(true))),
        named("forced-bare", Reply::Forced(forced(false))),
        named("cancelled", Reply::Cancelled(cancelled(true))),
        named("cancelled-bare", Reply::Cancelled(cancelled(false))),
        named("extended", Reply::Extended(extended)),
        named("why", Reply::Why(why(true))),
        named("why-bare", Reply::Why(why(false))),
        named("holidays", Reply::Holidays(holidays(true))),
        named("holidays-bare", Reply::Holidays(holidays(false))),
        named("holiday-added", Reply::HolidayAdded(holidays_changed(true))),
        named(
            "holiday-added-bare",
            Reply::HolidayAdded(holidays_changed(false)),
        ),
        named(
            "holiday-deleted",
            Reply::HolidayDeleted(holidays_changed(true)),
        ),
        named(
            "holiday-deleted-bare",
            Reply::HolidayDeleted(holidays_changed(false)),
        ),
    ]
}

fn unknown_word() -> UnknownWord {
    UnknownWord {
        text: text("statsu"),
        suggestion: Some(text("status")),
        topic: Topic::Status,
        schedule: Some(text("Development")),
    }
}

fn refusals() -> Vec<Named> {
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

fn version() -> RuleVersion {
    RuleVersion {
        version: text("1.2.0"),
        sha256: "7f3a".repeat(16),
    }
}

fn morning_line(full: bool) -> MorningLine {
    MorningLine {
        schedule: text("Development"),
        timezone: text("Asia/Seoul"),
        want: full.then_some(Want::Run),
        turns: next().filter(|_| full).into_iter().collect(),
        notes: if full { texts(&["추석"]) } else { Vec::new() },
        exceptions: if full { exceptions() } else { Vec::new() },
        counts: counts(),
        forced: full.then(force),
        held: full.then(hold),
        faults: if full {
            texts(&["a period cannot be read"])
        } else {
            Vec::new()
        },
    }
}

/// About rules, their data, and the day.
fn news() -> Vec<Named> {
    let schedules = || texts(&["Development"]);
    let announced = |name, announcement| named(name, Reply::Announced(announcement));
    let taken = |from, by| {
        Announcement::RuleTaken(RuleChange {
            rule: text("team-calendar"),
            from,
            to: version(),
            schedules: schedules(),
            by,
        })
    };
    vec![
        announced(
            "announced-rule-taken",
            taken(Some(version()), Some(text("hana"))),
        ),
        announced("announced-rule-taken-bare", taken(None, None)),
        announced(
            "announced-rule-rejected",
            Announcement::RuleRejected(RuleRejection {
                rule: text("team-calendar"),
                version: Some(text("1.3.0")),
                cause: text("the file has another digest"),
                kept: Some(version()),
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-rule-unreachable",
            Announcement::RuleUnreachable(RuleDistance {
                rule: text("team-calendar"),
                location: text("oci://registry.example.com/team/calendar:1"),
                cause: text("nobody answers"),
                since: at(8, 0),
                kept: None,
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-rule-reachable",
            Announcement::RuleReachable {
                rule: text("team-calendar"),
            },
        ),
        announced(
            "announced-data-stale",
            Announcement::DataStale(DataTrouble {
                data: text("calendar"),
                fetched: Some(at(7, 0)),
                max_age_minutes: Some(60),
                cause: text("nobody answers"),
                instead: StaleData::LastCopy,
                rules: texts(&["team-calendar"]),
                schedules: schedules(),
            }),
        ),
        announced(
            "announced-data-fresh",
            Announcement::DataFresh {
                data: text("calendar"),
                schedules: schedules(),
            },
        ),
        announced(
            "announced-morning",
            Announcement::Morning(MorningView {
                date: day(),
                schedules: vec![morning_line(true), morning_line(false)],
            }),
        ),
        announced(
            "announced-morning-bare",
            Announcement::Morning(MorningView {
                date: day(),
                schedules: Vec::new(),
            }),
        ),
    ]
}

fn announcements() -> Vec<Named> {
    let schedule = || text("Development");
    let announced = |name, announcement| named(name, Reply::Announced(announcement));
    vec![
        announced(
            "announced-turned",
            Announcement::Turned(Wave {
                schedule: schedule(),
                want: Want::Run,
                count: 3,
                groups: texts(&["web"]),
                servers: texts(&["web-1", "web-2", "web-3"]),
                reason: text("period office-hours"),
                next: next(),
            }),
        ),
        announced(
            "announced-stop-near",
            Announcement::StopNear {
                schedule: schedule(),
                at: at(18, 0),
                minutes: 10,
            },
        ),
        announced(
            "announced-stuck",
            Announcement::Stuck {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-failed",
            Announcement::Failed {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-restarted-by-provider",
            Announcement::RestartedByProvider {
                schedule: schedule(),
                servers: views(),
            },
        ),
        announced(
            "announced-held",
            Announcement::Held {
                schedule: schedule(),
                hold: hold(),
            },
        ),
        announced(
            "announced-resumed",
            Announcement::Resumed {
                schedule: schedule(),
            },
        ),
        announced(
            "announced-group-overdue",
            Announcement::GroupOverdue {
                schedule: schedule(),
                groups: texts(&["web"]),
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
