//! Where rules may come from and whose they may be: `[sandbox]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use reveille_loader::{FAR_EVERY, Keys, Trust};
use serde::Deserialize;

#[cfg(feature = "aws")]
use super::machine_code::{self, SharedConfig};
use super::{ConfigError, Secret, Variables, duration, given::Given, located, secret::RawSecret};

/// Bounds of `every`: a registry is asked once for every rule each time.
const SHORTEST_EVERY: Duration = Duration::from_secs(5);
const LONGEST_EVERY: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSandbox {
    cache: Option<PathBuf>,
    key: Option<RawSecret>,
    target: Option<String>,
    compile: Option<bool>,
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
    /// The folder of what this host keeps, when the operator says; none when that is empty.
    pub(super) cache: Option<PathBuf>,
    /// Where hosts share machine code.
    #[cfg(feature = "aws")]
    pub(crate) shared: Option<SharedConfig>,
    /// Whether rules are compiled here.
    pub(crate) compiles: bool,
}

impl RulesConfig {
    /// The key of machine code that is shared.
    pub(super) fn key(&self) -> Option<&Secret> {
        #[cfg(feature = "aws")]
        return self.shared.as_ref().map(|shared| &shared.key);
        #[cfg(not(feature = "aws"))]
        None
    }
}

impl RawSandbox {
    pub(super) fn check(
        self,
        folder: &Path,
        variables: Variables<'_>,
    ) -> Result<RulesConfig, ConfigError> {
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
        let key = self
            .key
            .map(|key| key.check("sandbox.key", folder, variables));
        let key = key.transpose()?;
        #[cfg(feature = "aws")]
        let shared = machine_code::check(self.cache.as_deref(), key, self.target)?;
        #[cfg(feature = "aws")]
        let is_shared = shared.is_some();
        #[cfg(not(feature = "aws"))]
        let is_shared = refuse_shared(
            self.cache.as_deref(),
            key.is_some() || self.target.is_some(),
        )?;
        let cache = self.cache.filter(|_| !is_shared).map(|cache| {
            if cache.as_os_str().is_empty() {
                cache
            } else {
                folder.join(cache)
            }
        });
        Ok(RulesConfig {
            trust,
            folder: self.folder.as_ref().map(|rules| folder.join(rules)),
            every,
            cache,
            #[cfg(feature = "aws")]
            shared,
            compiles: compiles(self.compile)?,
        })
    }
}

/// Whether rules are compiled here: where that can be done, unless the operator says no.
fn compiles(asked: Option<bool>) -> Result<bool, ConfigError> {
    let can = cfg!(feature = "compiler");
    match asked {
        Some(true) if !can => Err(Given::new("sandbox.compile", "true").wrong(
            "this build has no compiler. Take this out, and share machine code that a build with one has made",
        )),
        Some(asked) => Ok(asked),
        None => Ok(can),
    }
}

/// Nothing is shared without AWS.
#[cfg(not(feature = "aws"))]
fn refuse_shared(cache: Option<&Path>, has_more: bool) -> Result<bool, ConfigError> {
    match cache.and_then(Path::to_str) {
        Some(cache) if cache.starts_with("s3://") => {
            Err(Given::new("sandbox.cache", cache).wrong(super::WITHOUT_AWS))
        }
        Some(_) | None if has_more => Err(Given::new("sandbox.key", "…").wrong(super::WITHOUT_AWS)),
        Some(_) | None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(text: &str) -> Result<RulesConfig, String> {
        let raw: RawSandbox = toml_edit::de::from_str(text).unwrap();
        raw.check(Path::new("conf"), &|_| None)
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
