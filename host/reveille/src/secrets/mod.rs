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
