//! What a schedule says of the rule.

use std::fmt;

use reveille_sdk::{
    clock,
    types::{Minute, Want},
};

use crate::words;

/// Longest `lead` and `lag`, in minutes: a day. It bounds how far from a day an event can still matter to it.
pub const LONGEST_MARGIN: u16 = 24 * 60;

/// JSON Schema of [`Config`].
pub(crate) const SCHEMA: &str = r##"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "run": { "$ref": "#/$defs/entry" },
    "stop": { "$ref": "#/$defs/entry" },
    "hold": { "$ref": "#/$defs/entry" },
    "others": { "enum": ["run", "stop", "hold"] },
    "precedence": {
      "type": "array", "items": { "enum": ["run", "stop", "hold"] }, "minItems": 3, "maxItems": 3, "uniqueItems": true
    },
    "free": { "type": "boolean", "default": true },
    "name": { "type": "string", "default": "team calendar" },
    "data_required": { "type": "boolean", "default": true }
  },
  "$defs": {
    "entry": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "words": { "type": "array", "items": { "type": "string" } },
        "lead": { "type": "integer", "minimum": 0, "maximum": 1440, "default": 0 },
        "lag": { "type": "integer", "minimum": 0, "maximum": 1440, "default": 0 },
        "all_day": { "type": "string", "default": "whole" }
      }
    }
  }
}"##;

/// What a schedule says of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Events during which servers run.
    pub run: Entry,
    /// Events during which they are stopped.
    pub stop: Entry,
    /// Events during which each is left as it is.
    pub hold: Entry,
    /// What an event with none of the words means; nothing unless said.
    pub others: Option<Meaning>,
    /// Which meaning wins where events overlap, and which an event has that has words of several: the first.
    pub precedence: [Meaning; 3],
    /// Whether events count that do not block their time (TRANSP:TRANSPARENT), as all-day events often do not.
    pub free: bool,
    /// What reasons call the calendar.
    pub name: String,
    /// Whether the schedule holds as long as no feed is bound to the rule or has been fetched.
    pub data_required: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            run: Entry::default(),
            stop: Entry::default(),
            hold: Entry::default(),
            others: None,
            precedence: [Meaning::Hold, Meaning::Run, Meaning::Stop],
            free: true,
            name: "team calendar".to_owned(),
            data_required: true,
        }
    }
}

/// The events of one meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// Words of their titles or categories, in letters of either case.
    pub words: Vec<String>,
    /// Minutes by which it begins before a timed event, at most [`LONGEST_MARGIN`].
    pub lead: u16,
    /// Minutes by which it ends after a timed event, at most [`LONGEST_MARGIN`].
    pub lag: u16,
    /// What of its days an all-day event takes.
    pub all_day: AllDay,
}

/// What of its days an all-day event takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum AllDay {
    /// 00:00 to 24:00.
    #[default]
    Whole,
    /// These minutes of each, `[begin, end)`.
    Hours(Minute, Minute),
    /// Nothing: all-day events do not matter.
    Ignore,
}

/// What an event means for servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// They run.
    Run,
    /// They are stopped.
    Stop,
    /// Each is left as it is.
    Hold,
}

impl Meaning {
    pub(crate) const fn want(self) -> Want {
        match self {
            Self::Run => Want::Run,
            Self::Stop => Want::Stop,
            Self::Hold => Want::Hold,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// No event would mean anything.
    Nothing,
    /// A word with nothing in it, which every title has.
    EmptyWord,
    /// A lead or lag over [`LONGEST_MARGIN`].
    Margin(u16),
    /// A meaning that is not in `precedence`.
    Precedence,
    /// An `all_day` that is not understood.
    AllDay(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str(
                "no event means anything; write `words` into `run`, `stop` or `hold`, or what `others` mean",
            ),
            Self::EmptyWord => {
                f.write_str("`words` has an empty word, which every title has; write `others` for all events")
            }
            Self::Margin(minutes) => write!(
                f,
                "`lead` and `lag` are at most {LONGEST_MARGIN} minutes, not `{minutes}`"
            ),
            Self::Precedence => {
                f.write_str("`precedence` names each of `hold`, `run` and `stop` once")
            }
            Self::AllDay(text) => write!(
                f,
                "`{text}` is no part of a day; write `whole`, `ignore` or hours such as `09:00-18:00`"
            ),
        }
    }
}

impl std::error::Error for ConfigError {}

impl TryFrom<String> for AllDay {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        match text.as_str() {
            "whole" => return Ok(Self::Whole),
            "ignore" => return Ok(Self::Ignore),
            _ => {}
        }
        let hours = text.split_once('-').and_then(|(begin, end)| {
            let (begin, end) = (clock::time(begin.trim())?, clock::time(end.trim())?);
            (begin < end).then_some(Self::Hours(begin, end))
        });
        hours.ok_or(ConfigError::AllDay(text))
    }
}

impl Config {
    /// Whether it can be used.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), ConfigError> {
        let entries = [&self.run, &self.stop, &self.hold];
        if self.others.is_none() && entries.iter().all(|entry| entry.words.is_empty()) {
            return Err(ConfigError::Nothing);
        }
        for entry in entries {
            if entry.words.iter().any(|word| word.trim().is_empty()) {
                return Err(ConfigError::EmptyWord);
            }
            if let Some(minutes) = [entry.lead, entry.lag]
                .into_iter()
                .find(|minutes| *minutes > LONGEST_MARGIN)
            {
                return Err(ConfigError::Margin(minutes));
            }
        }
        let all = [Meaning::Run, Meaning::Stop, Meaning::Hold];
        if all.iter().all(|meaning| self.precedence.contains(meaning)) {
            Ok(())
        } else {
            Err(ConfigError::Precedence)
        }
    }

    /// What is said of the events of a meaning.
    pub(crate) const fn entry(&self, meaning: Meaning) -> &Entry {
        match meaning {
            Meaning::Run => &self.run,
            Meaning::Stop => &self.stop,
            Meaning::Hold => &self.hold,
        }
    }

    /// What an event with these texts, its title and its categories, means; nothing when it does not matter.
    pub(crate) fn meaning(&self, texts: &[String]) -> Option<Meaning> {
        let texts: Vec<String> = texts.iter().map(|text| words::lower(text)).collect();
        let has = |meaning: &Meaning| {
            self.entry(*meaning).words.iter().any(|word| {
                let word = words::lower(word);
                texts.iter().any(|text| words::has(text, &word))
            })
        };
        self.precedence.iter().copied().find(has).or(self.others)
    }

    /// How far down in `precedence` a meaning is; 0 wins.
    pub(crate) fn rank(&self, meaning: Meaning) -> usize {
        let all = &self.precedence;
        all.iter().take_while(|other| **other != meaning).count()
    }
}
