//! A definition as it stands in a table: two keys and attributes, unread.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// `schedule`, `period`, `calendar`, `rule`; others are left alone.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// `schedule seoul`.
impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// An item of the config table. A text is a JSON string, a set of texts an array, a truth a boolean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its key.
    #[serde(flatten)]
    pub key: ItemKey,
    /// Everything else.
    #[serde(flatten)]
    pub attributes: Map<String, Value>,
}
