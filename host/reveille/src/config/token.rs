//! Who may speak to the webhook.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    ConfigError, Variables, env,
    given::Given,
    secret::{self, RawSecret, Secret, SecretPlace, SecretText},
};

/// A token of JANDI's, and what it may see.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// Where it is.
    pub(crate) secret: Secret,
    /// Names of schedules; none is all.
    pub(crate) schedules: Option<BTreeSet<String>>,
}

impl Token {
    /// One that everybody may know, and that sees everything.
    pub(crate) fn known(key: &str, token: &str) -> Self {
        let place = SecretPlace::Variable {
            name: key.to_owned(),
            text: SecretText::new(token),
        };
        Self {
            secret: Secret {
                key: key.to_owned(),
                place,
            },
            schedules: None,
        }
    }
}

/// A secret, and what it may see.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawToken {
    /// An older word for `value`.
    token: Option<SecretText>,
    value: Option<SecretText>,
    env: Option<String>,
    file: Option<PathBuf>,
    ssm: Option<String>,
    secret: Option<String>,
    field: Option<String>,
    schedules: Option<BTreeSet<String>>,
}

/// The tokens of a list between commas; they see everything.
pub(super) fn listed(list: &str) -> Result<Vec<Token>, ConfigError> {
    list.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let key = env::ENV_TOKENS;
            let place = secret::variable(key.to_owned(), Some(part))
                .map_err(|remedy| Given::new(key, "…").wrong(remedy))?;
            Ok(Token {
                secret: Secret {
                    key: key.to_owned(),
                    place,
                },
                schedules: None,
            })
        })
        .collect()
}

impl RawToken {
    /// The token that is the `number`th of its list.
    pub(super) fn check(
        self,
        number: usize,
        folder: &Path,
        variables: Variables<'_>,
    ) -> Result<Token, ConfigError> {
        let key = format!("jandi.tokens[{}]", number + 1);
        if self.token.is_some() && self.value.is_some() {
            return Err(Given::new(key, "…").wrong(
                "`token` and `value` are two words for the same; give exactly one of them",
            ));
        }
        let raw = RawSecret {
            value: self.token.or(self.value),
            env: self.env,
            file: self.file,
            ssm: self.ssm,
            secret: self.secret,
            field: self.field,
        };
        Ok(Token {
            secret: raw.check(key, folder, variables)?,
            schedules: self.schedules,
        })
    }
}
