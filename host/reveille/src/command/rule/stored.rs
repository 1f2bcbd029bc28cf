//! A rule as it stands in the store, and what becomes of it. Every host follows the store.

use anyhow::{Context as _, bail};
use reveille_core::{
    model::{AuditRecord, AuditSubject, Definitions, Item, ItemKey, RuleSource, Tier},
    port::Change,
};
use reveille_loader::{KnownRule, Written};
use serde_json::{Map, Value, json};

use crate::{command::Setting, house::House};

/// The kind of the items that are rules.
const KIND: &str = "rule";

/// Where an operator at a terminal is, in the audit.
const ROOM: &str = "terminal";

/// The key of a rule in the store.
pub(super) fn key(name: &str) -> ItemKey {
    ItemKey {
        kind: KIND.to_owned(),
        name: name.to_owned(),
    }
}

/// The item of a rule; none when the store has none of that name.
///
/// # Errors
/// When the store cannot be read, or the rule is written down elsewhere and cannot be changed from here.
pub(super) async fn find(
    setting: &Setting,
    house: &House,
    name: &str,
) -> anyhow::Result<Option<Item>> {
    if setting.config.rules.iter().any(|rule| rule.name == name) {
        bail!(
            "the rule `{name}` stands in the configuration {}, which comes before the store: change it there",
            setting.file()
        );
    }
    let mut known = house.loader.known().into_iter();
    let is_in_folder = |known: &KnownRule| match known.written {
        Written::Folder => known.source.name == name,
        Written::Configuration | Written::Store => false,
    };
    if let Some(known) = known.find(is_in_folder) {
        bail!(
            "the rule `{name}` is the file `{}` in the watched folder: put another one in its place, or take it away: the rule goes with it",
            known.source.location
        );
    }
    let items = house
        .store
        .items()
        .await
        .context("the definitions cannot be read")?;
    let item = items.into_iter().find(|item| item.key == key(name));
    let stack = item
        .as_ref()
        .and_then(|item| item.attributes.get("configured_in_stack")?.as_str());
    if let Some(stack) = stack {
        bail!("the rule `{name}` belongs to the stack `{stack}`: change it there");
    }
    Ok(item)
}

/// The item of a rule that must be there.
///
/// # Errors
/// As [`find`], and when there is none.
pub(super) async fn expect(
    setting: &Setting,
    house: &House,
    definitions: &Definitions,
    name: &str,
) -> anyhow::Result<Item> {
    if let Some(item) = find(setting, house, name).await? {
        return Ok(item);
    }
    let known: Vec<&str> = definitions.rules.keys().map(String::as_str).collect();
    let known = if known.is_empty() {
        String::from("it has none")
    } else {
        format!("it has {}", known.join(", "))
    };
    bail!(
        "the store has no rule `{name}`; {known}. `reveille rule list` says where each comes from"
    )
}

/// A rule as an item; what is as by default is left out.
pub(super) fn item(source: &RuleSource) -> Item {
    let mut attributes = Map::new();
    attributes.insert(String::from("location"), json!(source.location));
    if let Some(sha256) = &source.sha256 {
        attributes.insert(String::from("sha256"), json!(sha256));
    }
    if source.tier != Tier::default() {
        attributes.insert(String::from("tier"), json!(source.tier));
    }
    if source.wasi {
        attributes.insert(String::from("wasi"), json!(true));
    }
    if !source.data.is_empty() {
        attributes.insert(String::from("data"), json!(source.data));
    }
    Item {
        key: key(&source.name),
        attributes,
    }
}

/// The same item with another pin, or with none.
pub(super) fn pinned(mut item: Item, sha256: Option<&str>) -> Item {
    match sha256 {
        Some(sha256) => item
            .attributes
            .insert(String::from("sha256"), Value::from(sha256)),
        None => item.attributes.remove("sha256"),
    };
    item
}

/// Names of the schedules that use a rule; those that are set aside are not known to.
pub(super) fn users<'a>(definitions: &'a Definitions, name: &str) -> Vec<&'a str> {
    let uses = definitions
        .schedules
        .values()
        .filter(|schedule| schedule.rules.iter().any(|used| used.name == name));
    uses.map(|schedule| schedule.name.as_str()).collect()
}

/// Something that is done with a rule.
pub(super) struct Deed<'a> {
    /// The change.
    pub(super) change: Change,
    /// Name of the rule.
    pub(super) rule: &'a str,
    /// The command: `rule add`.
    pub(super) action: &'static str,
    /// What exactly: the version and where it comes from.
    pub(super) reason: String,
}

/// Does it, with an audit record for the rule and for each schedule that uses it.
///
/// # Errors
/// When the store cannot be written; nothing is done then.
pub(super) async fn commit(
    setting: &Setting,
    house: &House,
    definitions: &Definitions,
    deed: Deed<'_>,
) -> anyhow::Result<()> {
    let at = setting.clock.now();
    let by = operator();
    let of_rule = key(deed.rule).to_string();
    let users = users(definitions, deed.rule).into_iter().map(str::to_owned);
    let mut changes = vec![deed.change];
    changes.extend([of_rule].into_iter().chain(users).map(|schedule| {
        Change::Audit(AuditRecord {
            at,
            schedule,
            subject: AuditSubject::Command,
            action: deed.action.to_owned(),
            servers: Vec::new(),
            by: by.clone(),
            room: ROOM.to_owned(),
            reason: deed.reason.clone(),
            error: None,
        })
    }));
    house
        .store
        .commit(&changes)
        .await
        .context("nothing was changed")
}

/// Who is at the terminal, as far as the system says.
fn operator() -> String {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| String::from("operator"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn a_rule_is_read_from_its_item_as_it_was_written() {
        let source = RuleSource {
            name: "team-calendar".to_owned(),
            location: "oci://registry.example/team/calendar:1".to_owned(),
            sha256: Some("ab".repeat(32)),
            tier: Tier::Scripted,
            wasi: true,
            data: [("calendar".to_owned(), "feed".to_owned())].into(),
        };
        let read = |item| Definitions::read(&[item], chrono_tz::Asia::Seoul);
        let definitions = read(item(&source));
        assert!(definitions.faults.is_empty(), "{:?}", definitions.faults);
        assert_eq!(definitions.rules.get("team-calendar").unwrap(), &source);

        let unpinned = read(pinned(item(&source), None));
        assert_eq!(unpinned.rules.get("team-calendar").unwrap().sha256, None);
        let plain = RuleSource {
            sha256: None,
            tier: Tier::Rule,
            wasi: false,
            data: std::collections::BTreeMap::new(),
            ..source
        };
        assert_eq!(item(&plain).attributes.len(), 1);
    }
}
