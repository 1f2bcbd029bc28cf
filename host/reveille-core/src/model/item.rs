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

impl Item {
    /// The kinds that are definitions, in the order in which they sort; exceptions, orders and what AWS Instance
    /// Scheduler keeps for itself are not among them.
    pub const KINDS: [&str; 4] = ["calendar", "period", "rule", "schedule"];

    /// Attributes that are sets of texts. In DynamoDB those of AWS Instance Scheduler must be: it refuses a list.
    pub const SETS: [&str; 7] = [
        "periods",
        "ssm_maintenance_window",
        "weekdays",
        "monthdays",
        "months",
        "allow",
        "protect",
    ];

    /// The item with its sets sorted and without doubles, and without attributes that are null: two items that a
    /// store may hand out for the same definition are equal after it. What is no set of texts is left as it is.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        self.attributes.retain(|_, value| !value.is_null());
        for attribute in Self::SETS {
            if let Some(Value::Array(elements)) = self.attributes.get_mut(attribute)
                && elements.iter().all(Value::is_string)
            {
                elements.sort_unstable_by(|a, b| a.as_str().cmp(&b.as_str()));
                elements.dedup();
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use serde_json::json;

    use super::*;

    fn item(json: Value) -> Item {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_item_is_flat_json() {
        let json =
            json!({"type": "period", "name": "p", "begintime": "09:00", "weekdays": ["mon"]});
        let read = item(json.clone());
        assert_eq!(read.key.to_string(), "period p");
        assert_eq!(read.attributes.len(), 2);
        assert_eq!(serde_json::to_value(read).unwrap(), json);
    }

    #[test]
    fn the_order_of_a_set_does_not_matter_and_that_of_a_list_does() {
        let one = json!({"type": "schedule", "name": "s", "periods": ["b", "a", "b"], "rules": ["y", "x"], "z": null});
        let other =
            json!({"type": "schedule", "name": "s", "periods": ["a", "b"], "rules": ["y", "x"]});
        let listed =
            json!({"type": "schedule", "name": "s", "periods": ["a", "b"], "rules": ["x", "y"]});
        assert_eq!(item(one).tidied(), item(other.clone()));
        assert_ne!(item(listed).tidied(), item(other));
    }

    #[test]
    fn a_set_of_wrong_types_is_left_to_be_reported() {
        let wrong = json!({"type": "schedule", "name": "s", "periods": ["b", 1, "a"]});
        assert_eq!(item(wrong.clone()).tidied(), item(wrong));
    }
}
