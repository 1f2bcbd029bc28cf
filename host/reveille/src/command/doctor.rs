//! `reveille doctor`: everything that could be in the way, one line each, with what to do about it.

use std::{error::Error, fmt::Write as _, process::ExitCode};

#[cfg(feature = "aws")]
use reveille_aws::doctor::{self, Ailment, Check, DoctorInput};
use reveille_core::{
    model::{Fault, Schedule},
    port::Rules as _,
    tick::Unseen,
};

#[cfg(feature = "aws")]
use tokio::sync::mpsc;

use super::{Setting, data, notices};
#[cfg(feature = "aws")]
use crate::{aws, config::StoreConfig};
use crate::{
    causes,
    clock::Clock,
    config::Config,
    house::{House, print},
    secrets::Secrets,
};

/// What was looked at.
#[derive(Debug)]
pub(super) enum Finding {
    /// It is well.
    Ok(String),
    /// What is wrong, and what to do.
    Problem(String),
}

/// What has been said so far; each finding is printed when it is there.
#[derive(Debug)]
struct Report {
    is_well: bool,
}

impl Report {
    fn tell(&mut self, finding: Finding) {
        match finding {
            Finding::Ok(what) => print(&format!("ok        {what}\n")),
            Finding::Problem(what) => {
                self.is_well = false;
                print(&format!("problem   {what}\n"));
            }
        }
    }

    fn tell_all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.tell(finding);
        }
    }
}

pub(super) async fn run(setting: Setting) -> anyhow::Result<ExitCode> {
    let mut report = Report { is_well: true };
    look(&setting, &mut report).await;
    Ok(if report.is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(setting: &Setting, report: &mut Report) {
    report.tell(Finding::Ok(match setting.config.tokens.len() {
        0 => String::from("token: none; `reveille serve` needs one, `reveille tick` does not"),
        number => format!("token: {number}"),
    }));
    of_secrets(&setting.config, report).await;
    let house = match setting.house().await {
        Ok(house) => {
            report.tell_all(of_house(&house, setting).await);
            Some(house)
        }
        Err(error) => {
            report.tell(Finding::Problem(chain(error.as_ref())));
            None
        }
    };
    #[cfg(feature = "aws")]
    of_aws(house.as_ref(), setting, report).await;
    #[cfg(not(feature = "aws"))]
    drop(house);
}

/// Whether each secret can be had; never what it says.
async fn of_secrets(config: &Config, report: &mut Report) {
    let secrets = Secrets::new(config);
    let now = Clock::machine();
    // All at once, so that places that do not answer are waited for once.
    let _ = secrets.resolve(config.secrets(), now).await;
    report.tell_all(config.secrets().map(|secret| match secrets.known(secret) {
        Ok(_) => Finding::Ok(format!("{}: there, in {}", secret.key, secret.place)),
        Err(error) => Finding::Problem(error.to_string()),
    }));
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
async fn of_aws(house: Option<&House>, setting: &Setting, report: &mut Report) {
    let config = &setting.config;
    let tables = match &config.store {
        StoreConfig::Sqlite(_) => None,
        StoreConfig::Dynamo(tables) => Some(tables.clone()),
    };
    let mut tell = |check: Check| {
        report.tell(match check.result {
            Ok(fact) => Finding::Ok(format!("{}: {fact}", check.what)),
            Err(Ailment { cause, remedy }) => {
                Finding::Problem(format!("{}: {cause}. {remedy}", check.what))
            }
        });
    };
    match (&config.aws, tables) {
        (None, None) => {}
        (None, Some(tables)) => {
            let checks = doctor::tables(&aws::connect(config).await, &tables).await;
            checks.into_iter().for_each(tell);
        }
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
            let sdk = aws::connect(config).await;
            let (found, mut checks) = mpsc::unbounded_channel();
            let printed = async {
                while let Some(check) = checks.recv().await {
                    tell(check);
                }
            };
            let now = setting.clock.now();
            tokio::join!(doctor::examine(&sdk, &input, now, found), printed);
        }
    }
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
