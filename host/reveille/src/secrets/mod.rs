//! What the secrets of the configuration say: asked for where they are, kept for a while, and asked for again, so that a
//! secret is changed without a restart.
//!
//! While its place does not answer, a secret says what it said last. Nothing here shows what one says.

mod error;
mod origin;
mod slot;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{sync::watch, time::timeout};

pub(crate) use error::{SecretError, SecretErrors};
use origin::{Origin, Reader};
pub(crate) use slot::SecretValue;
use slot::{Slot, Urgency};

use crate::{
    clock::Clock,
    config::{Config, Secret, SecretPlace},
    http::stopped,
};

/// How long somebody who needs a secret waits for its place when there is something to fall back on. JANDI's message
/// waits meanwhile, and people give up after some seconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long somebody waits who has nothing to fall back on: as long as an answer may take.
const FIRST_PATIENCE: Duration = origin::LONGEST_ASK;
/// How often it is looked whether a secret is to be asked for again, so that nobody has to wait for it.
const LOOK: Duration = Duration::from_secs(30);

/// The secrets of a configuration.
#[derive(Debug)]
pub(crate) struct Secrets {
    reader: Arc<Reader>,
    slots: Mutex<HashMap<Origin, Arc<Slot>>>,
}

impl Secrets {
    /// Of this configuration, which says where AWS is. Nothing is asked yet.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            reader: Arc::new(Reader::new(config)),
            slots: Mutex::default(),
        }
    }

    /// What `secret` says at `now`. It is asked for when nobody has, or longer ago than it is kept.
    ///
    /// # Errors
    /// When it cannot be had and never could: why, and what to do.
    pub(crate) async fn read(
        &self,
        secret: &Secret,
        now: DateTime<Utc>,
    ) -> Result<SecretValue, SecretError> {
        self.settle([secret], now, Urgency::WhenDue).await;
        self.known(secret)
    }

    /// Asks for all of these at once.
    ///
    /// # Errors
    /// What cannot be had, each with why and what to do.
    pub(crate) async fn resolve<'a>(
        &self,
        secrets: impl IntoIterator<Item = &'a Secret> + Clone,
        now: DateTime<Utc>,
    ) -> Result<(), SecretErrors> {
        self.settle(secrets.clone(), now, Urgency::WhenDue).await;
        let wrong: Vec<_> = secrets
            .into_iter()
            .filter_map(|secret| self.known(secret).err())
            .collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(SecretErrors(wrong))
        }
    }

    /// Asks for these now, as somebody came with one that is unknown; those that were asked for just now are left, so
    /// that strangers cannot make it ask all the time. Whether any says something else than before.
    pub(crate) async fn ask_again<'a>(
        &self,
        secrets: impl IntoIterator<Item = &'a Secret> + Clone,
        now: DateTime<Utc>,
    ) -> bool {
        let told = || -> Vec<_> {
            let secrets = secrets.clone().into_iter();
            secrets.map(|secret| self.known(secret).ok()).collect()
        };
        let before = told();
        self.settle(secrets.clone(), now, Urgency::AtOnce).await;
        told() != before
    }

    /// Asks for those that are soon due, over and over until `stop` turns true.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => return,
            }
            self.refresh(Clock::machine());
        }
    }

    /// Begins to ask for those that are soon due.
    fn refresh(&self, now: DateTime<Utc>) {
        let slots: Vec<_> = self.slots().values().map(Arc::clone).collect();
        for slot in slots {
            slot.ask(&self.reader, now, Urgency::Soon);
        }
    }

    /// Asks for those that are due, all at once, and waits for the answers as long as it is worth while.
    async fn settle<'a>(
        &self,
        secrets: impl IntoIterator<Item = &'a Secret>,
        now: DateTime<Utc>,
        urgency: Urgency,
    ) {
        let mut asked = Vec::new();
        let mut patience = PATIENCE;
        for secret in secrets {
            let Some(slot) = self.slot(secret) else {
                continue;
            };
            slot.ask(&self.reader, now, urgency);
            if slot.is_worth_waiting(now, urgency) {
                if slot.value().is_none() {
                    patience = FIRST_PATIENCE;
                }
                asked.push(slot);
            }
        }
        // What comes later is the next one's.
        let _ = timeout(patience, async {
            for slot in asked {
                slot.answered().await;
            }
        })
        .await;
    }

    /// What is known of `secret` without asking.
    ///
    /// # Errors
    /// When nothing is.
    pub(crate) fn known(&self, secret: &Secret) -> Result<SecretValue, SecretError> {
        let error = |failure| SecretError::new(secret, failure);
        match (&secret.place, self.slot(secret)) {
            (SecretPlace::Configuration(text), _) => Ok(SecretValue::of(text.clone())),
            (SecretPlace::Variable { text, .. }, _) => text
                .clone()
                .map(SecretValue::of)
                .ok_or_else(|| error(error::Failure::unset())),
            (_, Some(slot)) => slot.known().map_err(error),
            // Every other place has a slot.
            (_, None) => Err(error(error::Failure::late())),
        }
    }

    /// Where what `secret` says is kept, when it is elsewhere.
    fn slot(&self, secret: &Secret) -> Option<Arc<Slot>> {
        let origin = Origin::of(&secret.place)?;
        let mut slots = self.slots();
        let slot = slots
            .entry(origin)
            .or_insert_with_key(|origin| Arc::new(Slot::new(origin.clone())));
        Some(Arc::clone(slot))
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<Origin, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::path::Path;

    use reveille_core::testing::utc;

    use super::*;
    use crate::config::SecretText;

    fn secrets() -> Secrets {
        Secrets::new(&Config::load(None, &|_| None).unwrap())
    }

    fn in_file(path: &Path) -> Secret {
        Secret {
            key: "jandi.tokens[1]".to_owned(),
            place: SecretPlace::File(path.to_owned()),
        }
    }

    fn seconds(after: i64) -> DateTime<Utc> {
        utc("2026-11-23 05:00") + chrono::TimeDelta::seconds(after)
    }

    async fn told(secrets: &Secrets, secret: &Secret, now: DateTime<Utc>) -> String {
        let value = secrets.read(secret, now).await.unwrap();
        value.current.expose().to_owned()
    }

    #[tokio::test]
    async fn a_file_is_read_again_when_it_may_have_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let (secrets, secret) = (secrets(), in_file(&path));
        std::fs::write(&path, "one\n").unwrap();
        assert_eq!(told(&secrets, &secret, seconds(0)).await, "one");
        std::fs::write(&path, "two\n").unwrap();
        assert_eq!(told(&secrets, &secret, seconds(0)).await, "one");
        assert_eq!(told(&secrets, &secret, seconds(1)).await, "two");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(told(&secrets, &secret, seconds(2)).await, "two");
        std::fs::write(&path, "three").unwrap();
        // A clock that was set back stops nothing.
        assert_eq!(told(&secrets, &secret, seconds(-3_600)).await, "three");
    }

    #[tokio::test]
    async fn one_that_is_unknown_is_asked_for_at_once_and_not_all_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let (secrets, secret) = (secrets(), in_file(&path));
        std::fs::write(&path, "one").unwrap();
        assert_eq!(told(&secrets, &secret, seconds(0)).await, "one");
        assert!(!secrets.ask_again([&secret], seconds(0)).await);
        std::fs::write(&path, "two").unwrap();
        assert!(!secrets.ask_again([&secret], seconds(0)).await);
        assert!(secrets.ask_again([&secret], seconds(1)).await);
        assert_eq!(secrets.known(&secret).unwrap().current.expose(), "two");
    }

    #[tokio::test]
    async fn what_cannot_be_had_says_why_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (missing, empty) = (folder.path().join("missing"), folder.path().join("empty"));
        std::fs::write(&empty, " \n").unwrap();
        let unset = Secret {
            key: "sandbox.key".to_owned(),
            place: SecretPlace::Variable {
                name: "KEY".to_owned(),
                text: None,
            },
        };
        let there = Secret {
            key: "jandi.tokens[2]".to_owned(),
            place: SecretPlace::Configuration(SecretText::new("hush").unwrap()),
        };
        let all = [in_file(&missing), in_file(&empty), unset, there];
        let errors = secrets().resolve(&all, seconds(0)).await.unwrap_err();
        let said = errors.to_string();
        assert_eq!(errors.0.len(), 3, "{said}");
        for word in [
            "missing`: it cannot be read",
            "it is empty",
            "`KEY`: it is not set",
        ] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!said.contains("hush"), "{said}");
    }

    #[tokio::test]
    async fn those_who_need_it_at_the_same_time_ask_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "one").unwrap();
        let (secrets, secret) = (secrets(), in_file(&path));
        let (first, second) = tokio::join!(
            told(&secrets, &secret, seconds(0)),
            told(&secrets, &secret, seconds(0))
        );
        assert_eq!((first.as_str(), second.as_str()), ("one", "one"));
    }
}
