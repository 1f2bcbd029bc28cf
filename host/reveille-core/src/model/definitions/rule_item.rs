//! A `rule` item: a component that is not embedded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{Fault, Item, RuleSource, Tier},
    reader::{Reader, quoted_text},
};

/// Hexadecimal digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// The rule of `item`, none when it is switched off, or everything that is wrong with it.
pub(super) fn read(item: &Item) -> Result<Option<RuleSource>, Vec<Fault>> {
    let mut reader = Reader::new(item.key.to_string(), &item.attributes);
    if item.key.name.trim().is_empty() {
        reader.fault("name", "is empty; name the rule");
    }
    let location = reader.word("location");
    if location.is_none() && reader.value("location").is_none_or(Value::is_string) {
        reader.fault(
            "location",
            "is missing; write the path of the rule's `.wasm` file, or where else it is: `https://…`, `s3://…`, `oci://…`",
        );
    }
    let sha256 = reader.word("sha256").map(|digits| digits.to_lowercase());
    if let Some(digits) = &sha256
        && (digits.len() != SHA256_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        reader.fault(
            "sha256",
            format!(
                "{} is not {SHA256_DIGITS} hexadecimal digits; write what `sha256sum` prints",
                quoted_text(digits)
            ),
        );
    }
    let tier = match reader.word("tier").as_deref() {
        None => Tier::default(),
        Some("rule") => Tier::Rule,
        Some("scripted") => Tier::Scripted,
        Some("heavy") => Tier::Heavy,
        Some(word) => {
            reader.fault(
                "tier",
                format!(
                    "{} is not known; write `rule`, `scripted` or `heavy`",
                    quoted_text(word)
                ),
            );
            Tier::default()
        }
    };
    let data = data(&mut reader);
    let wasi = reader.truth("wasi").unwrap_or(false);
    let enabled = reader.truth("enabled").unwrap_or(true);
    let faults = reader.into_faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(location.filter(|_| enabled).map(|location| RuleSource {
        name: item.key.name.clone(),
        location,
        sha256,
        tier,
        wasi,
        data,
    }))
}

/// The data of a rule: a structure of its own names and the names of data sources.
fn data(reader: &mut Reader<'_>) -> BTreeMap<String, String> {
    let Some(value) = reader.value("data") else {
        return BTreeMap::new();
    };
    let bound = value.as_object().and_then(|names| {
        let named =
            |(name, source): (&String, &Value)| Some((name.clone(), source.as_str()?.to_owned()));
        names.iter().map(named).collect()
    });
    bound.unwrap_or_else(|| {
        reader.wrong_type(
            "data",
            value,
            "a structure of names, such as {calendar: team-feed}",
        );
        BTreeMap::new()
    })
}
