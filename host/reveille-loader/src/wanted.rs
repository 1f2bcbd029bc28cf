//! The rules that people want loaded, and where each is written down.

use std::collections::BTreeMap;

use reveille_core::model::{Definitions, RuleSource};
use serde::Serialize;

/// Where it is written that a rule is wanted. Of one that is written twice, the first of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    /// In the configuration file.
    Configuration,
    /// Among the definitions, as an item `rule`.
    Store,
    /// It lies in the watched folder.
    Folder,
}

impl Written {
    /// The place in words: `the configuration`.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration",
            Self::Store => "the store",
            Self::Folder => "the watched folder",
        }
    }
}

/// A rule that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The rule.
    pub source: RuleSource,
    /// Where that is written.
    pub written: Written,
}

impl Wanted {
    /// Whether it is on this machine, so that looking at it costs next to nothing.
    pub(crate) fn is_near(&self) -> bool {
        !self.source.location.contains("://")
    }
}

/// All of them by name.
pub(crate) fn gather(
    configured: &[RuleSource],
    definitions: &Definitions,
    folder: Vec<RuleSource>,
) -> BTreeMap<String, Wanted> {
    let of = |written| {
        move |source: RuleSource| {
            let wanted = Wanted { source, written };
            (wanted.source.name.clone(), wanted)
        }
    };
    let mut wanted: BTreeMap<String, Wanted> =
        folder.into_iter().map(of(Written::Folder)).collect();
    let stored = definitions.rules.values().cloned();
    wanted.extend(stored.map(of(Written::Store)));
    wanted.extend(configured.iter().cloned().map(of(Written::Configuration)));
    wanted
}

#[cfg(test)]
pub(crate) mod tests {
    use reveille_core::model::Tier;

    use super::*;

    /// A rule without anything special.
    pub(crate) fn source(name: &str, location: &str) -> RuleSource {
        RuleSource {
            name: name.to_owned(),
            location: location.to_owned(),
            sha256: None,
            tier: Tier::Rule,
            wasi: false,
            data: BTreeMap::new(),
        }
    }

    #[test]
    fn the_configuration_stands_above_the_store_and_the_store_above_the_folder() {
        let stored = ["a", "b"].map(|name| (name.to_owned(), source(name, "stored")));
        let definitions = Definitions {
            rules: stored.into(),
            ..Definitions::default()
        };
        let folder = ["a", "b", "c"].map(|name| source(name, "lies there"));
        let wanted = gather(&[source("a", "configured")], &definitions, folder.into());
        let written: Vec<_> = wanted.values().map(|wanted| wanted.written).collect();
        assert_eq!(
            written,
            [Written::Configuration, Written::Store, Written::Folder]
        );
        assert_eq!(wanted["b"].source.location, "stored");
    }
}
