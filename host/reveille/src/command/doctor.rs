//! `reveille doctor`: everything that could be in the way, one line each, with what to do about it.

use std::{error::Error, fmt::Write as _, process::ExitCode};

#[cfg(feature = "aws")]
use reveille_aws::dynamo::check_tables;
use reveille_core::{port::Rules as _, tick::Unseen};

use super::Setting;
use crate::house::{House, print};
#[cfg(feature = "aws")]
use crate::{
    aws,
    config::{Config, StoreConfig},
};

/// What was looked at.
#[derive(Debug)]
pub(super) enum Finding {
    /// It is well.
    Ok(String),
    /// What is wrong, and what to do.
    Problem(String),
}

pub(super) async fn run(setting: Setting) -> anyhow::Result<ExitCode> {
    let findings = look(&setting).await;
    let mut text = String::new();
    for finding in &findings {
        let _ = match finding {
            Finding::Ok(what) => writeln!(text, "ok        {what}"),
            Finding::Problem(what) => writeln!(text, "problem   {what}"),
        };
    }
    print(&text);
    let is_well = findings
        .iter()
        .all(|finding| matches!(finding, Finding::Ok(_)));
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(setting: &Setting) -> Vec<Finding> {
    let config = &setting.config;
    let mut findings = vec![Finding::Ok(match config.tokens.len() {
        0 => String::from("no token: `reveille serve` needs one, `reveille tick` does not"),
        number => format!("{number} tokens"),
    })];
    #[cfg(feature = "aws")]
    findings.extend(of_tables(config).await);
    match setting.house().await {
        Ok(house) => findings.extend(of_house(&house, setting).await),
        Err(error) => findings.push(Finding::Problem(chain(error.as_ref()))),
    }
    findings
}

#[cfg(feature = "aws")]
async fn of_tables(config: &Config) -> Vec<Finding> {
    let StoreConfig::Dynamo(tables) = &config.store else {
        return Vec::new();
    };
    let sdk = aws::connect(config).await;
    let states = check_tables(&sdk, tables).await;
    let findings = states.into_iter().flat_map(|state| {
        let well = state
            .faults
            .is_empty()
            .then(|| Finding::Ok(format!("table {}", state.name)));
        well.into_iter()
            .chain(state.faults.into_iter().map(Finding::Problem))
    });
    findings.collect()
}

async fn of_house(house: &House, setting: &Setting) -> Vec<Finding> {
    let mut findings = Vec::new();
    match house.store.definitions().await {
        Ok(definitions) => {
            let count = definitions.schedules.len();
            findings.push(Finding::Ok(format!(
                "store {}: {count} schedules can be used",
                setting.config.store
            )));
            let faults = definitions.faults.iter();
            findings.extend(faults.map(|fault| Finding::Problem(fault.to_string())));
            let of_rules = definitions
                .schedules
                .values()
                .flat_map(|schedule| house.sandbox.check_schedule(schedule));
            findings.extend(of_rules.map(|fault| Finding::Problem(fault.to_string())));
        }
        Err(error) => findings.push(Finding::Problem(chain(&error))),
    }
    findings.push(Finding::Ok(format!(
        "{} rules",
        house.sandbox.loaded().len()
    )));
    findings.extend(house.unloaded.iter().map(|(name, cause)| {
        Finding::Problem(format!("rule {name}: {cause}: mend it, or take it out"))
    }));
    match house.fleet.servers(setting.clock.now()).await {
        Ok(view) => {
            findings.push(Finding::Ok(format!(
                "{} servers are seen",
                view.servers.len()
            )));
            let unseen = view.unseen.iter().map(Unseen::of);
            findings.extend(unseen.map(|unseen| Finding::Problem(unseen.to_string())));
        }
        Err(error) => findings.push(Finding::Problem(Unseen::of(&error).to_string())),
    }
    findings
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        let _ = write!(text, ": {error}");
        beneath = error.source();
    }
    text
}
