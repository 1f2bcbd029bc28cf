//! Who may speak to the webhook.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{ConfigError, Variables};

/// A token of JANDI's, and what it may see.
#[derive(Clone)]
pub(crate) struct Token {
    /// The secret.
    pub(crate) secret: String,
    /// Names of schedules; none is all.
    pub(crate) schedules: Option<BTreeSet<String>>,
}

/// Never shows the secret.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("schedules", &self.schedules)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawToken {
    token: Option<String>,
    file: Option<PathBuf>,
    env: Option<String>,
    schedules: Option<BTreeSet<String>>,
}

/// The tokens of a list between commas; they see everything.
pub(super) fn listed(list: &str) -> impl Iterator<Item = Token> {
    list.split(',')
        .map(str::trim)
        .filter(|secret| !secret.is_empty())
        .map(|secret| Token {
            secret: secret.to_owned(),
            schedules: None,
        })
}

impl RawToken {
    pub(super) fn check(
        self,
        folder: &Path,
        variables: Variables<'_>,
    ) -> Result<Token, ConfigError> {
        let value = |value: &str, remedy: String| ConfigError::Value {
            key: String::from("jandi.tokens"),
            value: value.into(),
            remedy,
        };
        let secret = match (self.token, self.file, self.env) {
            (Some(token), None, None) => token,
            (None, Some(file), None) => {
                let path = folder.join(file);
                std::fs::read_to_string(&path).map_err(|error| {
                    value(
                        &format!("file = {}", path.display()),
                        format!("the file cannot be read ({error})"),
                    )
                })?
            }
            (None, None, Some(name)) => variables(&name).ok_or_else(|| {
                value(
                    &format!("env = {name}"),
                    String::from("the variable is not set"),
                )
            })?,
            _ => {
                return Err(value(
                    "…",
                    String::from("give each token exactly one of `token`, `file` or `env`"),
                ));
            }
        };
        let secret = secret.trim().to_owned();
        if secret.is_empty() {
            return Err(value(
                "",
                String::from("a token is empty; copy it from the webhook's page in JANDI"),
            ));
        }
        Ok(Token {
            secret,
            schedules: self.schedules,
        })
    }
}
