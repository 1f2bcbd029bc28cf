//! What would change between the definitions that stand and those of a file.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use reveille_core::{
    model::{Item, ItemKey},
    port::Change,
};

use super::{CALENDAR, KINDS};

/// One item that differs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Difference {
    /// It is new.
    Added(Item),
    /// It is gone.
    Removed(ItemKey),
    /// Attributes differ: name, before, after.
    Changed(Item, Vec<(String, Option<Value>, Option<Value>)>),
}

/// What turns `before` into `after`, by kind and name. Items of other kinds than a file defines are left out, and so are
/// calendars that it does not name: people write them from chat, and an older file would take their days away.
pub(crate) fn difference(before: &[Item], after: &[Item]) -> Vec<Difference> {
    let by_key = |items: &[Item]| -> BTreeMap<ItemKey, Item> {
        items
            .iter()
            .filter(|item| KINDS.iter().any(|(_, kind)| *kind == item.key.kind))
            .map(|item| (item.key.clone(), item.clone()))
            .collect()
    };
    let (before, mut after) = (by_key(before), by_key(after));
    let mut differences = Vec::new();
    for (key, old) in before {
        let Some(new) = after.remove(&key) else {
            if key.kind != CALENDAR {
                differences.push(Difference::Removed(key));
            }
            continue;
        };
        let names: std::collections::BTreeSet<&String> =
            old.attributes.keys().chain(new.attributes.keys()).collect();
        let changed: Vec<_> = names
            .into_iter()
            .map(|name| {
                (
                    name.clone(),
                    old.attributes.get(name).cloned(),
                    new.attributes.get(name).cloned(),
                )
            })
            .filter(|(_, old, new)| old != new)
            .collect();
        if !changed.is_empty() {
            differences.push(Difference::Changed(new, changed));
        }
    }
    differences.extend(after.into_values().map(Difference::Added));
    differences
}

impl Difference {
    /// The write that brings it about.
    pub(crate) fn change(&self) -> Change {
        match self {
            Self::Added(item) | Self::Changed(item, _) => Change::PutItem(item.clone()),
            Self::Removed(key) => Change::DeleteItem(key.clone()),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(item) => {
                write!(f, "+ {} {}", item.key.kind, item.key.name)?;
                for (name, value) in &item.attributes {
                    write!(f, "\n    {name}: {value}")?;
                }
                Ok(())
            }
            Self::Removed(key) => write!(f, "- {} {}", key.kind, key.name),
            Self::Changed(item, changed) => {
                write!(f, "~ {} {}", item.key.kind, item.key.name)?;
                for (name, before, after) in changed {
                    let show = |value: &Option<Value>| {
                        value
                            .as_ref()
                            .map_or_else(|| "unset".into(), Value::to_string)
                    };
                    write!(f, "\n    {name}: {} -> {}", show(before), show(after))?;
                }
                Ok(())
            }
        }
    }
}
