//! A value of a definitions file with the line that it stands on, whichever language the file is in.

use serde_json::{Map, Number, Value};
use thiserror::Error;

/// Largest file that is read: ten times the largest that AWS Instance Scheduler's users have shown.
pub(super) const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Deepest nesting that is read: definitions need 5.
pub(super) const MAX_DEPTH: usize = 16;

/// A value and its line, 1 for the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: NodeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NodeValue {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) node: Node,
}

/// What keeps a file from being read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) message: String,
}

impl Node {
    /// The value without its lines.
    pub(super) fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Number(number) => Value::Number(number.clone()),
            NodeValue::Text(text) => Value::String(text.clone()),
            NodeValue::List(nodes) => Value::Array(nodes.iter().map(Self::to_json).collect()),
            NodeValue::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.node.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// Numbers, and lists of numbers, as texts: `monthdays: 1` means what `monthdays: "1"` means.
    pub(super) fn numbers_as_texts(&self) -> Self {
        let value = match &self.value {
            NodeValue::Number(number) => NodeValue::Text(number.to_string()),
            NodeValue::List(nodes) => {
                NodeValue::List(nodes.iter().map(Self::numbers_as_texts).collect())
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Text(_) | NodeValue::Map(_) => {
                self.value.clone()
            }
        };
        Self {
            line: self.line,
            value,
        }
    }

    /// What it is, for messages.
    pub(super) fn what(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Number(_) => "a number",
            NodeValue::Text(_) => "a text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a table",
        }
    }
}
