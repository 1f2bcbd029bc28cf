//! `reveille fleet`: the simulated servers, to see what Reveille does when something is wrong with them.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::{
    model::{Server, ServerState},
    tick::Unseen,
};
use reveille_local::Trouble;

use super::Setting;
use crate::{
    cli::{FaultKind, FleetCommand, HandState},
    house::{House, print},
};

/// How long there is no capacity for a server that is broken so.
const NO_CAPACITY: TimeDelta = TimeDelta::minutes(10);

pub(super) async fn run(command: FleetCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    let house = setting.house().await?;
    let now = setting.clock.now();
    match command {
        FleetCommand::List => {
            let mut text = format!(
                "{:<18} {:<22} {:<14} {:<12} {}\n",
                "NAME", "ID", "SCHEDULE", "STATE", "GROUP"
            );
            let view = house.fleet.servers(now).await?;
            for server in view.servers.iter() {
                let _ = writeln!(
                    text,
                    "{:<18} {:<22} {:<14} {:<12} {}",
                    server.name,
                    server.id,
                    server.schedule,
                    server.native_state,
                    server.group.as_deref().unwrap_or("")
                );
            }
            for unseen in &view.unseen {
                let _ = writeln!(text, "{}", Unseen::of(unseen));
            }
            print(&text);
        }
        FleetCommand::Fault { server, kind } => {
            let simulated = house.simulated()?;
            let server = find(&house, &server, now).await?;
            simulated
                .set_trouble(&server.id, trouble(kind, now))
                .await?;
            print(&format!(
                "{} is broken; mend it with `reveille fleet mend {}`\n",
                server.name, server.name
            ));
        }
        FleetCommand::Mend { server } => {
            let simulated = house.simulated()?;
            // One that has vanished is not among those that are seen: its name is taken as its id.
            let id = find(&house, &server, now)
                .await
                .map_or_else(|_| server.as_str().into(), |found| found.id);
            simulated.clear_troubles(&id).await?;
            print(&format!("{server} is mended\n"));
        }
        FleetCommand::Set { server, state } => {
            let simulated = house.simulated()?;
            let server = find(&house, &server, now).await?;
            let state = match state {
                HandState::Running => ServerState::Running,
                HandState::Stopped => ServerState::Stopped,
            };
            simulated.set_state(&server.id, state, now).await?;
            print(&format!("{} was brought there by hand\n", server.name));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn trouble(kind: FaultKind, now: DateTime<Utc>) -> Trouble {
    let refusal = || {
        (
            String::from("UnauthorizedOperation"),
            String::from("You are not authorized to perform this operation."),
        )
    };
    match kind {
        FaultKind::Capacity => Trouble::NoCapacity {
            until: now + NO_CAPACITY,
        },
        FaultKind::RefuseStart => {
            let (code, message) = refusal();
            Trouble::RefuseStart { code, message }
        }
        FaultKind::RefuseStop => {
            let (code, message) = refusal();
            Trouble::RefuseStop { code, message }
        }
        FaultKind::Stuck => Trouble::Stuck,
        FaultKind::Vanish => Trouble::Vanished,
    }
}

async fn find(house: &House, named: &str, now: DateTime<Utc>) -> anyhow::Result<Server> {
    let view = house
        .fleet
        .servers(now)
        .await
        .context("the servers cannot be seen")?;
    let found: Vec<&Server> = view
        .servers
        .iter()
        .filter(|server| &*server.name == named || &*server.id.0 == named)
        .collect();
    match found.as_slice() {
        [server] => Ok((*server).clone()),
        [] => {
            bail!("there is no server `{named}`; `reveille fleet list` shows those that there are")
        }
        _ => bail!(
            "{} servers are called `{named}`; give the id of one of them",
            found.len()
        ),
    }
}
