//! `reveille fleet`: the servers; simulated ones also broken and moved by hand, to see what Reveille does when something is wrong with them.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::{
    model::{LeftOut, Server, ServerState},
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
            let view = house.fleet.servers(now).await?;
            let mut text = table(&view.servers);
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

/// Ids stand last: those of AWS are long.
fn table(servers: &[Server]) -> String {
    let head = ["NAME", "SCHEDULE", "STATE", "GROUP", "LEFT OUT", "ID"].map(String::from);
    let rows = servers.iter().map(|server| {
        [
            server.name.to_string(),
            server.schedule.to_string(),
            server.native_state.to_string(),
            server.group.as_deref().unwrap_or_default().to_owned(),
            server.left_out.map_or("", LeftOut::as_str).to_owned(),
            server.id.to_string(),
        ]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    });
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
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
