//! What a schedule says of the rule.

use std::fmt;

use crate::{
    calendar::Occasion,
    holiday::{Holiday, Locale, bare},
    overlay::Overlay,
};

/// JSON Schema of [`Config`].
pub(crate) const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "policy": { "enum": ["off", "skip-starts"], "default": "off" },
    "ignore": { "type": "array", "items": { "type": "string" } },
    "days": { "type": "array", "items": { "type": "string" } },
    "data_required": { "type": "boolean", "default": false },
    "locale": { "enum": ["ko", "en"], "default": "ko" }
  }
}"#;

/// What a schedule says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What a holiday does to the day.
    pub policy: Policy,
    /// Holidays that are no days off here, with the days that make up for them.
    pub ignore: Ignored,
    /// Days added and taken out, above those of the data: the same lines.
    pub days: Overlay,
    /// Whether the schedule holds as long as no data is bound to the rule or has been fetched.
    pub data_required: bool,
    /// In which language holidays are named.
    pub locale: Locale,
}

/// What a holiday does to the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The day is off like a Sunday: everything is stopped, all day.
    #[default]
    Off,
    /// Nothing is started. What runs already is stopped when it would be on any other day.
    SkipStarts,
}

/// Holidays that are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Ignored {
    holidays: Vec<Holiday>,
    /// Whether no day makes up for any holiday.
    substitutes: bool,
}

impl Ignored {
    /// Whether this does not make a day a day off.
    pub fn has(&self, occasion: Occasion) -> bool {
        let is_substitute = matches!(occasion, Occasion::Substitute(_));
        (is_substitute && self.substitutes) || self.holidays.contains(&occasion.holiday())
    }
}

/// A name that no holiday has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownHoliday(String);

impl fmt::Display for UnknownHoliday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no holiday that is known; known are ", self.0)?;
        for holiday in Holiday::ALL {
            write!(f, "{}, ", holiday.name(Locale::Ko))?;
        }
        f.write_str("대체공휴일")
    }
}

impl TryFrom<Vec<String>> for Ignored {
    type Error = UnknownHoliday;

    fn try_from(names: Vec<String>) -> Result<Self, UnknownHoliday> {
        let mut ignored = Self::default();
        for name in names {
            let meant = Holiday::meant_by(&name);
            if ["대체공휴일", "대체휴일", "substitutes"].contains(&bare(&name).as_str()) {
                ignored.substitutes = true;
            } else if meant.is_empty() {
                return Err(UnknownHoliday(name));
            }
            ignored.holidays.extend(meant);
        }
        Ok(ignored)
    }
}
