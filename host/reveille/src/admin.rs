//! The operator's address: `GET /metrics`, `/rules`, `/healthz` and `/readyz`. It is never the messenger's: what is told
//! here names schedules and rules, and asks for no token.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use chrono::TimeDelta;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
};
use reveille_core::{
    port::{Rules as _, Store},
    tick::DRIFT_LOOK,
};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    clock::Clock,
    figures::Figures,
    house::House,
    http::{self, JSON, Room},
    listing::Lister,
    metrics::{METRICS_TYPE, Metrics},
};

/// How long the store may take to answer whether it is there; who asks gives up after some seconds.
const STORE_TIME: Duration = Duration::from_secs(2);

/// How long ago the timer may have looked: it looks at least every [`DRIFT_LOOK`], and a look may take as long as its
/// lease and fail once.
const LONGEST_SILENCE: TimeDelta = DRIFT_LOOK.checked_mul(2).unwrap();

/// What stands behind the operator's address.
pub(crate) struct Admin {
    store: Arc<dyn Store>,
    lister: Lister,
    /// Name of the rule that has the words.
    words: String,
    figures: Arc<Figures>,
    metrics: Metrics,
    clock: Clock,
    timer: bool,
}

impl Admin {
    /// Over this house; `timer` says whether this process runs the scheduler.
    pub(crate) fn new(house: &House, figures: &Arc<Figures>, clock: Clock, timer: bool) -> Self {
        Self {
            store: Arc::clone(&house.store),
            lister: house.lister(),
            words: house.words.clone(),
            metrics: Metrics::new(figures, house),
            figures: Arc::clone(figures),
            clock,
            timer,
        }
    }

    /// Everything that stands in the way of work; nothing when the host is ready.
    async fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        match timeout(STORE_TIME, self.store.last_tick()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => causes.push(format!(
                "the store does not answer ({}): {error}",
                error.code()
            )),
            Err(_) => causes.push(format!(
                "the store has not answered within {} seconds",
                STORE_TIME.as_secs()
            )),
        }
        let has_words = self
            .lister
            .rules()
            .loaded()
            .into_iter()
            .any(|rule| rule.name == self.words && rule.roles.contains(&"formatter"));
        if !has_words {
            causes.push(format!(
                "the formatter `{}` is not loaded, so chat is answered in plain words: `reveille rule list` says why",
                self.words
            ));
        }
        if self.timer {
            causes.extend(self.silence());
        }
        causes
    }

    /// What is to be said of a timer that does not look.
    fn silence(&self) -> Option<String> {
        let Some(last) = self.figures.last_look() else {
            return Some(String::from(
                "the timer has not looked at the servers yet; the log says what fails",
            ));
        };
        let ago = self.clock.now() - last;
        (ago > LONGEST_SILENCE).then(|| {
            format!(
                "the timer looked last {} minutes ago, and it should every {}; the log says what fails",
                ago.num_minutes(),
                DRIFT_LOOK.num_minutes()
            )
        })
    }

    async fn ready(&self) -> Response<Full<Bytes>> {
        let causes = self.causes().await;
        let status = if causes.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let told = json!({ "ready": causes.is_empty(), "causes": causes });
        http::respond(status, JSON, told.to_string())
    }
}

impl Room for Admin {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        if !matches!(path, "/metrics" | "/rules" | "/healthz" | "/readyz") {
            return http::not_found();
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return http::not_allowed("GET, HEAD");
        }
        match path {
            "/metrics" => http::respond(StatusCode::OK, METRICS_TYPE, self.metrics.text()),
            "/rules" => match serde_json::to_string(&self.lister.list()) {
                Ok(rules) => http::respond(StatusCode::OK, JSON, rules),
                Err(error) => {
                    tracing::error!(%error, "the list of rules cannot be written");
                    http::respond(StatusCode::INTERNAL_SERVER_ERROR, JSON, String::new())
                }
            },
            "/readyz" => self.ready().await,
            _ => http::alive(),
        }
    }
}
