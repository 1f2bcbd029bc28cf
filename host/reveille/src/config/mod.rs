//! The configuration: one TOML file, every key of which may be missing, and environment variables above it.

#[cfg(feature = "aws")]
mod aws;
mod data;
mod duration;
mod env;
mod given;
mod http;
#[cfg(feature = "aws")]
mod machine_code;
mod origin;
mod sandbox;
mod secret;
mod store;
mod target;
mod token;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use serde::Deserialize;
use thiserror::Error;

use reveille_core::model::{RuleSource, Tier, reply::Persona};
use reveille_loader::Feed;

use crate::jandi::DEFAULT_KEYWORD;

#[cfg(feature = "aws")]
pub(crate) use aws::AwsConfig;
pub(crate) use duration::write as write_duration;
pub(crate) use env::{ENV_CONFIG, ENV_CONFIG_TOML, ENV_HELP, ENV_LISTEN};
use given::Given;
#[cfg(feature = "aws")]
pub(crate) use machine_code::SharedConfig;
pub(crate) use origin::Origin;
pub(crate) use sandbox::RulesConfig;
pub(crate) use secret::{Secret, SecretPlace, SecretText, looks_secret};
pub(crate) use store::StoreConfig;
pub(crate) use target::Target;
pub(crate) use token::Token;

/// What the environment says; asked once for each variable.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What to do about a configuration that needs what the build leaves out.
#[cfg(not(feature = "aws"))]
const WITHOUT_AWS: &str = "this build has no AWS in it. Build it with `cargo build --features aws`, or take this out \
                           for the embedded store and simulated servers";

/// Everything that the operator decides.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where everything is kept.
    pub(crate) store: StoreConfig,
    /// AWS's servers; none has them simulated.
    #[cfg(feature = "aws")]
    pub(crate) aws: Option<AwsConfig>,
    /// Region of tables and secrets that are there without AWS's servers.
    #[cfg(feature = "aws")]
    pub(crate) table_region: Option<String>,
    /// Where the webhook listens.
    pub(crate) listen: SocketAddr,
    /// Where operators look: figures, rules, whether it is ready. Nowhere unless it is given.
    pub(crate) admin: Option<SocketAddr>,
    /// Who may speak to the webhook.
    pub(crate) tokens: Vec<Token>,
    /// Where people are told what happens.
    pub(crate) targets: Vec<Target>,
    /// The word after the slash in commands that people are told unasked.
    pub(crate) keyword: String,
    /// Zone of schedules that have none.
    pub(crate) timezone: Tz,
    /// Language of what is said where a schedule does not say.
    pub(crate) locale: String,
    /// How much of the character shows.
    pub(crate) persona: Persona,
    /// Rules that are not embedded.
    pub(crate) rules: Vec<RuleSource>,
    /// Where other rules come from, and whose they may be.
    pub(crate) taking: RulesConfig,
    /// Named data for rules.
    pub(crate) data: Vec<Feed>,
    /// Name of the rule that has the words, when it is not the embedded one.
    pub(crate) formatter: Option<String>,
    /// How many times as fast as real ones simulated servers start and stop.
    pub(crate) simulation_speed: NonZeroU32,
}

/// How many times as fast as real ones simulated servers start and stop by default: an EC2 instance is up within 3
/// seconds, an RDS instance within 30, so that a demo shows every state and nobody has to wait.
const SIMULATION_SPEED: NonZeroU32 = NonZeroU32::new(10).unwrap();

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
    /// It says of the places or the keys of rules what cannot be.
    #[error("{key}: {cause}")]
    Rules {
        /// The key.
        key: &'static str,
        /// What is wrong with it, and what would be right.
        cause: String,
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
    store: store::RawStore,
    #[cfg(feature = "aws")]
    aws: Option<aws::RawAws>,
    #[cfg(not(feature = "aws"))]
    aws: Option<serde::de::IgnoredAny>,
    http: http::RawHttp,
    jandi: RawJandi,
    defaults: RawDefaults,
    simulation: RawSimulation,
    rules: Vec<RawRule>,
    data: Vec<data::RawFeed>,
    sandbox: sandbox::RawSandbox,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawJandi {
    tokens: Vec<token::RawToken>,
    targets: Vec<target::RawTarget>,
    keyword: Option<String>,
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
    location: String,
    sha256: Option<String>,
    #[serde(default)]
    tier: Tier,
    #[serde(default)]
    wasi: bool,
    #[serde(default)]
    data: BTreeMap<String, String>,
}

impl Config {
    /// Reads `path`, or the text in the environment, or the defaults when there is neither, and the environment above
    /// it.
    pub(crate) fn load(path: Option<&Path>, variables: Variables<'_>) -> Result<Self, ConfigError> {
        let (name, text) = match path {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|source| ConfigError::Unreadable {
                    path: path.to_owned(),
                    source,
                })?;
                (path, text)
            }
            None => (
                Path::new(env::ENV_CONFIG_TOML),
                variables(env::ENV_CONFIG_TOML).unwrap_or_default(),
            ),
        };
        let raw = toml_edit::de::from_str(&text).map_err(|error| ConfigError::Malformed {
            path: name.to_owned(),
            message: malformed(&text, &error),
        })?;
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        Self::check(raw, folder, variables)
    }

    fn check(raw: RawConfig, folder: &Path, variables: Variables<'_>) -> Result<Self, ConfigError> {
        let find = |variable, key: &str, value, default: &str| {
            Given::find(variables, variable, key, value).unwrap_or_else(|| Given::new(key, default))
        };
        let defaults = raw.defaults;
        let addresses = raw.http.check(variables)?;
        let timezone = find(
            env::ENV_TIMEZONE,
            "defaults.timezone",
            defaults.timezone,
            "Asia/Seoul",
        );
        let locale = find(env::ENV_LOCALE, "defaults.locale", defaults.locale, "ko");
        let persona = find(
            env::ENV_PERSONA,
            "defaults.persona",
            defaults.persona,
            "light",
        );
        let mut tokens = raw
            .jandi
            .tokens
            .into_iter()
            .enumerate()
            .map(|(number, token)| token.check(number, folder, variables))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(more) = variables(env::ENV_TOKENS) {
            tokens.extend(token::listed(&more)?);
        }
        let targets = target::check(raw.jandi.targets, folder, variables)?;
        let keyword = raw
            .jandi
            .keyword
            .map_or(Ok(String::from(DEFAULT_KEYWORD)), keyword)?;
        let store = raw.store.check(folder, variables)?;
        #[cfg(not(feature = "aws"))]
        refuse_aws(raw.aws.is_some(), variables)?;
        #[cfg(feature = "aws")]
        let aws = aws::check(raw.aws, variables)?;
        Ok(Self {
            #[cfg(feature = "aws")]
            table_region: match (&store, &aws) {
                (StoreConfig::Dynamo(_), None) => Some(aws::surrounding_region(variables)?),
                // Secrets may be there; who has none needs no region.
                (StoreConfig::Sqlite(_), None) => aws::surrounding_region(variables).ok(),
                (StoreConfig::Dynamo(_) | StoreConfig::Sqlite(_), Some(_)) => None,
            },
            #[cfg(feature = "aws")]
            aws,
            store,
            listen: addresses.listen,
            admin: addresses.admin,
            tokens,
            targets,
            keyword,
            timezone: timezone
                .value()
                .parse()
                .map_err(|_| timezone.wrong("write an IANA name, such as `Asia/Seoul`"))?,
            locale: match locale.value() {
                "ko" | "en" => locale.into_value(),
                _ => return Err(locale.wrong("write `ko` or `en`")),
            },
            persona: match persona.value() {
                "off" => Persona::Off,
                "light" => Persona::Light,
                "full" => Persona::Full,
                _ => return Err(persona.wrong("write `off`, `light` or `full`")),
            },
            rules: raw
                .rules
                .into_iter()
                .map(|rule| RuleSource {
                    location: located(folder, &rule.location),
                    name: rule.name,
                    sha256: rule.sha256,
                    tier: rule.tier,
                    wasi: rule.wasi,
                    data: rule.data,
                })
                .collect(),
            taking: raw.sandbox.check(folder, variables)?,
            data: data::check(raw.data, folder)?,
            formatter: defaults.formatter,
            simulation_speed: raw.simulation.speed.unwrap_or(SIMULATION_SPEED),
        })
    }

    /// Every secret that it names.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> + Clone {
        let tokens = self.tokens.iter().map(|token| &token.secret);
        tokens
            .chain(self.taking.key())
            .chain(self.targets.iter().map(|target| &target.url))
    }

    /// The folder in which the machine code of rules is kept between starts: beside the embedded store unless
    /// `sandbox.cache` says otherwise. Without a store of its own the program has no place that is known to last.
    pub(crate) fn compiled(&self) -> Option<PathBuf> {
        match &self.taking.cache {
            Some(_) => self.kept(""),
            None => self.kept("-compiled"),
        }
    }

    /// What the host keeps between starts, under the name that everything of the kind begins with.
    fn kept(&self, ending: &str) -> Option<PathBuf> {
        let beginning = match (&self.taking.cache, &self.store) {
            (Some(folder), _) if folder.as_os_str().is_empty() => return None,
            (Some(folder), _) => folder.components(),
            (None, StoreConfig::Sqlite(path)) => path.components(),
            #[cfg(feature = "aws")]
            (None, StoreConfig::Dynamo(_)) => return None,
        };
        let mut folder = beginning.as_path().to_owned().into_os_string();
        folder.push(ending);
        Some(folder.into())
    }

    /// The folder in which the components of rules are kept, beside that of the machine code.
    pub(crate) fn shelf(&self) -> Option<PathBuf> {
        self.kept("-rules")
    }

    /// The folder in which the last good copies of data are kept, beside that of the machine code.
    pub(crate) fn copies(&self) -> Option<PathBuf> {
        self.kept("-data")
    }

    /// The file of the embedded store, which simulated servers live in too; the default one when the store is
    /// another.
    pub(crate) fn file(&self) -> &Path {
        match &self.store {
            StoreConfig::Sqlite(path) => path,
            #[cfg(feature = "aws")]
            StoreConfig::Dynamo(_) => Path::new(store::DEFAULT_FILE),
        }
    }
}

/// A keyword as JANDI takes it: letters and digits, at most 50.
fn keyword(word: String) -> Result<String, ConfigError> {
    let bare = word.trim().trim_start_matches('/');
    if (1..=50).contains(&bare.chars().count()) && bare.chars().all(char::is_alphanumeric) {
        return Ok(bare.to_owned());
    }
    Err(Given::new("jandi.keyword", word).wrong(
        "write the start keyword of the outgoing webhook, letters and digits alone, such as `서버`",
    ))
}

/// Servers that somebody believes to be AWS's must not be simulated ones.
#[cfg(not(feature = "aws"))]
fn refuse_aws(is_configured: bool, variables: Variables<'_>) -> Result<(), ConfigError> {
    let given = Given::find(variables, env::ENV_AWS_REGION, "aws", None)
        .or_else(|| is_configured.then(|| Given::new("aws", "[aws]")));
    given.map_or(Ok(()), |given| Err(given.wrong(WITHOUT_AWS)))
}

/// A location as it is written in a file of `folder`: a path is relative to it.
fn located(folder: &Path, location: &str) -> String {
    if location.contains("://") {
        location.to_owned()
    } else {
        folder.join(location).to_string_lossy().into_owned()
    }
}

/// Words of lines that may have a secret in them, or a URL that is one.
const SECRET_WORDS: [&str; 7] = ["jandi", "token", "secret", "value", "key", "url", "://"];

/// What is wrong with `text`. Where secrets stand neither a line nor a value is shown.
fn malformed(text: &str, error: &toml_edit::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.rsplit('\n').next().unwrap_or_default().to_owned()
        + after.split('\n').next().unwrap_or_default();
    let number = before.split('\n').count();
    let headers = before.lines().chain([line.as_str()]).rev();
    let is_header = |line: &&str| {
        line.starts_with('[')
            && line.ends_with(']')
            && line
                .chars()
                .all(|letter| letter.is_ascii_alphabetic() || "[]._-".contains(letter))
    };
    let section = headers.map(str::trim).find(is_header).unwrap_or_default();
    let is_secret =
        section.contains("jandi") || SECRET_WORDS.iter().any(|word| line.contains(word));
    if !is_secret {
        return error.to_string().trim_end().to_owned();
    }
    let cause = if error.message().starts_with("invalid ") {
        "a value is of another kind than it should be; a secret is written as `{ env = \"NAME\" }`, `{ file = \"…\" }`, \
         `{ ssm = \"…\" }`, `{ secret = \"…\" }` or `{ value = \"…\" }`"
    } else {
        error.message()
    };
    let under = if section.is_empty() {
        String::new()
    } else {
        format!(", under {section}")
    };
    format!("line {number}{under}: {cause}")
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
    fn compiled_rules_are_kept_beside_the_store_or_where_the_operator_says() {
        let config = Config::load(None, &|_| None).unwrap();
        assert_eq!(config.compiled(), Some("reveille.db-compiled".into()));
        let config = load("[sandbox]\ncache = \"code\"").unwrap();
        assert!(config.compiled().unwrap().ends_with("code"));
        assert!(config.shelf().unwrap().ends_with("code-rules"));
        assert!(config.copies().unwrap().ends_with("code-data"));
        let config = load("[sandbox]\ncache = \"\"").unwrap();
        assert_eq!((config.compiled(), config.copies()), (None, None));
        assert_eq!(config.shelf(), None);
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
    fn a_token_that_is_written_wrongly_is_not_shown() {
        for text in [
            "[jandi]\ntokens = [\"hush\"]",
            "[jandi]\ntokens = [\n  \"hush\",\n]",
            "[jandi]\ntokens = \"hush\"",
            "[jandi]\ntokens = [{ token = \"hush }]",
            "[jandi]\ntokens = [{ tokn = \"hush\" }]",
            "jandi.tokens = [\"hush\"]",
            "jandi = { tokens = [\"hush\"] }",
            "[sandbox]\nkey = \"hush\"",
            "[http]\nurl = \"hush\"",
            "[[jandi.targets]]\nname = \"ops\"\nurl = \"https://wh.jandi.com/hush\"",
        ] {
            let text: Result<RawConfig, _> =
                toml_edit::de::from_str(text).map_err(|error| malformed(text, &error));
            let error = text.err().unwrap_or_default();
            assert!(
                error.contains("line ") && !error.contains("hush"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_token_comes_from_exactly_one_place() {
        let error = load("[jandi]\ntokens = [{ token = \"hush\", env = \"X\" }]").unwrap_err();
        assert!(
            error.contains("exactly one of") && !error.contains("hush"),
            "{error}"
        );
        let error = load("[jandi]\ntokens = [{ token = \"hush\", value = \"hush\" }]").unwrap_err();
        assert!(
            error.contains("exactly one of") && !error.contains("hush"),
            "{error}"
        );
    }

    #[test]
    fn a_token_is_a_secret_with_what_it_sees() {
        for key in ["token", "value"] {
            let text = format!("[jandi]\ntokens = [{{ {key} = \" a \", schedules = [\"dev\"] }}]");
            let token = load(&text).unwrap().tokens.remove(0);
            assert_eq!(token.secret.key, "jandi.tokens[1]");
            let said = SecretPlace::Configuration(SecretText::new("a").unwrap());
            assert_eq!(token.secret.place, said);
            assert_eq!(token.schedules, Some(["dev".to_owned()].into()));
        }
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
    fn the_environment_may_hold_the_whole_text() {
        let text = |text: &'static str| {
            move |name: &str| (name == env::ENV_CONFIG_TOML).then(|| text.to_owned())
        };
        let config = Config::load(None, &text("[defaults]\nlocale = \"en\"")).unwrap();
        assert_eq!(config.locale, "en");
        let error = Config::load(None, &text("[defaults]\nlanguage = \"en\"")).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("`REVEILLE_CONFIG_TOML`") && error.contains("line 2"),
            "{error}"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reveille.toml");
        std::fs::write(&path, "[defaults]\nlocale = \"ko\"").unwrap();
        let config = Config::load(Some(&path), &text("[defaults]\nlocale = \"en\"")).unwrap();
        assert_eq!(config.locale, "ko");
    }

    #[test]
    fn a_secret_is_never_shown() {
        let config = load("[jandi]\ntokens = [{ token = \"hush-hush\" }]").unwrap();
        assert!(!format!("{config:?}").contains("hush"));
    }

    #[test]
    fn the_store_is_a_file_beside_the_configuration() {
        let config = load("[store]\npath = \"house.db\"").unwrap();
        assert!(config.file().is_absolute() && config.file().ends_with("house.db"));
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn a_build_without_aws_says_so() {
        for text in [
            "[aws]\nregion = \"ap-northeast-2\"",
            "[store]\ndynamodb = { config_table = \"config\" }",
        ] {
            let error = load(text).unwrap_err();
            assert!(error.contains("cargo build --features aws"), "{error}");
        }
        let region = |name: &str| (name == env::ENV_AWS_REGION).then(|| "eu-west-1".to_owned());
        assert!(Config::load(None, &region).is_err());
    }

    #[cfg(feature = "aws")]
    mod tables {
        use super::*;

        #[test]
        fn the_store_is_a_file_or_tables() {
            let config = load(
                "[store]\ndynamodb = { config_table = \"config\" }\n[aws]\nregion = \"us-east-1\"",
            )
            .unwrap();
            assert_eq!(
                config.store,
                StoreConfig::Dynamo(reveille_aws::dynamo::TableNames {
                    config: "config".into(),
                    state: "reveille".into()
                })
            );
            let error = load("[store]\npath = \"x.db\"\ndynamodb = { config_table = \"config\" }")
                .unwrap_err();
            assert!(error.contains("keep one of the two"), "{error}");
        }

        #[test]
        fn tables_have_names_of_their_own() {
            for (text, key) in [
                ("{}", "store.dynamodb.config_table is ``"),
                ("{ config_table = \"a b\" }", "`a b`"),
                (
                    "{ config_table = \"one\", state_table = \"one\" }",
                    "store.dynamodb.state_table is `one`",
                ),
                (
                    "{ config_table = \"one\", table = \"two\" }",
                    "unknown field `table`",
                ),
            ] {
                let error = load(&format!("[store]\ndynamodb = {text}")).unwrap_err();
                assert!(error.contains(key), "{error}");
            }
        }

        #[test]
        fn tables_without_aws_servers_are_in_the_surrounding_region() {
            let text = "[store]\ndynamodb = { config_table = \"config\" }";
            assert!(load(text).unwrap_err().contains("aws.region"));
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("reveille.toml");
            std::fs::write(&path, text).unwrap();
            let region = |name: &str| (name == "AWS_REGION").then(|| "eu-west-1".to_owned());
            let config = Config::load(Some(&path), &region).unwrap();
            assert_eq!(config.table_region.as_deref(), Some("eu-west-1"));
            assert_eq!(config.aws, None);
        }

        #[test]
        fn the_configuration_that_operators_are_shown_can_be_used() {
            let document = include_str!("../../AWS.md");
            let text = document.split("```toml\n").nth(1).unwrap();
            let text = text.split("```").next().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("aws.toml");
            std::fs::write(&path, text).unwrap();
            let token = |name: &str| (name == "JANDI_TOKEN").then(|| "hush".to_owned());
            let aws = Config::load(Some(&path), &token).unwrap().aws.unwrap();
            assert_eq!(aws.fleet.targets.len(), 2);
            assert!(aws.ssm_windows && aws.traces.tags);
        }

        #[test]
        fn the_secrets_that_operators_are_shown_can_be_used() {
            let document = include_str!("../../SECRETS.md");
            let text = document.split("```toml\n").nth(1).unwrap();
            let config = load(text.split("```").next().unwrap()).unwrap();
            assert_eq!(config.secrets().count(), 5);
            let shown = document.split("REVEILLE_JANDI_TOKENS=\"").nth(1).unwrap();
            let shown = shown.split('"').next().unwrap().to_owned();
            let config = Config::load(None, &|name| {
                (name == env::ENV_TOKENS).then(|| shown.clone())
            })
            .unwrap();
            let places: Vec<_> = config.secrets().map(|it| it.place.to_string()).collect();
            let expected = [
                "the SSM parameter `/reveille/jandi-token`",
                "the secret `reveille/jandi` of Secrets Manager, field `token`",
                "the file `/run/secrets/jandi-token`",
            ];
            assert_eq!(places, expected);
        }

        #[test]
        fn a_container_needs_no_file() {
            let config = Config::load(None, &|name| match name {
                "REVEILLE_STORE_DYNAMODB_CONFIG_TABLE" => Some("config".into()),
                "REVEILLE_AWS_REGION" => Some("eu-west-1".into()),
                _ => None,
            })
            .unwrap();
            assert!(matches!(config.store, StoreConfig::Dynamo(_)));
            assert_eq!(config.aws.unwrap().fleet.targets[0].regions, ["eu-west-1"]);
        }

        #[test]
        fn a_path_in_the_environment_stands_above_tables_in_the_file() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("reveille.toml");
            std::fs::write(&path, "[store]\ndynamodb = { config_table = \"config\" }").unwrap();
            let file = |name: &str| (name == env::ENV_STORE).then(|| "x.db".to_owned());
            let config = Config::load(Some(&path), &file).unwrap();
            assert_eq!(config.store, StoreConfig::Sqlite("x.db".into()));
        }
    }
}
