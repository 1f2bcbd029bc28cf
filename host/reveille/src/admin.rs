//! The operator's address: `GET /metrics`, `/rules` and `/readyz`, and `POST /rules/retry`. It is never the
//! messenger's: what is told here names schedules and rules, and asks for no token. What changes something is taken from
//! this machine alone.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use chrono::TimeDelta;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
};
use reveille_core::{
    port::{Rules as _, Store},
    tick::DRIFT_LOOK,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use crate::{
    clock::Clock,
    figures::Figures,
    house::House,
    http::{self, JSON, Room},
    listing::Lister,
    metrics::{METRICS_TYPE, Metrics},
    reload::Reloads,
    shift::Post,
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
    reloads: Arc<Reloads>,
    clock: Clock,
    timer: bool,
    wake: Arc<Notify>,
    address: SocketAddr,
}

/// Where [`Retry`] is posted.
pub(crate) const RETRY: &str = "/rules/retry";

/// That a rule shall be asked anew for what it has failed in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retry {
    /// Its name.
    pub(crate) rule: String,
    /// For this schedule alone; for all of them when there is none.
    pub(crate) schedule: Option<String>,
}

/// Why something is not done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Complaint {
    /// Why, and what to do.
    pub(crate) error: String,
}

impl Admin {
    /// Over this house, at this address.
    pub(crate) fn new(house: &House, post: &Post, address: SocketAddr) -> Self {
        Self {
            wake: Arc::clone(&post.wake),
            address,
            store: Arc::clone(&house.store),
            lister: house.lister(),
            words: house.words.clone(),
            metrics: Metrics::new(post, house),
            figures: Arc::clone(&post.figures),
            reloads: Arc::clone(&post.reloads),
            clock: post.clock,
            timer: post.running.timer,
        }
    }

    /// Everything that stands in the way of work; nothing when the host is ready.
    async fn causes(&self) -> Vec<String> {
        let mut causes = troubles(&*self.store, &self.lister, &self.words).await;
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
        let mut told = readiness(&causes);
        told["unloaded"] = json!(self.lister.unloaded());
        told["reload"] = json!(self.reloads.last());
        http::respond(status, JSON, told.to_string())
    }

    /// Has a rule asked anew.
    async fn retry(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let from = peer.ip().to_canonical();
        if !from.is_loopback() && from != self.address.ip().to_canonical() {
            return complain(
                StatusCode::FORBIDDEN,
                "this is only taken from the machine on which Reveille runs; send it from there",
            );
        }
        // A page in a browser of this machine cannot send that without asking first.
        let kind = request.headers().get(CONTENT_TYPE);
        if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json")) {
            return complain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send it with the content type `application/json`",
            );
        }
        let body = match http::read_body(request.into_body()).await {
            Ok(body) => body,
            Err(status) => return http::respond(status, JSON, String::new()),
        };
        let Retry { rule, schedule } = match serde_json::from_slice(&body) {
            Ok(retry) => retry,
            Err(error) => {
                return complain(
                    StatusCode::BAD_REQUEST,
                    &format!("the request cannot be read: {error}. Send `{{\"rule\": \"NAME\"}}`"),
                );
            }
        };
        let retried = self.lister.rules().retry(&rule, schedule.as_deref());
        if let Err(failure) = retried {
            return complain(StatusCode::NOT_FOUND, &failure.to_string());
        }
        tracing::info!(rule, schedule, "an operator has it asked again");
        self.wake.notify_one();
        http::respond(StatusCode::OK, JSON, String::from("{\"ok\":true}"))
    }
}

/// Everything that stands in the way of any host: of its store, and of the rule that has the `words`.
pub(crate) async fn troubles(store: &dyn Store, lister: &Lister, words: &str) -> Vec<String> {
    let mut causes = Vec::new();
    match timeout(STORE_TIME, store.last_tick()).await {
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
    let has_words = lister
        .rules()
        .loaded()
        .into_iter()
        .any(|rule| rule.name == words && rule.roles.contains(&"formatter"));
    if !has_words {
        causes.push(format!(
            "the formatter `{words}` is not loaded, so chat is answered in plain words: `reveille rule list` says why"
        ));
    }
    causes
}

/// Whether a host is ready, as JSON.
pub(crate) fn readiness(causes: &[String]) -> Value {
    json!({ "ready": causes.is_empty(), "causes": causes })
}

fn complain(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    http::respond(status, JSON, json!({ "error": error }).to_string())
}

impl Room for Admin {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        if path == RETRY {
            return match *request.method() {
                Method::POST => self.retry(request, peer).await,
                _ => http::not_allowed("POST"),
            };
        }
        if !matches!(path, "/metrics" | "/rules" | "/readyz") {
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
            _ => self.ready().await,
        }
    }
}
