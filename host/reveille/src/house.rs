//! Composition: the one place that chooses the store, the fleet and the rules, and puts them together.

use std::sync::Arc;

use anyhow::Context as _;
use reveille_core::{
    chat::{Chat, Manners},
    port::{Fleet, Formatter, Notifier, Rules, Store},
    tick::{Scheduler, Settings},
};
use reveille_loader::{CalendarStore, Feeds, Loader};
use reveille_local::{Database, SimulatedFleet, SqliteStore};
use reveille_sandbox::{SERVERBYEONG, Sandbox, SandboxFormatter};
use tokio::sync::Notify;

#[cfg(feature = "aws")]
use reveille_aws::client::SdkConfig;

#[cfg(feature = "aws")]
use crate::{aws, config::StoreConfig};
use crate::{
    clock::Clock,
    config::Config,
    feeds,
    glance::{Glance, Watched},
    listing::Lister,
    notices::{self, Courier, Log, NoticeFigures, Teller},
    rules,
    secrets::Secrets,
};

/// Everything, put together.
pub(crate) struct House {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) fleet: Arc<dyn Fleet>,
    /// The same for people, who do not wait as long.
    glance: Arc<dyn Fleet>,
    /// The same fleet when it is simulated.
    simulated: Option<Arc<SimulatedFleet>>,
    pub(crate) sandbox: Arc<Sandbox>,
    /// Named data for the rules.
    pub(crate) feeds: Arc<Feeds>,
    /// What the secrets of the configuration say.
    pub(crate) secrets: Arc<Secrets>,
    /// What has become of notices.
    pub(crate) notice_figures: NoticeFigures,
    /// Woken when there is something to send.
    pub(crate) told: Arc<Notify>,
    /// The rule that has the words.
    formatter: Arc<dyn Formatter>,
    /// Its name.
    pub(crate) words: String,
    /// Gets the rules, and knows of those that could not be loaded.
    pub(crate) loader: Arc<Loader>,
    /// How AWS is reached, where something of it is used.
    #[cfg(feature = "aws")]
    pub(crate) sdk: Option<SdkConfig>,
}

impl House {
    /// Opens the store and loads the rules. A rule that cannot be loaded is not fatal: the schedules that name it
    /// hold, and everything else goes on.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let Outside {
            store,
            fleet,
            simulated,
            #[cfg(feature = "aws")]
            sdk,
        } = Outside::open(config).await?;
        let (fleet, glance) = if simulated.is_some() {
            (Arc::clone(&fleet), fleet)
        } else {
            let watched = Arc::new(Watched::new(fleet));
            let glance = Arc::new(Glance::new(Arc::clone(&watched)));
            (watched as Arc<dyn Fleet>, glance as Arc<dyn Fleet>)
        };
        let secrets = Arc::new(Secrets::new(config));
        let sandbox = rules::sandbox(config, &secrets)?;
        // Before the rules: they are tried with the data that they will have.
        let feeds = feeds::open(config, &sandbox).await;
        let store = if feeds::has_calendars(config) {
            Arc::new(CalendarStore::new(store, Arc::clone(&sandbox)))
        } else {
            store
        };
        let definitions = store
            .definitions()
            .await
            .context("the definitions cannot be read")?;
        let loader = rules::load(config, &sandbox, &definitions).await;
        let words = config.formatter.as_deref().unwrap_or(SERVERBYEONG);
        let formatter = Arc::new(SandboxFormatter::new(Arc::clone(&sandbox), words));
        let words = words.to_owned();
        Ok(Self {
            store,
            fleet,
            glance,
            simulated,
            sandbox,
            feeds,
            secrets,
            notice_figures: NoticeFigures::default(),
            told: Arc::default(),
            formatter,
            words,
            loader,
            #[cfg(feature = "aws")]
            sdk,
        })
    }

    /// Tells what is loaded, for as long as anybody asks.
    pub(crate) fn lister(&self) -> Lister {
        Lister::new(&self.sandbox, &self.loader)
    }

    /// Whether the rule that has the words is loaded.
    pub(crate) fn has_words(&self) -> bool {
        let mut loaded = self.sandbox.loaded().into_iter();
        loaded.any(|rule| rule.name == self.words && rule.roles.contains(&"formatter"))
    }

    /// The servers, when they are simulated.
    ///
    /// # Errors
    /// When they are AWS's.
    pub(crate) fn simulated(&self) -> anyhow::Result<&SimulatedFleet> {
        self.simulated
            .as_deref()
            .context("the servers are those of AWS, and only simulated ones can be broken, mended and moved from here. \
                      Use a configuration without [aws]")
    }

    /// Whether the servers are simulated.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated.is_some()
    }

    /// The chat commands over this house.
    pub(crate) fn chat(&self, config: &Config) -> Chat {
        Chat::new(
            Arc::clone(&self.store),
            Arc::clone(&self.glance),
            Arc::clone(&self.sandbox) as Arc<dyn Rules>,
            Arc::clone(&self.formatter),
            Manners {
                locale: config.locale.clone(),
                persona: config.persona,
                timezone: config.timezone,
                calendars_are_read: feeds::has_calendars(config),
            },
        )
    }

    /// Puts news into words, for the targets of the configuration and for the log or, when `draw` says so, the terminal.
    pub(crate) fn teller(&self, config: &Config, draw: bool) -> Arc<Teller> {
        Arc::new(Teller::new(
            Arc::clone(&self.formatter),
            config,
            self.notice_figures.clone(),
            Arc::clone(&self.told),
            if draw { Log::Drawing } else { Log::Lines },
        ))
    }

    /// As [`House::teller`], for whoever has news.
    pub(crate) fn notifier(&self, config: &Config, draw: bool) -> Arc<dyn Notifier> {
        self.teller(config, draw)
    }

    /// Sends to the targets of the configuration what the store keeps for them; none where there are no targets.
    ///
    /// # Errors
    /// On a machine that cannot speak TLS.
    pub(crate) fn courier(
        &self,
        config: &Config,
        clock: Clock,
    ) -> anyhow::Result<Option<Arc<Courier>>> {
        if config.targets.is_empty() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Courier::new(
            Arc::clone(&self.store),
            notices::messenger()?,
            &self.secrets,
            self.teller(config, false),
            self.chat(config),
            Arc::new(move || clock.now()),
            self.notice_figures.clone(),
        ))))
    }

    /// The scheduler over this house; what it announces is logged, and drawn when `draw` says so.
    pub(crate) fn scheduler(&self, config: &Config, clock: Clock, draw: bool) -> Scheduler {
        Scheduler::new(
            Arc::clone(&self.store),
            Arc::clone(&self.fleet),
            Arc::clone(&self.sandbox) as Arc<dyn Rules>,
            self.notifier(config, draw),
            Settings::new(&holder()),
        )
        .with_clock(Arc::new(move || clock.now()))
    }
}

/// The store and the fleet that the configuration chooses.
struct Outside {
    store: Arc<dyn Store>,
    fleet: Arc<dyn Fleet>,
    simulated: Option<Arc<SimulatedFleet>>,
    #[cfg(feature = "aws")]
    sdk: Option<SdkConfig>,
}

impl Outside {
    #[cfg(not(feature = "aws"))]
    async fn open(config: &Config) -> anyhow::Result<Self> {
        let database = open_file(config)?;
        Ok(Self::simulated(sqlite(&database, config), database, config))
    }

    #[cfg(feature = "aws")]
    async fn open(config: &Config) -> anyhow::Result<Self> {
        match (&config.store, &config.aws) {
            (StoreConfig::Sqlite(_), None) => {
                let database = open_file(config)?;
                Ok(Self::simulated(sqlite(&database, config), database, config))
            }
            (StoreConfig::Dynamo(tables), None) => {
                let sdk = aws::connect(config).await;
                let store = aws::store(&sdk, tables, config.timezone);
                Ok(Self {
                    sdk: Some(sdk),
                    ..Self::simulated(store, open_file(config)?, config)
                })
            }
            (store, Some(configured)) => {
                let sdk = aws::connect(config).await;
                Ok(Self {
                    store: match store {
                        StoreConfig::Sqlite(_) => sqlite(&open_file(config)?, config),
                        StoreConfig::Dynamo(tables) => aws::store(&sdk, tables, config.timezone),
                    },
                    fleet: aws::fleet(&sdk, configured, aws::windows(&sdk, store)).await,
                    simulated: None,
                    sdk: Some(sdk),
                })
            }
        }
    }

    fn simulated(store: Arc<dyn Store>, database: Arc<Database>, config: &Config) -> Self {
        let fleet = Arc::new(SimulatedFleet::new(database, config.simulation_speed));
        Self {
            store,
            fleet: Arc::clone(&fleet) as Arc<dyn Fleet>,
            simulated: Some(fleet),
            #[cfg(feature = "aws")]
            sdk: None,
        }
    }
}

fn open_file(config: &Config) -> anyhow::Result<Arc<Database>> {
    let path = config.file();
    Database::open(path).with_context(|| format!("cannot open the store `{}`", path.display()))
}

fn sqlite(database: &Arc<Database>, config: &Config) -> Arc<dyn Store> {
    Arc::new(SqliteStore::new(Arc::clone(database), config.timezone))
}

/// The store of the configuration, for whoever needs nothing else; none where its file is not there yet.
#[cfg(feature = "aws")]
pub(crate) async fn store(config: &Config) -> anyhow::Result<Option<Arc<dyn Store>>> {
    Ok(match &config.store {
        StoreConfig::Sqlite(path) if !path.exists() => None,
        StoreConfig::Sqlite(_) => Some(sqlite(&open_file(config)?, config)),
        StoreConfig::Dynamo(tables) => {
            let sdk = aws::connect(config).await;
            Some(aws::store(&sdk, tables, config.timezone))
        }
    })
}

/// Names this process among those that could hold the lease. The time tells it from an earlier one of the same
/// number, as containers have.
pub(crate) fn holder() -> String {
    format!(
        "{}-{}",
        std::process::id(),
        chrono::Utc::now().timestamp_micros()
    )
}

/// Writes to standard output. A reader that has gone away is nobody's fault.
pub(crate) fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Writes to standard error what is not an answer.
#[cfg(feature = "aws")]
pub(crate) fn tell(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
