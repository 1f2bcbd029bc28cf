//! A new configuration for a program that runs: a new house is opened beside the old one, tried, and only then put in its
//! place. Whatever is wrong with it, the old one stays.

mod changes;
mod record;

use std::{io, net::SocketAddr, time::Duration};

use anyhow::Context as _;
use reveille_core::port::Rules as _;
use tokio::time::timeout;

pub(crate) use record::{Reload, Reloads};

use crate::{
    causes,
    clock::Clock,
    config::{Config, Origin},
    house::House,
    shift::Shift,
    webhook::NO_TOKEN,
};
use changes::Changes;

/// How long opening a house may take: compiling a rule takes up to a minute, and places that do not answer are given up
/// within seconds.
const OPENING_TIME: Duration = Duration::from_secs(300);

/// Where the configuration comes from, and when it is read anew.
#[derive(Debug)]
pub(crate) struct Reloading {
    origin: Origin,
    changes: Changes,
}

impl Reloading {
    /// From `origin`, at SIGHUP and whenever its file has changed from now on.
    ///
    /// # Errors
    /// When the system does not let it listen to signals.
    pub(crate) fn listen(origin: Origin) -> io::Result<Self> {
        Ok(Self {
            changes: Changes::listen(origin.file.clone())?,
            origin,
        })
    }

    /// Waits until it is time. A wait that is broken off misses nothing.
    pub(crate) async fn due(&mut self) {
        self.changes.next().await;
    }

    /// The shift that is to relieve `current`; none when that must stay.
    pub(crate) async fn open(&mut self, current: &Shift) -> Option<Shift> {
        let opened = timeout(OPENING_TIME, self.opened(current)).await;
        let opened = opened.unwrap_or_else(|_| {
            Err(anyhow::anyhow!(
                "it could not be opened within {} minutes",
                OPENING_TIME.as_secs() / 60
            ))
        });
        let reloads = &current.post.reloads;
        let (opened, refused, needs_restart) = match opened {
            Ok((next, needs_restart)) => {
                tracing::info!("the configuration was read anew and is in use");
                for left in &needs_restart {
                    tracing::warn!("{left}; start Reveille anew for that");
                }
                (Some(next), None, needs_restart)
            }
            Err(error) => {
                let cause = in_one_line(&error);
                // It is tried again and again, and once is enough.
                let last = reloads.last().and_then(|last| last.refused);
                if last.as_ref() != Some(&cause) {
                    tracing::error!(
                        "the configuration was read anew and is not used, the one before stays: {cause}"
                    );
                }
                self.changes.try_again();
                (None, Some(cause), Vec::new())
            }
        };
        reloads.keep(Reload {
            at: Clock::machine(),
            refused,
            needs_restart,
        });
        opened
    }

    /// The next shift, and what of its configuration only a restart brings.
    async fn opened(&self, current: &Shift) -> anyhow::Result<(Shift, Vec<String>)> {
        let mut config = self.origin.read()?;
        anyhow::ensure!(!config.tokens.is_empty(), NO_TOKEN);
        let house = House::open(&config).await?;
        let secrets = config.secrets();
        house.secrets.resolve(secrets, Clock::machine()).await?;
        refuse_lost_rules(&current.house, &house)?;
        if current.post.running.timer {
            let now = current.post.clock.now();
            house
                .fleet
                .servers(now)
                .await
                .context("no server can be seen with it")?;
        }
        let needs_restart = keep_addresses(&mut config, &current.config);
        let next = Shift::new(house, config, &current.post)?;
        Ok((next, needs_restart))
    }
}

/// A rule that works now and is still wanted must not be lost to a place that does not answer just now: its schedules
/// would hold.
fn refuse_lost_rules(current: &House, next: &House) -> anyhow::Result<()> {
    let now = current.sandbox.loaded();
    for (name, cause) in next.loader.unloaded() {
        anyhow::ensure!(
            now.iter().all(|rule| rule.name != name),
            "the rule `{name}`, which works now, would not be loaded: {cause}"
        );
    }
    anyhow::ensure!(
        next.has_words() || !current.has_words(),
        "the formatter `{}` is not loaded. Write another one under [defaults], or mend its place under [[rules]]",
        next.words
    );
    Ok(())
}

/// Leaves `config` with the addresses of the program that runs, and says which of its own need another start.
fn keep_addresses(config: &mut Config, current: &Config) -> Vec<String> {
    let shown = |address: Option<SocketAddr>| {
        address.map_or_else(|| String::from("nowhere"), |address| address.to_string())
    };
    let mut left = Vec::new();
    for (key, wanted, kept) in [
        ("listen", Some(config.listen), Some(current.listen)),
        ("admin", config.admin, current.admin),
    ] {
        if wanted != kept {
            left.push(format!(
                "http.{key} is now `{}`, and it stays `{}`",
                shown(wanted),
                shown(kept)
            ));
        }
    }
    config.listen = current.listen;
    config.admin = current.admin;
    left
}

/// An error and what lies beneath it.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in causes(error.as_ref()) {
        line.push_str(", because ");
        line.push_str(&cause);
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
