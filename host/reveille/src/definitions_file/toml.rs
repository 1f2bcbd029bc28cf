//! TOML to nodes, and items to TOML.

use std::ops::Range;

use serde_json::{Number, Value};
use toml_edit::{Document, Item as TomlItem, TableLike, Value as TomlValue};

use super::node::{Entry, Node, NodeValue, SyntaxError};

/// Reads a TOML document.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let lines = Lines::new(text);
    let document = Document::parse(text).map_err(|fault| SyntaxError {
        line: lines.of(fault.span()).unwrap_or(1),
        message: fault.message().to_owned(),
    })?;
    Ok(Node {
        line: 1,
        value: table(document.as_table(), &lines, 1)?,
    })
}

/// The value as TOML; none for a null, which TOML does not have.
pub(super) fn write(value: &Value) -> Option<TomlValue> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => TomlValue::Array(values.iter().filter_map(write).collect()),
        Value::Object(fields) => TomlValue::InlineTable(
            fields
                .iter()
                .filter_map(|(key, value)| Some((key.as_str(), write(value)?)))
                .collect(),
        ),
    })
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(
            std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        )
    }

    fn of(&self, span: Option<Range<usize>>) -> Option<usize> {
        span.map(|span| self.0.partition_point(|&begin| begin <= span.start))
    }
}

fn table(table: &dyn TableLike, lines: &Lines, outer: usize) -> Result<NodeValue, SyntaxError> {
    let mut entries = Vec::new();
    for (key, item) in table.iter() {
        let line = table
            .get_key_value(key)
            .and_then(|(key, _)| lines.of(key.span()))
            .or_else(|| lines.of(item.span()))
            .unwrap_or(outer);
        entries.push(Entry {
            key: key.to_owned(),
            line,
            node: item_node(item, lines, line)?,
        });
    }
    Ok(NodeValue::Map(entries))
}

fn item_node(item: &TomlItem, lines: &Lines, outer: usize) -> Result<Node, SyntaxError> {
    let line = lines.of(item.span()).unwrap_or(outer);
    let value = match item {
        TomlItem::None => NodeValue::Null,
        TomlItem::Value(value) => return value_node(value, lines, outer),
        TomlItem::Table(inner) => table(inner, lines, line)?,
        TomlItem::ArrayOfTables(tables) => NodeValue::List(
            tables
                .iter()
                .map(|inner| {
                    let line = lines.of(inner.span()).unwrap_or(line);
                    Ok(Node {
                        line,
                        value: table(inner, lines, line)?,
                    })
                })
                .collect::<Result<_, SyntaxError>>()?,
        ),
    };
    Ok(Node { line, value })
}

fn value_node(value: &TomlValue, lines: &Lines, outer: usize) -> Result<Node, SyntaxError> {
    let line = lines.of(value.span()).unwrap_or(outer);
    let value = match value {
        TomlValue::String(text) => NodeValue::Text(text.value().clone()),
        TomlValue::Integer(number) => NodeValue::Number(Number::from(*number.value())),
        TomlValue::Boolean(value) => NodeValue::Bool(*value.value()),
        TomlValue::Float(number) => match Number::from_f64(*number.value()) {
            Some(number) => NodeValue::Number(number),
            None => {
                return Err(SyntaxError {
                    line,
                    message: String::from("this is not a number"),
                });
            }
        },
        // `begintime = 09:30:00` is a local time of TOML's; as a text it says what was meant.
        TomlValue::Datetime(time) => {
            let text = time.value().to_string();
            NodeValue::Text(
                text.strip_suffix(":00")
                    .map_or_else(|| text.clone(), str::to_owned),
            )
        }
        TomlValue::Array(values) => NodeValue::List(
            values
                .iter()
                .map(|value| value_node(value, lines, line))
                .collect::<Result<_, _>>()?,
        ),
        TomlValue::InlineTable(inner) => table(inner, lines, line)?,
    };
    Ok(Node { line, value })
}
