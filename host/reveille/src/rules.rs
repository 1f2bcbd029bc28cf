//! The rules of a host: loaded at the start, and looked at for as long as it runs.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use reveille_core::{
    model::{
        Definitions, RuleTrouble,
        reply::{Announcement, RuleChange, RuleDistance, RuleRejection, RuleVersion},
    },
    port::{Rules as _, Store},
};
use reveille_loader::{Event, Loader, NEAR_EVERY, News, Places};
#[cfg(feature = "compiler")]
use reveille_sandbox::ChildCommand;
use reveille_sandbox::{Compiler, Sandbox};
use tokio::sync::{Notify, watch};

#[cfg(feature = "aws")]
use crate::bucket::Bucket;
#[cfg(feature = "compiler")]
use crate::cli::COMPILE_COMPONENT;
use crate::{
    clock::Clock, config::Config, herald::Herald, http::stopped, passed_over::PassedOver, places,
    secrets::Secrets,
};

/// How often it is seen which places that are no files are due.
const FAR_LOOK: Duration = Duration::from_secs(1);

/// How often the definitions are read of a store that cannot tell whether they have changed: each time is a read of the
/// whole table. The port promises a minute.
const DEFINITIONS_EVERY: Duration = Duration::from_secs(30);

/// Compiles components in a process of their own.
#[cfg(feature = "compiler")]
pub(crate) fn compiler() -> anyhow::Result<Compiler> {
    Ok(Compiler::in_child(
        ChildCommand::this_program([COMPILE_COMPONENT])
            .context("the program does not find itself, and cannot compile rules")?,
    ))
}

/// Compiles nothing: this build cannot.
#[cfg(not(feature = "compiler"))]
fn compiler() -> anyhow::Result<Compiler> {
    Ok(Compiler::absent())
}

/// A sandbox that has no rules yet but its own.
pub(crate) fn sandbox(config: &Config, secrets: &Arc<Secrets>) -> anyhow::Result<Arc<Sandbox>> {
    let mut compiler = if config.taking.compiles {
        compiler()?
    } else {
        Compiler::absent()
    };
    #[cfg(feature = "aws")]
    if let Some(bucket) = Bucket::of(config, secrets) {
        compiler = compiler.with_shared(Arc::new(bucket));
    }
    #[cfg(not(feature = "aws"))]
    let _ = secrets;
    if let Some(folder) = config.compiled() {
        compiler = compiler.with_cache(folder);
    }
    let sandbox = Sandbox::with_compiler(compiler)
        .context("the embedded components do not load")?
        .with_clock(Arc::new(chrono::Utc::now));
    Ok(Arc::new(sandbox))
}

/// Takes the rules of the configuration and of `definitions` into `sandbox`. One that cannot be loaded is not fatal: the
/// schedules that name it hold, and everything else goes on.
pub(crate) async fn load(
    config: &Config,
    sandbox: &Arc<Sandbox>,
    definitions: &Arc<Definitions>,
) -> Arc<Loader> {
    let taking = &config.taking;
    let mut loader = Loader::new(
        Arc::clone(sandbox),
        places::all(config),
        taking.trust.clone(),
        config.rules.clone(),
    )
    .looking_every(taking.every);
    if let Some(folder) = config.shelf() {
        loader = loader.with_shelf(folder);
    }
    if let Some(folder) = &taking.folder {
        loader = loader.watching(folder.clone());
    }
    let loader = Arc::new(loader);
    tell(
        &loader
            .look(Places::All, definitions, Clock::machine())
            .await,
    );
    loader
}

/// Looks again and again until `stop` turns true; people are told what has happened. `wake` is told when a rule has become
/// another one.
pub(crate) async fn run(
    loader: Arc<Loader>,
    herald: Arc<Herald>,
    places: Places,
    wake: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    let pause = match places {
        Places::Near => NEAR_EVERY,
        Places::Far | Places::All => FAR_LOOK,
    };
    let mut reader = Reader::default();
    let mut passed_over = PassedOver::default();
    loop {
        let look = async {
            let now = Clock::machine();
            match reader.read(&*herald.store, now).await {
                Some(definitions) => loader.look(places, &definitions, now).await,
                None => Vec::new(),
            }
        };
        // A place that does not answer does not keep the program from ending.
        let news = tokio::select! {
            news = look => news,
            () = stopped(&mut stop) => return,
        };
        if news.iter().any(is_change) {
            wake.notify_one();
        }
        tell_all(&herald, &news).await;
        if places == Places::Near
            && let Some(definitions) = reader.last()
        {
            for announcement in passed_over.news(definitions, |rule| troubles(&loader, rule)) {
                herald.announce(&announcement).await;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

/// Looks once; people are told what has happened.
#[cfg(feature = "aws")]
pub(crate) async fn look(
    loader: &Arc<Loader>,
    herald: &Herald,
    definitions: &Arc<Definitions>,
    now: DateTime<Utc>,
) {
    let news = loader.look(Places::All, definitions, now).await;
    tell_all(herald, &news).await;
}

/// Tells the log and the people.
async fn tell_all(herald: &Herald, news: &[News]) {
    tell(news);
    announce(herald, news).await;
}

fn is_change(news: &News) -> bool {
    match news.event {
        Event::Taken { .. } | Event::Unloaded => true,
        Event::Refused { .. } | Event::OutOfReach { .. } | Event::WithinReach => false,
    }
}

/// Tells people what has happened. Of a rule that is wanted no more, the schedules that hold are told.
async fn announce(herald: &Herald, news: &[News]) {
    for News { rule, event } in news {
        if let Some(announcement) = announcement(herald, rule, event).await {
            herald.announce(&announcement).await;
        }
    }
}

async fn announcement(herald: &Herald, rule: &str, event: &Event) -> Option<Announcement> {
    let rule = rule.to_owned();
    let schedules = herald.users(std::slice::from_ref(&rule)).await;
    match event.clone() {
        Event::Taken {
            version, before, ..
        } => {
            // The same component, wanted in another way.
            let is_same = before
                .as_ref()
                .is_some_and(|before| before.sha256 == version.sha256);
            (!is_same).then_some(Announcement::RuleTaken(RuleChange {
                rule,
                from: before,
                to: version,
                schedules,
                by: None,
            }))
        }
        Event::Refused {
            version,
            cause,
            kept,
        } => Some(Announcement::RuleRejected(RuleRejection {
            rule,
            version,
            cause,
            kept,
            schedules,
        })),
        Event::OutOfReach {
            location,
            cause,
            since,
            kept,
        } => Some(Announcement::RuleUnreachable(RuleDistance {
            rule,
            location,
            cause,
            since: herald.moment(since),
            kept,
            schedules,
        })),
        Event::WithinReach => Some(Announcement::RuleReachable { rule }),
        Event::Unloaded => None,
    }
}

/// Logs what has happened.
fn tell(news: &[News]) {
    for news in news {
        if news.is_trouble() {
            tracing::error!(rule = news.rule, "{news}");
        } else {
            tracing::info!(rule = news.rule, "{news}");
        }
    }
}

/// What is in use of a rule, and what it is not asked.
fn troubles(loader: &Loader, rule: &str) -> Option<(RuleVersion, Vec<RuleTrouble>)> {
    let sandbox = loader.sandbox();
    let troubles = sandbox.troubles(rule);
    if troubles.is_empty() {
        return None;
    }
    let mut loaded = sandbox.loaded().into_iter();
    let loaded = loaded.find(|loaded| loaded.name == rule)?;
    let version = RuleVersion {
        version: loaded.version,
        sha256: loaded.sha256,
    };
    Some((version, troubles))
}

/// Reads definitions as often as is worth while.
#[derive(Default)]
struct Reader {
    read: Option<Read>,
}

struct Read {
    definitions: Arc<Definitions>,
    revision: Option<u64>,
    at: DateTime<Utc>,
}

impl Reader {
    /// Those that were read last.
    fn last(&self) -> Option<&Definitions> {
        self.read.as_ref().map(|read| &*read.definitions)
    }

    /// The definitions, or those that were read last while the store does not answer.
    async fn read(&mut self, store: &dyn Store, now: DateTime<Utc>) -> Option<Arc<Definitions>> {
        let revision = store.revision();
        let is_fresh = self.read.as_ref().is_some_and(|read| match revision {
            Some(_) => read.revision == revision,
            None => (now - read.at)
                .to_std()
                .is_ok_and(|age| age < DEFINITIONS_EVERY),
        });
        if !is_fresh {
            match store.definitions().await {
                Ok(definitions) => {
                    self.read = Some(Read {
                        definitions,
                        revision,
                        at: now,
                    });
                }
                // The scheduling run says so, and once is enough.
                Err(error) => {
                    tracing::debug!("the rules are those that were wanted before: {error}")
                }
            }
        }
        self.read.as_ref().map(|read| Arc::clone(&read.definitions))
    }
}
