//! From a webhook's body to its answer: tokens, delivery, the chat commands.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::{StatusCode, body::Bytes};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

use reveille_core::chat::{Caller, Chat, Incoming};

use crate::{
    clock::Clock,
    config::Token,
    http::Webhook,
    jandi::{self, Payload},
};

/// JANDI's webhook over the chat commands.
pub(crate) struct JandiWebhook {
    chat: Chat,
    tokens: Vec<([u8; 32], Option<BTreeSet<String>>)>,
    clock: Clock,
    wake: Arc<Notify>,
    /// Messages that came without a time.
    undated: AtomicU64,
}

impl JandiWebhook {
    /// `wake` is told when a command has changed something.
    pub(crate) fn new(chat: Chat, tokens: &[Token], clock: Clock, wake: Arc<Notify>) -> Self {
        let tokens = tokens
            .iter()
            .map(|token| (digest(&token.secret), token.schedules.clone()))
            .collect();
        Self {
            chat,
            tokens,
            clock,
            wake,
            undated: AtomicU64::new(0),
        }
    }

    /// A key of its own for a message without a time: nothing tells whether it is a repetition, and one that is taken
    /// for one by mistake would not be carried out.
    fn own_key(&self) -> String {
        let number = self.undated.fetch_add(1, Ordering::Relaxed);
        format!("undated-{}-{number}", self.clock.now().timestamp_micros())
    }

    /// What the token may see. Every token is compared whole, so that the time says nothing about any of them.
    fn sees(&self, token: &str) -> Option<&Option<BTreeSet<String>>> {
        let asked = digest(token);
        let mut found = None;
        for (known, sees) in &self.tokens {
            if bool::from(known.ct_eq(&asked)) {
                found = Some(sees);
            }
        }
        found
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Webhook for JandiWebhook {
    async fn answer(&self, body: Bytes) -> (StatusCode, String) {
        let payload = match Payload::read(&body) {
            Ok(payload) => payload,
            Err(error) => {
                return (
                    StatusCode::BAD_REQUEST,
                    format!("{{\"error\":\"{error}\"}}"),
                );
            }
        };
        let Some(sees) = self.sees(&payload.token) else {
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
            sees: sees.clone(),
            delivery_key,
        };
        let answer = self.chat.answer(&incoming, self.clock.now()).await;
        if answer.changed {
            self.wake.notify_one();
        }
        (StatusCode::OK, jandi::response(&answer.message))
    }
}
