//! Words that more than one reply needs.

use reveille_sdk::{
    DAY,
    formatter::replies::{
        Context, Counts, ForceView, HoldView, Holiday, ServerNote, ServerView, Topic, Turning,
    },
    types::{Date, Exception, Minute, Moment, ServerState, Span, Turn, Want},
};

/// Names that are listed before the rest is counted.
const NAMES: usize = 10;

/// Data as a reader is shown it: in one line, without links.
pub(crate) fn data(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(visible).collect();
    text.trim().replace("](", "] (")
}

/// `1 server`, `2 servers`
pub(crate) fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// `a, b and 3 more`, of `count` names in all.
pub(crate) fn names(names: &[String], count: usize) -> String {
    let shown: Vec<String> = names.iter().take(NAMES).map(|name| data(name)).collect();
    let more = count.max(names.len()) - shown.len();
    match (shown.is_empty(), more) {
        (true, 0) => "none".to_owned(),
        (true, more) => counted(more as u64, "server"),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `09:30`; past midnight `02:00 (+1)`.
pub(crate) fn minute(minute: Minute) -> String {
    let clock = |minute: Minute| format!("{:02}:{:02}", minute / 60, minute % 60);
    match minute.checked_sub(DAY) {
        None | Some(0) => clock(minute),
        Some(next) => format!("{} (+1)", clock(next)),
    }
}

/// `Mon 2026-11-23`
pub(crate) fn date(date: Date) -> String {
    format!("{} {date}", date.weekday())
}

/// `22:00` of today, else `Mon 2026-11-23 09:30`.
pub(crate) fn moment(context: &Context, of: Moment) -> String {
    if of.date == context.now.date && of.minute <= DAY {
        return minute(of.minute);
    }
    let days = of.minute / DAY;
    let left = of.minute % DAY;
    format!("{} {}", date(of.date.plus_days(days)), minute(left))
}

/// A moment of another zone, with its name.
pub(crate) fn moment_in(context: &Context, zone: &str, of: Moment) -> String {
    if zone == context.timezone {
        moment(context, of)
    } else {
        format!("{} {} ({})", date(of.date), minute(of.minute), data(zone))
    }
}

pub(crate) const fn on_off(want: Want) -> &'static str {
    match want {
        Want::Run => "on",
        Want::Stop => "off",
        Want::Hold => "left alone",
    }
}

/// What the plan wants of a schedule.
pub(crate) fn wanted(want: Option<Want>) -> &'static str {
    want.map_or("no plan", on_off)
}

pub(crate) const fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Start => "start",
        Turn::Stop => "stop",
    }
}

const fn turn_to(want: Want) -> &'static str {
    match want {
        Want::Run => "start",
        Want::Stop => "stop",
        Want::Hold => "leave alone",
    }
}

pub(crate) const fn order(want: Want) -> &'static str {
    match want {
        Want::Run => "Forced on",
        Want::Stop => "Forced off",
        Want::Hold => "Left alone by order",
    }
}

/// `4 on, 1 off`
pub(crate) fn counts(counts: &Counts) -> String {
    if counts.total == 0 {
        return "no servers".to_owned();
    }
    let all = [
        (counts.running, "on"),
        (counts.stopped, "off"),
        (counts.moving, "moving"),
        (counts.problem, "broken"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> = some.map(|(count, how)| format!("{count} {how}")).collect();
    some.join(", ")
}

/// ` (period office-hours)`, when there is a reason.
pub(crate) fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(" ({})", data(reason))
    }
}

/// `Next: stop 22:00 (period office-hours)`
pub(crate) fn next(context: &Context, next: Option<&Turning>) -> String {
    next.map_or_else(
        || "Next: nothing planned".to_owned(),
        |next| {
            format!(
                "Next: {} {}{}",
                turn_to(next.want),
                moment(context, next.at),
                because(&next.reason)
            )
        },
    )
}

/// `stop 22:00` in the zone of a line.
pub(crate) fn turning_in(context: &Context, zone: &str, of: &Turning) -> String {
    format!("{} {}", turn_to(of.want), moment_in(context, zone, of.at))
}

/// `Forced on until 22:00, by Hana (release)`
pub(crate) fn forced(context: &Context, of: &ForceView) -> String {
    let reason = of.reason.as_deref().unwrap_or_default();
    format!(
        "{} until {}, by {} at {}{}",
        order(of.want),
        moment(context, of.until),
        data(&of.by),
        moment(context, of.since),
        because(reason)
    )
}

/// Why nothing is done.
pub(crate) fn held(context: &Context, of: &HoldView) -> Vec<String> {
    let since = of
        .since
        .map(|since| format!(" since {}", moment(context, since)));
    vec![
        format!(
            "On hold{}: nothing starts or stops.",
            since.unwrap_or_default()
        ),
        format!("Rule `{}` failed: {}", data(&of.rule), data(&of.cause)),
    ]
}

/// `stop 23:00`
pub(crate) fn change(of: &Exception) -> String {
    match of.at {
        Some(at) => format!("{} {}", turn(of.action), minute(at)),
        None => format!("no {}", turn(of.action)),
    }
}

/// `stop 23:00, by Hana (release)`
pub(crate) fn exception(of: &Exception) -> String {
    let what = change(of);
    let by = if of.by.is_empty() {
        String::new()
    } else {
        format!(", by {}", data(&of.by))
    };
    format!(
        "{what}{by}{}",
        because(of.reason.as_deref().unwrap_or_default())
    )
}

/// Exceptions, a line each with its day.
pub(crate) fn exceptions(all: &[Exception]) -> Vec<String> {
    let line = |of: &Exception| format!("{}: {}", date(of.date), exception(of));
    all.iter().map(line).collect()
}

/// `09:30–22:00 on (period office-hours)`, a line each.
pub(crate) fn spans(all: &[Span]) -> Vec<String> {
    let line = |span: &Span| {
        let with = span
            .instance_type
            .as_deref()
            .map(|name| format!(" as {}", data(name)));
        format!(
            "{}–{} {}{}{}",
            minute(span.begin),
            minute(span.end),
            on_off(span.want),
            with.unwrap_or_default(),
            because(&span.reason)
        )
    };
    all.iter().map(line).collect()
}

/// `web-1: on, waits for DB`
pub(crate) fn server(of: &ServerView) -> String {
    let state = match of.state {
        ServerState::Running => "on",
        ServerState::Stopped => "off",
        ServerState::Starting => "starting",
        ServerState::Stopping => "stopping",
        ServerState::Busy => "on, busy",
        ServerState::Problem => "broken",
    };
    let native = match of.state {
        ServerState::Busy | ServerState::Problem => because(&of.native_state),
        ServerState::Running
        | ServerState::Stopped
        | ServerState::Starting
        | ServerState::Stopping => String::new(),
    };
    let note = of.note.as_ref().map(note).unwrap_or_default();
    format!("{}: {state}{native}{note}", data(&of.name))
}

fn note(of: &ServerNote) -> String {
    match of {
        ServerNote::Stuck(None) => ", stuck".to_owned(),
        ServerNote::Stuck(Some(why)) => format!(", stuck: {}", data(why)),
        ServerNote::Failed((code, message)) => {
            format!(", failed: {}: {}", data(code), data(message))
        }
        ServerNote::WaitsFor(groups) => format!(", waits for {}", names(groups, 0)),
        ServerNote::Busy => ", cannot be touched now; tried again".to_owned(),
        ServerNote::Retained => ", kept on: somebody started it".to_owned(),
        ServerNote::LeftOut(why) => format!(", not scheduled: {}", data(why)),
        ServerNote::Kept((None, why)) => format!(", left alone: {}", data(why)),
        ServerNote::Kept((Some(rule), why)) => {
            format!(", left alone by `{}`: {}", data(rule), data(why))
        }
    }
}

/// Servers, a line each, in the order of their names: `web-2` before `web-10`.
pub(crate) fn servers(all: &[ServerView]) -> Vec<String> {
    let mut all: Vec<&ServerView> = all.iter().collect();
    all.sort_by_cached_key(|server| (in_order(&server.name), server.id.clone()));
    all.into_iter().map(server).collect()
}

/// A name with every number in it as long as the longest that there is.
fn in_order(name: &str) -> String {
    let mut key = String::new();
    let mut rest = name;
    while !rest.is_empty() {
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number);
        let (part, tail) = rest.split_at(end.unwrap_or(rest.len()));
        if is_number {
            key.push_str(&format!("{part:0>20}"));
        } else {
            key.push_str(part);
        }
        rest = tail;
    }
    key
}

/// `45 minutes`, `6 hours`, `1 h 30 min`
pub(crate) fn length(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// `off: New Year`, `work`
pub(crate) fn holiday(of: &Holiday) -> String {
    let what = if of.working { "work" } else { "off" };
    match &of.name {
        Some(name) => format!("{what}: {}", data(name)),
        None => what.to_owned(),
    }
}

/// `/server dev status`: how something is asked for. The schedule is that of the context unless it is said.
pub(crate) fn example(context: &Context, schedule: Option<&str>, topic: Topic) -> String {
    let schedule = schedule
        .or(context.schedule.as_deref())
        .map_or("dev".into(), data);
    let day = context.now.date.plus_days(1);
    let command = match topic {
        Topic::Help => return format!("/{} help", data(&context.keyword)),
        Topic::Schedules => return format!("/{} list", data(&context.keyword)),
        Topic::Status => "status".to_owned(),
        Topic::Info => format!("info {day}"),
        Topic::ExceptionInfo => format!("exception info {day}"),
        Topic::ExceptionList => "exception list".to_owned(),
        Topic::ExceptionSet => format!("exception set {day} stop 23:00"),
        Topic::ExceptionDelete => format!("exception del {day} stop"),
        Topic::ForceStart => "force_start 4h".to_owned(),
        Topic::ForceStop => "force_stop".to_owned(),
        Topic::Cancel => "cancel".to_owned(),
        Topic::Extend => "extend 2h".to_owned(),
        Topic::Why => "why".to_owned(),
        Topic::HolidayList => "holiday list".to_owned(),
        Topic::HolidayAdd => format!("holiday add {day} Offsite"),
        Topic::HolidayWork => format!("holiday work {day}"),
        Topic::HolidayDelete => format!("holiday del {day}"),
    };
    format!("/{} {schedule} {command}", data(&context.keyword))
}
