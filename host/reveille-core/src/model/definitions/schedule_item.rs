//! A `schedule` item.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::Duration;
use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::Value;

use super::{
    super::{
        CALENDAR_OF_ALL, Fault, Item, NoQuiet, OnFailure, Period, PeriodUse, Quiet, RuleUse,
        Schedule, Want,
    },
    digest, groups, is_reserved,
    reader::{Reader, quoted, quoted_text},
};

/// Longest time from a warning to its stop: on the day before, the stop is not what anybody thinks of.
const LONGEST_WARNING: Duration = Duration::days(1);

/// What a schedule is read against.
pub(super) struct Surroundings<'a> {
    /// The periods that can be used.
    pub(super) periods: &'a BTreeMap<String, Arc<Period>>,
    /// The periods that are there and cannot.
    pub(super) bad_periods: &'a BTreeMap<String, Vec<Fault>>,
    /// The calendars that are there and cannot be used.
    pub(super) bad_calendars: &'a BTreeMap<String, Vec<Fault>>,
    /// The zone of a schedule that names none.
    pub(super) default_zone: Tz,
}

/// The schedule of `item`, or everything that is wrong with it.
pub(super) fn read(item: &Item, surroundings: &Surroundings<'_>) -> Result<Schedule, Vec<Fault>> {
    let mut reader = Reader::new(item.key.to_string(), &item.attributes);
    check_name(&mut reader, &item.key.name);
    let mut schedule = Schedule {
        name: item.key.name.clone(),
        description: reader.text("description"),
        timezone: zone(&mut reader, surroundings.default_zone),
        periods: periods(&mut reader, surroundings),
        override_status: override_status(&mut reader),
        enforced: reader.truth("enforced").unwrap_or(false),
        retain_running: reader.truth("retain_running").unwrap_or(false),
        stop_new_instances: reader.truth("stop_new_instances").unwrap_or(true),
        hibernate: reader.truth("hibernate").unwrap_or(false),
        use_maintenance_window: reader.truth("use_maintenance_window"),
        ssm_maintenance_windows: ssm_maintenance_windows(&mut reader),
        configured_in_stack: reader.text("configured_in_stack"),
        rules: rules(&mut reader),
        groups: groups::read(&mut reader),
        holiday_calendar: reader.word("holiday_calendar"),
        notify: notify(&mut reader),
        quiet_hours: quiet_hours(&mut reader),
        warn_before_stop: warn_before_stop(&mut reader),
        allow: reader.texts("allow").unwrap_or_default(),
        locale: reader.word("locale"),
        protect: reader.texts("protect").unwrap_or_default(),
        digest: [0; 32],
    };
    if ["periods", "override_status", "ssm_maintenance_window"]
        .iter()
        .all(|attribute| is_absent(&reader, attribute))
    {
        reader.fault(
            "periods",
            "is missing, and so are `override_status` and `ssm_maintenance_window`; name at least one period",
        );
    }
    check_calendars(&mut reader, &schedule, surroundings);
    let faults = reader.into_faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    schedule.digest = digest::of(&schedule);
    Ok(schedule)
}

/// Without a calendar that it goes by, a rule of the schedule would start servers on a day off.
fn check_calendars(reader: &mut Reader<'_>, schedule: &Schedule, surroundings: &Surroundings<'_>) {
    if schedule.rules.is_empty() {
        return;
    }
    let own = schedule.holiday_calendar.as_deref();
    for name in [CALENDAR_OF_ALL].into_iter().chain(own) {
        if let Some([fault, ..]) = surroundings.bad_calendars.get(name).map(Vec::as_slice) {
            reader.fault(
                "holiday_calendar",
                format!("{} cannot be used; mend it: {fault}", quoted_text(name)),
            );
        }
    }
}

/// Whether `attribute` says nothing. An empty list is not absent: it is at fault already.
fn is_absent(reader: &Reader<'_>, attribute: &str) -> bool {
    match reader.value(attribute) {
        None => true,
        Some(Value::String(text)) => attribute != "periods" && text.trim().is_empty(),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        ) => false,
    }
}

fn check_name(reader: &mut Reader<'_>, name: &str) {
    if name.trim().is_empty() {
        reader.fault(
            "name",
            "is empty; name the schedule as the servers' schedule tag does",
        );
    } else if is_reserved(name) {
        reader.fault(
            "name",
            format!(
                "{} is a word that commands begin with; give the schedule, and the tag of its servers, another name",
                quoted_text(name)
            ),
        );
    }
}

fn zone(reader: &mut Reader<'_>, default_zone: Tz) -> Tz {
    let Some(name) = reader.word("timezone") else {
        return default_zone;
    };
    name.parse().unwrap_or_else(|_| {
        let remedy = reader.hint(
            &name,
            TZ_VARIANTS.iter().map(|zone| zone.name()),
            "write an IANA name such as `Asia/Seoul`",
        );
        reader.fault(
            "timezone",
            format!("{} is no time zone; {remedy}", quoted_text(&name)),
        );
        default_zone
    })
}

fn periods(reader: &mut Reader<'_>, surroundings: &Surroundings<'_>) -> Vec<PeriodUse> {
    let mut names = reader.texts("periods").unwrap_or_default();
    names.sort_unstable();
    names.dedup();
    let mut uses = Vec::with_capacity(names.len());
    for entry in &names {
        let (name, instance_type) = match entry.split_once('@') {
            Some((name, instance_type)) => (name.trim_end(), Some(instance_type.trim())),
            None => (entry.as_str(), None),
        };
        if instance_type.is_some_and(str::is_empty) {
            reader.fault(
                "periods",
                format!(
                    "{} has no instance type after its `@`; write `{name}@t3.small` or `{name}`",
                    quoted_text(entry)
                ),
            );
        }
        if let Some(period) = surroundings.periods.get(name) {
            uses.push(PeriodUse {
                period: Arc::clone(period),
                instance_type: instance_type.map(str::to_owned),
            });
        } else if let Some(faults) = surroundings.bad_periods.get(name) {
            let first = faults
                .first()
                .map(|fault| format!(": `{}`: {}", fault.attribute, fault.message));
            reader.fault(
                "periods",
                format!(
                    "the period {} is there and cannot be used{}",
                    quoted_text(name),
                    first.unwrap_or_default()
                ),
            );
        } else {
            let remedy = reader.hint(
                name,
                surroundings.periods.keys().map(String::as_str),
                "define it, or take it out",
            );
            reader.fault(
                "periods",
                format!("there is no period {}; {remedy}", quoted_text(name)),
            );
        }
    }
    // `a-b` sorts before `a@t` as text, and after `a` as a name.
    uses.sort_by(|a, b| {
        (&a.period.name, &a.instance_type).cmp(&(&b.period.name, &b.instance_type))
    });
    uses
}

fn override_status(reader: &mut Reader<'_>) -> Option<Want> {
    let word = reader.word("override_status")?;
    match word.to_lowercase().as_str() {
        "running" => Some(Want::Run),
        "stopped" => Some(Want::Stop),
        _ => {
            reader.fault(
                "override_status",
                format!(
                    "{} is not known; write `running` or `stopped`, or leave it out",
                    quoted_text(&word)
                ),
            );
            None
        }
    }
}

fn ssm_maintenance_windows(reader: &mut Reader<'_>) -> Vec<String> {
    // An empty text is what older consoles left behind; it is none to AWS Instance Scheduler.
    if is_absent(reader, "ssm_maintenance_window") {
        return Vec::new();
    }
    let mut names = reader.texts("ssm_maintenance_window").unwrap_or_default();
    names.sort_unstable();
    names.dedup();
    names
}

fn rules(reader: &mut Reader<'_>) -> Vec<RuleUse> {
    let Some(entries) = reader.list("rules") else {
        return Vec::new();
    };
    let mut rules = Vec::with_capacity(entries.len());
    for (number, entry) in (1..).zip(&entries) {
        match entry {
            Value::String(name) if !name.trim().is_empty() => rules.push(RuleUse {
                name: name.trim().into(),
                config: "{}".into(),
                on_failure: OnFailure::default(),
            }),
            Value::Object(fields) => {
                let mut entry = reader.entry("rules", number, fields);
                rules.extend(rule_use(&mut entry));
                reader.absorb(entry);
            }
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => {
                reader.fault(
                    "rules",
                    format!(
                        "entry {number}, {}, is not a rule; write `{{\"name\": \"…\"}}`",
                        quoted(other)
                    ),
                );
            }
        }
    }
    rules
}

fn rule_use(entry: &mut Reader<'_>) -> Option<RuleUse> {
    entry.only(&["name", "config", "on_failure"]);
    let name = entry.word("name");
    if name.is_none() {
        entry.fault("name", "is missing; name the rule");
    }
    let config = match entry.value("config") {
        None => Some("{}".to_owned()),
        Some(structure @ Value::Object(_)) => Some(digest::canonical_json(structure)),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(structure @ Value::Object(_)) => Some(digest::canonical_json(&structure)),
            Ok(
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_),
            )
            | Err(_) => None,
        },
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => None,
    };
    if let (None, Some(value)) = (&config, entry.value("config")) {
        entry.fault(
            "config",
            format!(
                "{} is not a structure; write one such as `{{\"key\": \"value\"}}`",
                quoted(value)
            ),
        );
    }
    let on_failure = match entry.word("on_failure") {
        None => OnFailure::default(),
        Some(word) if word.eq_ignore_ascii_case("hold") => OnFailure::Hold,
        Some(word) if word.eq_ignore_ascii_case("skip") => OnFailure::Skip,
        Some(word) => {
            entry.fault(
                "on_failure",
                format!(
                    "{} is not known; write `hold` or `skip`",
                    quoted_text(&word)
                ),
            );
            OnFailure::default()
        }
    };
    Some(RuleUse {
        name: name?,
        config: config?,
        on_failure,
    })
}

/// An empty list is a choice here, unlike elsewhere: nobody is told.
fn notify(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    if let Some(Value::Array(targets)) = reader.value("notify")
        && targets.is_empty()
    {
        return Some(Vec::new());
    }
    let mut targets = reader.texts("notify")?;
    let mut seen = BTreeSet::new();
    targets.retain(|target| seen.insert(target.clone()));
    Some(targets)
}

fn quiet_hours(reader: &mut Reader<'_>) -> Option<Quiet> {
    let hours = reader.word("quiet_hours")?;
    let quiet = hours.parse();
    if let Err(NoQuiet) = quiet {
        reader.fault(
            "quiet_hours",
            format!("{} cannot be read; {NoQuiet}", quoted_text(&hours)),
        );
    }
    quiet.ok()
}

fn warn_before_stop(reader: &mut Reader<'_>) -> Option<Duration> {
    let value = reader.value("warn_before_stop")?;
    let minutes = match value {
        Value::Number(minutes) => minutes.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let warning = minutes
        .and_then(Duration::try_minutes)
        .filter(|warning| (Duration::zero()..=LONGEST_WARNING).contains(warning));
    if warning.is_none() {
        reader.fault(
            "warn_before_stop",
            format!(
                "{} is not a number of minutes; write one from 1 to {}, or 0 for no warning",
                quoted(value),
                LONGEST_WARNING.num_minutes()
            ),
        );
    }
    warning
}
