//! Any JSON is an item of DynamoDB or is refused; what is read is written so that it reads the same again.
#![no_main]

#[expect(unreachable_pub, reason = "it is public where it belongs")]
#[path = "../../../host/reveille-aws/src/config_item.rs"]
mod config_item;

use config_item::{from_wire, to_wire};
use libfuzzer_sys::fuzz_target;
use reveille_core::model::{Definitions, Item};
use reveille_fuzz::shaped;
use serde_json::{Map, Value, json};

const WORDS: &[&str] = &[
    "type",
    "name",
    "S",
    "SS",
    "N",
    "NS",
    "L",
    "M",
    "B",
    "BS",
    "BOOL",
    "NULL",
    "period",
    "schedule",
    "periods",
    "weekdays",
    "monthdays",
    "months",
    "allow",
    "protect",
    "timezone",
    "enforced",
    "rules",
    "a",
    "b",
    "1",
    "-0",
    "1e5",
    "1e999",
    "0.1",
    "1E400",
    "NaN",
    "12345678901234567890123",
    "",
];

fuzz_target!(|bytes: &[u8]| {
    // As text, and as the shape that bytes make.
    if let Ok(Value::Object(wire)) = serde_json::from_slice(bytes) {
        check_wire(wire);
    }
    if let Some((kind, name, attributes)) =
        shaped::<(Value, Value, Map<String, Value>)>(bytes, WORDS)
    {
        let mut wire = attributes;
        wire.insert("type".into(), kind);
        wire.insert("name".into(), name);
        check_wire(wire);
    }
    if let Some((kind, attributes)) = shaped::<(String, Map<String, Value>)>(bytes, WORDS) {
        let item = Item {
            key: reveille_core::model::ItemKey {
                kind,
                name: "x".into(),
            },
            attributes: attributes
                .into_iter()
                .filter(|(key, _)| key != "type" && key != "name")
                .collect(),
        };
        check_item(&item);
        let typed: Map<String, Value> = item
            .attributes
            .iter()
            .map(|(key, value)| (key.clone(), json!({ "S": value.to_string() })))
            .collect();
        check_wire(typed);
    }
});

fn check_wire(wire: Map<String, Value>) {
    if let Ok(item) = from_wire(&wire) {
        check_item(&item);
    }
}

#[track_caller]
fn check_item(item: &Item) {
    let wire = to_wire(item);
    let again = from_wire(&wire).expect("what is written can be read");
    assert_eq!(again.clone().tidied(), item.clone().tidied());
    assert_eq!(to_wire(&again), wire);
    let _ = Definitions::read(&[again], chrono_tz::UTC);
}
