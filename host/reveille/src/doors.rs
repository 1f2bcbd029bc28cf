//! The addresses of the program, and who answers there now: a new configuration may put others behind them at any moment.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Context as _;
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    admin::Admin,
    config::Config,
    health::{HEALTH, Health},
    http::{self, Room},
    shift::Shift,
    webhook::JandiWebhook,
};

/// The addresses, taken; nobody is answered yet.
#[derive(Debug)]
pub(crate) struct Addresses {
    listener: TcpListener,
    admin: Option<TcpListener>,
    /// Where the messenger posts.
    pub(crate) webhook_address: SocketAddr,
    /// Where operators look.
    pub(crate) admin_address: Option<SocketAddr>,
}

impl Addresses {
    /// Takes those of the configuration.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub(crate) async fn take(config: &Config) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!(
                "cannot listen on {}. Give another address with --listen, such as 127.0.0.1:8081",
                config.listen
            )
        })?;
        let admin = match config.admin {
            Some(address) => Some(listen_for_operators(address).await?),
            None => None,
        };
        Ok(Self {
            webhook_address: listener.local_addr()?,
            admin_address: admin.as_ref().map(TcpListener::local_addr).transpose()?,
            listener,
            admin,
        })
    }

    /// Answers from now on, with what `shift` has to say.
    pub(crate) fn open(self, shift: &Shift, health: &Arc<Health>) -> Doors {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let webhook = Arc::new(Door::new(&shift.webhook, health));
        tasks.spawn(http::serve(
            self.listener,
            Arc::clone(&webhook),
            stop.subscribe(),
        ));
        let admin = self
            .admin
            .zip(shift.admin.as_ref())
            .map(|(listener, room)| {
                let door = Arc::new(Door::new(room, health));
                tasks.spawn(http::serve(listener, Arc::clone(&door), stop.subscribe()));
                door
            });
        Doors {
            webhook,
            admin,
            tasks,
            stop,
        }
    }
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

/// The doors of the program while it runs.
#[derive(Debug)]
pub(crate) struct Doors {
    webhook: Arc<Door<JandiWebhook>>,
    admin: Option<Arc<Door<Admin>>>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Doors {
    /// From now on `shift` answers. Requests that are under way end with the one with which they began.
    pub(crate) fn lead_to(&self, shift: &Shift) {
        self.webhook.lead_to(&shift.webhook);
        if let Some((door, room)) = self.admin.as_ref().zip(shift.admin.as_ref()) {
            door.lead_to(room);
        }
    }

    /// Takes no more requests, and ends when those that are under way are answered.
    pub(crate) async fn close(&mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!("a door broke: {error}");
            }
        }
    }
}

/// One of them. How the process is, it tells by itself.
struct Door<R> {
    room: RwLock<Arc<R>>,
    health: Arc<Health>,
}

impl<R> std::fmt::Debug for Door<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl<R> Door<R> {
    fn new(room: &Arc<R>, health: &Arc<Health>) -> Self {
        Self {
            room: RwLock::new(Arc::clone(room)),
            health: Arc::clone(health),
        }
    }

    fn lead_to(&self, room: &Arc<R>) {
        *self.room.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(room);
    }

    fn room(&self) -> Arc<R> {
        Arc::clone(&self.room.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<R: Room> Room for Door<R> {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        if request.uri().path() == HEALTH {
            return self.health.answer(request.method());
        }
        self.room().answer(request, peer).await
    }
}
