//! The groups of a schedule: their entries, and the order in which they come up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use serde_json::Value;

use super::{
    super::{Group, OnTimeout, READY_TIMEOUT},
    reader::{Reader, quoted, quoted_text},
};

/// Longest `ready_timeout`: what has not come up in a day does not.
const LONGEST_READY_TIMEOUT: Duration = Duration::hours(24);

/// The groups of a schedule, each after those that it depends on, else as they are listed.
pub(super) fn read(schedule: &mut Reader<'_>) -> Vec<Group> {
    let Some(entries) = schedule.list("groups") else {
        return Vec::new();
    };
    let mut groups = Vec::with_capacity(entries.len());
    for (number, entry) in (1..).zip(&entries) {
        match entry {
            Value::String(name) if !name.trim().is_empty() => groups.push(Group {
                name: name.trim().into(),
                depends_on: Vec::new(),
                ready_timeout: READY_TIMEOUT,
                on_timeout: OnTimeout::default(),
            }),
            Value::Object(fields) => {
                let mut entry = schedule.entry("groups", number, fields);
                groups.extend(group(&mut entry));
                schedule.absorb(entry);
            }
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => {
                schedule.fault(
                    "groups",
                    format!(
                        "entry {number}, {}, is not a group; write `{{\"name\": \"…\"}}`",
                        quoted(other)
                    ),
                );
            }
        }
    }
    if groups.len() < entries.len() {
        // With a group missing, those that depend on it would be accused as well.
        return groups;
    }
    ordered(schedule, groups)
}

fn group(entry: &mut Reader<'_>) -> Option<Group> {
    entry.only(&["name", "depends_on", "ready_timeout", "on_timeout"]);
    let name = entry.word("name");
    if name.is_none() {
        entry.fault(
            "name",
            "is missing; name the group as the servers' group tag does",
        );
    }
    let mut depends_on = match entry.value("depends_on") {
        Some(Value::Array(values)) if values.is_empty() => Vec::new(),
        _ => entry.texts("depends_on").unwrap_or_default(),
    };
    let mut seen = BTreeSet::new();
    depends_on.retain(|group| seen.insert(group.clone()));
    let ready_timeout = ready_timeout(entry);
    let on_timeout = match entry.word("on_timeout") {
        None => OnTimeout::default(),
        Some(word) if word.eq_ignore_ascii_case("wait") => OnTimeout::Wait,
        Some(word) if word.eq_ignore_ascii_case("pass") => OnTimeout::Pass,
        Some(word) => {
            entry.fault(
                "on_timeout",
                format!(
                    "{} is not known; write `wait` or `pass`",
                    quoted_text(&word)
                ),
            );
            OnTimeout::default()
        }
    };
    Some(Group {
        name: name?,
        depends_on,
        ready_timeout,
        on_timeout,
    })
}

fn ready_timeout(entry: &mut Reader<'_>) -> Duration {
    let Some(value) = entry.value("ready_timeout") else {
        return READY_TIMEOUT;
    };
    let length = match value {
        Value::Number(minutes) => minutes.as_i64().and_then(Duration::try_minutes),
        Value::String(text) => length(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match length {
        Some(length) if length > Duration::zero() && length <= LONGEST_READY_TIMEOUT => length,
        _ => {
            entry.fault(
                "ready_timeout",
                format!(
                    "{} is no length of up to 24 hours; write one such as `15m` or `1h30m`",
                    quoted(value)
                ),
            );
            READY_TIMEOUT
        }
    }
}

/// `90s`, `15m`, `1h30m`; a number alone is minutes.
fn length(text: &str) -> Option<Duration> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Duration::try_minutes(text.parse().ok()?);
    }
    let mut total = Duration::zero();
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..unit].parse().ok()?;
        let part = match rest.as_bytes()[unit] {
            b'h' => Duration::try_hours(count)?,
            b'm' => Duration::try_minutes(count)?,
            b's' => Duration::try_seconds(count)?,
            _ => return None,
        };
        total = total.checked_add(&part)?;
        rest = &rest[unit + 1..];
    }
    Some(total)
}

/// The groups in the order of their dependencies; the first listed first where there is a choice.
fn ordered(schedule: &mut Reader<'_>, groups: Vec<Group>) -> Vec<Group> {
    let mut index = BTreeMap::new();
    let mut sound = true;
    for (position, group) in groups.iter().enumerate() {
        if index.insert(group.name.as_str(), position).is_some() {
            sound = false;
            schedule.fault(
                "groups",
                format!(
                    "the group {} is there twice; leave one",
                    quoted_text(&group.name)
                ),
            );
        }
    }
    for group in &groups {
        for wanted in &group.depends_on {
            if !index.contains_key(wanted.as_str()) {
                sound = false;
                let remedy = schedule.hint(
                    wanted,
                    index.keys().copied(),
                    "add it to `groups`, or take it out",
                );
                schedule.fault(
                    "groups",
                    format!(
                        "the group {} depends on {}, which is no group of this schedule; {remedy}",
                        quoted_text(&group.name),
                        quoted_text(wanted)
                    ),
                );
            }
        }
    }
    if !sound {
        return groups;
    }
    let mut waits_for: Vec<usize> = groups.iter().map(|group| group.depends_on.len()).collect();
    let mut dependents = vec![Vec::new(); groups.len()];
    for (position, group) in groups.iter().enumerate() {
        for wanted in &group.depends_on {
            dependents[index[wanted.as_str()]].push(position);
        }
    }
    let mut free: BTreeSet<usize> = (0..groups.len()).filter(|&p| waits_for[p] == 0).collect();
    let mut order = Vec::with_capacity(groups.len());
    while let Some(position) = free.pop_first() {
        order.push(position);
        for &dependent in &dependents[position] {
            waits_for[dependent] -= 1;
            if waits_for[dependent] == 0 {
                free.insert(dependent);
            }
        }
    }
    if let Some(start) = waits_for.iter().position(|&count| count > 0) {
        let circle = circle(&groups, &index, &waits_for, start);
        schedule.fault(
            "groups",
            format!("{circle} is a circle: none of them could ever start; take out one `depends_on` of it"),
        );
        return groups;
    }
    let mut groups: Vec<Option<Group>> = groups.into_iter().map(Some).collect();
    order
        .iter()
        .filter_map(|&position| groups[position].take())
        .collect()
}

/// The circle that one comes to from `start`, as `a → b → a`, an arrow from a group to what it depends on.
fn circle(
    groups: &[Group],
    index: &BTreeMap<&str, usize>,
    waits_for: &[usize],
    start: usize,
) -> String {
    // A group that was never free depends on another such group, so that the walk goes on until it repeats.
    let mut path = Vec::new();
    let mut place = vec![None; groups.len()];
    let mut next = Some(start);
    while let Some(position) = next {
        if let Some(begin) = place[position] {
            path.drain(..begin);
            path.push(position);
            break;
        }
        place[position] = Some(path.len());
        path.push(position);
        next = groups[position]
            .depends_on
            .iter()
            .map(|name| index[name.as_str()])
            .find(|&wanted| waits_for[wanted] > 0);
    }
    let names: Vec<&str> = path
        .iter()
        .map(|&position| groups[position].name.as_str())
        .collect();
    quoted_text(&names.join(" → "))
}
