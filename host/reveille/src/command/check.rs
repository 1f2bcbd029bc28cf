//! `reveille check`: loads everything and says what is well, one line a room.

use std::{fmt::Write as _, process::ExitCode};

use chrono::{DateTime, Utc};
use reveille_core::{model::local_moment, port::Rules as _, tick::Unseen, timeline::Timeline};

use super::{Setting, data, doctor::of_schedule, notices};
use crate::{
    clock::Clock,
    config::Config,
    house::{House, print},
    secrets::SecretErrors,
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// How each room stands, a line each.
    pub(crate) rooms: Vec<String>,
    /// What is wrong, and what to do.
    pub(crate) faults: Vec<String>,
}

pub(super) async fn run(setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let Checked { rooms, faults } = checked(&house, &setting.config, setting.clock.now()).await?;
    let mut text = String::new();
    for room in &rooms {
        let _ = writeln!(text, "{room}");
    }
    for fault in &faults {
        let _ = writeln!(text, "fault     {fault}");
    }
    let _ = writeln!(
        text,
        "{}",
        if faults.is_empty() {
            String::from("all is well")
        } else {
            format!("{} faults", faults.len())
        }
    );
    print(&text);
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Looks at everything in `house`.
///
/// # Errors
/// When the store or the fleet cannot be read at all.
pub(crate) async fn checked(
    house: &House,
    config: &Config,
    now: DateTime<Utc>,
) -> anyhow::Result<Checked> {
    let definitions = house.store.definitions().await?;
    let fleet = house.fleet.servers(now).await?;

    let mut faults: Vec<String> = definitions.faults.iter().map(ToString::to_string).collect();
    faults.extend(
        house
            .loader
            .unloaded()
            .iter()
            .map(|(name, cause)| format!("rule {name}: {cause}")),
    );
    faults.extend(data::faults(house, config, &definitions));
    faults.extend(notices::faults(config, &definitions));
    if let Err(SecretErrors(errors)) = house
        .secrets
        .resolve(config.secrets(), Clock::machine())
        .await
    {
        faults.extend(errors.iter().map(ToString::to_string));
    }
    faults.extend(
        fleet
            .unseen
            .iter()
            .map(|unseen| Unseen::of(unseen).to_string()),
    );
    for schedule in definitions.schedules.values() {
        let of_rules = house.sandbox.check_schedule(schedule);
        if of_rules.is_empty() {
            let today = local_moment(now, schedule.timezone).date;
            if let Err(failure) = Timeline::new(&*house.sandbox, schedule, &[]).plan(today) {
                faults.push(format!("schedule {}: {failure}", schedule.name));
            }
        }
        faults.extend(of_rules.iter().map(|fault| of_schedule(fault, schedule)));
    }
    // Those that are left out need no schedule.
    for server in fleet.servers.iter().filter(|it| it.left_out.is_none()) {
        let known = definitions.schedules.contains_key(&*server.schedule)
            || definitions.set_aside.contains_key(&*server.schedule);
        if !known {
            faults.push(format!(
                "server {}: its schedule `{}` is not there",
                server.name, server.schedule
            ));
        }
    }

    faults.sort();
    faults.dedup();
    let rules = house.sandbox.loaded();
    let rooms = vec![
        format!(
            "config    {}, {} tokens, {} targets, {}, {}",
            config.listen,
            config.tokens.len(),
            config.targets.len(),
            config.timezone,
            config.locale
        ),
        format!(
            "rules     {} loaded: {}",
            rules.len(),
            names(rules.iter().map(|rule| rule.name.as_str()))
        ),
        format!(
            "store     {}: {} schedules, {} periods",
            config.store,
            definitions.schedules.len() + definitions.set_aside.len(),
            definitions.periods.len()
        ),
        format!(
            "fleet     {}: {} servers",
            if house.is_simulated() {
                "simulated"
            } else {
                "AWS"
            },
            fleet.servers.len()
        ),
    ];
    Ok(Checked { rooms, faults })
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
