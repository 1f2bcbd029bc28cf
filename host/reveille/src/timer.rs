//! The built-in timer: runs the scheduler every minute in which something can change, sooner while servers are on
//! their way or somebody has just given an order.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use tokio::sync::{Notify, watch};

use reveille_core::tick::{Scheduler, TickReport};

use crate::clock::Clock;

/// How soon it looks again while servers are on their way.
const MOVING_LOOK: Duration = Duration::from_secs(15);
/// How long it sleeps at most: what people do by hand past Reveille is seen within this time.
const DRIFT_LOOK: Duration = Duration::from_secs(300);
/// How soon it looks again after a failure.
const FAILED_LOOK: Duration = Duration::from_secs(15);

/// Runs until `stop` turns true. `wake` makes it look at once.
pub(crate) async fn run(scheduler: Arc<Scheduler>, clock: Clock, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    loop {
        let now = clock.now();
        let sleep = match scheduler.tick(now).await {
            Ok(report) => {
                log(&report);
                sleep_after(&report, now)
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the scheduling run failed");
                FAILED_LOOK
            }
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = wake.notified() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// To the beginning of the next minute in which something can change.
fn sleep_after(report: &TickReport, now: DateTime<Utc>) -> Duration {
    if report.moving {
        return MOVING_LOOK;
    }
    let next_minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now) + TimeDelta::minutes(1);
    let next = report.next_change.map_or(now + TimeDelta::from_std(DRIFT_LOOK).unwrap_or_default(), |change| {
        change.max(next_minute)
    });
    (next - now).to_std().unwrap_or_default().min(DRIFT_LOOK)
}

fn log(report: &TickReport) {
    if report.actions.is_empty() {
        tracing::debug!(schedules = report.schedules, servers = report.servers, "nothing to do");
    } else {
        tracing::info!(
            schedules = report.schedules,
            servers = report.servers,
            actions = report.actions.len(),
            "servers were turned"
        );
    }
}
