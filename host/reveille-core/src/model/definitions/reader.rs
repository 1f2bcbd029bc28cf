//! Attributes of an item, read by type; what is wrong is collected, not thrown.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::super::Fault;

/// Longest quotation of a value in a fault, in characters: it is one line of a chat message.
const QUOTED_CHARS: usize = 60;
/// Longest word for which a similar one is looked for, in bytes: comparing takes the product of both lengths.
const SIMILAR_BYTES: usize = 64;

/// Most faults of one item that are told one by one: whoever mends these sees the rest then.
const MOST_FAULTS: usize = 32;

/// Reads the attributes of one item, or of one entry in a list of it.
pub(super) struct Reader<'a> {
    item: String,
    /// The list's attribute and the number of the entry.
    entry: Option<(&'a str, usize)>,
    attributes: &'a Map<String, Value>,
    faults: Vec<Fault>,
    /// How many faults are not told.
    untold: usize,
}

impl<'a> Reader<'a> {
    /// `item` is its name for people: `schedule seoul`.
    pub(super) fn new(item: impl Into<String>, attributes: &'a Map<String, Value>) -> Self {
        Self {
            item: item.into(),
            entry: None,
            attributes,
            faults: Vec::new(),
            untold: 0,
        }
    }

    /// A reader of `entry`, the `number`th of the list `attribute`, counted from one; its faults go back with
    /// [`Reader::absorb`].
    pub(super) fn entry<'b>(
        &self,
        attribute: &'b str,
        number: usize,
        entry: &'b Map<String, Value>,
    ) -> Reader<'b> {
        Reader {
            item: self.item.clone(),
            entry: Some((attribute, number)),
            attributes: entry,
            faults: Vec::new(),
            untold: 0,
        }
    }

    /// Takes over the faults of an entry.
    pub(super) fn absorb(&mut self, entry: Reader<'_>) {
        self.untold += entry.untold;
        for fault in entry.faults {
            self.push(fault);
        }
    }

    /// Everything that was wrong.
    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        if let (Some(last), 1..) = (self.faults.last(), self.untold) {
            let more = Fault {
                message: format!("and {} more faults; mend these first", self.untold),
                ..last.clone()
            };
            self.faults.push(more);
        }
        self.faults
    }

    /// Adds a fault.
    pub(super) fn fault(&mut self, attribute: &str, message: impl Into<String>) {
        let message = message.into();
        let (attribute, message) = match self.entry {
            Some((list, number)) => (list, format!("entry {number}, `{attribute}`: {message}")),
            None => (attribute, message),
        };
        let fault = Fault {
            item: self.item.clone(),
            attribute: attribute.into(),
            message,
        };
        self.push(fault);
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.untold += 1;
        }
    }

    /// What to do about `word`, which is none of `known`: the one that was most likely meant, else `remedy`. Looked for
    /// only while faults are told, since thousands of wrong words in one item must not hold up the others.
    pub(super) fn hint<'b>(
        &self,
        word: &str,
        known: impl Iterator<Item = &'b str>,
        remedy: &str,
    ) -> String {
        let meant = if self.faults.len() < MOST_FAULTS {
            similar(word, known)
        } else {
            None
        };
        meant.map_or_else(
            || remedy.to_owned(),
            |known| format!("did you mean {}?", quoted_text(known)),
        )
    }

    /// Faults every attribute that is not one of `known`: for entries, which nobody but Reveille reads.
    pub(super) fn only(&mut self, known: &[&str]) {
        for key in self.attributes.keys() {
            if !known.contains(&key.as_str()) {
                let hint = similar(key, known.iter().copied())
                    .map_or_else(|| known.join("`, `"), str::to_owned);
                self.fault(key, format!("is not known here; write `{hint}`"));
            }
        }
    }

    /// The value of `attribute`. NULL is the same as no attribute.
    pub(super) fn value(&self, attribute: &str) -> Option<&'a Value> {
        self.attributes.get(attribute).filter(|v| !v.is_null())
    }

    /// A text.
    pub(super) fn text(&mut self, attribute: &str) -> Option<String> {
        match self.value(attribute)? {
            Value::String(text) => Some(text.clone()),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => {
                self.wrong_type(attribute, other, "a text");
                None
            }
        }
    }

    /// A text without the spaces around it; an empty one is none.
    pub(super) fn word(&mut self, attribute: &str) -> Option<String> {
        let text = self.text(attribute)?;
        let word = text.trim();
        (!word.is_empty()).then(|| word.to_owned())
    }

    /// A truth, or the text `true` or `false` in any case.
    pub(super) fn truth(&mut self, attribute: &str) -> Option<bool> {
        let value = self.value(attribute)?;
        let truth = match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            Value::String(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)
            | Value::Null => None,
        };
        if truth.is_none() {
            self.fault(
                attribute,
                format!("{} is neither; write `true` or `false`", quoted(value)),
            );
        }
        truth
    }

    /// A set of texts, or a text with commas between them; without the spaces around each. In a table that AWS
    /// Instance Scheduler reads, the second of `p1, p2` is looked for with its space and not found.
    pub(super) fn texts(&mut self, attribute: &str) -> Option<Vec<String>> {
        let elements: Vec<&str> = match self.value(attribute)? {
            Value::String(text) => text.split(',').collect(),
            Value::Array(values) if values.is_empty() => {
                self.fault(
                    attribute,
                    "is an empty set; name at least one, or leave the attribute out",
                );
                return None;
            }
            Value::Array(values) => {
                let mut texts = Vec::with_capacity(values.len());
                let mut all_texts = true;
                for value in values {
                    if let Value::String(text) = value {
                        texts.push(text.as_str());
                    } else {
                        all_texts = false;
                        self.wrong_type(attribute, value, "a text");
                    }
                }
                if !all_texts {
                    return None;
                }
                texts
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                self.wrong_type(
                    attribute,
                    other,
                    "a set of texts, or a text with commas between them",
                );
                return None;
            }
        };
        let elements: Vec<String> = elements.iter().map(|text| text.trim().to_owned()).collect();
        if elements.iter().any(String::is_empty) {
            self.fault(
                attribute,
                match elements.len() {
                    1 => "is empty; name at least one, or leave the attribute out",
                    _ => "has an empty element; take out the extra comma or element",
                },
            );
            return None;
        }
        Some(elements)
    }

    /// A list of structures, or the JSON text of one; a single structure is a list of one.
    pub(super) fn list(&mut self, attribute: &str) -> Option<Vec<Value>> {
        match self.value(attribute)? {
            Value::Array(values) => Some(values.clone()),
            Value::Object(entry) => Some(vec![Value::Object(entry.clone())]),
            text @ Value::String(json) => match serde_json::from_str(json) {
                Ok(Value::Array(values)) => Some(values),
                Ok(Value::Object(entry)) => Some(vec![Value::Object(entry)]),
                Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
                    self.fault(
                        attribute,
                        format!("{} is not JSON of a list; write a list such as `[{{\"name\": \"…\"}}]`", quoted(text)),
                    );
                    None
                }
            },
            other @ (Value::Bool(_) | Value::Number(_) | Value::Null) => {
                self.wrong_type(attribute, other, "a list");
                None
            }
        }
    }

    /// Faults `value` for its type.
    pub(super) fn wrong_type(&mut self, attribute: &str, value: &Value, expected: &str) {
        let actual = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a structure",
        };
        self.fault(
            attribute,
            format!("{} is {actual}; write {expected}", quoted(value)),
        );
    }
}

/// `value` between backticks, cut when it is long.
pub(super) fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => quoted_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            quoted_text(&value.to_string())
        }
    }
}

/// `text` between backticks, cut when it is long, without control characters.
pub(super) fn quoted_text(text: &str) -> String {
    let mut quoted = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED_CHARS {
            quoted.push('…');
            break;
        }
        if c.is_control() {
            // Writing into a string does not fail.
            let _ = write!(quoted, "{}", c.escape_default());
        } else {
            quoted.push(c);
        }
    }
    quoted.push('`');
    quoted
}

/// The word of `known` that `word` was most likely meant to be.
fn similar<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > SIMILAR_BYTES {
        return None;
    }
    let word = word.to_lowercase();
    let furthest = (word.chars().count() / 3).clamp(1, 3);
    known
        .filter(|known| known.len() <= SIMILAR_BYTES)
        .map(|known| {
            (
                strsim::damerau_levenshtein(&word, &known.to_lowercase()),
                known,
            )
        })
        .filter(|(distance, _)| *distance <= furthest)
        .min()
        .map(|(_, known)| known)
}
