//! Components that are made ready and tried, before one of them is switched to.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reveille_core::model::{Definitions, RuleSource};
use reveille_sandbox::{Candidate, Limits};

use crate::{
    component::Component,
    error::TakeError,
    loader::Loader,
    trial::{self, Trial},
    trust::{Distrust, Grounds},
    wanted::{Wanted, Written},
};

/// A component that was fetched and looked at, and is not in use.
#[derive(Debug)]
pub struct Fitting {
    /// Ready to be compared and switched to.
    pub candidate: Candidate,
    /// The component.
    pub bytes: Vec<u8>,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What its place calls it.
    pub place_version: Option<String>,
    /// Why it is trusted, or why not.
    pub grounds: Result<Grounds, Distrust>,
    /// What it answers for the schedules that use it.
    pub trial: Trial,
}

impl Loader {
    /// Fetches what `source` names, makes it ready and tries it, without trusting or using it. A component with the
    /// digest that is asked for is taken from the shelf when it is there.
    ///
    /// # Errors
    /// When it cannot be read or is no rule. Whether it may be trusted, and what its trial has shown, is in the answer.
    pub async fn fit(
        &self,
        source: &RuleSource,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Result<Fitting, TakeError> {
        let wanted = Wanted {
            source: source.clone(),
            written: Written::Store,
        };
        let component = match self.copies.pinned(source).await {
            Some(component) => component,
            None => self.fetcher.fetch(&wanted).await?,
        };
        let judged = self.fetcher.judge(&wanted, &component);
        let (candidate, component) = self.prepare(source, component).await?;
        let version = candidate.listed().version;
        let in_use = self.version_in_use(&source.name).await;
        let grounds =
            judged.and_then(|judged| judged.of_version(source, &version, in_use.as_deref()));
        let (candidate, trial) = self.tried(candidate, definitions, now).await?;
        Ok(Fitting {
            candidate,
            sha256: component.sha256,
            bytes: component.bytes,
            place_version: component.place_version,
            grounds,
            trial,
        })
    }

    /// The version of a rule that is in use; before it is loaded, the one that was last.
    pub(crate) async fn version_in_use(&self, rule: &str) -> Option<String> {
        match self.sandbox.description(rule) {
            Ok(description) => Some(description.version.clone()),
            Err(_) => self.copies.newest(rule).await,
        }
    }

    /// Compiles a component and asks it what it is.
    pub(crate) async fn prepare(
        &self,
        source: &RuleSource,
        component: Component,
    ) -> Result<(Candidate, Component), TakeError> {
        let (sandbox, wanted) = (Arc::clone(&self.sandbox), source.clone());
        let prepared = tokio::task::spawn_blocking(move || {
            let limits = Limits::of(wanted.tier);
            let candidate = sandbox.prepare(&wanted, limits, &component.bytes);
            candidate.map(|candidate| (candidate, component))
        });
        Ok(prepared.await.map_err(|_| TakeError::Broken)??)
    }

    /// Asks it for the schedules that use it.
    pub(crate) async fn tried(
        &self,
        candidate: Candidate,
        definitions: &Arc<Definitions>,
        now: DateTime<Utc>,
    ) -> Result<(Candidate, Trial), TakeError> {
        let (sandbox, definitions) = (Arc::clone(&self.sandbox), Arc::clone(definitions));
        let tried = tokio::task::spawn_blocking(move || {
            let trial = trial::try_out(&sandbox, &candidate, &definitions, now);
            (candidate, trial)
        });
        tried.await.map_err(|_| TakeError::Broken)
    }
}
