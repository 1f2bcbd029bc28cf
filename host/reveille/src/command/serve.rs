//! `reveille serve`: the timer and the webhook, until it is told to stop.

use std::{process::ExitCode, sync::Arc, time::Instant};

use tokio::sync::Notify;

use super::Setting;
use crate::{
    cli::ServeArgs,
    clock::Clock,
    config::Config,
    doors::Addresses,
    figures::Figures,
    health::Health,
    house::{House, print},
    reload::{Reloading, Reloads},
    shift::{Post, Running, Shift},
    signals::StopSignals,
    webhook::NO_TOKEN,
};

pub(super) async fn run(args: ServeArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let mut signals = StopSignals::listen()?;
    let Setting {
        mut config,
        clock,
        mut origin,
    } = setting;
    if let Some(listen) = args.listen {
        origin.listen = Some(listen);
        config.listen = listen;
    }
    let reloading = Reloading::listen(origin)?;
    anyhow::ensure!(!config.tokens.is_empty(), NO_TOKEN);
    let opening = async {
        let house = House::open(&config).await?;
        let secrets = config.secrets();
        house.secrets.resolve(secrets, Clock::machine()).await?;
        anyhow::Ok(house)
    };
    let house = tokio::select! {
        house = opening => house?,
        _ = signals.told() => return Ok(ExitCode::SUCCESS),
    };
    let addresses = Addresses::take(&config).await?;
    print(&format!(
        "reveille listens on http://{}/jandi/webhook\n",
        addresses.webhook_address
    ));
    let running = Running {
        draw: false,
        timer: !args.no_timer,
    };
    work(
        house,
        config,
        addresses,
        clock,
        running,
        signals,
        Some(reloading),
    )
    .await
}

/// Answers at `addresses` and runs the timer until a signal. With `reloading` the configuration is read anew whenever
/// it has changed.
pub(super) async fn work(
    house: House,
    config: Config,
    addresses: Addresses,
    clock: Clock,
    running: Running,
    mut signals: StopSignals,
    mut reloading: Option<Reloading>,
) -> anyhow::Result<ExitCode> {
    if let Some(address) = addresses.admin_address {
        print(&format!("operators look at http://{address}/metrics\n"));
    }
    let post = Post {
        clock,
        running,
        wake: Arc::new(Notify::new()),
        figures: Arc::new(Figures::default()),
        health: Arc::new(if running.timer {
            Health::with_timer(Instant::now())
        } else {
            Health::without_timer()
        }),
        reloads: Arc::new(Reloads::default()),
        admin: addresses.admin_address,
    };
    let mut shift = Shift::new(house, config, &post)?;
    let mut doors = addresses.open(&shift, &post.health);
    shift.begin();
    // The one that was relieved, until it has come to its end.
    let mut former: Option<Shift> = None;
    loop {
        tokio::select! {
            _ = signals.told() => break,
            () = shift.watch_over() => {}
            () = end(&mut former), if former.is_some() => {
                former = None;
                shift.begin();
            }
            () = due(&mut reloading), if former.is_none() => {
                let opened = tokio::select! {
                    opened = open(&mut reloading, &shift) => opened,
                    _ = signals.told() => break,
                };
                if let Some(next) = opened {
                    doors.lead_to(&next);
                    former = Some(std::mem::replace(&mut shift, next));
                }
            }
        }
    }
    tracing::info!("stopping");
    let ending = async { tokio::join!(doors.close(), end(&mut former), shift.end()) };
    tokio::select! {
        _ = ending => Ok(ExitCode::SUCCESS),
        never = signals.told_again() => never,
    }
}

async fn end(shift: &mut Option<Shift>) {
    if let Some(shift) = shift {
        shift.end().await;
    }
}

async fn due(reloading: &mut Option<Reloading>) {
    match reloading {
        Some(reloading) => reloading.due().await,
        None => std::future::pending().await,
    }
}

async fn open(reloading: &mut Option<Reloading>, current: &Shift) -> Option<Shift> {
    reloading.as_mut()?.open(current).await
}
