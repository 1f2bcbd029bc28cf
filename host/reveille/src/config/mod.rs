//! The configuration: one TOML file, every key of which may be missing, and environment variables above it.

mod env;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use serde::Deserialize;
use thiserror::Error;

use reveille_core::model::{RuleSource, Tier, reply::Persona};

pub(crate) use env::{ENV_CONFIG, ENV_HELP};

/// Everything that the operator decides.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The embedded store's file.
    pub(crate) store_path: PathBuf,
    /// Where the webhook listens.
    pub(crate) listen: SocketAddr,
    /// Who may speak to the webhook.
    pub(crate) tokens: Vec<Token>,
    /// Zone of schedules that have none.
    pub(crate) timezone: Tz,
    /// Language of what is said where a schedule does not say.
    pub(crate) locale: String,
    /// How much of the character shows.
    pub(crate) persona: Persona,
    /// Rules that are not embedded.
    pub(crate) rules: Vec<RuleSource>,
    /// Name of the rule that has the words, when it is not the embedded one.
    pub(crate) formatter: Option<String>,
    /// How many times as fast as real ones simulated servers start and stop.
    pub(crate) simulation_speed: NonZeroU32,
}

/// How many times as fast as real ones simulated servers start and stop by default: an EC2 instance is up within 3
/// seconds, an RDS instance within 30, so that a demo shows every state and nobody has to wait.
const SIMULATION_SPEED: NonZeroU32 = NonZeroU32::new(10).unwrap();

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

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read the configuration `{path}`. Give its path with --config, or leave it out for the defaults"
    )]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not TOML of this shape.
    #[error("the configuration `{path}` cannot be used: {message}")]
    Malformed {
        /// Its path.
        path: PathBuf,
        /// Line, column and cause.
        message: String,
    },
    /// A value is not what it should be.
    #[error("{key} is `{value}`: {remedy}")]
    Value {
        /// The key or variable.
        key: String,
        /// What it is.
        value: String,
        /// What would be right.
        remedy: String,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConfig {
    store: RawStore,
    http: RawHttp,
    jandi: RawJandi,
    defaults: RawDefaults,
    simulation: RawSimulation,
    rules: Vec<RawRule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawStore {
    path: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawHttp {
    listen: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawJandi {
    tokens: Vec<RawToken>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawToken {
    token: Option<String>,
    file: Option<PathBuf>,
    env: Option<String>,
    schedules: Option<BTreeSet<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDefaults {
    timezone: Option<String>,
    locale: Option<String>,
    persona: Option<String>,
    formatter: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSimulation {
    speed: Option<NonZeroU32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: String,
    path: String,
    sha256: Option<String>,
    #[serde(default)]
    tier: Tier,
    #[serde(default)]
    wasi: bool,
}

impl Config {
    /// Reads `path`, or the defaults when there is none, and the environment above it.
    pub(crate) fn load(
        path: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let raw = match path {
            None => RawConfig::default(),
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
                        path: path.to_owned(),
                        source,
                    })?;
                toml_edit::de::from_str(&text).map_err(|error| ConfigError::Malformed {
                    path: path.to_owned(),
                    message: error.to_string().trim_end().to_owned(),
                })?
            }
        };
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        Self::check(raw, folder, variable)
    }

    fn check(
        raw: RawConfig,
        folder: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let listen = variable(env::ENV_LISTEN)
            .map(|value| (env::ENV_LISTEN, value))
            .or(raw.http.listen.map(|value| ("http.listen", value)))
            .unwrap_or(("http.listen", String::from("127.0.0.1:8080")));
        let timezone = variable(env::ENV_TIMEZONE)
            .map(|value| (env::ENV_TIMEZONE, value))
            .or(raw
                .defaults
                .timezone
                .map(|value| ("defaults.timezone", value)))
            .unwrap_or(("defaults.timezone", String::from("Asia/Seoul")));
        let locale = variable(env::ENV_LOCALE)
            .map(|value| (env::ENV_LOCALE, value))
            .or(raw.defaults.locale.map(|value| ("defaults.locale", value)))
            .unwrap_or(("defaults.locale", String::from("ko")));
        let persona = variable(env::ENV_PERSONA)
            .map(|value| (env::ENV_PERSONA, value))
            .or(raw
                .defaults
                .persona
                .map(|value| ("defaults.persona", value)))
            .unwrap_or(("defaults.persona", String::from("light")));
        let mut tokens = raw
            .jandi
            .tokens
            .into_iter()
            .map(|token| token.check(folder, variable))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(more) = variable(env::ENV_TOKENS) {
            tokens.extend(
                more.split(',')
                    .map(str::trim)
                    .filter(|secret| !secret.is_empty())
                    .map(|secret| Token {
                        secret: secret.to_owned(),
                        schedules: None,
                    }),
            );
        }
        Ok(Self {
            store_path: variable(env::ENV_STORE)
                .map(PathBuf::from)
                .or(raw.store.path.map(|path| folder.join(path)))
                .unwrap_or_else(|| PathBuf::from("reveille.db")),
            listen: listen.1.parse().map_err(|_| ConfigError::Value {
                key: listen.0.into(),
                value: listen.1.clone(),
                remedy: "write an address and a port, such as `127.0.0.1:8080`".into(),
            })?,
            tokens,
            timezone: timezone.1.parse().map_err(|_| ConfigError::Value {
                key: timezone.0.into(),
                value: timezone.1.clone(),
                remedy: "write an IANA name, such as `Asia/Seoul`".into(),
            })?,
            locale: match locale.1.as_str() {
                "ko" | "en" => locale.1,
                _ => {
                    return Err(ConfigError::Value {
                        key: locale.0.into(),
                        value: locale.1,
                        remedy: "write `ko` or `en`".into(),
                    });
                }
            },
            persona: match persona.1.as_str() {
                "off" => Persona::Off,
                "light" => Persona::Light,
                "full" => Persona::Full,
                _ => {
                    return Err(ConfigError::Value {
                        key: persona.0.into(),
                        value: persona.1,
                        remedy: "write `off`, `light` or `full`".into(),
                    });
                }
            },
            rules: raw
                .rules
                .into_iter()
                .map(|rule| RuleSource {
                    path: folder.join(&rule.path).to_string_lossy().into_owned(),
                    name: rule.name,
                    sha256: rule.sha256,
                    tier: rule.tier,
                    wasi: rule.wasi,
                })
                .collect(),
            formatter: raw.defaults.formatter,
            simulation_speed: raw.simulation.speed.unwrap_or(SIMULATION_SPEED),
        })
    }
}

impl RawToken {
    fn check(
        self,
        folder: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
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
            (None, None, Some(name)) => variable(&name).ok_or_else(|| {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reveille.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(Some(&path), &|_| None).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_needs_to_be_configured() {
        let config = Config::load(None, &|_| None).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(config.timezone, chrono_tz::Asia::Seoul);
        assert!(config.tokens.is_empty());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = load("[http]\nlisten = \"127.0.0.1:1\"\nport = 7\n").unwrap_err();
        assert!(
            error.contains("line 3") && error.contains("port"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_is_quoted_with_what_would_be_right() {
        assert!(
            load("[http]\nlisten = \"here\"")
                .unwrap_err()
                .contains("`here`: write an address")
        );
        assert!(
            load("[defaults]\ntimezone = \"../x\"")
                .unwrap_err()
                .contains("IANA")
        );
        assert!(
            load("[defaults]\npersona = \"loud\"")
                .unwrap_err()
                .contains("`off`, `light` or `full`")
        );
        assert!(
            load("[defaults]\nlocale = \"fr\"")
                .unwrap_err()
                .contains("`ko` or `en`")
        );
    }

    #[test]
    fn a_token_comes_from_exactly_one_place() {
        let error = load("[jandi]\ntokens = [{ token = \"hush\", env = \"X\" }]").unwrap_err();
        assert!(
            error.contains("exactly one of") && !error.contains("hush"),
            "{error}"
        );
        assert!(
            load("[jandi]\ntokens = [{ env = \"X\" }]")
                .unwrap_err()
                .contains("`env = X`")
        );
        assert_eq!(
            load("[jandi]\ntokens = [{ token = \" a \" }]")
                .unwrap()
                .tokens[0]
                .secret,
            "a"
        );
    }

    #[test]
    fn the_environment_stands_above_the_file() {
        let config = Config::load(None, &|name| match name {
            "REVEILLE_HTTP_LISTEN" => Some("127.0.0.1:9".into()),
            "REVEILLE_JANDI_TOKENS" => Some("a, b".into()),
            _ => None,
        })
        .unwrap();
        assert_eq!(config.listen.port(), 9);
        assert_eq!(config.tokens.len(), 2);
    }

    #[test]
    fn a_secret_is_never_shown() {
        let config = load("[jandi]\ntokens = [{ token = \"hush-hush\" }]").unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }
}
