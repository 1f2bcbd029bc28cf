//! Items to a file's text.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item as TomlItem, Table};

use reveille_core::model::Item;

use super::{KINDS, Language, toml};

/// The attributes of items by their names.
type ByName<'a> = BTreeMap<&'a str, &'a Map<String, Value>>;

/// The items as a file's text.
pub(crate) fn write(items: &[Item], language: Language) -> String {
    let kinds = KINDS.into_iter().map(|(plural, kind)| {
        let of_kind = items.iter().filter(|item| item.key.kind == kind);
        let by_name: ByName<'_> = of_kind
            .map(|item| (item.key.name.as_str(), &item.attributes))
            .collect();
        (plural, by_name)
    });
    let kinds = kinds.filter(|(_, items)| !items.is_empty());
    match language {
        Language::Toml => write_toml(kinds),
        Language::Yaml => write_yaml(kinds),
        #[cfg(feature = "aws")]
        Language::Scan => super::scan::write(items),
    }
}

fn write_toml<'a>(kinds: impl Iterator<Item = (&'a str, ByName<'a>)>) -> String {
    let mut document = DocumentMut::new();
    for (plural, items) in kinds {
        let mut of_kind = Table::new();
        of_kind.set_implicit(true);
        for (name, attributes) in items {
            let mut table = Table::new();
            for (attribute, value) in attributes {
                if let Some(value) = toml::write(value) {
                    table.insert(attribute, TomlItem::Value(value));
                }
            }
            of_kind.insert(name, TomlItem::Table(table));
        }
        document.insert(plural, TomlItem::Table(of_kind));
    }
    document.to_string()
}

fn write_yaml<'a>(kinds: impl Iterator<Item = (&'a str, ByName<'a>)>) -> String {
    let mut text = String::new();
    for (plural, items) in kinds {
        let _ = writeln!(text, "{plural}:");
        for (name, attributes) in items {
            // JSON texts and values are YAML too.
            let empty = if attributes.is_empty() { " {}" } else { "" };
            let _ = writeln!(text, "  {}:{empty}", Value::from(name));
            for (attribute, value) in attributes {
                let _ = writeln!(text, "    {attribute}: {value}");
            }
        }
    }
    text
}
