//! Items of AWS Instance Scheduler's config table, between DynamoDB's wire form and [`Item`].
//!
//! Types are kept as AWS Instance Scheduler writes them: `SS` for sets of texts, `S` for texts, `BOOL` for truths. A
//! value of another type than it should have is carried along as it is: that it is wrong, and with which words to
//! say so, is known where definitions are read.

use std::collections::BTreeSet;

use aws_smithy_types::base64;
use reveille_core::model::{Item, ItemKey};
use serde_json::{Map, Number, Value};
use thiserror::Error;

/// Why something is no item.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// One of the two keys is not there or is no text.
    #[error("the item has no text `{key}`, which is a key of the config table")]
    Key {
        /// `type` or `name`.
        key: &'static str,
    },
    /// A value is not what DynamoDB sends: one type, and a value of it.
    #[error(
        "the attribute `{attribute}` is no value of DynamoDB: it must have one type such as `S`, and a value of it"
    )]
    Value {
        /// The attribute.
        attribute: String,
    },
}

/// Reads an item in wire form: `{"type": {"S": "period"}, "weekdays": {"SS": ["mon-fri"]}, …}`.
///
/// A number that a 64-bit float cannot hold, and bytes, become the text or the structure that they are on the wire;
/// [`to_wire`] makes bytes of that structure again.
///
/// # Errors
/// When a key is missing, or when a value has no type that DynamoDB knows.
pub fn from_wire(wire: &Map<String, Value>) -> Result<Item, WireError> {
    let mut attributes = Map::new();
    for (attribute, value) in wire {
        let value = plain(value).ok_or_else(|| WireError::Value {
            attribute: attribute.clone(),
        })?;
        attributes.insert(attribute.clone(), value);
    }
    let mut key = |key| match attributes.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        )
        | None => Err(WireError::Key { key }),
    };
    Ok(Item {
        key: ItemKey {
            kind: key("type")?,
            name: key("name")?,
        },
        attributes,
    })
}

/// Writes an item in wire form. What AWS Instance Scheduler keeps as a set is written as one, sorted as it does.
#[must_use]
pub fn to_wire(item: &Item) -> Map<String, Value> {
    let mut wire = Map::new();
    for (attribute, value) in &item.attributes {
        wire.insert(
            attribute.clone(),
            set(attribute, value)
                .or_else(|| bytes(value))
                .unwrap_or_else(|| typed(value)),
        );
    }
    wire.insert("type".into(), one("S", item.key.kind.as_str().into()));
    wire.insert("name".into(), one("S", item.key.name.as_str().into()));
    wire
}

/// The value without its type; none when there is no such type.
pub(crate) fn plain(wire: &Value) -> Option<Value> {
    let (kind, value) = match wire.as_object()?.iter().collect::<Vec<_>>()[..] {
        [(kind, value)] => (kind.as_str(), value),
        _ => return None,
    };
    match (kind, value) {
        ("S", Value::String(_)) | ("BOOL", Value::Bool(_)) => Some(value.clone()),
        ("NULL", Value::Bool(_)) => Some(Value::Null),
        ("N", Value::String(digits)) => Some(number(digits)),
        ("SS", Value::Array(texts)) => texts.iter().all(Value::is_string).then(|| value.clone()),
        ("NS", Value::Array(numbers)) => numbers
            .iter()
            .map(|digits| digits.as_str().map(number))
            .collect::<Option<_>>()
            .map(Value::Array),
        ("L", Value::Array(values)) => values
            .iter()
            .map(plain)
            .collect::<Option<_>>()
            .map(Value::Array),
        ("M", Value::Object(fields)) => fields
            .iter()
            .map(|(key, value)| Some((key.clone(), plain(value)?)))
            .collect::<Option<_>>()
            .map(Value::Object),
        ("B", Value::String(_)) => Some(wire.clone()),
        ("BS", Value::Array(all)) => all.iter().all(Value::is_string).then(|| wire.clone()),
        _ => None,
    }
}

fn number(digits: &str) -> Value {
    match digits.parse::<Number>() {
        // Of fractions JSON's reader may miss the last bit, so that they would drift with each writing.
        Ok(number) if number.is_f64() => digits
            .parse::<f64>()
            .map_or(Value::Number(number), Value::from),
        Ok(number) => Value::Number(number),
        Err(_) => Value::String(digits.into()),
    }
}

/// `value` as a set when `attribute` is one: with at least one element, all of them texts, none twice.
fn set(attribute: &str, value: &Value) -> Option<Value> {
    let values = value
        .as_array()
        .filter(|values| Item::SETS.contains(&attribute) && !values.is_empty())?;
    let texts: BTreeSet<&str> = values.iter().map(Value::as_str).collect::<Option<_>>()?;
    (texts.len() == values.len()).then(|| one("SS", texts.into_iter().collect()))
}

/// `value` as bytes when it is what [`from_wire`] makes of them.
fn bytes(value: &Value) -> Option<Value> {
    let is_base64 = |text: &Value| {
        text.as_str()
            .is_some_and(|text| base64::decode(text).is_ok())
    };
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let is_bytes = match (fields.get("B"), fields.get("BS").and_then(Value::as_array)) {
        (Some(text), _) => is_base64(text),
        (None, Some(all)) => !all.is_empty() && all.iter().all(is_base64),
        (None, None) => false,
    };
    is_bytes.then(|| value.clone())
}

/// `value` with the type that says the same.
pub(crate) fn typed(value: &Value) -> Value {
    match value {
        Value::Null => one("NULL", true.into()),
        Value::Bool(_) => one("BOOL", value.clone()),
        Value::Number(number) => one("N", number.to_string().into()),
        Value::String(_) => one("S", value.clone()),
        Value::Array(values) => one("L", values.iter().map(typed).collect()),
        Value::Object(fields) => one(
            "M",
            Value::Object(
                fields
                    .iter()
                    .map(|(key, value)| (key.clone(), typed(value)))
                    .collect(),
            ),
        ),
    }
}

fn one(kind: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(kind.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that panics has failed"
    )]

    use proptest::prelude::*;
    use reveille_core::model::Definitions;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(fields) = value else {
            panic!("{value} is no structure");
        };
        fields
    }

    fn item(kind: &str, name: &str, attributes: Value) -> Item {
        Item {
            key: ItemKey {
                kind: kind.into(),
                name: name.into(),
            },
            attributes: object(attributes),
        }
    }

    /// Both ways.
    #[track_caller]
    fn check(wire: Value, expected: Item) {
        let wire = object(wire);
        assert_eq!(from_wire(&wire).unwrap(), expected);
        assert_eq!(to_wire(&expected), wire);
    }

    #[test]
    fn a_period_as_aws_writes_it() {
        check(
            json!({
                "type": {"S": "period"}, "name": {"S": "office-hours"}, "begintime": {"S": "09:00"},
                "endtime": {"S": "17:00"}, "weekdays": {"SS": ["mon-fri"]},
            }),
            item(
                "period",
                "office-hours",
                json!({"begintime": "09:00", "endtime": "17:00", "weekdays": ["mon-fri"]}),
            ),
        );
    }

    #[test]
    fn a_schedule_as_aws_writes_it() {
        check(
            json!({
                "type": {"S": "schedule"}, "name": {"S": "seoul"},
                "periods": {"SS": ["night@t3.small", "office-hours"]}, "timezone": {"S": "Asia/Seoul"},
                "enforced": {"BOOL": false},
            }),
            item(
                "schedule",
                "seoul",
                json!({"periods": ["night@t3.small", "office-hours"], "timezone": "Asia/Seoul", "enforced": false}),
            ),
        );
    }

    #[test]
    fn what_aws_writes_can_be_read() {
        let period = json!({
            "type": {"S": "period"}, "name": {"S": "office-hours"}, "weekdays": {"SS": ["mon-fri"]},
        });
        let schedule = json!({
            "type": {"S": "schedule"}, "name": {"S": "seoul"}, "periods": {"SS": ["office-hours"]},
            "stop_new_instances": {"S": "False"},
        });
        let items = [period, schedule].map(|wire| from_wire(&object(wire)).unwrap());
        let definitions = Definitions::read(&items, chrono_tz::UTC);
        assert_eq!(definitions.faults, []);
        assert!(!definitions.schedules["seoul"].stop_new_instances);
    }

    #[test]
    fn wrong_types_survive_to_be_reported() {
        let wire = object(json!({
            "type": {"S": "schedule"}, "name": {"S": "seoul"}, "periods": {"N": "5"}, "timezone": {"BOOL": true},
            "enforced": {"B": "AAAA"}, "description": {"NS": ["1", "2.5"]},
        }));
        let read = from_wire(&wire).unwrap();
        assert_eq!(
            read,
            item(
                "schedule",
                "seoul",
                json!({"periods": 5, "timezone": true, "enforced": {"B": "AAAA"}, "description": [1, 2.5]}),
            )
        );
        let faults = Definitions::read(&[read], chrono_tz::UTC).faults;
        let attributes: Vec<_> = faults
            .iter()
            .map(|fault| fault.attribute.as_str())
            .collect();
        assert_eq!(
            attributes,
            ["description", "timezone", "periods", "enforced"]
        );
    }

    #[test]
    fn structures_are_lists_and_maps() {
        check(
            json!({
                "type": {"S": "schedule"}, "name": {"S": "seoul"},
                "rules": {"L": [{"M": {"name": {"S": "kr-holidays"}, "config": {"M": {
                    "off": {"L": [{"S": "b"}, {"S": "a"}]}, "days": {"N": "3"}, "on": {"BOOL": true},
                    "none": {"NULL": true},
                }}}}]},
            }),
            item(
                "schedule",
                "seoul",
                json!({"rules": [
                    {"name": "kr-holidays", "config": {"off": ["b", "a"], "days": 3, "on": true, "none": null}},
                ]}),
            ),
        );
    }

    #[test]
    fn bytes_are_bytes_again() {
        check(
            json!({
                "type": {"S": "schedule"}, "name": {"S": "seoul"}, "one": {"B": "AP8="}, "all": {"BS": ["AA==", "/w=="]},
                "neither": {"M": {"B": {"S": "no bytes"}}},
            }),
            item(
                "schedule",
                "seoul",
                json!({"one": {"B": "AP8="}, "all": {"BS": ["AA==", "/w=="]}, "neither": {"B": "no bytes"}}),
            ),
        );
    }

    #[test]
    fn what_cannot_be_a_set_is_a_list() {
        for not_a_set in [json!([]), json!(["a", "a"]), json!(["a", 1])] {
            let wire = to_wire(&item("schedule", "s", json!({"periods": not_a_set})));
            assert!(wire["periods"].get("L").is_some(), "{not_a_set}");
        }
    }

    #[test]
    fn a_number_past_every_float_is_a_text() {
        let wire = object(json!({"type": {"S": "x"}, "name": {"S": "y"}, "n": {"N": "1e999"}}));
        assert_eq!(
            from_wire(&wire).unwrap(),
            item("x", "y", json!({"n": "1e999"}))
        );
    }

    #[test]
    fn a_fraction_does_not_drift_with_each_writing() {
        for number in [-5.760283771594244e304, 0.1, 2.5e-308] {
            let item = item("x", "y", json!({"n": number}));
            assert_eq!(from_wire(&to_wire(&item)), Ok(item));
        }
    }

    #[test]
    fn an_item_without_a_key_is_refused_by_the_key() {
        let refused = from_wire(&object(json!({"type": {"S": "period"}}))).unwrap_err();
        assert_eq!(refused, WireError::Key { key: "name" });
        let refused =
            from_wire(&object(json!({"type": {"N": "1"}, "name": {"S": "x"}}))).unwrap_err();
        assert_eq!(refused, WireError::Key { key: "type" });
    }

    #[test]
    fn what_dynamodb_does_not_send_is_refused_by_the_attribute() {
        for no_value in [
            json!("bare"),
            json!({}),
            json!({"S": "a", "N": "1"}),
            json!({"S": 1}),
            json!({"SS": [1]}),
            json!({"X": "a"}),
            json!({"L": [{"S": 1}]}),
            json!({"M": {"x": 1}}),
        ] {
            let wire =
                object(json!({"type": {"S": "period"}, "name": {"S": "x"}, "weekdays": no_value}));
            assert_eq!(
                from_wire(&wire),
                Err(WireError::Value {
                    attribute: "weekdays".into()
                }),
                "{no_value}"
            );
        }
    }

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            ".{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{1,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_item_comes_back(attributes in prop::collection::btree_map("x[a-z]{0,3}", arbitrary_json(), 0..6)) {
            let item = item("schedule", "s", Value::Object(attributes.into_iter().collect()));
            prop_assert_eq!(from_wire(&to_wire(&item)), Ok(item));
        }

        #[test]
        fn nothing_on_the_wire_makes_it_panic(value in arbitrary_json()) {
            let _ = from_wire(&object(json!({"type": {"S": "x"}, "name": {"S": "y"}, "z": value})));
        }
    }
}
