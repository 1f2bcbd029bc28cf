//! A value that was given, with where: complaints name it.

use super::{ConfigError, Variables};

/// A text and where it was given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    key: String,
    value: String,
}

impl Given {
    /// The variable when it is set, else the key of the file.
    pub(super) fn find(
        variables: Variables<'_>,
        variable: &str,
        key: &str,
        value: Option<String>,
    ) -> Option<Self> {
        variables(variable)
            .map(|value| Self::new(variable, value))
            .or_else(|| value.map(|value| Self::new(key, value)))
    }

    pub(super) fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }

    pub(super) fn value(&self) -> &str {
        &self.value
    }

    pub(super) fn into_value(self) -> String {
        self.value
    }

    /// It is wrong, and what would be right.
    pub(super) fn wrong(&self, remedy: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            key: self.key.clone(),
            value: self.value.clone(),
            remedy: remedy.into(),
        }
    }
}
