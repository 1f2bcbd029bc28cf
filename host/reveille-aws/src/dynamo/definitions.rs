//! The definitions as they stand in the config table, read page by page.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use chrono_tz::Tz;
use reveille_core::{
    model::{Definitions, Fault, Item, ItemKey},
    port::StoreError,
};
use serde_json::{Map, Value};

use super::{
    attributes::{Attributes, text_of, to_wire},
    failure::{TableError, failed},
};
use crate::config_item;

/// The definition items of a config table, and what could be read of them.
#[derive(Debug)]
pub(super) struct ConfigTable {
    raw: Vec<Attributes>,
    /// Sorted by key.
    pub(super) items: Vec<Item>,
    /// What they say.
    pub(super) definitions: Arc<Definitions>,
}

impl ConfigTable {
    /// Reads the table once more. When nothing has changed since `before`, it is that which comes back.
    pub(super) async fn read(
        client: &Client,
        table: &str,
        default_zone: Tz,
        before: Option<Arc<Self>>,
    ) -> Result<Arc<Self>, StoreError> {
        let raw = scan(client, table).await?;
        if let Some(before) = before.filter(|before| before.raw == raw) {
            return Ok(before);
        }
        let mut items = Vec::with_capacity(raw.len());
        let mut faults = Vec::new();
        for attributes in &raw {
            match item(attributes) {
                Ok(item) => items.push(item),
                Err(fault) => faults.push(fault),
            }
        }
        let mut definitions = Definitions::read(&items, default_zone);
        for fault in faults {
            if let Some(name) = fault.item.strip_prefix("schedule ") {
                definitions
                    .set_aside
                    .entry(name.to_owned())
                    .or_default()
                    .push(fault.clone());
            }
            definitions.faults.push(fault);
        }
        Ok(Arc::new(Self {
            raw,
            items,
            definitions: Arc::new(definitions),
        }))
    }
}

impl ConfigTable {
    /// The attribute of the item of this key as it stood in the table, when it says `value`. There are more types in the
    /// table than in an [`Item`]: what is written back as it was read must not change its type.
    pub(super) fn attribute(
        &self,
        key: &ItemKey,
        name: &str,
        value: &Value,
    ) -> Option<&AttributeValue> {
        let keys = |item: &Attributes| {
            let keys =
                ["type", "name"].map(|key| text_of(item, key).unwrap_or_default().to_owned());
            ItemKey {
                kind: keys[0].clone(),
                name: keys[1].clone(),
            }
        };
        let position = self.raw.binary_search_by(|item| keys(item).cmp(key)).ok()?;
        let attribute = self.raw.get(position)?.get(name)?;
        (config_item::plain(&to_wire(attribute)?)? == *value).then_some(attribute)
    }
}

/// The definitions of the config table `table` alone: its items, sorted by key, and what they say. For whoever only
/// looks at a table of AWS Instance Scheduler, where there is no state table yet.
///
/// # Errors
/// When the table cannot be read, or has other keys.
pub async fn read_definitions(
    sdk: &SdkConfig,
    table: &str,
    default_zone: Tz,
) -> Result<(Vec<Item>, Arc<Definitions>), StoreError> {
    let read = ConfigTable::read(&Client::new(sdk), table, default_zone, None).await?;
    Ok((read.items.clone(), Arc::clone(&read.definitions)))
}

/// The definition items, sorted by key. Items of other kinds are somebody else's.
async fn scan(client: &Client, table: &str) -> Result<Vec<Attributes>, StoreError> {
    let mut found: Vec<((String, String), Attributes)> = Vec::new();
    let mut from = None;
    loop {
        let page = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(|error| failed(table, "dynamodb:Scan", error))?;
        for item in page.items.unwrap_or_default() {
            let (Some(kind), Some(name)) = (text_of(&item, "type"), text_of(&item, "name")) else {
                // Every item has both when they are the table's keys.
                return Err(TableError::Keys {
                    table: table.to_owned(),
                    source: None,
                }
                .into());
            };
            if Item::KINDS.contains(&kind) {
                found.push(((kind.to_owned(), name.to_owned()), item));
            }
        }
        from = page.last_evaluated_key;
        if from.is_none() {
            break;
        }
    }
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found.into_iter().map(|(_, item)| item).collect())
}

/// The item, or which attribute it is that cannot be understood.
fn item(attributes: &Attributes) -> Result<Item, Fault> {
    let key = ItemKey {
        kind: text_of(attributes, "type").unwrap_or_default().to_owned(),
        name: text_of(attributes, "name").unwrap_or_default().to_owned(),
    };
    let fault = |attribute: &str| Fault {
        item: key.to_string(),
        attribute: attribute.to_owned(),
        message: "is of a type that this version of Reveille does not know; write it as a text"
            .into(),
    };
    let mut wire = Map::new();
    for (name, value) in attributes {
        wire.insert(name.clone(), to_wire(value).ok_or_else(|| fault(name))?);
    }
    config_item::from_wire(&wire).map_err(|error| match error {
        config_item::WireError::Key { key } => fault(key),
        config_item::WireError::Value { attribute } => fault(&attribute),
    })
}
