//! The address of the messenger: `POST /jandi/webhook`, from its body to its answer, and `GET /healthz`.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http_body_util::Full;
use hyper::{Method, Request, Response, StatusCode, body::Bytes};
use tokio::sync::Notify;

use reveille_core::chat::{Caller, Chat, Incoming};

use crate::{
    clock::Clock,
    figures::Figures,
    health::HEALTH,
    http::{self, JSON, Room},
    jandi::{self, Payload},
    tokens::Tokens,
};

/// Where JANDI posts messages.
pub(crate) const MESSAGES: &str = "/jandi/webhook";
/// Everything that is answered here.
#[cfg(feature = "aws")]
pub(crate) const PATHS: [&str; 2] = [MESSAGES, HEALTH];

/// What is said where nobody could speak to it.
pub(crate) const NO_TOKEN: &str = "there is no token, so nobody could speak to the webhook. Put the one that JANDI shows \
                                   into REVEILLE_JANDI_TOKENS or under [jandi] in the configuration";

/// JANDI's webhook over the chat commands.
pub(crate) struct JandiWebhook {
    chat: Chat,
    tokens: Tokens,
    clock: Clock,
    wake: Arc<Notify>,
    figures: Arc<Figures>,
    /// Messages that came without a time.
    undated: AtomicU64,
}

impl JandiWebhook {
    /// `wake` is told when a command has changed something.
    pub(crate) fn new(
        chat: Chat,
        tokens: Tokens,
        clock: Clock,
        wake: Arc<Notify>,
        figures: Arc<Figures>,
    ) -> Self {
        Self {
            chat,
            tokens,
            clock,
            wake,
            figures,
            undated: AtomicU64::new(0),
        }
    }

    /// A key of its own for a message without a time: nothing tells whether it is a repetition, and one that is taken
    /// for one by mistake would not be carried out.
    fn own_key(&self) -> String {
        let number = self.undated.fetch_add(1, Ordering::Relaxed);
        format!("undated-{}-{number}", self.clock.now().timestamp_micros())
    }
}

impl Room for JandiWebhook {
    async fn answer(
        &self,
        request: Request<hyper::body::Incoming>,
        peer: SocketAddr,
    ) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let response = self
            .reply(&head.method, head.uri.path(), http::read_body(body))
            .await;
        tracing::debug!(%peer, status = %response.status(), "webhook");
        response
    }
}

impl JandiWebhook {
    /// Answers a request, through whichever door it has come. `body` is read where there is something to read.
    pub(crate) async fn reply(
        &self,
        method: &Method,
        path: &str,
        body: impl Future<Output = Result<Bytes, StatusCode>>,
    ) -> Response<Full<Bytes>> {
        match (path, method) {
            (MESSAGES, &Method::POST) => {
                let (status, body) = match body.await {
                    Ok(body) => self.answer_message(&body).await,
                    Err(status) => (status, String::new()),
                };
                self.figures.answered(status);
                http::respond(status, JSON, body)
            }
            (HEALTH, &Method::GET | &Method::HEAD) => http::alive(),
            (MESSAGES, _) => http::not_allowed("POST"),
            (HEALTH, _) => http::not_allowed("GET, HEAD"),
            _ => http::not_found(),
        }
    }

    /// What is answered to `typed`, of somebody who needs no token and may see every schedule.
    #[cfg(feature = "aws")]
    pub(crate) async fn say(
        &self,
        writer: &str,
        room: &str,
        typed: &str,
    ) -> Result<serde_json::Value, jandi::PayloadError> {
        let payload = Payload::read(jandi::outgoing("", writer, room, typed, "").as_bytes())?;
        let answer = self.answer_payload(payload, None).await;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    /// A status, and the JSON of the answer when there is one.
    async fn answer_message(&self, body: &[u8]) -> (StatusCode, String) {
        let payload = match Payload::read(body) {
            Ok(payload) => payload,
            Err(error) => {
                return (
                    StatusCode::BAD_REQUEST,
                    format!("{{\"error\":\"{error}\"}}"),
                );
            }
        };
        let Some(sees) = self.tokens.sees(&payload.token, Clock::machine()).await else {
            return (StatusCode::UNAUTHORIZED, String::new());
        };
        let answer = self.answer_payload(payload, sees).await;
        (StatusCode::OK, answer)
    }

    /// The JSON of the answer to somebody who may see these schedules.
    async fn answer_payload(&self, payload: Payload, sees: Option<BTreeSet<String>>) -> String {
        let delivery_key = payload.delivery_key().unwrap_or_else(|| self.own_key());
        let incoming = Incoming {
            text: payload.text,
            keyword: payload.keyword,
            writer: Caller {
                name: payload.writer_name,
                email: payload.writer_email,
                room: payload.room,
            },
            sees,
            delivery_key,
        };
        let answer = self.chat.answer(&incoming, self.clock.now()).await;
        if answer.changed {
            self.wake.notify_one();
        }
        jandi::response(&answer.message)
    }
}
