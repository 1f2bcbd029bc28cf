//! `reveille shadow`: beside a live AWS Instance Scheduler, a minute at a time.

use std::{collections::BTreeSet, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reveille_aws::{
    client::SdkConfig, dynamo::read_definitions, registry::Registry, windows::Forgetful,
};
use reveille_core::{
    model::{Definitions, Item},
    port::{Fleet, Store},
};

use super::Setting;
use crate::{
    aws,
    cli::ShadowArgs,
    clock::Clock,
    config::StoreConfig,
    feeds,
    house::{House, print, tell},
    rules,
    secrets::Secrets,
    shadow::{Mismatch, MismatchKey, Report, Seen, Shadow},
};

/// How often the two are compared: the shortest interval that AWS Instance Scheduler has.
const INTERVAL: Duration = Duration::from_secs(60);
/// DynamoDB's word for a table that is not there.
const NO_TABLE: &str = "ResourceNotFoundException";

pub(super) async fn run(args: ShadowArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let Setting { config, clock, .. } = setting;
    let configured = config.aws.as_ref().context(
        "there is no AWS Instance Scheduler beside simulated servers. Use a configuration with [aws]",
    )?;
    let sdk = aws::connect(&config).await;
    let here = match &config.store {
        StoreConfig::Sqlite(_) => Source::Store(House::open(&config).await?.store),
        StoreConfig::Dynamo(tables) => Source::Table(tables.config.clone()),
    };
    let looker = Looker {
        here,
        there: args.table.clone().map(Source::Table),
        registry: args.registry.clone(),
        // What is open is kept by nobody: nothing is written.
        fleet: aws::fleet(&sdk, configured, Arc::new(Forgetful)).await,
        zone: config.timezone,
        sdk,
    };
    let (_, definitions) = looker.here.read(&looker).await?;
    let sandbox = rules::sandbox(&config, &Arc::new(Secrets::new(&config)))?;
    let feeds = feeds::open(&config, &sandbox).await;
    feeds::supply_calendars(&config, &sandbox, &definitions);
    rules::load(&config, &sandbox, &definitions).await;
    let shadow = Shadow::new(sandbox.clone(), config.timezone);
    let mut told = BTreeSet::new();
    let mut said_missing = false;
    loop {
        let now = clock.now();
        let minute = async {
            feeds::log(&feeds.look(Clock::machine()).await.news);
            let seen = looker.look(now).await?;
            feeds::supply_calendars(&config, &sandbox, &seen.definitions);
            if seen.registry.is_none() && !std::mem::replace(&mut said_missing, true) {
                tell(&looker.without_registry());
            }
            shadow.minute(seen, now).await
        };
        match minute.await {
            Ok(report) => {
                if args.json {
                    print(&format!("{}\n", report.as_json()));
                } else {
                    print(&report.summary(config.timezone));
                    tell_new(&report, &mut told);
                }
                if args.once {
                    return Ok(if report.mismatches.is_empty() {
                        ExitCode::SUCCESS
                    } else {
                        ExitCode::FAILURE
                    });
                }
            }
            Err(error) if args.once => return Err(error),
            Err(error) => {
                let error: &dyn std::error::Error = error.as_ref();
                tracing::error!(error, "this minute could not be compared");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}

/// Prints those that were not there a minute ago.
fn tell_new(report: &Report, told: &mut BTreeSet<MismatchKey>) {
    for mismatch in &report.mismatches {
        if !told.contains(&mismatch.key()) {
            print(&mismatch.as_text());
        }
    }
    *told = report.mismatches.iter().map(Mismatch::key).collect();
}

/// Where definitions are.
enum Source {
    Store(Arc<dyn Store>),
    /// A config table, which is only read; there need not be a table of Reveille's own beside it.
    Table(String),
}

impl Source {
    async fn read(&self, looker: &Looker) -> anyhow::Result<(Vec<Item>, Arc<Definitions>)> {
        match self {
            Self::Store(store) => Ok((store.items().await?, store.definitions().await?)),
            Self::Table(table) => read_definitions(&looker.sdk, table, looker.zone)
                .await
                .with_context(|| format!("the config table `{table}` cannot be read")),
        }
    }
}

/// Where both are looked at.
struct Looker {
    /// What Reveille goes by.
    here: Source,
    /// What AWS Instance Scheduler goes by, when that is elsewhere.
    there: Option<Source>,
    registry: Option<String>,
    fleet: Arc<dyn Fleet>,
    zone: Tz,
    sdk: SdkConfig,
}

impl Looker {
    async fn look(&self, now: DateTime<Utc>) -> anyhow::Result<Seen> {
        let (here, definitions) = self.here.read(self).await?;
        let items = match &self.there {
            Some(there) => there.read(self).await?.0,
            None => here,
        };
        Ok(Seen {
            registry: self.registry().await?,
            items,
            definitions,
            fleet: self.fleet.servers(now).await?,
        })
    }

    /// None when there is none; what is there and cannot be read must not pass for that.
    async fn registry(&self) -> anyhow::Result<Option<Registry>> {
        let Some(table) = &self.registry else {
            return Ok(None);
        };
        match Registry::read(&self.sdk, table).await {
            Ok(registry) => Ok(Some(registry)),
            Err(trouble) if trouble.code == NO_TABLE => Ok(None),
            Err(trouble) => {
                Err(trouble).with_context(|| format!("the registry `{table}` cannot be read"))
            }
        }
    }

    fn without_registry(&self) -> String {
        let why = match &self.registry {
            Some(table) => format!("there is no registry table `{table}`"),
            None => String::from("no registry table is named (--registry)"),
        };
        format!(
            "{why}: what AWS Instance Scheduler remembers is taken as `unknown` for every server, as if both saw it for \
             the first time\n"
        )
    }
}
