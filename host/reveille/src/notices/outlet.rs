//! The way to one target: its URL, and whether it rests after a failure.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    clock::Clock,
    config::{SecretText, Target},
    secrets::Secrets,
};

/// How long a target rests after a failure.
const FIRST_REST: TimeDelta = TimeDelta::seconds(15);
/// The longest rest: an outage of the messenger lasts minutes to hours, and when it is over people should hear soon.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(15);

/// A target as this process serves it.
pub(super) struct Outlet {
    target: Target,
    secrets: Arc<Secrets>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures one after the other.
    failures: u32,
    rests_until: Option<DateTime<Utc>>,
    /// What stands in the way, as it was logged.
    trouble: Option<String>,
    is_served: bool,
}

impl Outlet {
    pub(super) fn new(target: Target, secrets: Arc<Secrets>) -> Self {
        Self {
            target,
            secrets,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when nothing is sent; none when something may be.
    pub(super) fn rests_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.state().rests_until.filter(|until| now < *until)
    }

    /// Begins to serve it, unless it rests or is served already.
    pub(super) fn begin(self: &Arc<Self>, now: DateTime<Utc>) -> Option<Shift> {
        let mut state = self.state();
        if state.is_served || state.rests_until.is_some_and(|until| now < until) {
            return None;
        }
        state.is_served = true;
        drop(state);
        Some(Shift(Arc::clone(self)))
    }
}

/// The right to send to a target, held by one at a time: messages go in their order, and limits are kept.
pub(super) struct Shift(Arc<Outlet>);

impl Drop for Shift {
    fn drop(&mut self) {
        self.0.state().is_served = false;
    }
}

impl Shift {
    pub(super) fn target(&self) -> &Target {
        &self.0.target
    }

    /// Nothing is sent until then.
    pub(super) fn rests(&self, until: DateTime<Utc>) {
        self.0.state().rests_until = Some(until);
    }

    /// The URL, or why there is none.
    pub(super) async fn url(&self) -> Result<SecretText, String> {
        let Outlet {
            target, secrets, ..
        } = &*self.0;
        match secrets.read(&target.url, Clock::machine()).await {
            Ok(value) => Ok(value.current),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether the URL has been changed where it is kept: the messenger refuses the one that is known.
    pub(super) async fn has_new_url(&self) -> bool {
        let Outlet {
            target, secrets, ..
        } = &*self.0;
        secrets.ask_again([&target.url], Clock::machine()).await
    }

    /// A message has arrived.
    pub(super) fn succeeds(&self) {
        let mut state = self.0.state();
        state.failures = 0;
        state.rests_until = None;
        if state.trouble.take().is_some() {
            tracing::info!(to = self.0.target.name, "messages arrive again");
        }
    }

    /// A message has not arrived: the target rests, the longer the more often that has happened, or as long as the
    /// messenger says. `attempts` is how often that message has failed before, maybe in another process. Until when it
    /// rests.
    pub(super) fn fails(
        &self,
        cause: &str,
        wait: Option<Duration>,
        attempts: u32,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let mut state = self.0.state();
        state.failures = state.failures.max(attempts).saturating_add(1);
        let asked = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
        let until = now + rest(state.failures).max(asked.unwrap_or_default());
        state.rests_until = Some(until);
        // The same line for every message would hide all others.
        if state.trouble.as_deref() != Some(cause) {
            state.trouble = Some(cause.to_owned());
            tracing::warn!(
                to = self.0.target.name,
                "messages wait, and are tried again: {cause}"
            );
        }
        until
    }
}

/// How long to rest after so many failures in a row.
fn rest(failures: u32) -> TimeDelta {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_REST * (1 << doublings)).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_from_a_quarter_of_a_minute_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..=8)
            .map(|failures| rest(failures).num_seconds())
            .collect();
        assert_eq!(seconds, [15, 30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(rest(u32::MAX), LONGEST_REST);
    }
}
