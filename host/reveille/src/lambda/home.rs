//! The house of a function, for as long as Lambda keeps the process.

use std::{
    env,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::bail;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::Full;
use hyper::{Response, StatusCode, body::Bytes};
use reveille_core::tick::Scheduler;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use super::{
    FUNCTION_NAME,
    function::{CLOSED, Failure},
    nudge::Nudge,
    operator::OperatorCommand,
    time_left::TimeLeft,
    web::{WebRequest, complaint},
};
use crate::{
    admin,
    cli::Common,
    clock::Clock,
    command::{Setting, checked},
    config::{Config, StoreConfig},
    feeds,
    figures::Figures,
    herald::Herald,
    house::House,
    notices::Courier,
    rules,
    sight::Sight,
    tokens::Tokens,
    webhook::{self, JandiWebhook, NO_TOKEN},
};

/// How often places of rules and data are looked at: schedules send an event a minute, each of which is to look, and
/// what has changed is to be in use within a minute.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(50);
/// How long a look may keep a scheduling run waiting.
pub(super) const LOOK_OF_TICK: Duration = Duration::from_secs(5);
/// How long a look may keep a person waiting.
const LOOK_OF_CHAT: Duration = Duration::from_secs(1);

/// Everything that an event needs.
pub(super) struct Home {
    pub(super) clock: Clock,
    pub(super) house: House,
    pub(super) scheduler: Scheduler,
    pub(super) sight: Mutex<Sight>,
    config: Config,
    webhook: JandiWebhook,
    herald: Herald,
    wake: Arc<Notify>,
    looked: Mutex<DateTime<Utc>>,
    courier: Option<Arc<Courier>>,
    nudge: Option<Nudge>,
}

impl Home {
    /// Reads the configuration and opens everything.
    pub(super) async fn open(common: &Common) -> anyhow::Result<Self> {
        let Setting { config, clock, .. } = Setting::new(common)?;
        if let (StoreConfig::Sqlite(path), Some(_)) = (&config.store, &config.aws) {
            bail!(
                "the store is the file `{}`, and a function keeps no files: servers of AWS would be new to it each time. Give \
                 it tables, as `dynamodb` under [store]",
                path.display()
            );
        }
        if config.tokens.is_empty() {
            tracing::warn!("{NO_TOKEN}");
        }
        let looked = Clock::machine();
        let house = House::open(&config).await?;
        let wake = Arc::new(Notify::new());
        let webhook = JandiWebhook::new(
            house.chat(&config),
            Tokens::new(&house.secrets, &config.tokens),
            clock,
            Arc::clone(&wake),
            Arc::new(Figures::default()),
        );
        let herald = Herald {
            store: Arc::clone(&house.store),
            notifier: house.notifier(&config, false),
            timezone: config.timezone,
            clock,
        };
        let name = env::var(FUNCTION_NAME).ok();
        let nudge = house
            .sdk
            .as_ref()
            .zip(name)
            .map(|(sdk, name)| Nudge::new(sdk, name));
        Ok(Self {
            scheduler: house.scheduler(&config, clock, false),
            sight: Mutex::default(),
            looked: Mutex::new(looked),
            courier: house.courier(&config, clock)?,
            clock,
            house,
            config,
            webhook,
            herald,
            wake,
            nudge,
        })
    }

    /// Looks at the places of rules and data, if that is due. What has not come by then is left to a later event.
    pub(super) async fn look(&self, longest: Duration) {
        let now = Clock::machine();
        if !self.is_due(now) {
            return;
        }
        let look = async {
            // What cannot be read is the scheduling run's to tell.
            if let Ok(definitions) = self.house.store.definitions().await {
                let loader = &self.house.loader;
                rules::look(loader, &self.herald, &definitions, now).await;
            }
            feeds::look(&self.house.feeds, &self.herald).await;
        };
        if timeout(longest, look).await.is_err() {
            tracing::warn!(
                "rules and data are as they were: their places have not answered within {} s",
                longest.as_secs()
            );
        }
    }

    /// Whether a look is due. The clock may have gone on by hours since the last event, or back.
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = !(TimeDelta::zero()..LOOK_EVERY).contains(&(now - *looked));
        if is_due {
            *looked = now;
        }
        is_due
    }

    /// Answers a request as the door over HTTP would.
    pub(super) async fn reply(&self, request: WebRequest, time: TimeLeft) -> Response<Full<Bytes>> {
        let WebRequest { method, path, body } = request;
        if path == webhook::MESSAGES {
            if self.config.tokens.is_empty() {
                return complaint(StatusCode::SERVICE_UNAVAILABLE, NO_TOKEN);
            }
            if !self.knows_a_token().await {
                return complaint(StatusCode::SERVICE_UNAVAILABLE, CLOSED);
            }
            self.look(LOOK_OF_CHAT).await;
        }
        let reply = self.webhook.reply(&method, &path, async { body });
        timeout(time.for_work(), reply).await.unwrap_or_else(|_| {
            tracing::error!("the time of the invocation is over before there is an answer");
            complaint(StatusCode::GATEWAY_TIMEOUT, "it takes too long")
        })
    }

    /// Whether anybody could speak to it. What stands against a token is logged.
    async fn knows_a_token(&self) -> bool {
        let secrets = &self.house.secrets;
        let tokens = self.config.tokens.iter().map(|token| &token.secret);
        if let Err(error) = secrets.resolve(tokens.clone(), Clock::machine()).await {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "a token of the webhook cannot be had");
        }
        tokens.into_iter().any(|token| secrets.known(token).is_ok())
    }

    /// Does what an operator asks for.
    pub(super) async fn obey(
        &self,
        command: OperatorCommand,
        time: TimeLeft,
    ) -> Result<Value, Failure> {
        match command {
            OperatorCommand::Tick { time: due } => self.tick(due, time).await,
            OperatorCommand::Say { text, writer, room } => {
                let said = async {
                    self.look(LOOK_OF_CHAT).await;
                    self.webhook.say(&writer, &room, &text).await
                };
                within(time, said)
                    .await?
                    .map_err(|error| Failure::new("command.unreadable", error.to_string()))
            }
            OperatorCommand::Check {} => {
                let checked = checked(&self.house, &self.config, self.clock.now());
                let checked = within(time, checked)
                    .await?
                    .map_err(|error| Failure::of("check.failed", &error))?;
                Ok(json!({
                    "well": checked.faults.is_empty(),
                    "rooms": checked.rooms,
                    "faults": checked.faults,
                }))
            }
            OperatorCommand::Rules {} => serde_json::to_value(self.house.lister().list())
                .map_err(|error| Failure::new("rules.failed", error.to_string())),
            OperatorCommand::Ready {} => {
                let lister = self.house.lister();
                let causes = admin::troubles(&*self.house.store, &lister, &self.house.words).await;
                Ok(admin::readiness(&causes))
            }
        }
    }

    /// Sends people what they are to be told, as far as there is time. The rest is the next run's.
    pub(super) async fn tell(&self, time: TimeLeft) {
        if let Some(courier) = &self.courier
            && let Err(error) = courier.deliver(Some(time.end_of_work())).await
        {
            tracing::warn!(
                code = error.code(),
                "messages to people wait for the next run: {error}"
            );
        }
    }

    /// Has the servers turned at once, when somebody has just given an order.
    pub(super) async fn nudge(&self, arn: &str) {
        let is_woken = timeout(Duration::ZERO, self.wake.notified()).await.is_ok();
        if let Some(nudge) = self.nudge.as_ref().filter(|_| is_woken) {
            nudge.give(arn).await;
        }
    }
}

/// What comes of `work`, if that does not take longer than there is.
async fn within<T>(time: TimeLeft, work: impl Future<Output = T>) -> Result<T, Failure> {
    timeout(time.for_work(), work)
        .await
        .map_err(|_| Failure::too_long())
}
