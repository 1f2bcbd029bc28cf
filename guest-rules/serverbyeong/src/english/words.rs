//! The small words: times, counts, states, lists. Everything that more than one reply needs.

use reveille_sdk::{
    formatter::replies::{Context, Counts, ForceView, HoldView, ServerView, Turning, UntilSource},
    types::{Date, Exception, Minute, Moment, Span, Turn, Want},
};

use super::server;
use crate::{
    decided::{self, Decided, Special},
    message::{More, names},
    reason::{self, Reason},
    servers::sorted,
    text::{name, sentence},
    when::{self, DAY_MINUTES, Length, Near},
};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub(super) const MORE: More = More {
    lines: |count| format!("and {} more", counted(count, "line")),
    blocks: |count| format!("and {} more", counted(count, "block")),
};

pub(super) fn more(count: usize) -> String {
    format!("and {count} more")
}

/// `1 server`, `2 servers`
pub(super) fn counted(count: impl std::fmt::Display, noun: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// `Mon`
pub(super) fn weekday(date: Date) -> &'static str {
    usize::try_from(when::weekday(date))
        .ok()
        .and_then(|index| WEEKDAYS.get(index).copied())
        .unwrap_or_default()
}

/// `2026-11-27 (Fri)`, and near today `tomorrow (Mon 2026-11-23)`.
pub(super) fn date(today: Date, date: Date) -> String {
    let near = match when::near(today, date) {
        Near::Yesterday => "yesterday",
        Near::Today => "today",
        Near::Tomorrow => "tomorrow",
        Near::DayAfter | Near::Far => return full_date(date),
    };
    format!("{near} ({} {})", weekday(date), when::iso(date))
}

/// `2026-11-27 (Fri)`
pub(super) fn full_date(date: Date) -> String {
    format!("{} ({})", when::iso(date), weekday(date))
}

/// `tomorrow (Mon 2026-11-23) 02:00`
pub(super) fn moment(now: Moment, moment: Moment) -> String {
    let moment = when::carried(moment);
    format!(
        "{} {}",
        date(now.date, moment.date),
        when::clock(moment.minute)
    )
}

/// A moment of the zone `timezone`: in another zone than the message's it may be another day, so that it is told with
/// its whole date and with its zone.
pub(super) fn moment_in(context: &Context, timezone: &str, moment: Moment) -> String {
    if timezone == context.timezone {
        return self::moment(context.now, moment);
    }
    let moment = when::carried(moment);
    format!(
        "{} {}{}",
        full_date(moment.date),
        when::clock(moment.minute),
        zone(context, timezone)
    )
}

/// ` (America/New_York)` where that is not the zone of the message.
pub(super) fn zone(context: &Context, timezone: &str) -> String {
    if timezone == context.timezone {
        String::new()
    } else {
        format!(" ({})", name(timezone))
    }
}

/// `23:00`, and past 24:00 of `day` `02:00 on the next day (Tue 2026-11-24)`.
pub(super) fn minute_of(day: Date, minute: Minute) -> String {
    match minute.checked_sub(DAY_MINUTES) {
        None | Some(0) => when::clock(minute),
        Some(late) => {
            let next = when::next_date(day);
            format!(
                "{} on the next day ({} {})",
                when::clock(late),
                weekday(next),
                when::iso(next)
            )
        }
    }
}

/// `2 hours 10 minutes`
pub(super) fn length(length: Length) -> String {
    let parts = [
        (length.days, "day"),
        (length.hours, "hour"),
        (length.minutes, "minute"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| counted(count, unit))
        .collect();
    parts.join(" ")
}

/// `in 2 hours 10 minutes`; `any moment` when it is here.
pub(super) fn time_until(now: Moment, moment: Moment) -> String {
    Length::between(now, moment).map_or_else(
        || "any moment".to_owned(),
        |ahead| format!("in {}", length(ahead)),
    )
}

pub(super) fn want(want: Want) -> &'static str {
    match want {
        Want::Run => "running",
        Want::Stop => "stopped",
        Want::Hold => "left as it is",
    }
}

pub(super) fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Start => "start",
        Turn::Stop => "stop",
    }
}

/// What an order is called: `forced start`.
pub(super) fn order(want: Want) -> &'static str {
    match want {
        Want::Run => "forced start",
        Want::Stop => "forced stop",
        Want::Hold => "order to leave as it is",
    }
}

/// What a turn to a want is called: `start`.
pub(super) fn turn_to(want: Want) -> &'static str {
    match want {
        Want::Run => "start",
        Want::Stop => "stop",
        Want::Hold => "left as it is",
    }
}

/// `36 servers: 30 running, 6 stopped`
pub(super) fn counts(counts: &Counts) -> String {
    if counts.total == 0 {
        return "no servers".to_owned();
    }
    format!("{}: {}", counted(counts.total, "server"), shares(counts))
}

/// `30 running, 6 stopped`, and what is neither when there is any.
pub(super) fn shares(counts: &Counts) -> String {
    let mut text = format!("{} running, {} stopped", counts.running, counts.stopped);
    if counts.moving > 0 {
        text.push_str(&format!(", {} on the way", counts.moving));
    }
    if counts.problem > 0 {
        text.push_str(&format!(", {} with a problem", counts.problem));
    }
    text
}

/// A span's reason: `period office-hours`.
pub(super) fn reason(text: &str) -> Option<String> {
    match reason::read(text) {
        Reason::None => None,
        Reason::Period(period) => Some(format!("period {}", name(period))),
        Reason::Fixed => Some("fixed, override_status".to_owned()),
        Reason::Exception(by, why) => Some(format!("exception by {}", person_and_why(by, why))),
        Reason::Order(by, why) => Some(format!("ordered by {}", person_and_why(by, why))),
        Reason::Other(other) => Some(sentence(other)),
    }
}

/// `Hana, release`
fn person_and_why(by: &str, why: Option<&str>) -> String {
    why.map_or_else(
        || name(by),
        |why| format!("{}, {}", name(by), sentence(why)),
    )
}

/// Why something was done to servers: `again after a failure, period office-hours`.
pub(super) fn decided(text: &str) -> Option<String> {
    let Decided {
        special,
        instance_type,
        why,
    } = decided::read(text);
    let special = match special {
        Special::Nothing => None,
        Special::MaintenanceWindow => Some("maintenance window"),
        Special::StoppedByHand => Some("had been stopped by hand"),
        Special::StartedByHand => Some("had been started by hand"),
        Special::Again => Some("again after a failure"),
        Special::StartedByProvider => Some("AWS had started it by itself"),
    };
    let parts: Vec<String> = [
        special.map(str::to_owned),
        instance_type.map(|kind| format!("as {}", name(kind))),
        reason(why),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// ` (추석)`, or nothing.
pub(super) fn because(text: &str) -> String {
    reason(text).map_or_else(String::new, |reason| format!(" ({reason})"))
}

/// `start tomorrow (Mon 2026-11-23) 09:30 (in 9 hours)`
pub(super) fn turning(now: Moment, next: &Turning) -> String {
    format!(
        "{} {} ({})",
        turn_to(next.want),
        moment(now, next.at),
        time_until(now, next.at)
    )
}

/// The line about what comes next.
pub(super) fn next_line(now: Moment, next: Option<&Turning>) -> String {
    next.map_or_else(
        || "Next: no start or stop is planned.".to_owned(),
        |next| format!("Next: {}", turning(now, next)),
    )
}

/// The line about a start or stop that comes next.
pub(super) fn next_turn_line(now: Moment, which: Turn, next: Option<&Turning>) -> String {
    let label = turn(which);
    next.map_or_else(
        || format!("Next {label}: none planned"),
        |next| {
            let reason =
                reason(&next.reason).map_or_else(String::new, |reason| format!(", {reason}"));
            format!(
                "Next {label}: {} ({}{reason})",
                moment(now, next.at),
                time_until(now, next.at)
            )
        },
    )
}

/// `09:30–22:00 running (period office-hours)`, a line a span.
pub(super) fn spans(spans: &[Span]) -> Vec<String> {
    spans
        .iter()
        .map(|span| {
            let kind = span
                .instance_type
                .as_deref()
                .map_or_else(String::new, |kind| format!(", {}", name(kind)));
            format!(
                "{}–{} {}{kind}{}",
                when::clock(span.begin),
                when::clock(span.end),
                want(span.want),
                because(&span.reason)
            )
        })
        .collect()
}

/// What an exception does: `stop 23:00`.
pub(super) fn change(exception: &Exception) -> String {
    let turn = turn(exception.action);
    exception.at.map_or_else(
        || format!("no {turn}"),
        |at| format!("{turn} {}", minute_of(exception.date, at)),
    )
}

/// `stop 23:00 · set by Hana · reason: release`
pub(super) fn change_with_author(exception: &Exception) -> String {
    let mut text = change(exception);
    if !exception.by.is_empty() {
        text.push_str(&format!(" · set by {}", name(&exception.by)));
    }
    if let Some(reason) = &exception.reason {
        text.push_str(&format!(" · reason: {}", sentence(reason)));
    }
    text
}

/// Exceptions with their dates, a line each.
pub(super) fn exceptions(today: Date, exceptions: &[Exception]) -> Vec<String> {
    exceptions
        .iter()
        .map(|exception| {
            format!(
                "{}: {}",
                date(today, exception.date),
                change_with_author(exception)
            )
        })
        .collect()
}

/// The line about an order that stands.
pub(super) fn force_line(now: Moment, forced: &ForceView) -> String {
    let what = match forced.want {
        Want::Run => "Forced start",
        Want::Stop => "Forced stop",
        Want::Hold => "Ordered to be left as it is",
    };
    format!("{what} in force: {}", force_facts(now, forced))
}

/// `until today (Sun 2026-11-22) 22:00 · by Hana, since today (Sun 2026-11-22) 14:00 · reason: release`
pub(super) fn force_facts(now: Moment, forced: &ForceView) -> String {
    let mut text = format!(
        "until {} · by {}, since {}",
        moment(now, forced.until),
        name(&forced.by),
        moment(now, forced.since)
    );
    if let Some(reason) = &forced.reason {
        text.push_str(&format!(" · reason: {}", sentence(reason)));
    }
    text
}

/// Where an order's end comes from.
pub(super) fn until_source(forced: Want, source: UntilSource) -> &'static str {
    match (source, forced) {
        (UntilSource::Plan, Want::Run) => "the next planned stop",
        (UntilSource::Plan, Want::Stop) => "the next planned start",
        (UntilSource::Plan, Want::Hold) => "the next turn of the plan",
        (UntilSource::Asked, Want::Run | Want::Stop | Want::Hold) => "as you asked",
        (UntilSource::Limit, Want::Run) => "no planned stop was found, so it ends then",
        (UntilSource::Limit, Want::Stop) => "no planned start was found, so it ends then",
        (UntilSource::Limit, Want::Hold) => "no turn of the plan was found, so it ends then",
    }
}

/// The lines about a rule that does not answer.
pub(super) fn hold_lines(now: Moment, held: &HoldView) -> Vec<String> {
    let mut lines = vec![
        "On hold: nothing is started or stopped automatically; every server stays as it is."
            .to_owned(),
        format!(
            "The rule '{}' does not answer. Cause: {}",
            name(&held.rule),
            sentence(&held.cause)
        ),
    ];
    if let Some(since) = held.since {
        lines.push(format!("On hold since: {}", moment(now, since)));
    }
    lines
}

/// Lines under a schedule's name about what is wrong with it.
pub(super) fn faults(faults: &[String]) -> Vec<String> {
    faults.iter().map(|fault| sentence(fault)).collect()
}

/// Names as data, in a row.
pub(super) fn listed(list: &[String]) -> String {
    let list: Vec<String> = list.iter().map(|entry| name(entry)).collect();
    names(&list, more)
}

/// The first names of `count` servers.
pub(super) fn some_servers(first: &[String], count: u32) -> String {
    let mut text = listed(first);
    let left_out = usize::try_from(count)
        .unwrap_or_default()
        .saturating_sub(first.len());
    if left_out > 0 && !first.is_empty() {
        text.push_str(&format!(" {}", more(left_out)));
    }
    text
}

/// `web-1 : running`, a line a server.
pub(super) fn servers(servers: &[ServerView]) -> Vec<String> {
    sorted(servers).into_iter().map(server::line).collect()
}
