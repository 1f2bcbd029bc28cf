//! A scheduling run within the time of an invocation.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use reveille_core::tick::{TickOutcome, TickReport};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    function::Failure,
    home::{Home, LOOK_OF_TICK},
    time_left::TimeLeft,
};
use crate::{command::tick_as_json, timer};

/// How old a schedule's event may be. One is delivered within a minute or two, and repeated one and two minutes after a
/// failure; what is older has waited behind others, and newer ones have come since.
const OLDEST: TimeDelta = TimeDelta::minutes(5);

impl Home {
    /// Turns what is to be turned now, unless the event was `due` so long ago that this has been done.
    pub(super) async fn tick(
        &self,
        due: Option<DateTime<Utc>>,
        time: TimeLeft,
    ) -> Result<Value, Failure> {
        if let Some(due) = due {
            let last = self.house.store.last_tick().await;
            let last = last.map_err(|error| Failure::of_tick(error.code(), &error))?;
            if is_past(due, last.map(|last| last.at), self.clock.now()) {
                tracing::info!(%due, "an old event; a later run has done it, or the next one will");
                return Ok(json!({ "outcome": "late" }));
            }
        }
        self.look(LOOK_OF_TICK).await;
        let now = self.clock.now();
        let tick = self.scheduler.tick_before(now, time.for_orders(now));
        let came = timeout(time.for_work(), tick).await;
        // The next run may be another copy's, and after a failure it should be any.
        if let Err(error) = self.scheduler.release(now).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(
                error,
                "the lease is not given back; it ends within a minute"
            );
        }
        // What an earlier run has left is sent though this one failed.
        self.tell(time).await;
        let report = came
            .map_err(|_| Failure::too_long())?
            .map_err(|error| Failure::of_tick(error.code(), &error))?;
        timer::log(&report);
        self.sight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .log(&report);
        judge(&report)?;
        Ok(tick_as_json(&report))
    }
}

/// Whether an event that was `due` then is to do nothing at `now`.
fn is_past(due: DateTime<Utc>, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    now - due > OLDEST || last.is_some_and(|last| due <= last)
}

/// Says how far it has come where that is not all the way. A run that has had no time for any order fails: the next one
/// has no more.
fn judge(report: &TickReport) -> Result<(), Failure> {
    let left = report.postponed.len();
    match report.outcome {
        TickOutcome::Done if left > 0 && report.actions.is_empty() => Err(Failure::too_long()),
        TickOutcome::Done if left > 0 => {
            tracing::warn!(
                "{left} servers are left to the next run: the time of the invocation is over. Give the function more of it, \
                 as its `Timeout`"
            );
            Ok(())
        }
        TickOutcome::Done | TickOutcome::Late => Ok(()),
        TickOutcome::NotMine | TickOutcome::Overtaken => {
            tracing::info!("another copy is at work; it does what there is to do");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes after midnight.
    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn an_event_is_past_when_a_later_run_was_made_or_it_is_old() {
        assert!(!is_past(at(10), None, at(11)));
        assert!(!is_past(at(10), Some(at(9)), at(11)));
        assert!(is_past(at(10), Some(at(10)), at(11)));
        assert!(is_past(at(10), Some(at(11)), at(11)));
        assert!(!is_past(at(10), None, at(15)));
        assert!(is_past(at(10), None, at(16)));
    }

    #[test]
    fn an_event_after_an_hour_in_the_ice_is_done_by_the_clock() {
        assert!(!is_past(at(70), Some(at(10)), at(70)));
        // The clock of whoever sent it is ahead.
        assert!(!is_past(at(71), Some(at(10)), at(70)));
    }
}
