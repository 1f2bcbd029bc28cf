//! What `reveille init` asks, and what it takes for an answer. Whether a value can be is for the configuration itself to
//! say.

use std::io::{BufRead, Write};

use toml_edit::Value;

use super::asking::{Asking, Question};
use crate::config::{Config, ENV_CONFIG_TOML, SecretText, looks_secret};

/// What was answered.
#[derive(Debug)]
pub(super) struct Answers {
    /// Whose servers, and where the program runs.
    pub(super) house: Kind,
    /// Where schedules are kept.
    pub(super) store: Store,
    /// Where the token of the outgoing webhook is, if there is one.
    pub(super) token: Option<Place>,
    /// Where the URL of the incoming webhook is, if there is one.
    pub(super) target: Option<Place>,
    /// An IANA name.
    pub(super) timezone: String,
    /// `ko` or `en`.
    pub(super) locale: String,
}

/// Whose servers, and where the program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody's, on this machine.
    Simulated,
    /// Those of AWS, in this region, from a machine or a container.
    Machine { region: String },
    /// The same from a function of Lambda.
    Lambda { region: String },
}

impl Kind {
    /// The region, where there is one.
    pub(super) fn region(&self) -> Option<&str> {
        match self {
            Self::Simulated => None,
            Self::Machine { region } | Self::Lambda { region } => Some(region),
        }
    }
}

/// Where schedules are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Store {
    /// In this file.
    File(String),
    /// In these tables.
    Tables { config: String, state: String },
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Env(String),
    File(String),
    Ssm(String),
    Secret {
        name: String,
        field: Option<String>,
    },
    /// In the configuration itself.
    Value(SecretText),
}

/// How a place is written.
const PLACES: &str = "`env:NAME`, `file:PATH`, `ssm:/NAME`, `secret:NAME#FIELD`";

/// What to do in a build that cannot do what is asked of it.
const OTHER_BUILD: &str = "this build has none of it. Build it with `cargo build --features aws`";

/// Tables that nobody has given another name; `deploy/` gives them the same.
const TABLES: &str = "dynamodb:reveille-config,reveille-state";

impl Answers {
    /// Asks everything.
    ///
    /// # Errors
    /// As [`Asking::ask`] and [`Asking::end`].
    pub(super) fn ask<R: BufRead, W: Write>(mut asking: Asking<R, W>) -> anyhow::Result<Self> {
        let house = kind(&mut asking)?;
        let store = match &house {
            // Those live in the file of the store.
            Kind::Simulated => "file:reveille.db",
            Kind::Machine { .. } | Kind::Lambda { .. } => TABLES,
        };
        let store = asking.ask(
            &Question {
                option: "store",
                text: "Where are schedules kept: file:PATH, or dynamodb:CONFIG-TABLE,STATE-TABLE?",
                default: store,
            },
            |typed| Store::read(typed, &house),
        )?;
        let token = asking.ask(
            &Question {
                option: "token",
                text: "Where will the token of JANDI's outgoing webhook be: env:NAME, file:PATH, ssm:/NAME,\n  \
                       secret:NAME#FIELD, or none to speak to it in the terminal only?",
                default: match house {
                    Kind::Simulated => "none",
                    Kind::Machine { .. } => "env:JANDI_TOKEN",
                    Kind::Lambda { .. } => "ssm:/reveille/jandi-token",
                },
            },
            |typed| match (typed, &house) {
                ("none", Kind::Simulated) => Ok(None),
                ("none", Kind::Machine { .. } | Kind::Lambda { .. }) => Err(format!(
                    "without a token nobody could speak to it; write one of {PLACES}"
                )),
                (_, house) => Place::read(typed, house).map(Some),
            },
        )?;
        let target = asking.ask(
            &Question {
                option: "target",
                text: "Where will the URL of JANDI's incoming webhook be, for warnings and news: the same words,\n  \
                       or none?",
                default: "none",
            },
            |typed| match typed {
                "none" => Ok(None),
                _ if cfg!(not(feature = "remote")) => Err(OTHER_BUILD.to_owned()),
                _ => {
                    let place = Place::read(typed, &house)?;
                    if let Place::Value(url) = &place
                        && !url.expose().starts_with("http")
                    {
                        return Err(
                            "that is no URL; copy the whole of it, from `https://` on".to_owned()
                        );
                    }
                    Ok(Some(place))
                }
            },
        )?;
        let timezone = asking.ask(
            &Question {
                option: "timezone",
                text: "In which time zone do people work?",
                default: "Asia/Seoul",
            },
            zone,
        )?;
        let locale = asking.ask(
            &Question {
                option: "locale",
                text: "In which language does it speak: ko or en?",
                default: "ko",
            },
            |typed| one_of(typed, &["ko", "en"]),
        )?;
        asking.end()?;
        Ok(Self {
            house,
            store,
            token,
            target,
            timezone,
            locale,
        })
    }
}

fn kind<R: BufRead, W: Write>(asking: &mut Asking<R, W>) -> anyhow::Result<Kind> {
    let servers = Question {
        option: "servers",
        text: "Whose servers: simulated, to try it, or aws?",
        default: "simulated",
    };
    let servers = asking.ask(&servers, |typed| {
        let servers = one_of(typed, &["simulated", "aws"])?;
        if servers == "aws" && cfg!(not(feature = "aws")) {
            return Err(OTHER_BUILD.to_owned());
        }
        Ok(servers)
    })?;
    if servers == "simulated" {
        return Ok(Kind::Simulated);
    }
    let home = Question {
        option: "home",
        text: "Where does Reveille run: machine (also a container), or lambda?",
        default: "machine",
    };
    let home = asking.ask(&home, |typed| one_of(typed, &["machine", "lambda"]))?;
    let region = Question {
        option: "region",
        text: "In which region of AWS are the servers?",
        default: "ap-northeast-2",
    };
    let region = asking.ask(&region, |typed| {
        can_be(&format!("[aws]\nregion = {}", quoted(typed)))?;
        Ok(typed.to_owned())
    })?;
    Ok(if home == "lambda" {
        Kind::Lambda { region }
    } else {
        Kind::Machine { region }
    })
}

impl Store {
    fn read(typed: &str, house: &Kind) -> Result<Self, String> {
        let store = match typed.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Self::File(path.to_owned()),
            Some(("dynamodb", tables)) => {
                let (config, state) = tables
                    .split_once(',')
                    .ok_or_else(|| format!("it takes two tables, as in `{TABLES}`"))?;
                Self::Tables {
                    config: config.trim().to_owned(),
                    state: state.trim().to_owned(),
                }
            }
            _ => return Err(format!("write `file:PATH`, or tables as in `{TABLES}`")),
        };
        match (&store, house) {
            (Self::Tables { .. }, Kind::Simulated) => Err(
                "simulated servers live in the store's file; write `file:PATH`, or begin with the servers of `aws`"
                    .to_owned(),
            ),
            (Self::File(_), Kind::Lambda { .. }) => Err(format!(
                "a function keeps no files; write tables, as in `{TABLES}`"
            )),
            (Self::Tables { .. }, Kind::Machine { region } | Kind::Lambda { region }) => {
                let region = quoted(region);
                can_be(&format!("{}\n[aws]\nregion = {region}", store.section()))?;
                Ok(store)
            }
            (Self::File(_), Kind::Simulated | Kind::Machine { .. }) => Ok(store),
        }
    }

    /// The section of the configuration.
    pub(super) fn section(&self) -> String {
        match self {
            Self::File(path) => format!("[store]\npath = {}", quoted(path)),
            Self::Tables { config, state } => format!(
                "[store]\ndynamodb = {{ config_table = {}, state_table = {} }}",
                quoted(config),
                quoted(state)
            ),
        }
    }
}

impl Place {
    fn read(typed: &str, house: &Kind) -> Result<Self, String> {
        let place = match typed.split_once(':') {
            Some((_, "")) => return Err(format!("something is missing; write one of {PLACES}")),
            Some(("env", name)) => Self::Env(name.to_owned()),
            Some(("file", path)) => Self::File(path.to_owned()),
            Some(("ssm", name)) => Self::Ssm(name.to_owned()),
            Some(("secret", rest)) => {
                let (name, field) = match rest.split_once('#') {
                    Some((name, field)) => (name, Some(field.to_owned())),
                    None => (rest, None),
                };
                Self::Secret {
                    name: name.to_owned(),
                    field,
                }
            }
            Some(("value", secret)) => {
                let secret = SecretText::new(secret);
                return secret
                    .map(Self::Value)
                    .ok_or_else(|| "it is empty".to_owned());
            }
            _ => {
                return Err(format!(
                    "write where it will be, not what it says: one of {PLACES}. `value:…` writes it into the file, where \
                     everybody reads it who reads the file"
                ));
            }
        };
        if looks_secret(typed) {
            return Err(format!(
                "that looks like the secret itself, and not like its place; write one of {PLACES}"
            ));
        }
        match (&place, house) {
            (Self::Ssm(_) | Self::Secret { .. }, Kind::Simulated) => Err(
                "that is kept by AWS, in a region; beside simulated servers write `env:NAME` or `file:PATH`"
                    .to_owned(),
            ),
            (Self::File(_), Kind::Lambda { .. }) => Err(
                "a function keeps no files; write `ssm:/NAME` or `secret:NAME#FIELD`".to_owned(),
            ),
            (Self::Env(name), _) if !is_variable(name) => Err(
                "that is no name of a variable; write letters, digits and `_`, such as `env:JANDI_TOKEN`".to_owned(),
            ),
            _ => {
                can_be(&format!("[jandi]\ntokens = [{}]", place.table()))?;
                Ok(place)
            }
        }
    }

    /// As the configuration writes it.
    pub(super) fn table(&self) -> String {
        match self {
            Self::Env(name) => format!("{{ env = {} }}", quoted(name)),
            Self::File(path) => format!("{{ file = {} }}", quoted(path)),
            Self::Ssm(name) => format!("{{ ssm = {} }}", quoted(name)),
            Self::Secret { name, field: None } => format!("{{ secret = {} }}", quoted(name)),
            Self::Secret {
                name,
                field: Some(field),
            } => format!("{{ secret = {}, field = {} }}", quoted(name), quoted(field)),
            Self::Value(secret) => format!("{{ value = {} }}", quoted(secret.expose())),
        }
    }
}

/// As TOML writes a text.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn is_variable(name: &str) -> bool {
    let mut letters = name.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

fn one_of(typed: &str, words: &[&str]) -> Result<String, String> {
    if words.contains(&typed) {
        return Ok(typed.to_owned());
    }
    Err(format!("write `{}`", words.join("` or `")))
}

/// The farthest that a mistyped zone may be from the one that is meant.
const MOST_SLIPS: usize = 3;

fn zone(typed: &str) -> Result<String, String> {
    let Err(why) = can_be(&format!("[defaults]\ntimezone = {}", quoted(typed))) else {
        return Ok(typed.to_owned());
    };
    let near = chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .min_by_key(|name| strsim::damerau_levenshtein(name, typed))
        .filter(|name| strsim::damerau_levenshtein(name, typed) <= MOST_SLIPS);
    Err(near.map_or(why, |near| {
        format!("no zone has that name; did you mean `{near}`?")
    }))
}

/// Whether a configuration may say so, and why not. The environment has no part in it.
fn can_be(text: &str) -> Result<(), String> {
    let variables = |name: &str| (name == ENV_CONFIG_TOML).then(|| text.to_owned());
    Config::load(None, &variables)
        .map(drop)
        .map_err(|error| error.to_string())
}
