//! Something in a definition that cannot be used.

use std::fmt;

use serde::Serialize;

/// What is wrong with a definition. The item it is in is set aside; everything else goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Fault {
    /// `schedule seoul`, `period office-hours`.
    pub item: String,
    /// The attribute.
    pub attribute: String,
    /// What is wrong, quoting it, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}", self.item, self.attribute, self.message)
    }
}
