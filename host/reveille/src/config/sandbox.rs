//! Where rules may come from and whose they may be: `[sandbox]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use reveille_loader::{FAR_EVERY, Keys, Trust};
use serde::Deserialize;

use super::{ConfigError, duration, given::Given, located};

/// Bounds of `every`: a registry is asked once for every rule each time.
const SHORTEST_EVERY: Duration = Duration::from_secs(5);
const LONGEST_EVERY: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSandbox {
    pub(super) cache: Option<PathBuf>,
    keys: Vec<String>,
    trusted: Vec<String>,
    folder: Option<String>,
    every: Option<String>,
}

/// How rules get in.
#[derive(Debug, Clone)]
pub(crate) struct RulesConfig {
    /// Whose components are taken.
    pub(crate) trust: Trust,
    /// The watched folder.
    pub(crate) folder: Option<PathBuf>,
    /// How often places that are no files are looked at.
    pub(crate) every: Duration,
}

impl RawSandbox {
    pub(super) fn check(&self, folder: &Path) -> Result<RulesConfig, ConfigError> {
        let keys = Keys::new(&self.keys).map_err(|error| ConfigError::Rules {
            key: "sandbox.keys",
            cause: error.to_string(),
        })?;
        let places: Vec<String> = self
            .trusted
            .iter()
            .map(|place| located(folder, place))
            .collect();
        let trust = Trust::new(keys, &places).map_err(|error| ConfigError::Rules {
            key: "sandbox.trusted",
            cause: error.to_string(),
        })?;
        let every = match &self.every {
            None => FAR_EVERY,
            Some(text) => duration::read(
                &Given::new("sandbox.every", text.as_str()),
                SHORTEST_EVERY..=LONGEST_EVERY,
            )?,
        };
        Ok(RulesConfig {
            trust,
            folder: self.folder.as_ref().map(|rules| folder.join(rules)),
            every,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(text: &str) -> Result<RulesConfig, String> {
        let raw: RawSandbox = toml_edit::de::from_str(text).unwrap();
        raw.check(Path::new("conf"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_watched_and_nobody_is_trusted_unless_it_is_written() {
        let config = check("").unwrap();
        assert_eq!(config.folder, None);
        assert_eq!(config.every, FAR_EVERY);
    }

    #[test]
    fn folders_are_those_beside_the_configuration() {
        let config = check("folder = \"rules\"\nevery = \"5m\"\ntrusted = [\"rules/\"]").unwrap();
        assert_eq!(config.folder, Some(PathBuf::from("conf/rules")));
        assert_eq!(config.every, Duration::from_secs(300));
    }

    #[test]
    fn what_cannot_be_trusted_is_said_with_its_key() {
        let error = check("keys = [\"untrusted comment: x\"]").unwrap_err();
        assert!(error.starts_with("sandbox.keys: "), "{error}");
        let error = check("trusted = [\"https://example.com/\"]").unwrap_err();
        assert!(error.starts_with("sandbox.trusted: "), "{error}");
        let error = check("every = \"1s\"").unwrap_err();
        assert!(error.contains("`5s`"), "{error}");
    }
}
