//! The built-in timer: runs the scheduler whenever something can change, every 15 seconds while servers are on their
//! way, and at once when somebody has given an order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use reveille_core::tick::{Scheduler, TickReport};

use crate::{http::stopped, shift::Post, sight::Sight};

/// How long it sleeps at least: a look that is due at once must not become a loop.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
/// How soon it looks again after a failure.
const FAILED_LOOK: Duration = Duration::from_secs(15);
/// How long a run that is under way may take until its next safe point when the program stops; then it is left as a crash
/// would leave it, and the next one finishes it.
const HALT_TIME: Duration = Duration::from_secs(5);
/// How long giving the lease back may take; it ends by itself within a minute.
const RELEASE_TIME: Duration = Duration::from_secs(2);

/// Runs until `stop` turns true. The post's `wake` makes it look at once.
pub(crate) async fn run(scheduler: Arc<Scheduler>, post: Post, mut stop: watch::Receiver<bool>) {
    let Post {
        clock,
        wake,
        figures,
        health,
        ..
    } = post;
    let mut sight = Sight::default();
    let mut failing = None;
    loop {
        let now = clock.now();
        let begun = Instant::now();
        health.beat(begun);
        let came = tokio::select! {
            came = scheduler.tick(now) => came,
            () = halted(&scheduler, &mut stop) => {
                tracing::warn!("the scheduling run was broken off; the next one finishes it");
                break;
            }
        };
        health.beat(Instant::now());
        figures.looked(now, begun.elapsed(), &came);
        let pause = match came {
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
            () = sleep(pause) => {}
            () = wake.notified() => {}
            () = stopped(&mut stop) => break,
        }
    }
    const NOT_RELEASED: &str = "the lease is not given back; another Reveille waits up to a minute";
    match timeout(RELEASE_TIME, scheduler.release(clock.now())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "{NOT_RELEASED}");
        }
        Err(_) => tracing::warn!("the store does not answer: {NOT_RELEASED}"),
    }
}

/// Ends when a run under way must be left: a while after it was told to halt.
async fn halted(scheduler: &Scheduler, stop: &mut watch::Receiver<bool>) {
    stopped(stop).await;
    scheduler.halt();
    sleep(HALT_TIME).await;
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
