//! Who may speak to the webhook: the tokens of the configuration, as they are now.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

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
    /// What was last said of tokens that cannot be had.
    said: Mutex<String>,
}

impl Tokens {
    /// These tokens, whose secrets `secrets` knows.
    pub(crate) fn new(secrets: &Arc<Secrets>, tokens: &[Token]) -> Self {
        Self {
            secrets: Arc::clone(secrets),
            tokens: tokens.to_vec(),
            said: Mutex::default(),
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
        let resolved = self.secrets.resolve(self.secrets(), now).await;
        self.say(
            resolved
                .err()
                .map_or_else(String::new, |errors| errors.to_string()),
        );
        let asked = digest(token);
        match self.find(&asked) {
            Some(found) => Some(found),
            None if self.secrets.ask_again(self.secrets(), now).await => self.find(&asked),
            None => None,
        }
    }

    /// Logs it, once until it is something else.
    fn say(&self, errors: String) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != errors {
            if !errors.is_empty() {
                tracing::error!("{errors}");
            }
            *said = errors;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use reveille_core::testing::utc;

    use super::*;
    use crate::config::{Config, SecretPlace};

    #[tokio::test]
    async fn a_token_that_has_just_been_changed_is_known_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "one").unwrap();
        let of_file = Token {
            secret: Secret {
                key: "jandi.tokens[1]".to_owned(),
                place: SecretPlace::File(path.clone()),
            },
            schedules: Some(["dev".to_owned()].into()),
        };
        let secrets = Arc::new(Secrets::new(&Config::load(None, &|_| None).unwrap()));
        let tokens = Tokens::new(&secrets, &[of_file, Token::known("demo", "all")]);
        let now = utc("2026-11-23 05:00");
        let dev = Some(Some(["dev".to_owned()].into()));
        assert_eq!(tokens.sees("one", now).await, dev);
        assert_eq!(tokens.sees("all", now).await, Some(None));
        for wrong in ["", "on", "onee", "two"] {
            assert_eq!(tokens.sees(wrong, now).await, None, "{wrong}");
        }
        std::fs::write(&path, "two").unwrap();
        let now = now + chrono::TimeDelta::seconds(1);
        assert_eq!(tokens.sees("two", now).await, dev);
        assert_eq!(tokens.sees("one", now).await, None);
    }
}
