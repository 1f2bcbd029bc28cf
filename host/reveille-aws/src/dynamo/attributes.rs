//! Attributes of DynamoDB, between the SDK's form, the wire's, and that of our own types.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use aws_smithy_types::base64;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::config_item;

/// An item, or a part of one.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// Why something cannot be turned into attributes: it would be an error of ours.
pub(super) type AttributeError = serde_json::Error;

/// A text.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number.
pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The attribute of this name when it is a text.
pub(super) fn text_of<'a>(item: &'a Attributes, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The attribute of this name when it is a whole number.
pub(super) fn number_of(item: &Attributes, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// `value` as it is on the wire: `{"S": "text"}`. None when the SDK does not know its type.
pub(super) fn to_wire(value: &AttributeValue) -> Option<Value> {
    let (kind, value): (&str, Value) = match value {
        AttributeValue::S(text) => ("S", text.as_str().into()),
        AttributeValue::N(digits) => ("N", digits.as_str().into()),
        AttributeValue::Bool(truth) => ("BOOL", (*truth).into()),
        AttributeValue::Null(truth) => ("NULL", (*truth).into()),
        AttributeValue::Ss(texts) => ("SS", texts.clone().into()),
        AttributeValue::Ns(numbers) => ("NS", numbers.clone().into()),
        AttributeValue::L(values) => ("L", values.iter().map(to_wire).collect::<Option<_>>()?),
        AttributeValue::M(fields) => (
            "M",
            fields
                .iter()
                .map(|(name, value)| Some((name.clone(), to_wire(value)?)))
                .collect::<Option<Map<_, _>>>()?
                .into(),
        ),
        AttributeValue::B(bytes) => ("B", base64::encode(bytes).into()),
        AttributeValue::Bs(all) => ("BS", all.iter().map(base64::encode).collect()),
        AttributeValue::Unknown { .. } => return None,
        _ => return None,
    };
    Some(Map::from_iter([(kind.to_owned(), value)]).into())
}

/// What stands on the wire as `value`. None when DynamoDB knows no such thing.
pub(super) fn of_wire(value: &Value) -> Option<AttributeValue> {
    let texts = |value: &Value| {
        let texts = value
            .as_array()?
            .iter()
            .map(|text| Some(text.as_str()?.to_owned()));
        texts.collect::<Option<Vec<_>>>()
    };
    let bytes = |text: &str| base64::decode(text).ok().map(Blob::new);
    let (kind, value) = value.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "S" => text(value.as_str()?),
        "N" => number(value.as_str()?),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(value.as_bool()?),
        "SS" => AttributeValue::Ss(texts(value)?),
        "NS" => AttributeValue::Ns(texts(value)?),
        "L" => AttributeValue::L(
            value
                .as_array()?
                .iter()
                .map(of_wire)
                .collect::<Option<_>>()?,
        ),
        "M" => AttributeValue::M(all_of_wire(value.as_object()?)?),
        "B" => AttributeValue::B(bytes(value.as_str()?)?),
        "BS" => AttributeValue::Bs(
            texts(value)?
                .iter()
                .map(|text| bytes(text))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// Each field of `wire` as an attribute.
pub(super) fn all_of_wire(wire: &Map<String, Value>) -> Option<Attributes> {
    wire.iter()
        .map(|(name, value)| Some((name.clone(), of_wire(value)?)))
        .collect()
}

/// The fields of `record`, those that are null left out.
///
/// # Errors
/// When it is no structure.
pub(super) fn of_record(record: &impl Serialize) -> Result<Attributes, AttributeError> {
    let fields: Map<String, Value> = serde_json::from_value(serde_json::to_value(record)?)?;
    Ok(fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .filter_map(|(name, value)| Some((name.clone(), of_wire(&config_item::typed(value))?)))
        .collect())
}

/// The record whose fields are these; attributes that it does not have are passed over.
///
/// # Errors
/// When a field is not there or is of another type.
pub(super) fn to_record<T: DeserializeOwned>(item: &Attributes) -> Result<T, AttributeError> {
    let fields: Map<String, Value> = item
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), config_item::plain(&to_wire(value)?)?)))
        .collect();
    serde_json::from_value(fields.into())
}

/// Bytes that DynamoDB counts for `item`, at most a few too many: its sizes of numbers are not told exactly.
/// Source: "DynamoDB item sizes and formats", Amazon DynamoDB Developer Guide.
pub(super) fn size_of(item: &Attributes) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + size(value))
        .sum()
}

fn size(value: &AttributeValue) -> usize {
    /// What a list or a map takes besides its elements.
    const STRUCTURE: usize = 3;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len() / 2 + 2,
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
            STRUCTURE + texts.iter().map(|text| text.len() + 1).sum::<usize>()
        }
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bs(all) => {
            STRUCTURE
                + all
                    .iter()
                    .map(|bytes| bytes.as_ref().len() + 1)
                    .sum::<usize>()
        }
        AttributeValue::L(values) => {
            STRUCTURE + values.iter().map(|value| size(value) + 1).sum::<usize>()
        }
        AttributeValue::M(fields) => STRUCTURE + fields.len() + size_of(fields),
        AttributeValue::Bool(_) | AttributeValue::Null(_) | AttributeValue::Unknown { .. } => 1,
        _ => 1,
    }
}
