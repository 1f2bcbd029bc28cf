//! `reveille data …`, and what other commands find wrong with named data.

use std::{collections::BTreeSet, fmt::Write as _, process::ExitCode};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{CALENDAR_DATA, Definitions},
    port::Rules as _,
};
use reveille_loader::{FeedState, FeedView};
use serde_json::json;

use super::Setting;
use crate::{
    cli::DataCommand,
    clock::Clock,
    config::Config,
    feeds::has_calendars,
    house::{House, print},
};

pub(super) async fn run(command: DataCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let DataCommand::List { json } = command;
    let now = Clock::machine();
    let feeds = house.feeds.listed(now);
    // Reading them binds the calendars.
    let definitions = house.store.definitions().await?;
    let rules = house.sandbox.loaded();
    let reading = |name: &str| -> Vec<&str> {
        let reads = rules
            .iter()
            .filter(|rule| rule.data.iter().any(|it| it == name));
        reads.map(|rule| rule.name.as_str()).collect()
    };
    let calendars = has_calendars(&setting.config).then_some(&definitions.calendars);
    let named: BTreeSet<&str> = rules
        .iter()
        .flat_map(|rule| rule.data.iter().map(String::as_str))
        .filter(|name| !is_known(&setting.config, name))
        .collect();
    if json {
        let list = json!({
            "data": feeds,
            "calendars": calendars.map(|calendars| json!({
                "name": CALENDAR_DATA,
                "calendars": calendars.keys().collect::<Vec<_>>(),
                "rules": reading(CALENDAR_DATA),
            })),
            "missing": named.iter().map(|name| json!({"name": name, "rules": reading(name)})).collect::<Vec<_>>(),
        });
        print(&format!("{list:#}\n"));
    } else {
        let mut text = format!(
            "{:<16} {:<12} {:<6} {:<9} {:<24} {}\n",
            "NAME", "STATE", "AGE", "BYTES", "RULES", "LOCATION"
        );
        let mut line =
            |name: &str, state: &str, age: &str, bytes: &str, rules: &str, place: &str| {
                let rules = if rules.is_empty() { "-" } else { rules };
                let _ = writeln!(
                    text,
                    "{name:<16} {state:<12} {age:<6} {bytes:<9} {rules:<24} {place}"
                );
            };
        if let Some(calendars) = calendars {
            let place = match calendars.len() {
                1 => String::from("1 calendar of the store"),
                number => format!("{number} calendars of the store"),
            };
            line(
                CALENDAR_DATA,
                "fresh",
                "-",
                "-",
                &reading(CALENDAR_DATA).join(","),
                &place,
            );
        }
        for feed in &feeds {
            line(
                &feed.name,
                state(feed.state),
                &feed
                    .confirmed
                    .map_or_else(|| "-".to_owned(), |at| age(at, now)),
                &feed
                    .bytes
                    .map_or_else(|| "-".to_owned(), |bytes| bytes.to_string()),
                &feed.rules.join(","),
                &feed.location,
            );
        }
        for name in named {
            line(
                name,
                "none",
                "-",
                "-",
                &reading(name).join(","),
                "not configured; write it under [[data]]",
            );
        }
        for feed in &feeds {
            if let Some(cause) = &feed.cause {
                let _ = writeln!(text, "{}: {cause}", feed.name);
            }
        }
        print(&text);
    }
    Ok(if feeds.iter().any(is_stale) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Everything about named data that an operator should mend.
pub(super) fn faults(house: &House, config: &Config, definitions: &Definitions) -> Vec<String> {
    let stale = house.feeds.listed(Clock::machine());
    let mut faults: Vec<String> = stale
        .iter()
        .filter(|feed| is_stale(feed))
        .map(|feed| {
            let cause = feed
                .cause
                .as_deref()
                .unwrap_or("it was not fetched for too long");
            format!("data {}: rules get nothing: {cause}", feed.name)
        })
        .collect();
    for rule in config.rules.iter().chain(definitions.rules.values()) {
        for (own, name) in &rule.data {
            if !is_known(config, name) {
                faults.push(format!(
                    "rule {}: its data `{own}` should be `{name}`, and nothing is configured under that name. Write it \
                     under [[data]] in the configuration",
                    rule.name
                ));
            }
        }
    }
    faults
}

/// Whether there is data under a name.
fn is_known(config: &Config, name: &str) -> bool {
    name == CALENDAR_DATA || config.data.iter().any(|feed| feed.name == name)
}

fn is_stale(feed: &FeedView) -> bool {
    feed.state == FeedState::Stale
}

fn state(state: FeedState) -> &'static str {
    match state {
        FeedState::Fresh => "fresh",
        FeedState::Unreachable => "unreachable",
        FeedState::Stale => "stale",
    }
}

/// How long ago, in the largest unit that is full.
fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}
