//! Named data for rules: opened at the start, and looked at for as long as the host runs.

use std::{sync::Arc, time::Duration};

use reveille_core::{
    model::{
        CALENDAR_DATA,
        reply::{Announcement, DataTrouble, StaleData},
    },
    port::Source,
};
use reveille_loader::{DataNews, Feed, Feeds, Sources};
#[cfg(feature = "remote")]
use reveille_loader::{Https, Reach};
use reveille_sandbox::Sandbox;
use tokio::sync::{Notify, watch};

use crate::{
    clock::Clock,
    config::{Config, write_duration},
    herald::Herald,
    http::stopped,
    places,
};

/// How long it sleeps at least: the shortest time between two looks at the same place.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// The feeds of the configuration for the rules of `sandbox`, with what there is of each.
pub(crate) async fn open(config: &Config, sandbox: &Arc<Sandbox>) -> Arc<Feeds> {
    let sources = places::all(config);
    let feeds = config.data.iter().map(|feed| {
        let source: Arc<dyn Source> = Arc::new(reaching(&sources, feed));
        (feed.clone(), source)
    });
    let feeds = Feeds::open(Arc::clone(sandbox), config.copies(), feeds.collect());
    feeds.begin(Clock::machine()).await;
    Arc::new(feeds)
}

/// The same places, the web as far as the feed may reach.
#[cfg(feature = "remote")]
fn reaching(sources: &Sources, feed: &Feed) -> Sources {
    let https: Arc<dyn Source> = Arc::new(Https::new().reaching(Reach {
        hosts: feed.hosts.clone(),
        private: feed.private,
    }));
    sources
        .clone()
        .with("https", Arc::clone(&https))
        .with("http", https)
}

#[cfg(not(feature = "remote"))]
fn reaching(sources: &Sources, _: &Feed) -> Sources {
    sources.clone()
}

/// Whether the rules of this host read the calendars of its store, and nothing that is configured in their place.
pub(crate) fn has_calendars(config: &Config) -> bool {
    config.data.iter().all(|feed| feed.name != CALENDAR_DATA)
}

/// Hands the calendars among `definitions` to the rules, where these are not read through a store that does.
#[cfg(feature = "aws")]
pub(crate) fn supply_calendars(
    config: &Config,
    sandbox: &Sandbox,
    definitions: &reveille_core::model::Definitions,
) {
    if has_calendars(config) {
        reveille_loader::supply_calendars(sandbox, definitions);
    }
}

/// Looks whenever something is due until `stop` turns true; not at all where there are no feeds. `wake` is told when
/// rules read other data than before.
pub(crate) async fn run(
    feeds: Arc<Feeds>,
    herald: Arc<Herald>,
    wake: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        // A place that does not answer does not keep the program from ending.
        let looked = tokio::select! {
            looked = feeds.look(Clock::machine()) => looked,
            () = stopped(&mut stop) => return,
        };
        if looked.changed {
            wake.notify_one();
        }
        log(&looked.news);
        announce(&herald, &looked.news).await;
        let Some(next) = looked.next else { return };
        let sleep = (next - Clock::machine()).to_std().unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep(sleep.max(SHORTEST_SLEEP)) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

/// Looks once at what is due; people are told what has happened.
#[cfg(feature = "aws")]
pub(crate) async fn look(feeds: &Feeds, herald: &Herald) {
    let news = feeds.look(Clock::machine()).await.news;
    log(&news);
    announce(herald, &news).await;
}

/// Writes what has happened to the log.
pub(crate) fn log(news: &[DataNews]) {
    for news in news {
        match news {
            DataNews::Unreachable {
                data,
                cause,
                confirmed,
            } => {
                tracing::warn!(
                    data,
                    "the last good copy, of {confirmed}, stays in use: {cause}"
                );
            }
            DataNews::Reachable { data } => tracing::info!(data, "its place is in reach again"),
            DataNews::Stale {
                data,
                cause,
                confirmed: None,
                ..
            } => tracing::error!(data, "there is no copy, and rules get nothing: {cause}"),
            DataNews::Stale {
                data,
                cause,
                confirmed: Some(confirmed),
                max_age,
                ..
            } => tracing::error!(
                data,
                "the last good copy, of {confirmed}, is older than {}, and rules get nothing: {cause}",
                write_duration(*max_age)
            ),
            DataNews::Fresh { data, .. } => tracing::info!(data, "rules get it again"),
        }
    }
}

/// Tells people what changes for their schedules. That a place is out of reach changes nothing yet.
async fn announce(herald: &Herald, news: &[DataNews]) {
    for news in news {
        let announcement = match news {
            DataNews::Unreachable { .. } | DataNews::Reachable { .. } => continue,
            DataNews::Stale {
                data,
                cause,
                confirmed,
                max_age,
                rules,
            } => Announcement::DataStale(DataTrouble {
                data: data.clone(),
                fetched: confirmed.map(|at| herald.moment(at)),
                max_age_minutes: u32::try_from(max_age.as_secs() / 60).ok(),
                cause: cause.clone(),
                instead: StaleData::Nothing,
                rules: rules.clone(),
                schedules: herald.users(rules).await,
            }),
            DataNews::Fresh { data, rules } => Announcement::DataFresh {
                data: data.clone(),
                schedules: herald.users(rules).await,
            },
        };
        herald.announce(&announcement).await;
    }
}
