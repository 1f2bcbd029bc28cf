//! `reveille rule check`: whether a component may run here, what it is, and what it uses.

use std::{fmt::Write as _, process::ExitCode};

use chrono::NaiveDate;
use reveille_core::model::{FailureKind, RuleFailure, Tier};
use reveille_sandbox::{Limits, LoadError, Usage};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    cli::RuleFile,
    house::print,
    trial::{Asked, Subject, Trial, contexts, few, named_replies, planned, schedule_of, week},
};

/// What is found. A rule that could not be loaded has nothing but its digest, its size and its faults.
#[derive(Debug, Default, Serialize)]
struct Found {
    file: String,
    sha256: String,
    bytes: usize,
    tier: Option<Tier>,
    name: Option<String>,
    version: Option<String>,
    summary: Option<String>,
    roles: Vec<&'static str>,
    tags: Vec<String>,
    data: Vec<String>,
    clock: bool,
    has_schema: bool,
    compile_ms: Option<u128>,
    smoke: Vec<Smoke>,
    faults: Vec<String>,
    remarks: Vec<String>,
}

/// A few calls of one role, and the most that one of them used.
#[derive(Debug, Serialize)]
struct Smoke {
    what: &'static str,
    calls: usize,
    fuel: u64,
    fuel_limit: u64,
    memory_bytes: usize,
    memory_limit: usize,
}

/// A Monday without anything special.
const FIRST_DAY: (i32, u32, u32) = (2026, 11, 23);

/// Part of a limit from which a rule is told that it comes near: what a busy day needs is not on the desk.
const NEAR: u64 = 2;

pub(super) fn run(rule: &RuleFile, json: bool) -> anyhow::Result<ExitCode> {
    let found = match Subject::read(rule)? {
        None => try_out(&Trial::open(rule)?, Found::default())?,
        Some(subject) => {
            let found = Found {
                file: subject.source.location.clone(),
                bytes: subject.bytes.len(),
                tier: Some(subject.source.tier),
                sha256: Sha256::digest(&subject.bytes)
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
                ..Found::default()
            };
            match subject.load()? {
                Ok(trial) => try_out(&trial, found)?,
                Err((subject, error)) => Found {
                    faults: all_faults(&subject, &error)?,
                    ..found
                },
            }
        }
    };
    print(&if json {
        format!("{}\n", serde_json::to_string_pretty(&found)?)
    } else {
        in_words(&found)
    });
    Ok(if found.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Everything that keeps it from being loaded, the first reason at least.
fn all_faults(subject: &Subject, error: &LoadError) -> anyhow::Result<Vec<String>> {
    let told = |error: &LoadError| match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    let mut faults: Vec<String> = subject.faults()?.iter().map(told).collect();
    if faults.is_empty() {
        faults.push(told(error));
    }
    Ok(faults)
}

fn try_out(trial: &Trial, mut found: Found) -> anyhow::Result<Found> {
    let rule = &trial.alone;
    if found.file.is_empty() {
        found.file = String::from("built in");
        found.sha256.clone_from(&trial.listed.sha256);
    }
    found.name = Some(trial.listed.name.clone());
    found.version = Some(trial.listed.version.clone());
    found.summary = Some(trial.listed.summary.clone());
    found.roles.clone_from(&trial.listed.roles);
    found.tags = rule.tags().to_vec();
    found.data = rule.data().to_vec();
    found.clock = rule.is_told_the_time();
    found.has_schema = rule.config_schema().is_some();
    found.compile_ms = trial.compiling.map(|time| time.as_millis());
    if let Some(schema) = rule.config_schema()
        && let Err(error) =
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema)
    {
        found
            .faults
            .push(format!("its schema of the configuration is no JSON object: {error}; give a JSON Schema, or none"));
    }
    for name in trial.unbound() {
        found.remarks.push(format!(
            "nothing is bound to its data `{name}`; --data {name}=FILE tries it with some"
        ));
    }
    let checked = rule.check_config(&trial.config);
    if let Err(failure) = &checked.answer {
        found.faults.push(format!(
            "its configuration `{}` is refused: {}",
            shortened(&trial.config),
            failure.cause
        ));
    } else {
        smoke(trial, &mut found)?;
    }
    Ok(found)
}

/// A few calls of every role.
fn smoke(trial: &Trial, found: &mut Found) -> anyhow::Result<()> {
    let lines = ["office 09:00-18:00 mon-fri".parse()]
        .into_iter()
        .collect::<Result<Vec<_>, _>>();
    let office = lines
        .and_then(|lines| schedule_of(&lines, "Asia/Seoul", None))
        .map_err(|fault| anyhow::anyhow!("the schedule of the check is wrong: {fault}"))?;
    let rule = &trial.alone;
    if trial.plans() {
        let (year, month, day) = FIRST_DAY;
        let first = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let calls = week(first).map(|date| {
            let asked = Asked {
                so_far: planned(&trial.sandbox, &office, date),
                schedule: office.clone(),
                date,
                day_before: None,
                exceptions: Vec::new(),
            };
            let called = asked.of(rule, &trial.config);
            (
                format!("plans no {date}"),
                called.answer.err(),
                called.usage,
            )
        });
        tried("a week planned", calls.collect(), rule.limits(), found);
    }
    if trial.decides() {
        let called = few(rule.tags(), &office).of(rule, &trial.config);
        let what = String::from("decides about no servers");
        tried(
            "six servers decided about",
            vec![(what, called.answer.err(), called.usage)],
            rule.limits(),
            found,
        );
    }
    if trial.formats() {
        let contexts = contexts();
        let replies = named_replies();
        let calls = replies
            .iter()
            .zip(contexts.iter().cycle())
            .map(|(named, context)| {
                let called = rule.format(context, &named.reply);
                (
                    format!("has no words for `{}`", named.name),
                    called.answer.err(),
                    called.usage,
                )
            });
        tried(
            "every reply put into words",
            calls.collect(),
            rule.limits(),
            found,
        );
    }
    Ok(())
}

fn tried(
    what: &'static str,
    calls: Vec<(String, Option<RuleFailure>, Usage)>,
    limits: Limits,
    found: &mut Found,
) {
    let fuel = calls
        .iter()
        .map(|(_, _, usage)| usage.fuel)
        .max()
        .unwrap_or(0);
    let memory = calls.iter().map(|(_, _, usage)| usage.memory_bytes).max();
    let memory_bytes = memory.unwrap_or(0);
    found.smoke.push(Smoke {
        what,
        calls: calls.len(),
        fuel,
        fuel_limit: limits.fuel,
        memory_bytes,
        memory_limit: limits.memory_bytes,
    });
    let mut failures = calls
        .into_iter()
        .filter_map(|(what, failure, _)| Some((what, failure?)));
    if let Some((what, failure)) = failures.next() {
        let more = match failures.count() {
            0 => String::new(),
            more => format!(", and fails {more} more times"),
        };
        let told = format!("it {what}: {}{more}", failure.cause);
        // Without its data a rule may well refuse: that is no fault of the component.
        if failure.kind == FailureKind::Rule && !found.remarks.is_empty() {
            found.remarks.push(told);
        } else {
            found.faults.push(told);
        }
    }
    if fuel > limits.fuel / NEAR {
        found.remarks.push(format!(
            "a call used {} of the {} units of fuel that it may; a larger schedule may need more",
            grouped(fuel),
            grouped(limits.fuel)
        ));
    }
}

fn in_words(found: &Found) -> String {
    let mut text = String::new();
    let mut line = |what: &str, said: &str| {
        let _ = writeln!(text, "{what:<9} {said}");
    };
    line("file", &found.file);
    line("sha256", &found.sha256);
    if found.bytes > 0 {
        line("size", &format!("{} bytes", grouped(found.bytes as u64)));
    }
    if let Some(tier) = found.tier {
        let tier = match tier {
            Tier::Rule => "rule",
            Tier::Scripted => "scripted",
            Tier::Heavy => "heavy",
        };
        line("tier", tier);
    }
    if let (Some(name), Some(version)) = (&found.name, &found.version) {
        line(
            "rule",
            &format!("{name} {version}, {}", found.roles.join(", ")),
        );
        line("says", found.summary.as_deref().unwrap_or_default());
        line("contract", "reveille:rules@0.1.0");
        let mut asks = Vec::new();
        for (what, names) in [("the tags", &found.tags), ("the data", &found.data)] {
            if !names.is_empty() {
                asks.push(format!("{what} `{}`", names.join("`, `")));
            }
        }
        if found.clock {
            asks.push(String::from("the time of day"));
        }
        if asks.is_empty() {
            asks.push(String::from("nothing but the request"));
        }
        line("asks for", &asks.join(", "));
        line(
            "config",
            if found.has_schema {
                "has a schema"
            } else {
                "has no schema"
            },
        );
    }
    if let Some(ms) = found.compile_ms {
        line("compiled", &format!("in {ms} ms"));
    }
    for smoke in &found.smoke {
        line(
            "tried",
            &format!(
                "{} ({} calls): at most {} of {} units of fuel, {} of {} KiB",
                smoke.what,
                smoke.calls,
                grouped(smoke.fuel),
                grouped(smoke.fuel_limit),
                smoke.memory_bytes >> 10,
                smoke.memory_limit >> 10
            ),
        );
    }
    for remark in &found.remarks {
        line("note", remark);
    }
    for fault in &found.faults {
        line("fault", fault);
    }
    match found.faults.len() {
        0 => text.push_str("all is well\n"),
        1 => text.push_str("1 fault\n"),
        faults => {
            let _ = writeln!(text, "{faults} faults");
        }
    }
    text
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn shortened(text: &str) -> String {
    const CHARS: usize = 80;
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(10_000_000), "10,000,000");
    }
}
