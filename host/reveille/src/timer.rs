//! The built-in timer: runs the scheduler whenever something can change, every 15 seconds while servers are on their
//! way, and at once when somebody has given an order.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use reveille_core::tick::{Scheduler, TickReport};

use crate::{clock::Clock, figures::Figures, http::stopped, sight::Sight};

/// How long it sleeps at least: a look that is due at once must not become a loop.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
/// How soon it looks again after a failure.
const FAILED_LOOK: Duration = Duration::from_secs(15);

/// Runs until `stop` turns true. `wake` makes it look at once.
pub(crate) async fn run(
    scheduler: Arc<Scheduler>,
    clock: Clock,
    wake: Arc<Notify>,
    figures: Arc<Figures>,
    mut stop: watch::Receiver<bool>,
) {
    let mut sight = Sight::default();
    let mut failing = None;
    loop {
        let now = clock.now();
        let begun = Instant::now();
        let came = scheduler.tick(now).await;
        figures.looked(now, begun.elapsed(), &came);
        let sleep = match came {
            Ok(report) => {
                if failing.take().is_some() {
                    tracing::info!("the scheduling run succeeds again");
                }
                log(&report);
                sight.log(&report);
                (report.next_look - now)
                    .to_std()
                    .unwrap_or(SHORTEST_SLEEP)
                    .max(SHORTEST_SLEEP)
            }
            Err(error) => {
                // Every few seconds the same line would hide all others.
                let code = error.code();
                if failing.replace(code) != Some(code) {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(code, error, "the scheduling run fails; it is tried again");
                }
                FAILED_LOOK
            }
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = wake.notified() => {}
            () = stopped(&mut stop) => break,
        }
    }
    if let Err(error) = scheduler.release(clock.now()).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the lease is not given back; another Reveille waits up to a minute"
        );
    }
}

/// Logs what was done.
pub(crate) fn log(report: &TickReport) {
    if report.actions.is_empty() {
        tracing::debug!(
            schedules = report.schedules,
            servers = report.servers,
            "nothing to do"
        );
    } else {
        tracing::info!(
            schedules = report.schedules,
            servers = report.servers,
            actions = report.actions.len(),
            "servers were turned"
        );
    }
}
