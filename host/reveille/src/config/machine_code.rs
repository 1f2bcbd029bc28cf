//! Machine code that hosts share, under `[sandbox]`: `cache = "s3://…"`, `key`, `target`.

use std::path::Path;

use super::{ConfigError, Secret, given::Given};

/// How the place begins.
const SCHEME: &str = "s3://";

/// Where machine code is shared, and for whom.
#[derive(Debug, Clone)]
pub(crate) struct SharedConfig {
    /// `s3://bucket/prefix`, without a slash at its end.
    pub(crate) place: String,
    /// With what it is marked.
    pub(crate) key: Secret,
    /// The hosts that load it: a word of [`TARGETS`] and its triple.
    pub(crate) target: (&'static str, &'static str),
}

/// What hosts without a compiler run on: Lambda's two architectures.
const TARGETS: [(&str, &str); 2] = [
    ("x86-64", "x86_64-unknown-linux-gnu"),
    ("arm64", "aarch64-unknown-linux-gnu"),
];

/// What to do about a place without a key.
const KEY: &str = "whoever can write there could make code run here. Set `[sandbox] key`, the same for all hosts, to 32 \
                   random bytes, as `openssl rand -hex 32` prints them: `key = { ssm = \"/reveille/code-key\" }`";

/// Whether a cache is one that hosts share.
pub(super) fn is_shared(cache: &Path) -> bool {
    cache
        .to_str()
        .is_some_and(|cache| cache.starts_with(SCHEME))
}

/// What is shared; nothing where the cache is a folder.
pub(super) fn check(
    cache: Option<&Path>,
    key: Option<Secret>,
    target: Option<String>,
) -> Result<Option<SharedConfig>, ConfigError> {
    let Some(cache) = cache.filter(|cache| is_shared(cache)) else {
        let unused = |key: &str| {
            Err(Given::new(key, "…").wrong(
                "it is for machine code that hosts share: set `[sandbox] cache` to `s3://bucket/prefix`, or take this out",
            ))
        };
        return match (key, target) {
            (Some(_), _) => unused("sandbox.key"),
            (None, Some(_)) => unused("sandbox.target"),
            (None, None) => Ok(None),
        };
    };
    let given = Given::new("sandbox.cache", cache.to_string_lossy());
    let place = given.value().trim_end_matches('/').to_owned();
    let named = place
        .strip_prefix(SCHEME)
        .and_then(|rest| rest.split_once('/'));
    if !named.is_some_and(|(bucket, prefix)| !bucket.is_empty() && !prefix.is_empty()) {
        return Err(given.wrong("write `s3://bucket/prefix`, or a folder"));
    }
    let key = key.ok_or_else(|| given.wrong(KEY))?;
    let target = Given::new("sandbox.target", target.as_deref().unwrap_or(TARGETS[0].0));
    let target = *TARGETS
        .iter()
        .find(|(word, _)| *word == target.value())
        .ok_or_else(|| target.wrong("write `x86-64` or `arm64`"))?;
    Ok(Some(SharedConfig { place, key, target }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::config::{Config, ConfigError};

    fn load(sandbox: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reveille.toml");
        std::fs::write(&path, format!("[sandbox]\n{sandbox}")).unwrap();
        Config::load(Some(&path), &|name| {
            (name == "KEY").then(|| "ab".repeat(32))
        })
        .map_err(|error: ConfigError| error.to_string())
    }

    #[test]
    fn a_bucket_is_shared_under_a_key_and_folders_stay_where_they_are() {
        let config = load("cache = \"s3://code/rules/\"\nkey = { env = \"KEY\" }").unwrap();
        let shared = config.taking.shared.as_ref().unwrap();
        assert_eq!(shared.place, "s3://code/rules");
        assert_eq!(shared.target.0, "x86-64");
        assert_eq!(config.secrets().count(), 1);
        assert!(config.compiled().unwrap().ends_with("reveille.db-compiled"));
        assert!(!format!("{config:?}").contains("abab"));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for (sandbox, said) in [
            ("cache = \"s3://code/rules\"", "openssl rand -hex 32"),
            ("key = { env = \"KEY\" }", "sandbox.key"),
            ("target = \"arm64\"", "sandbox.target"),
            (
                "cache = \"s3://code\"\nkey = { env = \"KEY\" }",
                "`s3://code`: write `s3://bucket/prefix`",
            ),
            (
                "cache = \"s3://code/x\"\nkey = { env = \"KEY\" }\ntarget = \"riscv\"",
                "`riscv`: write `x86-64` or `arm64`",
            ),
        ] {
            let error = load(sandbox).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
