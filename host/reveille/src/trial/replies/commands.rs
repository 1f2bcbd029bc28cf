//! Answers to commands.

use reveille_core::model::{
    Holiday, Minute, Turn, Want,
    reply::{
        CancelledView, Counts, ExceptionDeletedView, ExceptionSetView, ExceptionsView,
        ExtendedView, ForcedView, GroupServers, HolidayChange, HolidaysChangedView, HolidaysView,
        InfoView, LayerView, PastAction, Reply, ScheduleLine, StatusView, UntilSource, WhyView,
    },
};

use super::{
    Named, named,
    sample::{
        at, counts, day, exception, exceptions, force, hold, holiday, next, spans, text, texts,
        views,
    },
};

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

pub(super) fn commands() -> Vec<Named> {
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
