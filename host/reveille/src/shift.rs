//! A house at work: who answers in it, and what goes on beside that, until another one relieves it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reveille_loader::Places;
use tokio::{
    sync::{Notify, watch},
    task::{JoinError, JoinSet},
    time::timeout,
};

use crate::{
    admin::Admin, clock::Clock, config::Config, feeds, figures::Figures, health::Health,
    herald::Herald, house::House, notices::Courier, reload::Reloads, rules, timer, tokens::Tokens,
    webhook::JandiWebhook,
};

/// How long what goes on may take to come to an end; the timer needs most of it.
const END_TIME: Duration = Duration::from_secs(9);

/// How it runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Running {
    /// Draw announcements in the terminal.
    pub(crate) draw: bool,
    /// Run the scheduler.
    pub(crate) timer: bool,
}

/// What one shift hands on to the next.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) clock: Clock,
    pub(crate) running: Running,
    pub(crate) wake: Arc<Notify>,
    pub(crate) figures: Arc<Figures>,
    pub(crate) health: Arc<Health>,
    pub(crate) reloads: Arc<Reloads>,
    /// Where operators look.
    pub(crate) admin: Option<SocketAddr>,
}

/// A house with everything that it does.
pub(crate) struct Shift {
    pub(crate) house: House,
    pub(crate) config: Config,
    pub(crate) webhook: Arc<JandiWebhook>,
    pub(crate) admin: Option<Arc<Admin>>,
    courier: Option<Arc<Courier>>,
    pub(crate) post: Post,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Shift {
    /// It can answer; nothing goes on yet.
    ///
    /// # Errors
    /// As [`House::courier`].
    pub(crate) fn new(house: House, config: Config, post: &Post) -> anyhow::Result<Self> {
        let webhook = Arc::new(JandiWebhook::new(
            house.chat(&config),
            Tokens::new(&house.secrets, &config.tokens),
            post.clock,
            Arc::clone(&post.wake),
            Arc::clone(&post.figures),
        ));
        let admin = post
            .admin
            .map(|address| Arc::new(Admin::new(&house, post, address)));
        Ok(Self {
            courier: house.courier(&config, post.clock)?,
            house,
            config,
            webhook,
            admin,
            post: post.clone(),
            tasks: JoinSet::new(),
            stop: watch::Sender::new(false),
        })
    }

    /// Begins with what goes on beside the answers. Never while another shift of this process is at it.
    pub(crate) fn begin(&mut self) {
        let Post {
            clock,
            running,
            wake,
            ..
        } = &self.post;
        let herald = Arc::new(Herald {
            store: Arc::clone(&self.house.store),
            notifier: self.house.notifier(&self.config, running.draw),
            timezone: self.config.timezone,
            clock: *clock,
        });
        for places in [Places::Near, Places::Far] {
            self.tasks.spawn(rules::run(
                Arc::clone(&self.house.loader),
                Arc::clone(&herald),
                places,
                Arc::clone(wake),
                self.stop.subscribe(),
            ));
        }
        let secrets = Arc::clone(&self.house.secrets);
        self.tasks.spawn(secrets.run(self.stop.subscribe()));
        self.tasks.spawn(feeds::run(
            Arc::clone(&self.house.feeds),
            herald,
            Arc::clone(wake),
            self.stop.subscribe(),
        ));
        if let Some(courier) = &self.courier {
            let told = Arc::clone(&self.house.told);
            let courier = Arc::clone(courier);
            self.tasks.spawn(courier.run(told, self.stop.subscribe()));
        }
        if running.timer {
            let scheduler = self.house.scheduler(&self.config, *clock, running.draw);
            self.tasks.spawn(timer::run(
                Arc::new(scheduler),
                self.post.clone(),
                self.stop.subscribe(),
            ));
        }
    }

    /// Notices what breaks off; does not end by itself.
    pub(crate) async fn watch_over(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.notice(ended);
        }
        std::future::pending().await
    }

    /// Brings what goes on to its end; what does not come to one in time is broken off. May itself be broken off, and
    /// called again.
    pub(crate) async fn end(&mut self) {
        self.stop.send_replace(true);
        let ending = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Err(error) = ended {
                    tell(&error);
                }
            }
        };
        if timeout(END_TIME, ending).await.is_err() {
            tracing::warn!("{} tasks were broken off", self.tasks.len());
            self.tasks.abort_all();
        }
    }

    fn notice(&self, ended: Result<(), JoinError>) {
        if let Err(error) = ended {
            tell(&error);
            self.post.health.broke();
        }
    }
}

fn tell(error: &JoinError) {
    tracing::error!("a task broke off: {error}");
}
