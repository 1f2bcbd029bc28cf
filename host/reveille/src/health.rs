//! Whether the process is alive: it answers, and its timer comes round. Only a new process mends one that is not.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http_body_util::Full;
use hyper::{Method, Response, StatusCode, body::Bytes};
use reveille_core::tick::DRIFT_LOOK;
use serde_json::json;

use crate::http::{self, JSON};

/// How long the timer may take to come round. It sleeps no longer than [`DRIFT_LOOK`], and the rest is for a look at a
/// fleet that answers slowly: the client of AWS gives up sooner.
const LONGEST_ROUND: Duration = Duration::from_secs(3 * DRIFT_LOOK.num_seconds().unsigned_abs());

/// Where [`Health`] is told.
pub(crate) const HEALTH: &str = "/healthz";

/// How the timer is.
#[derive(Debug, Clone, Copy)]
enum Pulse {
    /// There is none here.
    None,
    /// It came round last at this time.
    Beat(Instant),
    /// It has ended before its time.
    Broken,
}

/// The health of the process, whichever configuration is in use.
#[derive(Debug)]
pub(crate) struct Health(Mutex<Pulse>);

impl Health {
    /// Of a process without a timer.
    pub(crate) fn without_timer() -> Self {
        Self(Mutex::new(Pulse::None))
    }

    /// Of a process whose timer begins at about `now`.
    pub(crate) fn with_timer(now: Instant) -> Self {
        Self(Mutex::new(Pulse::Beat(now)))
    }

    /// The timer comes round, whatever its look has come to.
    pub(crate) fn beat(&self, now: Instant) {
        let mut pulse = self.pulse();
        match *pulse {
            Pulse::None | Pulse::Beat(_) => *pulse = Pulse::Beat(now),
            Pulse::Broken => {}
        }
    }

    /// A task that goes on for as long as the program has ended.
    pub(crate) fn broke(&self) {
        *self.pulse() = Pulse::Broken;
    }

    /// What is wrong.
    pub(crate) fn trouble(&self, now: Instant) -> Option<String> {
        match *self.pulse() {
            Pulse::None => None,
            Pulse::Broken => Some(String::from(
                "a task of this process has broken off; the log says which. Start it anew",
            )),
            Pulse::Beat(last) => {
                let silence = now.saturating_duration_since(last);
                (LONGEST_ROUND < silence).then(|| {
                    format!(
                        "the timer has not come round for {} minutes, and it should every {}. Start the process anew",
                        silence.as_secs() / 60,
                        DRIFT_LOOK.num_minutes()
                    )
                })
            }
        }
    }

    /// The answer to whoever asks for [`HEALTH`].
    pub(crate) fn answer(&self, method: &Method) -> Response<Full<Bytes>> {
        match *method {
            Method::GET | Method::HEAD => match self.trouble(Instant::now()) {
                None => http::alive(),
                Some(trouble) => http::respond(
                    StatusCode::SERVICE_UNAVAILABLE,
                    JSON,
                    json!({ "ok": false, "causes": [trouble] }).to_string(),
                ),
            },
            _ => http::not_allowed("GET, HEAD"),
        }
    }

    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_timer_that_comes_round_is_well_and_one_that_does_not_is_told() {
        let begun = Instant::now();
        let health = Health::with_timer(begun);
        assert_eq!(health.trouble(begun + LONGEST_ROUND), None);
        let later = begun + LONGEST_ROUND + Duration::from_secs(61);
        let trouble = health.trouble(later).unwrap();
        assert!(trouble.contains("for 16 minutes"), "{trouble}");
        health.beat(later);
        assert_eq!(health.trouble(later), None);
    }

    #[test]
    fn what_has_broken_off_stays_so() {
        let now = Instant::now();
        let health = Health::with_timer(now);
        health.broke();
        health.beat(now);
        assert!(health.trouble(now).unwrap().contains("has broken off"));
    }

    #[test]
    fn a_process_without_a_timer_has_none_that_could_stall() {
        let health = Health::without_timer();
        assert_eq!(health.trouble(Instant::now() + 10 * LONGEST_ROUND), None);
    }
}
