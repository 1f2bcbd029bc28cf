//! Who may speak to the webhook: the tokens of the configuration, as they are now.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    config::{Secret, Token},
    secrets::Secrets,
};

/// The tokens of a webhook.
pub(crate) struct Tokens {
    secrets: Arc<Secrets>,
    tokens: Vec<Token>,
}

impl Tokens {
    /// These tokens, whose secrets `secrets` knows.
    pub(crate) fn new(secrets: &Arc<Secrets>, tokens: &[Token]) -> Self {
        Self {
            secrets: Arc::clone(secrets),
            tokens: tokens.to_vec(),
        }
    }

    /// Names of the schedules that `token` sees at `now`, none for all of them; or nothing, when it is unknown. One that
    /// is unknown may be one that has just been changed.
    pub(crate) async fn sees(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Option<Option<BTreeSet<String>>> {
        // What cannot be had lets nobody in.
        let _ = self.secrets.resolve(self.secrets(), now).await;
        let asked = digest(token);
        match self.find(&asked) {
            Some(found) => Some(found),
            None if self.secrets.ask_again(self.secrets(), now).await => self.find(&asked),
            None => None,
        }
    }

    /// Every token is compared whole, so that the time says nothing about any of them.
    fn find(&self, asked: &[u8; 32]) -> Option<Option<BTreeSet<String>>> {
        let mut found = None;
        for token in &self.tokens {
            let Ok(value) = self.secrets.known(&token.secret) else {
                continue;
            };
            for text in value.all() {
                if bool::from(digest(text.expose()).ct_eq(asked)) {
                    found = Some(&token.schedules);
                }
            }
        }
        found.cloned()
    }

    fn secrets(&self) -> impl Iterator<Item = &Secret> + Clone {
        self.tokens.iter().map(|token| &token.secret)
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
