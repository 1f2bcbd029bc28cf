//! Looks for named data whenever some of it is due, and has the scheduler look at once when it is another.

use std::{sync::Arc, time::Duration};

use reveille_loader::Feeds;
use tokio::sync::{Notify, watch};

use crate::{clock::Clock, command::data, http::stopped};

/// How long it sleeps at least: the shortest time between two looks at the same place.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// Runs until `stop` turns true, at once where there is no data. `wake` is told of every change.
pub(crate) async fn run(feeds: Arc<Feeds>, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    loop {
        // A fetch that hangs does not keep the program from ending.
        let looked = tokio::select! {
            looked = feeds.look(Clock::machine()) => looked,
            () = stopped(&mut stop) => return,
        };
        data::tell(&looked.news);
        if looked.changed {
            wake.notify_one();
        }
        let Some(next) = looked.next else { return };
        let sleep = (next - Clock::machine()).to_std().unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep(sleep.max(SHORTEST_SLEEP)) => {}
            () = stopped(&mut stop) => return,
        }
    }
}
