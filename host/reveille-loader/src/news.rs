//! What happened to a rule: each thing once.

use std::fmt;

use chrono::{DateTime, Utc};
use reveille_core::model::reply::RuleVersion;

use crate::trust::Grounds;

/// Something that people should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Name of the rule.
    pub rule: String,
    /// What happened to it.
    pub event: Event,
}

/// What happened to a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It is in use from now on.
    Taken {
        /// What is in use now.
        version: RuleVersion,
        /// What was in use before; the same when it is only wanted in another way.
        before: Option<RuleVersion>,
        /// Why it is trusted.
        grounds: Grounds,
        /// Whether it is the last good copy, because its place has not been read or has something bad.
        is_copy: bool,
    },
    /// What is at its place now is not taken.
    Refused {
        /// The version that it gives itself, as far as it could be asked.
        version: Option<String>,
        /// Why.
        cause: String,
        /// What stays in use.
        kept: Option<RuleVersion>,
    },
    /// Its place cannot be read.
    OutOfReach {
        /// The place, without anything secret.
        location: String,
        /// Why.
        cause: String,
        /// Since when.
        since: DateTime<Utc>,
        /// What stays in use.
        kept: Option<RuleVersion>,
    },
    /// Its place can be read again, and has what is in use.
    WithinReach,
    /// Nobody wants it any more: schedules that name it hold.
    Unloaded,
}

impl News {
    /// Whether somebody has to do something.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self.event {
            Event::Refused { .. } | Event::OutOfReach { .. } => true,
            Event::Taken { .. } | Event::WithinReach | Event::Unloaded => false,
        }
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}`: ", self.rule)?;
        match &self.event {
            Event::Taken {
                version,
                before,
                grounds,
                is_copy,
            } => {
                write!(f, "version {} ({}", version.version, short(&version.sha256))?;
                if let Some(before) = before
                    && before.sha256 != version.sha256
                {
                    write!(f, ", {} before", short(&before.sha256))?;
                }
                write!(f, ") is in use, {grounds}")?;
                if *is_copy {
                    f.write_str("; it is the last good copy")?;
                }
                Ok(())
            }
            Event::Refused {
                version,
                cause,
                kept,
            } => {
                match version {
                    Some(version) => write!(f, "version {version} is not taken")?,
                    None => f.write_str("it is not taken")?,
                }
                write!(f, ": {cause}; {}", stays(kept.as_ref()))
            }
            Event::OutOfReach { cause, kept, .. } => {
                write!(f, "{cause}; {}", stays(kept.as_ref()))
            }
            Event::WithinReach => f.write_str("its place can be read again"),
            Event::Unloaded => {
                f.write_str("it is wanted no more and unloaded; schedules that name it hold")
            }
        }
    }
}

/// What goes on meanwhile.
fn stays(kept: Option<&RuleVersion>) -> String {
    match kept {
        Some(kept) => format!("{} stays in use", short(&kept.sha256)),
        None => "it is not loaded, and schedules that name it hold".to_owned(),
    }
}

/// As much of a digest as people compare.
pub(crate) fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
