//! Replies and messages.

use reveille_core::model::{
    Holiday, Minute,
    reply::{
        self, Announcement, Message, Persona, Refusal, Reply, ServerNote, StaleData, Topic,
        UntilSource,
    },
};

use super::{date, exception, moment, planner::span, server_kind, server_state, turn, want};
use crate::bindings::{
    exports::reveille::rules::formatter as contract, reveille::rules::replies as said,
};

pub(crate) fn context(context: &reply::Context) -> said::Context {
    said::Context {
        locale: context.locale.clone(),
        persona: match context.persona {
            Persona::Off => said::Persona::Off,
            Persona::Light => said::Persona::Light,
            Persona::Full => said::Persona::Full,
        },
        keyword: context.keyword.clone(),
        timezone: context.timezone.clone(),
        now: moment(context.now),
        schedule: context.schedule.clone(),
    }
}

pub(crate) fn message(message: contract::Message) -> Message {
    Message {
        body: message.body,
        connect_color: message.connect_color,
        connect_info: message
            .connect_info
            .into_iter()
            .map(|block| reply::Block {
                title: block.title,
                description: block.description,
                image_url: block.image_url,
            })
            .collect(),
    }
}

fn list<T, U>(items: &[T], convert: impl Fn(&T) -> U) -> Vec<U> {
    items.iter().map(convert).collect()
}

fn turning(turning: &reply::Turning) -> said::Turning {
    said::Turning {
        at: moment(turning.at),
        want: want(turning.want),
        reason: turning.reason.clone(),
    }
}

fn force(force: &reply::ForceView) -> said::ForceView {
    said::ForceView {
        want: want(force.want),
        by: force.by.clone(),
        reason: force.reason.clone(),
        since: moment(force.since),
        until: moment(force.until),
    }
}

fn hold(hold: &reply::HoldView) -> said::HoldView {
    said::HoldView {
        rule: hold.rule.clone(),
        cause: hold.cause.clone(),
        since: hold.since.map(moment),
    }
}

fn counts(counts: &reply::Counts) -> said::Counts {
    said::Counts {
        total: counts.total,
        running: counts.running,
        moving: counts.moving,
        stopped: counts.stopped,
        problem: counts.problem,
    }
}

fn note(note: &ServerNote) -> said::ServerNote {
    match note {
        ServerNote::Stuck(reason) => said::ServerNote::Stuck(reason.clone()),
        ServerNote::Failed { code, message } => {
            said::ServerNote::Failed((code.clone(), message.clone()))
        }
        ServerNote::WaitsFor(groups) => said::ServerNote::WaitsFor(groups.clone()),
        ServerNote::Busy => said::ServerNote::Busy,
        ServerNote::Retained => said::ServerNote::Retained,
        ServerNote::LeftOut(reason) => said::ServerNote::LeftOut(reason.clone()),
        ServerNote::Kept { rule, reason } => said::ServerNote::Kept((rule.clone(), reason.clone())),
    }
}

fn server(server: &reply::ServerView) -> said::ServerView {
    said::ServerView {
        name: server.name.clone(),
        id: server.id.clone(),
        kind: server_kind(server.kind),
        state: server_state(server.state),
        native_state: server.native_state.clone(),
        note: server.note.as_ref().map(note),
    }
}

fn group(group: &reply::GroupServers) -> said::GroupView {
    said::GroupView {
        name: group.name.clone(),
        depends_on: group.depends_on.clone(),
        servers: list(&group.servers, server),
    }
}

fn schedule_line(line: &reply::ScheduleLine) -> said::ScheduleLine {
    said::ScheduleLine {
        name: line.name.clone(),
        timezone: line.timezone.clone(),
        want: line.want.map(want),
        next: line.next.as_ref().map(turning),
        counts: counts(&line.counts),
        forced: line.forced.as_ref().map(force),
        faults: line.faults.clone(),
    }
}

fn status(view: &reply::StatusView) -> said::StatusView {
    said::StatusView {
        schedule: view.schedule.clone(),
        counts: counts(&view.counts),
        groups: list(&view.groups, group),
        next: view.next.as_ref().map(turning),
        forced: view.forced.as_ref().map(force),
        held: view.held.as_ref().map(hold),
        faults: view.faults.clone(),
        seen: view.seen.map(moment),
    }
}

fn info(view: &reply::InfoView) -> said::InfoView {
    said::InfoView {
        schedule: view.schedule.clone(),
        description: view.description.clone(),
        date: date(view.date),
        spans: list(&view.spans, span),
        notes: view.notes.clone(),
        exceptions: list(&view.exceptions, exception),
        override_status: view.override_status.map(want),
        next_start: view.next_start.as_ref().map(turning),
        next_stop: view.next_stop.as_ref().map(turning),
        forced: view.forced.as_ref().map(force),
        held: view.held.as_ref().map(hold),
        options: view.options.clone(),
        faults: view.faults.clone(),
    }
}

fn exceptions(view: &reply::ExceptionsView) -> said::ExceptionsView {
    said::ExceptionsView {
        schedule: view.schedule.clone(),
        date: view.date.map(date),
        exceptions: list(&view.exceptions, exception),
    }
}

fn exception_set(view: &reply::ExceptionSetView) -> said::ExceptionSetView {
    said::ExceptionSetView {
        schedule: view.schedule.clone(),
        set: exception(&view.set),
        replaced: view.replaced.as_ref().map(exception),
        spans: list(&view.spans, span),
        next_start: view.next_start.as_ref().map(turning),
        next_stop: view.next_stop.as_ref().map(turning),
        without_effect: view.without_effect,
    }
}

fn exception_deleted(view: &reply::ExceptionDeletedView) -> said::ExceptionDeletedView {
    said::ExceptionDeletedView {
        schedule: view.schedule.clone(),
        date: date(view.date),
        action: turn(view.action),
        deleted: view.deleted.as_ref().map(exception),
        spans: list(&view.spans, span),
    }
}

fn forced(view: &reply::ForcedView) -> said::ForcedView {
    said::ForcedView {
        schedule: view.schedule.clone(),
        forced: force(&view.forced),
        until_source: match view.until_source {
            UntilSource::Plan => said::UntilSource::Plan,
            UntilSource::Asked => said::UntilSource::Asked,
            UntilSource::Limit => said::UntilSource::Limit,
        },
        replaced: view.replaced.as_ref().map(force),
        groups: view.groups.clone(),
        to_change: view.to_change,
        already: view.already,
    }
}

fn cancelled(view: &reply::CancelledView) -> said::CancelledView {
    said::CancelledView {
        schedule: view.schedule.clone(),
        cancelled: view.cancelled.as_ref().map(force),
        want: view.want.map(want),
        next: view.next.as_ref().map(turning),
    }
}

fn extended(view: &reply::ExtendedView) -> said::ExtendedView {
    said::ExtendedView {
        schedule: view.schedule.clone(),
        from: moment(view.from),
        to: moment(view.to),
        forced: view.forced,
    }
}

fn layer(layer: &reply::LayerView) -> said::Layer {
    said::Layer {
        rule: layer.rule.clone(),
        version: layer.version.clone(),
        want: want(layer.want),
        begin: layer.begin.0,
        end: layer.end.0,
        reason: layer.reason.clone(),
        covered: layer.covered,
    }
}

fn past_action(action: &reply::PastAction) -> said::PastAction {
    said::PastAction {
        at: moment(action.at),
        action: action.action.clone(),
        servers: action.servers.clone(),
        count: action.count,
        by: action.by.clone(),
        reason: action.reason.clone(),
        error: action.error.clone(),
    }
}

fn why(view: &reply::WhyView) -> said::WhyView {
    said::WhyView {
        schedule: view.schedule.clone(),
        counts: counts(&view.counts),
        want: view.want.map(want),
        layers: list(&view.layers, layer),
        exceptions: list(&view.exceptions, exception),
        override_status: view.override_status.map(want),
        forced: view.forced.as_ref().map(force),
        held: view.held.as_ref().map(hold),
        actions: list(&view.actions, past_action),
        differing: list(&view.differing, server),
        next: view.next.as_ref().map(turning),
    }
}

fn holiday(holiday: &Holiday) -> said::Holiday {
    said::Holiday {
        date: date(holiday.date),
        name: holiday.name.clone(),
        working: holiday.working,
    }
}

fn holidays(view: &reply::HolidaysView) -> said::HolidaysView {
    said::HolidaysView {
        schedule: view.schedule.clone(),
        calendar: view.calendar.clone(),
        from: date(view.from),
        days: list(&view.days, holiday),
        days_of_all: list(&view.days_of_all, holiday),
        shared_with: view.shared_with.clone(),
        read_by: view.read_by.clone(),
        faults: view.faults.clone(),
    }
}

fn holiday_change(change: &reply::HolidayChange) -> said::HolidayChange {
    said::HolidayChange {
        date: date(change.date),
        before: list(&change.before, holiday),
        after: change.after.as_ref().map(holiday),
        spans: list(&change.spans, span),
    }
}

fn holidays_changed(view: &reply::HolidaysChangedView) -> said::HolidaysChangedView {
    said::HolidaysChangedView {
        schedule: view.schedule.clone(),
        calendar: view.calendar.clone(),
        changes: list(&view.changes, holiday_change),
        shared_with: view.shared_with.clone(),
        without_effect: view.without_effect,
    }
}

fn topic(topic: Topic) -> said::Topic {
    match topic {
        Topic::Help => said::Topic::Help,
        Topic::Schedules => said::Topic::Schedules,
        Topic::Status => said::Topic::Status,
        Topic::Info => said::Topic::Info,
        Topic::ExceptionInfo => said::Topic::ExceptionInfo,
        Topic::ExceptionList => said::Topic::ExceptionList,
        Topic::ExceptionSet => said::Topic::ExceptionSet,
        Topic::ExceptionDelete => said::Topic::ExceptionDelete,
        Topic::ForceStart => said::Topic::ForceStart,
        Topic::ForceStop => said::Topic::ForceStop,
        Topic::Cancel => said::Topic::Cancel,
        Topic::Extend => said::Topic::Extend,
        Topic::Why => said::Topic::Why,
        Topic::HolidayList => said::Topic::HolidayList,
        Topic::HolidayAdd => said::Topic::HolidayAdd,
        Topic::HolidayWork => said::Topic::HolidayWork,
        Topic::HolidayDelete => said::Topic::HolidayDelete,
    }
}

fn unknown_word(word: &reply::UnknownWord) -> said::UnknownWord {
    said::UnknownWord {
        text: word.text.clone(),
        suggestion: word.suggestion.clone(),
        topic: topic(word.topic),
        schedule: word.schedule.clone(),
    }
}

fn refusal(refusal: &Refusal) -> said::Refusal {
    match refusal {
        Refusal::NotUnderstood(word) => said::Refusal::NotUnderstood(unknown_word(word)),
        Refusal::UnknownSchedule {
            name,
            known,
            suggestion,
        } => said::Refusal::UnknownSchedule(said::UnknownSchedule {
            name: name.clone(),
            known: known.clone(),
            suggestion: suggestion.clone(),
        }),
        Refusal::ScheduleNeeded(names) => said::Refusal::ScheduleNeeded(names.clone()),
        Refusal::AmbiguousSchedule { name, candidates } => {
            said::Refusal::AmbiguousSchedule((name.clone(), candidates.clone()))
        }
        Refusal::ImpossibleDate { text, nearest } => {
            said::Refusal::ImpossibleDate((text.clone(), nearest.map(date)))
        }
        Refusal::UnclearDate(word) => said::Refusal::UnclearDate(unknown_word(word)),
        Refusal::UnclearTime(word) => said::Refusal::UnclearTime(unknown_word(word)),
        Refusal::AmbiguousTime { text, candidates } => {
            said::Refusal::AmbiguousTime((text.clone(), list(candidates, |Minute(minute)| *minute)))
        }
        Refusal::UnclearDuration(word) => said::Refusal::UnclearDuration(unknown_word(word)),
        Refusal::TooLong {
            text,
            longest_minutes,
        } => said::Refusal::TooLong((text.clone(), *longest_minutes)),
        Refusal::PastDate(past) => said::Refusal::PastDate(date(*past)),
        Refusal::PastTime(past) => said::Refusal::PastTime(moment(*past)),
        Refusal::Contradiction {
            schedule,
            set,
            other,
            spans,
        } => said::Refusal::Contradiction(said::Contradiction {
            schedule: schedule.clone(),
            set: exception(set),
            other: moment(*other),
            spans: list(spans, span),
        }),
        Refusal::Incomplete(about) => said::Refusal::Incomplete(topic(*about)),
        Refusal::NothingToExtend { schedule, next } => {
            said::Refusal::NothingToExtend((schedule.clone(), next.as_ref().map(turning)))
        }
        Refusal::NotAllowed { schedule, allowed } => {
            said::Refusal::NotAllowed((schedule.clone(), allowed.clone()))
        }
        Refusal::SetAside { schedule, faults } => {
            said::Refusal::SetAside((schedule.clone(), faults.clone()))
        }
        Refusal::TextTooLong { longest_chars } => said::Refusal::TextTooLong(*longest_chars),
        Refusal::NoSuchHoliday(none) => said::Refusal::NoSuchHoliday(said::NoSuchHoliday {
            schedule: none.schedule.clone(),
            calendar: none.calendar.clone(),
            from: date(none.from),
            to: date(none.to),
            spans: list(&none.spans, span),
            days: list(&none.days, holiday),
        }),
        Refusal::TooManyDays { text, most } => said::Refusal::TooManyDays((text.clone(), *most)),
        Refusal::NameTooLong { longest_chars } => said::Refusal::NameTooLong(*longest_chars),
        Refusal::CalendarFull { calendar, most } => {
            said::Refusal::CalendarFull((calendar.clone(), *most))
        }
        Refusal::CalendarUnreadable { calendar, faults } => {
            said::Refusal::CalendarUnreadable((calendar.clone(), faults.clone()))
        }
        Refusal::Failed { code, incident } => {
            said::Refusal::Failed((code.clone(), incident.clone()))
        }
    }
}

fn wave(wave: &reply::Wave) -> said::Wave {
    said::Wave {
        schedule: wave.schedule.clone(),
        want: want(wave.want),
        count: wave.count,
        groups: wave.groups.clone(),
        servers: wave.servers.clone(),
        reason: wave.reason.clone(),
        next: wave.next.as_ref().map(turning),
    }
}

fn rule_version(version: &reply::RuleVersion) -> said::RuleVersion {
    said::RuleVersion {
        version: version.version.clone(),
        sha256: version.sha256.clone(),
    }
}

fn rule_change(change: &reply::RuleChange) -> said::RuleChange {
    said::RuleChange {
        rule: change.rule.clone(),
        from: change.from.as_ref().map(rule_version),
        to: rule_version(&change.to),
        schedules: change.schedules.clone(),
        by: change.by.clone(),
    }
}

fn rule_rejection(rejection: &reply::RuleRejection) -> said::RuleRejection {
    said::RuleRejection {
        rule: rejection.rule.clone(),
        version: rejection.version.clone(),
        cause: rejection.cause.clone(),
        kept: rejection.kept.as_ref().map(rule_version),
        schedules: rejection.schedules.clone(),
    }
}

fn rule_distance(distance: &reply::RuleDistance) -> said::RuleDistance {
    said::RuleDistance {
        rule: distance.rule.clone(),
        location: distance.location.clone(),
        cause: distance.cause.clone(),
        since: moment(distance.since),
        kept: distance.kept.as_ref().map(rule_version),
        schedules: distance.schedules.clone(),
    }
}

fn data_trouble(trouble: &reply::DataTrouble) -> said::DataTrouble {
    said::DataTrouble {
        data: trouble.data.clone(),
        fetched: trouble.fetched.map(moment),
        max_age_minutes: trouble.max_age_minutes,
        cause: trouble.cause.clone(),
        instead: match trouble.instead {
            StaleData::LastCopy => said::StaleData::LastCopy,
            StaleData::Nothing => said::StaleData::Nothing,
        },
        rules: trouble.rules.clone(),
        schedules: trouble.schedules.clone(),
    }
}

fn morning_line(line: &reply::MorningLine) -> said::MorningLine {
    said::MorningLine {
        schedule: line.schedule.clone(),
        timezone: line.timezone.clone(),
        want: line.want.map(want),
        turns: list(&line.turns, turning),
        notes: line.notes.clone(),
        exceptions: list(&line.exceptions, exception),
        counts: counts(&line.counts),
        forced: line.forced.as_ref().map(force),
        held: line.held.as_ref().map(hold),
        faults: line.faults.clone(),
    }
}

fn announcement(announcement: &Announcement) -> said::Announcement {
    match announcement {
        Announcement::Turned(turned) => said::Announcement::Turned(wave(turned)),
        Announcement::StopNear {
            schedule,
            at,
            minutes,
        } => said::Announcement::StopNear((schedule.clone(), moment(*at), *minutes)),
        Announcement::Stuck { schedule, servers } => {
            said::Announcement::Stuck((schedule.clone(), list(servers, server)))
        }
        Announcement::Failed { schedule, servers } => {
            said::Announcement::Failed((schedule.clone(), list(servers, server)))
        }
        Announcement::RestartedByProvider { schedule, servers } => {
            said::Announcement::RestartedByProvider((schedule.clone(), list(servers, server)))
        }
        Announcement::Held {
            schedule,
            hold: held,
        } => said::Announcement::Held((schedule.clone(), hold(held))),
        Announcement::Resumed { schedule } => said::Announcement::Resumed(schedule.clone()),
        Announcement::GroupOverdue { schedule, groups } => {
            said::Announcement::GroupOverdue((schedule.clone(), groups.clone()))
        }
        Announcement::RuleTaken(change) => said::Announcement::RuleTaken(rule_change(change)),
        Announcement::RuleRejected(rejection) => {
            said::Announcement::RuleRejected(rule_rejection(rejection))
        }
        Announcement::RuleUnreachable(distance) => {
            said::Announcement::RuleUnreachable(rule_distance(distance))
        }
        Announcement::RuleReachable { rule } => said::Announcement::RuleReachable(rule.clone()),
        Announcement::DataStale(trouble) => said::Announcement::DataStale(data_trouble(trouble)),
        Announcement::DataFresh { data, schedules } => {
            said::Announcement::DataFresh((data.clone(), schedules.clone()))
        }
        Announcement::Morning(view) => said::Announcement::Morning(said::MorningView {
            date: date(view.date),
            schedules: list(&view.schedules, morning_line),
        }),
    }
}

pub(crate) fn reply(reply: &Reply) -> said::Reply {
    match reply {
        Reply::Help { schedules } => said::Reply::Help(schedules.clone()),
        Reply::Schedules(lines) => said::Reply::Schedules(list(lines, schedule_line)),
        Reply::Status(view) => said::Reply::Status(status(view)),
        Reply::Info(view) => said::Reply::Info(info(view)),
        Reply::Exceptions(view) => said::Reply::Exceptions(exceptions(view)),
        Reply::ExceptionSet(view) => said::Reply::ExceptionSet(exception_set(view)),
        Reply::ExceptionDeleted(view) => said::Reply::ExceptionDeleted(exception_deleted(view)),
        Reply::Forced(view) => said::Reply::Forced(forced(view)),
        Reply::Cancelled(view) => said::Reply::Cancelled(cancelled(view)),
        Reply::Extended(view) => said::Reply::Extended(extended(view)),
        Reply::Why(view) => said::Reply::Why(why(view)),
        Reply::Holidays(view) => said::Reply::Holidays(holidays(view)),
        Reply::HolidayAdded(view) => said::Reply::HolidayAdded(holidays_changed(view)),
        Reply::HolidayDeleted(view) => said::Reply::HolidayDeleted(holidays_changed(view)),
        Reply::Refused(why) => said::Reply::Refused(refusal(why)),
        Reply::Announced(what) => said::Reply::Announced(announcement(what)),
    }
}
