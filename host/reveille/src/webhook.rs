//! The address of the messenger: `POST /jandi/webhook`, from its body to its answer, and `GET /healthz`.

use std::{
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
    http::{self, JSON, Room},
    jandi::{self, Payload},
    tokens::Tokens,
};

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
        match (request.uri().path(), request.method()) {
            ("/jandi/webhook", &Method::POST) => {
                let (status, body) = match http::read_body(request.into_body()).await {
                    Ok(body) => self.answer_message(&body).await,
                    Err(status) => (status, String::new()),
                };
                tracing::debug!(%peer, %status, "webhook");
                self.figures.answered(status);
                http::respond(status, JSON, body)
            }
            ("/healthz", &Method::GET | &Method::HEAD) => http::alive(),
            ("/jandi/webhook", _) => http::not_allowed("POST"),
            ("/healthz", _) => http::not_allowed("GET, HEAD"),
            _ => http::not_found(),
        }
    }
}

impl JandiWebhook {
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
        (StatusCode::OK, jandi::response(&answer.message))
    }
}
