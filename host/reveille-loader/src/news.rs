//! What happened to a rule: each thing once.

use std::fmt;

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
        /// Its own version.
        version: String,
        /// SHA-256 of its component.
        sha256: String,
        /// SHA-256 of the component that was in use before.
        before: Option<String>,
        /// Why it is trusted.
        grounds: Grounds,
        /// Whether it is the last good copy, because its place has not been read or has something bad.
        is_copy: bool,
    },
    /// What is at its place now is not taken.
    Refused {
        /// Why.
        cause: String,
        /// SHA-256 of the component that stays in use.
        kept: Option<String>,
    },
    /// Its place cannot be read.
    OutOfReach {
        /// Why.
        cause: String,
        /// SHA-256 of the component that stays in use.
        kept: Option<String>,
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
                sha256,
                before,
                grounds,
                is_copy,
            } => {
                write!(f, "version {version} ({}", short(sha256))?;
                if let Some(before) = before {
                    write!(f, ", {} before", short(before))?;
                }
                write!(f, ") is in use, {grounds}")?;
                if *is_copy {
                    f.write_str("; it is the last good copy")?;
                }
                Ok(())
            }
            Event::Refused { cause, kept } => {
                write!(f, "it is not taken: {cause}; {}", stays(kept.as_deref()))
            }
            Event::OutOfReach { cause, kept } => {
                write!(f, "{cause}; {}", stays(kept.as_deref()))
            }
            Event::WithinReach => f.write_str("its place can be read again"),
            Event::Unloaded => {
                f.write_str("it is wanted no more and unloaded; schedules that name it hold")
            }
        }
    }
}

/// What goes on meanwhile.
fn stays(kept: Option<&str>) -> String {
    match kept {
        Some(sha256) => format!("{} stays in use", short(sha256)),
        None => "it is not loaded, and schedules that name it hold".to_owned(),
    }
}

/// As much of a digest as people compare.
pub(crate) fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
