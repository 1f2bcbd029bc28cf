//! Plain words for when the formatter fails: facts in English, without character or examples.
//!
//! Nobody should see this for long, so it is short; but chat always gets an answer.

use crate::model::{
    Exception, Span,
    reply::{
        Announcement, Block, Counts, ForceView, HoldView, HolidaysChangedView, Message, Refusal,
        Reply, RuleVersion, ServerNote, ServerView, StaleData, Turning, UnknownWord,
    },
};

/// The bar beside what went well.
const CALM: &str = "#2E7D32";
/// The bar beside what people should look at.
const WARNING: &str = "#F9A825";
/// The bar beside a fault of ours.
const FAULT: &str = "#C62828";
/// Longest body: the messenger's own limit is 5,000 characters.
const LONGEST_BODY: usize = 4_500;

/// `reply` in plain words.
#[must_use]
pub fn plain(reply: &Reply) -> Message {
    let mut lines = lines_of(reply);
    lines.retain(|line| !line.is_empty());
    Message {
        body: lines.join("\n").chars().take(LONGEST_BODY).collect(),
        connect_color: colour_of(reply).to_owned(),
        connect_info: Vec::<Block>::new(),
    }
}

fn colour_of(reply: &Reply) -> &'static str {
    match reply {
        Reply::Refused(Refusal::Failed { .. }) => FAULT,
        Reply::Refused(_) => WARNING,
        Reply::Announced(announcement) => match announcement {
            Announcement::Turned(_)
            | Announcement::Resumed { .. }
            | Announcement::RuleTaken(_)
            | Announcement::RuleReachable { .. }
            | Announcement::DataFresh { .. }
            | Announcement::Morning(_) => CALM,
            Announcement::StopNear { .. }
            | Announcement::Stuck { .. }
            | Announcement::Failed { .. }
            | Announcement::RestartedByProvider { .. }
            | Announcement::Held { .. }
            | Announcement::GroupOverdue { .. }
            | Announcement::RuleRejected(_)
            | Announcement::RuleUnreachable(_)
            | Announcement::DataStale(_) => WARNING,
        },
        Reply::Help { .. }
        | Reply::Schedules(_)
        | Reply::Status(_)
        | Reply::Info(_)
        | Reply::Exceptions(_)
        | Reply::ExceptionSet(_)
        | Reply::ExceptionDeleted(_)
        | Reply::Forced(_)
        | Reply::Cancelled(_)
        | Reply::Extended(_)
        | Reply::Why(_)
        | Reply::Holidays(_)
        | Reply::HolidayAdded(_)
        | Reply::HolidayDeleted(_) => CALM,
    }
}

fn lines_of(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Help { schedules } => vec![
            "list, status, info, exception info/list/set/del, force_start, force_stop, cancel, extend, why, holiday list/add/work/del"
                .to_owned(),
            list("schedules", schedules),
        ],
        Reply::Schedules(schedules) => schedules
            .iter()
            .map(|line| {
                let mut parts = vec![counts(&line.counts)];
                parts.extend(line.forced.as_ref().map(forced));
                parts.extend(line.next.as_ref().map(next));
                parts.extend(line.faults.iter().cloned());
                format!("{}: {}", line.name, parts.join("; "))
            })
            .collect(),
        Reply::Status(status) => {
            let mut lines = vec![format!("{}: {}", status.schedule, counts(&status.counts))];
            for group in &status.groups {
                lines.push(format!("[{}]", group.name.as_deref().unwrap_or("-")));
                lines.extend(group.servers.iter().map(server));
            }
            lines.extend(status.forced.as_ref().map(forced));
            lines.extend(status.held.as_ref().map(held));
            lines.extend(status.next.as_ref().map(next));
            lines.extend(status.faults.iter().cloned());
            lines
        }
        Reply::Info(info) => {
            let mut lines = vec![format!("{} {}", info.schedule, info.date)];
            lines.extend(info.spans.iter().map(span));
            lines.extend(info.notes.iter().cloned());
            lines.extend(info.exceptions.iter().map(exception));
            lines.extend(info.override_status.map(|want| format!("always {}", want.as_str())));
            lines.extend(info.forced.as_ref().map(forced));
            lines.extend(info.held.as_ref().map(held));
            lines.extend([&info.next_start, &info.next_stop].into_iter().flatten().map(next));
            lines.extend(info.options.iter().map(|(name, value)| format!("{name}: {value}")));
            lines.extend(info.faults.iter().cloned());
            lines
        }
        Reply::Exceptions(view) => {
            let date = view.date.map_or(String::new(), |date| format!(" {date}"));
            let mut lines = vec![format!(
                "{}{date}: {} exceptions",
                view.schedule,
                view.exceptions.len()
            )];
            lines.extend(view.exceptions.iter().map(exception));
            lines
        }
        Reply::ExceptionSet(view) => {
            let mut lines = vec![format!("{}: set {}", view.schedule, exception(&view.set))];
            lines.extend(view.replaced.as_ref().map(|old| format!("instead of {}", exception(old))));
            if view.without_effect {
                lines.push("there is no run on that day that it could change".to_owned());
            }
            lines.extend(view.spans.iter().map(span));
            lines.extend([&view.next_start, &view.next_stop].into_iter().flatten().map(next));
            lines
        }
        Reply::ExceptionDeleted(view) => {
            let what = view.deleted.as_ref().map_or_else(
                || format!("nothing to delete: {} {}", view.date, view.action.as_str()),
                |deleted| format!("deleted {}", exception(deleted)),
            );
            let mut lines = vec![format!("{}: {what}", view.schedule)];
            lines.extend(view.spans.iter().map(span));
            lines
        }
        Reply::Forced(view) => {
            let mut lines = vec![
                format!("{}: {}", view.schedule, forced(&view.forced)),
                format!("{} to change, {} already", view.to_change, view.already),
                list("groups", &view.groups),
            ];
            lines.extend(view.replaced.as_ref().map(|old| format!("instead of {}", forced(old))));
            lines
        }
        Reply::Cancelled(view) => {
            let what = view.cancelled.as_ref().map_or_else(
                || "nothing to cancel".to_owned(),
                |cancelled| format!("cancelled {}", forced(cancelled)),
            );
            let mut lines = vec![format!("{}: {what}", view.schedule)];
            lines.extend(view.want.map(|want| format!("the plan: {}", want.as_str())));
            lines.extend(view.next.as_ref().map(next));
            lines
        }
        Reply::Extended(view) => vec![format!(
            "{}: stop {} -> {}",
            view.schedule, view.from, view.to
        )],
        Reply::Why(why) => {
            let mut lines = vec![format!("{}: {}", why.schedule, counts(&why.counts))];
            lines.extend(why.want.map(|want| format!("wanted: {}", want.as_str())));
            lines.extend(why.layers.iter().map(|layer| {
                let covered = if layer.covered { " (covered)" } else { "" };
                let version = layer.version.as_ref();
                let version = version.map_or(String::new(), |version| format!(" {version}"));
                format!(
                    "{}{version}: {}-{} {} {}{covered}",
                    layer.rule,
                    layer.begin,
                    layer.end,
                    layer.want.as_str(),
                    layer.reason
                )
            }));
            lines.extend(why.exceptions.iter().map(exception));
            lines.extend(why.override_status.map(|want| format!("always {}", want.as_str())));
            lines.extend(why.forced.as_ref().map(forced));
            lines.extend(why.held.as_ref().map(held));
            lines.extend(why.differing.iter().map(server));
            lines.extend(why.actions.iter().map(|past| {
                let error = past.error.as_deref().unwrap_or_default();
                format!("{} {} ({}) {} {error}", past.at, past.action, past.count, past.by)
            }));
            lines.extend(why.next.as_ref().map(next));
            lines
        }
        Reply::Holidays(view) => {
            let mut lines = vec![format!("{}: calendar `{}`", view.schedule, view.calendar)];
            lines.extend(view.days.iter().map(ToString::to_string));
            lines.extend(view.days_of_all.iter().map(ToString::to_string));
            lines.extend(view.faults.iter().cloned());
            lines
        }
        Reply::HolidayAdded(view) => holidays_changed("set", view),
        Reply::HolidayDeleted(view) => holidays_changed("deleted", view),
        Reply::Refused(refusal) => refused(refusal),
        Reply::Announced(announcement) => announced(announcement),
    }
}

fn refused(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::NotUnderstood(word) => unknown("not understood", word),
        Refusal::UnknownSchedule {
            name,
            known,
            suggestion,
        } => vec![
            format!("no schedule `{name}`"),
            list("schedules", known),
            suggested(suggestion.as_deref()),
        ],
        Refusal::ScheduleNeeded(known) => vec![list("which schedule?", known)],
        Refusal::AmbiguousSchedule { name, candidates } => {
            vec![list(&format!("`{name}` may be"), candidates)]
        }
        Refusal::ImpossibleDate { text, nearest } => vec![
            format!("`{text}` does not exist"),
            suggested(nearest.map(|date| date.to_string()).as_deref()),
        ],
        Refusal::UnclearDate(word) => unknown("not a date", word),
        Refusal::UnclearTime(word) => unknown("not a time for this", word),
        Refusal::AmbiguousTime { text, candidates } => {
            let times: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            vec![list(&format!("`{text}` may be"), &times)]
        }
        Refusal::UnclearDuration(word) => unknown("not a length of time", word),
        Refusal::TooLong {
            text,
            longest_minutes,
        } => vec![format!(
            "`{text}` is too long; at most {longest_minutes} minutes"
        )],
        Refusal::PastDate(date) => vec![format!("{date} is over")],
        Refusal::PastTime(at) => vec![format!("{at} is over")],
        Refusal::Contradiction {
            schedule,
            set,
            other,
            spans,
        } => {
            let mut lines = vec![format!(
                "{schedule}: {} contradicts {other}",
                exception(set)
            )];
            lines.extend(spans.iter().map(span));
            lines
        }
        Refusal::Incomplete(topic) => vec![format!("something is missing: {topic:?}")],
        Refusal::NothingToExtend {
            schedule,
            next: turning,
        } => vec![
            format!("{schedule}: nothing to extend"),
            turning.as_ref().map(next).unwrap_or_default(),
        ],
        Refusal::NotAllowed { schedule, allowed } => {
            vec![list(&format!("{schedule} may be changed by"), allowed)]
        }
        Refusal::SetAside { schedule, faults } => {
            let mut lines = vec![format!("{schedule} cannot be used")];
            lines.extend(faults.iter().cloned());
            lines
        }
        Refusal::TextTooLong { longest_chars } => {
            vec![format!("too long; at most {longest_chars} characters")]
        }
        Refusal::NoSuchHoliday(none) => {
            let mut lines = vec![format!(
                "the calendar `{}` has no day from {} to {}",
                none.calendar, none.from, none.to
            )];
            lines.extend(none.days.iter().map(ToString::to_string));
            lines
        }
        Refusal::TooManyDays { text, most } => {
            vec![format!("`{text}` is too long; at most {most} days")]
        }
        Refusal::NameTooLong { longest_chars } => {
            vec![format!(
                "the name is too long; at most {longest_chars} characters"
            )]
        }
        Refusal::CalendarFull { calendar, most } => {
            vec![format!(
                "the calendar `{calendar}` is full; at most {most} days"
            )]
        }
        Refusal::CalendarUnreadable { calendar, faults } => {
            let mut lines = vec![format!("the calendar `{calendar}` cannot be read")];
            lines.extend(faults.iter().cloned());
            lines
        }
        Refusal::Failed { code, incident } => {
            vec![format!(
                "nothing was changed: {code} ({incident}); try again"
            )]
        }
    }
}

fn announced(announcement: &Announcement) -> Vec<String> {
    let about = |schedule: &str, what: &str, servers: &[ServerView]| {
        let mut lines = vec![format!("{schedule}: {what}")];
        lines.extend(servers.iter().map(server));
        lines
    };
    match announcement {
        Announcement::Turned(wave) => vec![
            format!(
                "{}: {} {} ({})",
                wave.schedule,
                wave.want.as_str(),
                wave.count,
                wave.reason
            ),
            wave.servers.join(", "),
            wave.next.as_ref().map(next).unwrap_or_default(),
        ],
        Announcement::StopNear {
            schedule,
            at,
            minutes,
        } => vec![format!("{schedule}: stop at {at}, in {minutes} minutes")],
        Announcement::Stuck { schedule, servers } => about(schedule, "not arrived", servers),
        Announcement::Failed { schedule, servers } => about(schedule, "failed", servers),
        Announcement::RestartedByProvider { schedule, servers } => {
            about(schedule, "restarted by the provider", servers)
        }
        Announcement::Held { schedule, hold } => vec![format!("{schedule}: {}", held(hold))],
        Announcement::Resumed { schedule } => vec![format!("{schedule}: goes on")],
        Announcement::GroupOverdue { schedule, groups } => {
            vec![list(&format!("{schedule}: groups not ready"), groups)]
        }
        Announcement::RuleTaken(change) => vec![
            format!("rule `{}`: now {}", change.rule, version(Some(&change.to))),
            format!("before: {}", version(change.from.as_ref())),
            list("schedules", &change.schedules),
        ],
        Announcement::RuleRejected(rejection) => vec![
            format!("rule `{}`: not taken: {}", rejection.rule, rejection.cause),
            format!("in use: {}", version(rejection.kept.as_ref())),
            list("schedules", &rejection.schedules),
        ],
        Announcement::RuleUnreachable(distance) => vec![
            format!(
                "rule `{}`: `{}` is not reached since {}: {}",
                distance.rule, distance.location, distance.since, distance.cause
            ),
            format!("in use: {}", version(distance.kept.as_ref())),
            list("schedules", &distance.schedules),
        ],
        Announcement::RuleReachable { rule } => vec![format!("rule `{rule}`: reached again")],
        Announcement::DataStale(trouble) => vec![
            format!("data `{}` is too old: {}", trouble.data, trouble.cause),
            match trouble.instead {
                StaleData::LastCopy => "the last good copy is used".to_owned(),
                StaleData::Nothing => "rules get none".to_owned(),
            },
            list("schedules", &trouble.schedules),
        ],
        Announcement::DataFresh { data, schedules } => vec![
            format!("data `{data}` is new again"),
            list("schedules", schedules),
        ],
        Announcement::Morning(view) => {
            let mut lines = vec![view.date.to_string()];
            lines.extend(view.schedules.iter().map(|line| {
                let mut parts = vec![counts(&line.counts)];
                parts.extend(line.turns.iter().map(next));
                parts.extend(line.notes.iter().cloned());
                parts.extend(line.forced.as_ref().map(forced));
                parts.extend(line.held.as_ref().map(held));
                parts.extend(line.faults.iter().cloned());
                format!("{}: {}", line.schedule, parts.join("; "))
            }));
            lines
        }
    }
}

fn holidays_changed(what: &str, view: &HolidaysChangedView) -> Vec<String> {
    let mut lines: Vec<String> = view
        .changes
        .iter()
        .map(|change| {
            let line = change.after.as_ref().or(change.before.first());
            let line = line.map_or_else(|| change.date.to_string(), ToString::to_string);
            format!("calendar `{}`: {what} {line}", view.calendar)
        })
        .collect();
    if !view.shared_with.is_empty() {
        lines.push(list("shared with", &view.shared_with));
    }
    if view.without_effect {
        lines.push(format!("no rule of {} reads it", view.schedule));
    }
    lines
}

fn version(version: Option<&RuleVersion>) -> String {
    version.map_or_else(
        || "none".to_owned(),
        |RuleVersion { version, sha256 }| format!("{version} ({sha256})"),
    )
}

fn list(title: &str, names: &[String]) -> String {
    format!("{title}: {}", names.join(", "))
}

fn suggested(suggestion: Option<&str>) -> String {
    suggestion.map_or(String::new(), |suggestion| {
        format!("perhaps `{suggestion}`")
    })
}

fn unknown(what: &str, word: &UnknownWord) -> Vec<String> {
    vec![
        format!("{what}: `{}`", word.text),
        suggested(word.suggestion.as_deref()),
    ]
}

fn counts(counts: &Counts) -> String {
    format!(
        "{} servers, {} running, {} moving, {} stopped, {} problem",
        counts.total, counts.running, counts.moving, counts.stopped, counts.problem
    )
}

fn next(turning: &Turning) -> String {
    format!("next: {} at {}", turning.want.as_str(), turning.at)
}

fn forced(force: &ForceView) -> String {
    format!(
        "{} by {} until {}",
        force.want.as_str(),
        force.by,
        force.until
    )
}

fn held(hold: &HoldView) -> String {
    format!("held: rule `{}`: {}", hold.rule, hold.cause)
}

fn span(span: &Span) -> String {
    format!(
        "{}-{} {} {}",
        span.begin,
        span.end,
        span.want.as_str(),
        span.reason
    )
}

fn exception(exception: &Exception) -> String {
    let at = exception
        .at
        .map_or_else(|| "none".to_owned(), |at| at.to_string());
    format!(
        "{} {} {at} by {}",
        exception.date,
        exception.action.as_str(),
        exception.by
    )
}

fn server(server: &ServerView) -> String {
    let note = match &server.note {
        None => String::new(),
        Some(ServerNote::Stuck(None)) => " (not arrived)".to_owned(),
        Some(ServerNote::Stuck(Some(reason))) => format!(" (not arrived: {reason})"),
        Some(ServerNote::Failed { code, message }) => format!(" ({code}: {message})"),
        Some(ServerNote::WaitsFor(groups)) => format!(" (waits for {})", groups.join(", ")),
        Some(ServerNote::Busy) => " (busy)".to_owned(),
        Some(ServerNote::Retained) => " (kept running)".to_owned(),
        Some(ServerNote::LeftOut(reason)) => format!(" (not scheduled: {reason})"),
        Some(ServerNote::Kept { rule, reason }) => format!(
            " (kept by {}: {reason})",
            rule.as_deref().unwrap_or("a rule")
        ),
    };
    format!("{}: {}{note}", server.name, server.native_state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            Minute, Moment, ServerKind, ServerState, Turn, Want,
            reply::{
                ExceptionSetView, ExtendedView, ForcedView, GroupServers, StatusView, Topic,
                UntilSource,
            },
        },
        testing::{date, utc},
    };

    #[track_caller]
    fn check(reply: &Reply, expected: &str) {
        assert_eq!(plain(reply).body, expected);
    }

    fn at(day: u32, hour: u16) -> Moment {
        Moment {
            date: date(2026, 11, day),
            minute: Minute(hour * 60),
        }
    }

    fn web(number: u32) -> ServerView {
        ServerView {
            name: format!("web-{number}"),
            id: format!("i-{number}"),
            kind: ServerKind::Ec2,
            state: ServerState::Stopped,
            native_state: "stopped".to_owned(),
            note: Some(ServerNote::WaitsFor(vec!["db".to_owned()])),
        }
    }

    fn status_of(servers: Vec<ServerView>) -> Reply {
        Reply::Status(StatusView {
            schedule: "dev".to_owned(),
            counts: Counts {
                total: 1,
                stopped: 1,
                ..Counts::default()
            },
            groups: vec![GroupServers {
                name: Some("api".to_owned()),
                depends_on: vec!["db".to_owned()],
                servers,
            }],
            next: Some(Turning {
                at: at(24, 9),
                want: Want::Run,
                reason: "office-hours".to_owned(),
            }),
            forced: None,
            held: None,
            faults: Vec::new(),
            seen: None,
        })
    }

    #[test]
    fn a_status_says_how_many_which_and_what_is_next() {
        check(
            &status_of(vec![web(1)]),
            "dev: 1 servers, 0 running, 0 moving, 1 stopped, 0 problem\n\
             [api]\n\
             web-1: stopped (waits for db)\n\
             next: run at 2026-11-24 09:00",
        );
    }

    #[test]
    fn a_body_stays_within_what_the_messenger_shows() {
        let message = plain(&status_of((0..2_000).map(web).collect()));
        assert_eq!(message.body.chars().count(), LONGEST_BODY);
    }

    #[test]
    fn changes_are_told_with_their_times() {
        let force = ForceView {
            want: Want::Run,
            by: "Hana".to_owned(),
            reason: None,
            since: at(23, 22),
            until: at(24, 2),
        };
        check(
            &Reply::Forced(ForcedView {
                schedule: "dev".to_owned(),
                forced: force,
                until_source: UntilSource::Asked,
                replaced: None,
                groups: vec!["db".to_owned(), "api".to_owned()],
                to_change: 2,
                already: 1,
            }),
            "dev: run by Hana until 2026-11-24 02:00\n2 to change, 1 already\ngroups: db, api",
        );
        check(
            &Reply::Extended(ExtendedView {
                schedule: "dev".to_owned(),
                from: at(23, 22),
                to: at(23, 24),
                forced: false,
            }),
            "dev: stop 2026-11-23 22:00 -> 2026-11-23 24:00",
        );
        check(
            &Reply::ExceptionSet(ExceptionSetView {
                schedule: "dev".to_owned(),
                set: Exception {
                    schedule: "dev".to_owned(),
                    date: date(2026, 11, 28),
                    action: Turn::Stop,
                    at: None,
                    by: "Hana".to_owned(),
                    reason: None,
                    created_at: utc("2026-11-23 10:00"),
                },
                replaced: None,
                spans: Vec::new(),
                next_start: None,
                next_stop: None,
                without_effect: true,
            }),
            "dev: set 2026-11-28 stop none by Hana\n\
             there is no run on that day that it could change",
        );
    }

    #[test]
    fn refusals_are_told_without_blank_lines() {
        check(
            &Reply::Refused(Refusal::NotUnderstood(UnknownWord {
                text: "stauts".to_owned(),
                suggestion: Some("status".to_owned()),
                topic: Topic::Status,
                schedule: None,
            })),
            "not understood: `stauts`\nperhaps `status`",
        );
        check(
            &Reply::Refused(Refusal::ImpossibleDate {
                text: "2026-2-30".to_owned(),
                nearest: None,
            }),
            "`2026-2-30` does not exist",
        );
    }

    #[test]
    fn the_bar_tells_whose_fault_it_is() {
        let failed = Reply::Refused(Refusal::Failed {
            code: "store.busy".to_owned(),
            incident: "0badc0de".to_owned(),
        });
        assert_eq!(plain(&failed).connect_color, FAULT);
        check(
            &failed,
            "nothing was changed: store.busy (0badc0de); try again",
        );
        let past = Reply::Refused(Refusal::PastTime(at(23, 9)));
        assert_eq!(plain(&past).connect_color, WARNING);
        assert_eq!(plain(&status_of(Vec::new())).connect_color, CALM);
    }
}
