//! The config table of AWS Instance Scheduler as `aws dynamodb scan --output json` prints it.

use reveille_aws::config_item;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use reveille_core::model::Item;

use super::{FileFault, KINDS};

/// What a scan prints; counts and capacity are passed over.
#[derive(Deserialize)]
struct Scan<'a> {
    #[serde(borrow, rename = "Items")]
    items: Vec<&'a RawValue>,
}

/// What a scan holds, item by item with the line that each begins on; those of kinds that a file does not define, such
/// as the table's own bookkeeping, are left out.
type Read = Vec<(usize, Result<Item, String>)>;

/// The items of a scan, each read or with what is wrong with it.
///
/// # Errors
/// When it is no scan at all.
pub(crate) fn items(text: &str) -> Result<Read, FileFault> {
    let scan: Scan<'_> = serde_json::from_str(text).map_err(|error| FileFault {
        line: error.line().max(1),
        message: format!("this is no output of `aws dynamodb scan --output json`: {error}"),
    })?;
    let mut items = Vec::new();
    let mut line = 1;
    let mut counted = 0;
    for raw in scan.items {
        let before = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        let between = text.as_bytes().get(counted..before).unwrap_or_default();
        line += between.iter().filter(|byte| **byte == b'\n').count();
        counted = before;
        let item = serde_json::from_str::<Map<String, Value>>(raw.get())
            .map_err(|_| String::from("an item must be an object of attributes"))
            .and_then(|wire| config_item::from_wire(&wire).map_err(|error| error.to_string()));
        let is_ours = item.as_ref().map_or(true, |item| {
            KINDS.iter().any(|(_, kind)| *kind == item.key.kind)
        });
        if is_ours {
            items.push((line, item));
        }
    }
    Ok(items)
}

/// The items of a scan with the line that each begins on, or all that is wrong with it.
pub(super) fn read(text: &str) -> Result<Vec<(usize, Item)>, Vec<FileFault>> {
    let mut read = Vec::new();
    let mut faults = Vec::new();
    for (line, item) in items(text).map_err(|fault| vec![fault])? {
        match item {
            Ok(item) => read.push((line, item)),
            Err(message) => faults.push(FileFault { line, message }),
        }
    }
    if faults.is_empty() {
        Ok(read)
    } else {
        Err(faults)
    }
}

/// The items as a scan would print them.
pub(super) fn write(items: &[Item]) -> String {
    let items: Vec<Value> = items
        .iter()
        .filter(|item| KINDS.iter().any(|(_, kind)| *kind == item.key.kind))
        .map(|item| Value::Object(config_item::to_wire(item)))
        .collect();
    format!("{:#}\n", json!({ "Count": items.len(), "Items": items }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SCAN: &str = r#"{
  "Items": [
    { "type": { "S": "config" }, "name": { "S": "scheduler" }, "organization_id": { "S": "o-1" } },
    { "type": { "S": "period" }, "name": { "S": "office" }, "begintime": { "S": "09:00" },
      "weekdays": { "SS": ["mon-fri"] } },
    { "type": { "S": "schedule" }, "name": { "S": "seoul" }, "periods": { "SS": ["office"] },
      "timezone": { "S": "Asia/Seoul" }, "enforced": { "BOOL": false } }
  ],
  "Count": 3
}"#;

    #[test]
    fn a_scan_is_read_with_the_lines_of_its_items() {
        let items = read(SCAN).unwrap();
        let shown: Vec<_> = items
            .iter()
            .map(|(line, item)| (*line, item.key.kind.as_str(), item.key.name.as_str()))
            .collect();
        assert_eq!(shown, [(4, "period", "office"), (6, "schedule", "seoul")]);
    }

    #[test]
    fn what_was_read_is_written_as_it_was() {
        let items: Vec<Item> = read(SCAN)
            .unwrap()
            .into_iter()
            .map(|(_, item)| item)
            .collect();
        let again: Vec<Item> = read(&write(&items))
            .unwrap()
            .into_iter()
            .map(|(_, item)| item)
            .collect();
        assert_eq!(again, items);
        assert!(write(&items).contains(r#""SS""#));
    }

    #[test]
    fn what_is_no_scan_says_so_with_its_line() {
        assert_eq!(read("{\n\"Items\": [}").unwrap_err()[0].line, 2);
        let faults = read(r#"{ "Items": [ { "name": { "S": "x" } }, 7 ] }"#).unwrap_err();
        assert_eq!(faults.len(), 2);
    }
}
