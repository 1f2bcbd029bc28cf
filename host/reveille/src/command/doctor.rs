//! `reveille doctor`: everything that could be in the way, one line each, with what to do about it.

use std::{error::Error, fmt::Write as _, process::ExitCode};

#[cfg(feature = "aws")]
use reveille_aws::doctor::{self, Ailment, Check, DoctorInput};
use reveille_core::{
    model::{Fault, Schedule},
    port::Rules as _,
    tick::Unseen,
};

use super::{Setting, data, notices};
#[cfg(feature = "aws")]
use crate::{aws, config::StoreConfig};
use crate::{
    causes,
    house::{House, print},
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
    let mut findings = vec![Finding::Ok(match setting.config.tokens.len() {
        0 => String::from("token: none; `reveille serve` needs one, `reveille tick` does not"),
        number => format!("token: {number}"),
    })];
    let house = match setting.house().await {
        Ok(house) => {
            findings.extend(of_house(&house, setting).await);
            Some(house)
        }
        Err(error) => {
            findings.push(Finding::Problem(chain(error.as_ref())));
            None
        }
    };
    #[cfg(feature = "aws")]
    findings.extend(of_aws(house.as_ref(), setting).await);
    #[cfg(not(feature = "aws"))]
    drop(house);
    findings
}

async fn of_house(house: &House, setting: &Setting) -> Vec<Finding> {
    let mut findings = vec![Finding::Ok(format!(
        "rules: {}",
        house.sandbox.loaded().len()
    ))];
    findings.extend(house.loader.unloaded().iter().map(|(name, cause)| {
        Finding::Problem(format!("rule {name}: {cause}. Mend it, or take it out."))
    }));
    if !setting.config.data.is_empty() {
        findings.push(Finding::Ok(format!("data: {}", setting.config.data.len())));
    }
    match house.store.definitions().await {
        Ok(definitions) => {
            let mut usable = 0;
            let mut faults: Vec<String> =
                definitions.faults.iter().map(ToString::to_string).collect();
            for schedule in definitions.schedules.values() {
                let of_rules = house.sandbox.check_schedule(schedule);
                usable += usize::from(of_rules.is_empty());
                faults.extend(of_rules.iter().map(|fault| of_schedule(fault, schedule)));
            }
            faults.extend(data::faults(house, &setting.config, &definitions));
            faults.extend(notices::faults(&setting.config, &definitions));
            findings.push(Finding::Ok(format!(
                "store {}: {usable} of {} schedules can be used",
                setting.config.store,
                definitions.schedules.len() + definitions.set_aside.len()
            )));
            findings.extend(faults.into_iter().map(Finding::Problem));
        }
        Err(error) => findings.push(Finding::Problem(chain(&error))),
    }
    if house.is_simulated() {
        findings.push(match house.fleet.servers(setting.clock.now()).await {
            Ok(view) => Finding::Ok(format!("servers: {} simulated", view.servers.len())),
            Err(error) => Finding::Problem(Unseen::of(&error).to_string()),
        });
    }
    findings
}

/// Credentials, clock, tables, roles, permissions and tags.
#[cfg(feature = "aws")]
async fn of_aws(house: Option<&House>, setting: &Setting) -> Vec<Finding> {
    let config = &setting.config;
    let tables = match &config.store {
        StoreConfig::Sqlite(_) => None,
        StoreConfig::Dynamo(tables) => Some(tables.clone()),
    };
    let checks = match (&config.aws, tables) {
        (None, None) => return Vec::new(),
        (None, Some(tables)) => doctor::tables(&aws::connect(config).await, &tables).await,
        (Some(configured), tables) => {
            let definitions = match house {
                Some(house) => house.store.definitions().await.ok(),
                None => None,
            };
            let schedules = definitions.as_ref().map(|it| &it.schedules);
            let resizes = schedules.is_none_or(|schedules| {
                let mut uses = schedules.values().flat_map(|schedule| &schedule.periods);
                uses.any(|used| used.instance_type.is_some())
            });
            let input = DoctorInput {
                fleet: configured.fleet.clone(),
                tables,
                schedules: schedules.map(|schedules| schedules.keys().cloned().collect()),
                resizes,
                ssm_windows: configured.ssm_windows,
                traces: configured.traces.clone(),
            };
            doctor::examine(&aws::connect(config).await, &input, setting.clock.now()).await
        }
    };
    let finding = |check: Check| match check.result {
        Ok(fact) => Finding::Ok(format!("{}: {fact}", check.what)),
        Err(Ailment { cause, remedy }) => {
            Finding::Problem(format!("{}: {cause}. {remedy}", check.what))
        }
    };
    checks.into_iter().map(finding).collect()
}

/// A fault that a rule found, with the schedule that it concerns.
pub(super) fn of_schedule(fault: &Fault, schedule: &Schedule) -> String {
    if fault.item == format!("schedule {}", schedule.name) {
        fault.to_string()
    } else {
        format!("{fault} (schedule {} uses it)", schedule.name)
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in causes(error) {
        let _ = write!(text, ": {cause}");
    }
    text
}
