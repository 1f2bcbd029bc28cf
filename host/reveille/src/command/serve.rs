//! `reveille serve`: the timer and the webhook, until it is told to stop.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use reveille_loader::Places;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
    task::JoinSet,
};

use super::Setting;
use crate::{
    admin::Admin,
    cli::ServeArgs,
    clock::Clock,
    config::{Config, Token},
    feeds,
    figures::Figures,
    herald::Herald,
    house::{House, print},
    http, rules, timer,
    tokens::Tokens,
    webhook::JandiWebhook,
};

pub(super) async fn run(args: ServeArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let Setting {
        mut config, clock, ..
    } = setting;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    anyhow::ensure!(
        !config.tokens.is_empty(),
        "there is no token, so nobody could speak to the webhook. Put the one that JANDI shows into \
         REVEILLE_JANDI_TOKENS or under [jandi] in the configuration"
    );
    let house = House::open(&config).await?;
    let secrets = config.secrets();
    house.secrets.resolve(secrets, Clock::machine()).await?;
    let running = Running {
        draw: false,
        timer: !args.no_timer,
    };
    let tokens = config.tokens.clone();
    open_doors(&house, &config, &tokens, clock, running, |address| {
        print(&format!(
            "reveille listens on http://{address}/jandi/webhook\n"
        ));
    })
    .await
}

/// How it runs.
#[derive(Clone, Copy)]
pub(super) struct Running {
    /// Draw announcements in the terminal.
    pub(super) draw: bool,
    /// Run the scheduler.
    pub(super) timer: bool,
}

/// Listens and runs the timer until a signal; `greet` is told the address once it listens.
pub(super) async fn open_doors(
    house: &House,
    config: &Config,
    tokens: &[Token],
    clock: Clock,
    running: Running,
    greet: impl FnOnce(SocketAddr),
) -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}. Give another address with --listen, such as 127.0.0.1:8081",
            config.listen
        )
    })?;
    let admin_listener = match config.admin {
        Some(address) => Some(listen_for_operators(address).await?),
        None => None,
    };
    // Before anyone is told that it listens: whoever started it may stop it from then on.
    let mut terminate = signal(SignalKind::terminate())?;
    greet(listener.local_addr()?);
    let (stop_sender, stop) = watch::channel(false);
    let wake = Arc::new(Notify::new());
    let figures = Arc::new(Figures::default());
    let webhook = JandiWebhook::new(
        house.chat(config),
        Tokens::new(&house.secrets, tokens),
        clock,
        Arc::clone(&wake),
        Arc::clone(&figures),
    );
    let mut tasks = JoinSet::new();
    tasks.spawn(http::serve(listener, Arc::new(webhook), stop.clone()));
    if let Some(listener) = admin_listener {
        let address = listener.local_addr()?;
        print(&format!("operators look at http://{address}/metrics\n"));
        let admin = Admin::new(
            house,
            &figures,
            clock,
            running.timer,
            Arc::clone(&wake),
            address,
        );
        tasks.spawn(http::serve(listener, Arc::new(admin), stop.clone()));
    }
    let herald = Arc::new(Herald {
        store: Arc::clone(&house.store),
        notifier: house.notifier(config, running.draw),
        timezone: config.timezone,
        clock,
    });
    for places in [Places::Near, Places::Far] {
        tasks.spawn(rules::run(
            Arc::clone(&house.loader),
            Arc::clone(&herald),
            places,
            Arc::clone(&wake),
            stop.clone(),
        ));
    }
    tasks.spawn(Arc::clone(&house.secrets).run(stop.clone()));
    tasks.spawn(feeds::run(
        Arc::clone(&house.feeds),
        herald,
        Arc::clone(&wake),
        stop.clone(),
    ));
    if let Some(courier) = house.courier(config, clock)? {
        tasks.spawn(courier.run(Arc::clone(&house.told), stop.clone()));
    }
    if running.timer {
        tasks.spawn(timer::run(
            Arc::new(house.scheduler(config, clock, running.draw)),
            clock,
            wake,
            figures,
            stop,
        ));
    }

    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tracing::info!("stopping");
    stop_sender.send_replace(true);
    while let Some(ended) = tasks.join_next().await {
        ended.context("a door or the timer broke")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Listens where operators look.
async fn listen_for_operators(address: SocketAddr) -> anyhow::Result<TcpListener> {
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "whoever reaches this address sees the names of schedules and rules; let only operators reach it"
        );
    }
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address} for operators. Give another address with REVEILLE_HTTP_ADMIN or `admin` \
             under [http], such as 127.0.0.1:9090"
        )
    })
}
