//! The EC2 instances of a region: kept, found, changed, and shown late where that is asked for.
//!
//! Late: what a call changed is not seen by the next describe calls, see
//! <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::instance::Instance;

/// Instances by id.
#[derive(Debug, Default)]
pub(super) struct Instances {
    all: BTreeMap<String, Kept>,
    arrivals: BTreeSet<(DateTime<Utc>, String)>,
    /// How many describe calls after a change still show what was before.
    pub(super) lag: u64,
    describes: u64,
    /// Types of which there is no capacity.
    pub(super) scarce: BTreeSet<String>,
}

#[derive(Debug)]
struct Kept {
    instance: Instance,
    /// The element that describes it, until it changes.
    xml: Option<Arc<str>>,
    /// What describe calls show up to the one of this number.
    late: Option<(u64, Instance)>,
}

impl Instances {
    /// Adds or replaces one.
    pub(super) fn add(&mut self, instance: Instance) {
        self.remove(&instance.id.clone());
        self.index(&instance);
        self.all.insert(
            instance.id.clone(),
            Kept {
                instance,
                xml: None,
                late: None,
            },
        );
    }

    /// Removes one.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(kept) = self.all.remove(id)
            && let Some((at, _)) = kept.instance.arrival
        {
            self.arrivals.remove(&(at, id.to_owned()));
        }
    }

    /// As it is.
    pub(super) fn get(&self, id: &str) -> Option<&Instance> {
        self.all.get(id).map(|kept| &kept.instance)
    }

    /// All of them as they are, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Instance> {
        self.all.values().map(|kept| &kept.instance)
    }

    /// Changes one at once and for all to see.
    pub(super) fn set(&mut self, id: &str, change: impl FnOnce(&mut Instance)) {
        let Some(kept) = self.all.get_mut(id) else {
            return;
        };
        if let Some((at, _)) = kept.instance.arrival {
            self.arrivals.remove(&(at, id.to_owned()));
        }
        change(&mut kept.instance);
        kept.xml = None;
        if let Some((at, _)) = kept.instance.arrival {
            self.arrivals.insert((at, id.to_owned()));
        }
    }

    /// Changes one as a call does: it may be seen late.
    pub(super) fn write(&mut self, id: &str, change: impl FnOnce(&mut Instance)) {
        if self.lag > 0
            && let Some(kept) = self.all.get_mut(id)
        {
            let shown = match kept.late.take() {
                Some((until, shown)) if self.describes < until => shown,
                Some(_) | None => kept.instance.clone(),
            };
            kept.late = Some((self.describes + self.lag, shown));
        }
        self.set(id, change);
    }

    /// Lets arrive what is due.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) {
        while self.arrivals.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.arrivals.pop_first() else {
                return;
            };
            if let Some(kept) = self.all.get_mut(&id) {
                kept.instance.arrive();
                kept.xml = None;
            }
        }
    }

    /// Counts a describe call.
    pub(super) fn described(&mut self) {
        self.describes += 1;
    }

    /// As a describe call shows it.
    pub(super) fn shown(&self, id: &str) -> Option<&Instance> {
        self.all.get(id).map(|kept| kept.shown(self.describes))
    }

    /// All as a describe call shows them, by id, from behind `after` on.
    pub(super) fn shown_after<'a>(
        &'a self,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Instance> + 'a {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.all
            .range::<str, _>((from, Bound::Unbounded))
            .map(|(_, kept)| kept.shown(self.describes))
    }

    /// The element that describes one, as a describe call shows it.
    pub(super) fn xml(&mut self, id: &str, account: &str, region: &str) -> Option<Arc<str>> {
        let describes = self.describes;
        let kept = self.all.get_mut(id)?;
        if kept.is_late(describes) {
            return Some(kept.shown(describes).xml(account, region).into());
        }
        let xml = kept
            .xml
            .get_or_insert_with(|| kept.instance.xml(account, region).into());
        Some(Arc::clone(xml))
    }

    fn index(&mut self, instance: &Instance) {
        if let Some((at, _)) = instance.arrival {
            self.arrivals.insert((at, instance.id.clone()));
        }
    }
}

impl Kept {
    fn is_late(&self, describes: u64) -> bool {
        self.late
            .as_ref()
            .is_some_and(|(until, _)| describes <= *until)
    }

    fn shown(&self, describes: u64) -> &Instance {
        match &self.late {
            Some((until, shown)) if describes <= *until => shown,
            Some(_) | None => &self.instance,
        }
    }
}
