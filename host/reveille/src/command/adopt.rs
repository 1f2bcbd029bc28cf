//! `reveille adopt`: takes over what AWS Instance Scheduler remembers of each server, so that the first run of Reveille
//! does what its next one would have done. What people have started and stopped by hand stays as it is.

use std::{collections::BTreeSet, process::ExitCode};

use anyhow::{Context as _, ensure};
use chrono::Duration;
use reveille_aws::registry::Registry;
use reveille_core::{
    model::{Remembered, ServerId, Stored},
    port::Intent,
    tick::{LEASE, Unseen},
};

use super::Setting;
use crate::{
    aws,
    house::{House, holder, print},
};

pub(super) async fn run(registry: &str, setting: Setting) -> anyhow::Result<ExitCode> {
    let config = &setting.config;
    ensure!(
        config.aws.is_some(),
        "AWS Instance Scheduler knows nothing of simulated servers. Use a configuration with [aws]"
    );
    let house = setting.house().await?;
    let sdk = aws::connect(config).await;
    let read = Registry::read(&sdk, registry)
        .await
        .with_context(|| format!("the registry `{registry}` cannot be read"))?;
    let now = setting.clock.now();
    let view = house.fleet.servers(now).await?;
    if let Some(unseen) = view.unseen.first() {
        anyhow::bail!("nothing was taken over: {}", Unseen::of(unseen));
    }
    let holder = holder();
    let lease = house.store.lease(&holder, now, LEASE).await?.context(
        "nothing was taken over: a Reveille is at work on this store and remembers by itself",
    )?;
    let known = house.store.remembered().await?;
    let known: BTreeSet<&ServerId> = known.iter().map(|memory| &memory.server).collect();
    let (mut taken, mut remembered, mut unregistered) = (Vec::new(), 0, 0);
    for server in view.servers.iter().filter(|it| it.left_out.is_none()) {
        let registered = read
            .server(&server.id.0)
            .filter(|registered| registered.schedule == *server.schedule);
        match registered {
            _ if known.contains(&server.id) => remembered += 1,
            None => unregistered += 1,
            Some(registered) => taken.push(Remembered::adopted(
                server,
                Stored(registered.state.clone().into()),
                now,
            )),
        }
    }
    let written = house.store.remember(&lease, &Intent::of(&taken, &[])).await;
    give_back(&house, &holder, now).await;
    written.context("nothing was taken over")?;
    print(&format!(
        "taken over: {} servers; {remembered} were remembered already, {unregistered} are not registered and will be \
         new\n",
        taken.len()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The first run may come at once. If this fails it waits a minute.
async fn give_back(house: &House, holder: &str, now: chrono::DateTime<chrono::Utc>) {
    if let Err(error) = house.store.lease(holder, now, Duration::zero()).await {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(
            error,
            "the lease is not given back; another Reveille waits up to a minute"
        );
    }
}
