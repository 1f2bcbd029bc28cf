//! Copies of components that were taken, for the next start and for a place that does not answer.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use reveille_core::model::RuleSource;

use crate::{
    component::Component,
    shelf::{Shelf, Shelved},
    wanted::Wanted,
};

/// The shelf, where there is one; without it there are no copies.
#[derive(Default)]
pub(crate) struct Copies(pub(crate) Option<Arc<Shelf>>);

impl Copies {
    /// Keeps a component for the next start; what is `in_use`, by its digest, is not thrown away for it.
    pub(crate) async fn put(
        &self,
        wanted: &Wanted,
        component: Component,
        version: &str,
        in_use: BTreeSet<String>,
        now: DateTime<Utc>,
    ) {
        let rule = wanted.source.name.clone();
        let shelved = Shelved {
            sha256: component.sha256,
            version: version.to_owned(),
            location: wanted.source.location.clone(),
            place_version: component.place_version,
            signature: component.signature,
            taken: now,
        };
        let put = move |shelf: &Shelf| {
            if let Err(error) = shelf.put(&rule, shelved, &component.bytes, &in_use) {
                tracing::warn!(
                    rule,
                    "the component is not kept for the next start: {error}"
                );
            }
        };
        self.work(put).await;
    }

    /// The component that is asked for by its digest, when it is on the shelf.
    pub(crate) async fn pinned(&self, source: &RuleSource) -> Option<Component> {
        let (name, digest) = (source.name.clone(), source.sha256.as_ref()?.to_lowercase());
        let find = move |shelf: &Shelf| {
            let bytes = shelf.component(&digest)?;
            let mut known = shelf.history(&name).into_iter();
            let known = known.find(|version| version.sha256 == digest);
            Some(Component {
                bytes,
                sha256: digest,
                place_version: known.and_then(|version| version.place_version),
                signature: None,
                is_copy: false,
            })
        };
        self.work(find).await?
    }

    /// What was last taken from the place of a rule.
    pub(crate) async fn last(&self, source: &RuleSource) -> Option<Component> {
        if source.sha256.is_some() {
            return None;
        }
        let (name, location) = (source.name.clone(), source.location.clone());
        let find = move |shelf: &Shelf| {
            let mut known = shelf.history(&name).into_iter();
            let last = known.find(|version| version.location == location)?;
            Some(Component {
                bytes: shelf.component(&last.sha256)?,
                sha256: last.sha256,
                place_version: last.place_version,
                signature: last.signature,
                is_copy: true,
            })
        };
        self.work(find).await?
    }

    /// The version of a rule that was taken last, wherever it came from.
    pub(crate) async fn newest(&self, rule: &str) -> Option<String> {
        let rule = rule.to_owned();
        let find = move |shelf: &Shelf| {
            let newest = shelf.history(&rule).into_iter().next()?;
            Some(newest.version)
        };
        self.work(find).await?
    }

    /// Works on the shelf, where waiting for the disk holds nobody up.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> T + Send + 'static,
    ) -> Option<T> {
        let shelf = Arc::clone(self.0.as_ref()?);
        tokio::task::spawn_blocking(move || work(&shelf)).await.ok()
    }
}
