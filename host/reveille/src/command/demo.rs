//! `reveille demo`: an example that runs on nothing but this binary.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use reveille_core::model::{LeftOut, ServerId, ServerKind, ServerState};
use reveille_local::SimulatedServer;

use super::{Setting, serve::work};
use crate::{
    cli::DemoArgs,
    config::Token,
    definitions_file::{self, Difference, Language},
    doors::Addresses,
    house::{House, print},
    shift::Running,
    signals::StopSignals,
};

/// The token of a demo, which listens on this machine only.
pub(super) const DEMO_TOKEN: &str = "demo";

const DEFINITIONS: &str = include_str!("../../demo.yaml");

/// Group, kind, instance type, and the names of its servers: a word and how many.
const GROUPS: [(&str, ServerKind, &str, &str, usize); 6] = [
    ("ZOOKEEPER", ServerKind::Ec2, "t3.small", "zookeeper", 3),
    ("MONGODB", ServerKind::Ec2, "r6i.large", "mongodb", 9),
    ("RDB", ServerKind::RdsInstance, "db.t3.medium", "mysql", 3),
    ("RDB", ServerKind::RdsCluster, "db.r6g.large", "aurora", 1),
    (
        "ELASTIC_SEARCH",
        ServerKind::Ec2,
        "r6i.large",
        "elasticsearch",
        8,
    ),
    ("SOCKET", ServerKind::Ec2, "c6i.large", "socket", 12),
];

pub(super) async fn run(args: DemoArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let signals = StopSignals::listen()?;
    let Setting {
        mut config, clock, ..
    } = setting;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    anyhow::ensure!(
        config.listen.ip().is_loopback(),
        "the demo's token is known to everyone, so it listens on this machine only; {} is open to others. \
         Use `reveille serve` with a token of your own",
        config.listen
    );
    refuse_aws(&config)?;
    if args.reset {
        for ending in ["", "-wal", "-shm"] {
            let mut path = config.file().to_owned().into_os_string();
            path.push(ending);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("cannot delete `{}`", path.to_string_lossy()));
                }
                Ok(()) | Err(_) => {}
            }
        }
    }
    let house = House::open(&config).await?;
    seed(&house, &config, clock.now()).await?;
    config
        .tokens
        .push(Token::known("the demo's token", DEMO_TOKEN));
    let addresses = Addresses::take(&config).await?;
    print(&greeting(
        &addresses.webhook_address.to_string(),
        &config.file().display().to_string(),
    ));
    let running = Running {
        draw: true,
        timer: true,
    };
    work(house, config, addresses, clock, running, signals, None).await
}

/// The example must not end up in a table that others read, nor be taken for real servers.
#[cfg(feature = "aws")]
fn refuse_aws(config: &crate::config::Config) -> anyhow::Result<()> {
    let is_embedded = match config.store {
        crate::config::StoreConfig::Sqlite(_) => true,
        crate::config::StoreConfig::Dynamo(_) => false,
    };
    anyhow::ensure!(
        is_embedded && config.aws.is_none(),
        "the demo has simulated servers and a store of its own, and the configuration names AWS. Leave --config and \
         REVEILLE_AWS_REGION out, or start `reveille serve`"
    );
    Ok(())
}

#[cfg(not(feature = "aws"))]
fn refuse_aws(_: &crate::config::Config) -> anyhow::Result<()> {
    Ok(())
}

/// Puts the example into an empty store. What an earlier demo, or somebody since, has written is left.
async fn seed(
    house: &House,
    config: &crate::config::Config,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    if house.store.items().await?.is_empty() {
        let items = definitions_file::read(
            DEFINITIONS,
            Language::Yaml,
            config.timezone,
            &*house.sandbox,
        )
        .map_err(|faults| anyhow::anyhow!("the example is broken: {faults:?}"))?;
        let changes: Vec<_> = definitions_file::difference(&[], &items)
            .iter()
            .map(Difference::change)
            .collect();
        house.store.commit(&changes).await?;
        house.simulated()?.seed(servers(now)).await?;
    }
    Ok(())
}

/// The example's servers, all stopped; two more of `Development` are seen and left out.
fn servers(now: DateTime<Utc>) -> Vec<SimulatedServer> {
    let mut servers = Vec::new();
    let mut add =
        |name: String, kind, instance_type: &str, schedule: &str, group: Option<&str>, left_out| {
            let mut tags = BTreeMap::from([
                (String::from("Name"), name.clone()),
                (String::from("Schedule"), schedule.to_owned()),
            ]);
            if let Some(group) = group {
                tags.insert(String::from("ScheduleGroup"), group.to_owned());
            }
            let id = match kind {
                ServerKind::Ec2 => format!("i-{:017x}", servers.len() + 1),
                ServerKind::RdsInstance | ServerKind::RdsCluster => name.clone(),
            };
            servers.push(SimulatedServer {
                id: ServerId::from(id),
                name,
                kind,
                state: ServerState::Stopped,
                since: now,
                instance_type: Some(instance_type.to_owned()),
                schedule: schedule.to_owned(),
                group: group.map(str::to_owned),
                tags,
                left_out,
                backup_minute: None,
            });
        };
    for (group, kind, instance_type, word, count) in GROUPS {
        for number in 1..=count {
            add(
                format!("{word}-{number}"),
                kind,
                instance_type,
                "Development",
                Some(group),
                None,
            );
        }
    }
    add("ali".into(), ServerKind::Ec2, "t3.large", "ali", None, None);
    let replica = Some(LeftOut::ReadReplica);
    add(
        "mysql-replica".into(),
        ServerKind::RdsInstance,
        "db.t3.medium",
        "Development",
        Some("RDB"),
        replica,
    );
    servers
}

fn greeting(address: &str, store: &str) -> String {
    let to = if address == "127.0.0.1:8080" {
        String::new()
    } else {
        format!(" --to {address}")
    };
    format!(
        "Reveille listens on http://{address}/jandi/webhook (token `{DEMO_TOKEN}`)\n\
         \n\
         36 simulated servers follow the schedule `Development`, weekdays 09:30 to 22:00 in Seoul,\n\
         and one follows `ali`. Everything is kept in {store}. Try, in another terminal:\n\
         \n  \
         reveille say{to} '/서버 Development 상태'\n  \
         reveille say{to} '/서버 Development 시작 2시간'\n  \
         reveille say{to} '/서버 Development 예외 설정 내일 중지 23시'\n  \
         reveille say{to} '/서버 Development 이유'\n  \
         reveille say{to} '/server help'\n  \
         reveille plan Development\n\
         \n\
         Ctrl-C ends it.\n"
    )
}
