//! A file of definitions, in YAML or TOML: schedules, periods, calendars and rules by name. Both say the same:
//!
//! ```yaml
//! periods:
//!   office-hours: { begintime: "09:30", endtime: "22:00", weekdays: mon-fri }
//! schedules:
//!   Development: { timezone: Asia/Seoul, periods: [office-hours] }
//! ```
//!
//! Every fault of a file is reported at once, with its line; a file with faults changes nothing.

mod difference;
mod node;
#[cfg(feature = "aws")]
pub(crate) mod scan;
#[cfg(test)]
mod tests;
mod toml;
mod writing;
mod yaml;

use std::{collections::HashMap, fmt, path::Path};

use chrono_tz::Tz;
use serde_json::{Map, Value};

use reveille_core::{
    model::{Definitions, Fault, Item, ItemKey},
    port::Rules,
};

pub(crate) use difference::{Difference, difference};
use node::{Node, NodeValue};
pub(crate) use writing::write;

/// The kinds that a file defines, as it names them and as items do. Items of other kinds are left alone.
pub(crate) const KINDS: [(&str, &str); 4] = [
    ("periods", "period"),
    ("schedules", "schedule"),
    ("calendars", CALENDAR),
    ("rules", "rule"),
];

/// The kind that people write from chat, too: what a file does not name of it is left as it is.
const CALENDAR: &str = "calendar";

const PERIOD_ATTRIBUTES: &[&str] = &[
    "begintime",
    "endtime",
    "weekdays",
    "monthdays",
    "months",
    "description",
    "configured_in_stack",
];
const SCHEDULE_ATTRIBUTES: &[&str] = &[
    "periods",
    "timezone",
    "description",
    "override_status",
    "stop_new_instances",
    "use_maintenance_window",
    "enforced",
    "hibernate",
    "retain_running",
    "ssm_maintenance_window",
    "configured_in_stack",
    "rules",
    "groups",
    "holiday_calendar",
    "notify",
    "quiet_hours",
    "warn_before_stop",
    "allow",
    "locale",
    "protect",
];
const CALENDAR_ATTRIBUTES: &[&str] = &["days", "description"];
const RULE_ATTRIBUTES: &[&str] = &["location", "sha256", "tier", "wasi", "data"];

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// What `aws dynamodb scan --output json` prints of a config table.
    #[cfg(feature = "aws")]
    Scan,
}

impl Language {
    /// By the ending of a path: `.toml`, with AWS `.json`, else YAML.
    pub(crate) fn of(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some(ending) if ending.eq_ignore_ascii_case("toml") => Self::Toml,
            #[cfg(feature = "aws")]
            Some(ending) if ending.eq_ignore_ascii_case("json") => Self::Scan,
            _ => Self::Yaml,
        }
    }
}

/// A fault with the line that it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileFault {
    /// 1 for the first line.
    pub(crate) line: usize,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

impl From<node::SyntaxError> for Vec<FileFault> {
    fn from(fault: node::SyntaxError) -> Self {
        vec![FileFault {
            line: fault.line,
            message: fault.message,
        }]
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a file's text into items, and has everything in them checked, by the rules too.
///
/// # Errors
/// All faults there are, by their lines.
pub(crate) fn read(
    text: &str,
    language: Language,
    zone: Tz,
    rules: &dyn Rules,
) -> Result<Vec<Item>, Vec<FileFault>> {
    checked_items(text, language, zone, rules).map_err(|mut faults| {
        // What is missing at the end would be told in the line after the last.
        let last_line = text.lines().count().max(1);
        for fault in &mut faults {
            fault.line = fault.line.min(last_line);
        }
        faults.sort();
        faults
    })
}

/// Reads a file's text into items that nobody has looked at: no rule is asked about them.
///
/// # Errors
/// What keeps the file from being read, by its lines.
pub(crate) fn items(text: &str, language: Language) -> Result<Vec<Item>, Vec<FileFault>> {
    let file = reading(text, language)?;
    if file.faults.is_empty() {
        Ok(file.items)
    } else {
        Err(file.faults)
    }
}

fn reading(text: &str, language: Language) -> Result<Reading, Vec<FileFault>> {
    let mut file = Reading::default();
    match language {
        Language::Yaml => file.root(&yaml::read(text)?),
        Language::Toml => file.root(&toml::read(text)?),
        #[cfg(feature = "aws")]
        Language::Scan => file.items(scan::read(text)?),
    }
    Ok(file)
}

fn checked_items(
    text: &str,
    language: Language,
    zone: Tz,
    rules: &dyn Rules,
) -> Result<Vec<Item>, Vec<FileFault>> {
    if text.len() as u64 > node::MAX_FILE_BYTES {
        let message = format!(
            "the file is over {} MiB",
            node::MAX_FILE_BYTES / 1024 / 1024
        );
        return Err(vec![FileFault { line: 1, message }]);
    }
    let mut file = reading(text, language)?;
    let mut seen = std::collections::BTreeSet::new();
    for fault in faults_of(&file.items, zone, rules) {
        let fault = FileFault {
            line: file.line_of(&fault),
            message: fault.to_string(),
        };
        // A broken period is a fault of every schedule that uses it: once is enough.
        if seen.insert(fault.clone()) {
            file.faults.push(fault);
        }
    }
    if file.faults.is_empty() {
        Ok(file.items)
    } else {
        Err(file.faults)
    }
}

/// Everything that is wrong with `items`, also to the rules.
pub(crate) fn faults_of(items: &[Item], zone: Tz, rules: &dyn Rules) -> Vec<Fault> {
    let definitions = Definitions::read(items, zone);
    let of_rules = definitions
        .schedules
        .values()
        .flat_map(|schedule| rules.check_schedule(schedule))
        .chain(faults_of_periods(items, &definitions, zone, rules));
    definitions.faults.iter().cloned().chain(of_rules).collect()
}

/// The attributes that a file may have for items of `kind`; none when it does not define them.
pub(crate) fn known_attributes(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "period" => Some(PERIOD_ATTRIBUTES),
        "schedule" => Some(SCHEDULE_ATTRIBUTES),
        CALENDAR => Some(CALENDAR_ATTRIBUTES),
        "rule" => Some(RULE_ATTRIBUTES),
        _ => None,
    }
}

/// What the rules cannot read in periods, also in those that no schedule uses or whose schedule is set aside.
fn faults_of_periods(
    items: &[Item],
    definitions: &Definitions,
    zone: Tz,
    rules: &dyn Rules,
) -> Vec<Fault> {
    let names: Vec<&String> = definitions.periods.keys().collect();
    if names.is_empty() {
        return Vec::new();
    }
    let probe = Item {
        key: ItemKey {
            kind: String::from("schedule"),
            name: String::from("all-periods"),
        },
        attributes: Map::from_iter([(
            String::from("periods"),
            Value::from_iter(names.into_iter().cloned()),
        )]),
    };
    let periods = items
        .iter()
        .filter(|item| item.key.kind == "period")
        .cloned();
    let probed = Definitions::read(&periods.chain([probe]).collect::<Vec<_>>(), zone);
    probed
        .schedules
        .values()
        .flat_map(|schedule| rules.check_schedule(schedule))
        .collect()
}

#[derive(Default)]
struct Reading {
    items: Vec<Item>,
    faults: Vec<FileFault>,
    /// Line of each item, and of each of its attributes.
    lines: HashMap<(String, String), usize>,
}

impl Reading {
    #[cfg(feature = "aws")]
    fn items(&mut self, items: Vec<(usize, Item)>) {
        for (line, item) in items {
            self.lines
                .insert((item.key.to_string(), String::new()), line);
            self.items.push(item);
        }
    }

    fn fault(&mut self, line: usize, message: String) {
        self.faults.push(FileFault { line, message });
    }

    fn root(&mut self, root: &Node) {
        let NodeValue::Map(entries) = &root.value else {
            self.fault(
                root.line,
                String::from("the file must hold `periods`, `schedules`, `calendars` and `rules`, each by name"),
            );
            return;
        };
        for entry in entries {
            let Some((_, kind)) = KINDS.into_iter().find(|(plural, _)| *plural == entry.key) else {
                self.fault(
                    entry.line,
                    format!(
                        "`{}` is not known here; write `periods`, `schedules`, `calendars` or `rules`",
                        entry.key
                    ),
                );
                continue;
            };
            match &entry.node.value {
                NodeValue::Null => {}
                NodeValue::Map(items) => {
                    for item in items {
                        self.item(kind, &item.key, item.line, &item.node);
                    }
                }
                NodeValue::Bool(_)
                | NodeValue::Number(_)
                | NodeValue::Text(_)
                | NodeValue::List(_) => self.fault(
                    entry.line,
                    format!(
                        "`{}` is {}; write a name for each, with its attributes under it",
                        entry.key,
                        entry.node.what()
                    ),
                ),
            }
        }
    }

    fn item(&mut self, kind: &str, name: &str, line: usize, node: &Node) {
        let known = known_attributes(kind).unwrap_or_default();
        let texts: &[&str] = match kind {
            "period" => PERIOD_ATTRIBUTES,
            "schedule" => &[
                "periods",
                "ssm_maintenance_window",
                "notify",
                "allow",
                "protect",
            ],
            _ => &[],
        };
        let NodeValue::Map(entries) = &node.value else {
            self.fault(
                line,
                format!(
                    "{kind} `{name}` is {}; write its attributes under it",
                    node.what()
                ),
            );
            return;
        };
        self.lines
            .insert((format!("{kind} {name}"), String::new()), line);
        let mut attributes = Map::new();
        for entry in entries {
            if !known.contains(&entry.key.as_str()) {
                let nearest = known
                    .iter()
                    .map(|known| (strsim::damerau_levenshtein(known, &entry.key), known))
                    .min()
                    .filter(|(distance, _)| *distance <= 3);
                let remedy = nearest.map_or_else(
                    || format!("known are {}", known.join(", ")),
                    |(_, nearest)| format!("did you mean `{nearest}`?"),
                );
                self.fault(
                    entry.line,
                    format!(
                        "{kind} {name}: `{}` is not an attribute; {remedy}",
                        entry.key
                    ),
                );
                continue;
            }
            self.lines
                .insert((format!("{kind} {name}"), entry.key.clone()), entry.line);
            let node = if texts.contains(&entry.key.as_str()) {
                entry.node.numbers_as_texts()
            } else {
                entry.node.clone()
            };
            if node.value != NodeValue::Null {
                attributes.insert(entry.key.clone(), node.to_json());
            }
        }
        self.items.push(Item {
            key: ItemKey {
                kind: kind.to_owned(),
                name: name.to_owned(),
            },
            attributes,
        });
    }

    fn line_of(&self, fault: &Fault) -> usize {
        let line = |attribute: &str| {
            self.lines
                .get(&(fault.item.clone(), attribute.to_owned()))
                .copied()
        };
        line(&fault.attribute).or_else(|| line("")).unwrap_or(1)
    }
}
