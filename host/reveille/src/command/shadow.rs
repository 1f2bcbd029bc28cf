//! `reveille shadow`: beside a live AWS Instance Scheduler, a minute at a time.

use std::{collections::BTreeSet, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use reveille_aws::{client::SdkConfig, dynamo::TableNames, registry::Registry};
use reveille_core::port::{Rules, Store};

use super::Setting;
use crate::{
    aws,
    cli::ShadowArgs,
    house::{House, print, tell},
    shadow::{Mismatch, MismatchKey, Report, Seen, Shadow},
};

/// How often the two are compared: the shortest interval that AWS Instance Scheduler has.
const INTERVAL: Duration = Duration::from_secs(60);
/// DynamoDB's word for a table that is not there.
const NO_TABLE: &str = "ResourceNotFoundException";

pub(super) async fn run(args: ShadowArgs, setting: Setting) -> anyhow::Result<ExitCode> {
    let Setting { config, clock } = setting;
    anyhow::ensure!(
        config.aws.is_some(),
        "there is no AWS Instance Scheduler beside simulated servers. Use a configuration with [aws]"
    );
    let house = House::open(&config).await?;
    let sdk = aws::connect(&config).await;
    let table = args.table.as_ref().map(|name| {
        let names = TableNames {
            config: name.clone(),
            // Nothing but definitions is read.
            state: String::new(),
        };
        aws::store(&sdk, &names, config.timezone)
    });
    let looker = Looker {
        table: table.unwrap_or_else(|| Arc::clone(&house.store)),
        registry: args.registry.clone(),
        house,
        sdk,
    };
    let rules = Arc::clone(&looker.house.sandbox) as Arc<dyn Rules>;
    let shadow = Shadow::new(rules, config.timezone);
    let mut told = BTreeSet::new();
    let mut said_missing = false;
    loop {
        let now = clock.now();
        let minute = async {
            let seen = looker.look(now).await?;
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

/// Where both are looked at.
struct Looker {
    house: House,
    /// Where the definitions of AWS Instance Scheduler are.
    table: Arc<dyn Store>,
    registry: Option<String>,
    sdk: SdkConfig,
}

impl Looker {
    async fn look(&self, now: DateTime<Utc>) -> anyhow::Result<Seen> {
        Ok(Seen {
            registry: self.registry().await?,
            items: self
                .table
                .items()
                .await
                .context("the config table cannot be read")?,
            definitions: self.house.store.definitions().await?,
            fleet: self.house.fleet.servers(now).await?,
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
