//! A rule on its author's desk: loaded from a file, called on its own, looked at from every side. Nothing of a house is
//! needed for it, no store and no configuration.

mod cases;
mod conform;
mod days;
mod inputs;
mod property;
mod replies;
mod servers;
mod year;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use reveille_core::{
    model::{LoadedRule, RuleFailure, RuleSource, Tier},
    port::Rules as _,
};
use reveille_sandbox::{Alone, Compiler, DataSource, Datum, Limits, LoadError, Sandbox};

use crate::{cli::RuleFile, config::ENV_CONFIG, rules};

pub(crate) use cases::{Failed, run_cases};
pub(crate) use conform::{Days, conform};
pub(crate) use days::{Asked, SEOUL, planned, schedule_of, week};
pub(crate) use property::Property;
pub(crate) use replies::{contexts, named_replies};
pub(crate) use servers::{Crew, few};
pub(crate) use year::{DayOf, Year};

/// A component as a file, with what its author says of it.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) source: RuleSource,
    pub(crate) bytes: Vec<u8>,
    /// Its configuration, `{}` when there is none.
    pub(crate) config: String,
    data: DataSource,
}

/// A rule that could be loaded.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) sandbox: Sandbox,
    pub(crate) alone: Alone,
    pub(crate) listed: LoadedRule,
    pub(crate) config: String,
    /// How long it took to compile; none for what is built in, and for what was compiled by an earlier command.
    pub(crate) compiling: Option<Duration>,
    data: DataSource,
}

/// Name under which a file is loaded when its own is that of a rule that is built in.
const STAND_IN: &str = "rule-under-test";

impl Subject {
    /// Reads the file; none when it is the name of a rule that is built in.
    pub(crate) fn read(given: &RuleFile) -> anyhow::Result<Option<Self>> {
        if built_in(&given.file).is_some() {
            return Ok(None);
        }
        let path = &given.file;
        let bytes = std::fs::read(path).with_context(|| {
            format!(
                "`{}` cannot be read. Give the path of a .wasm component, or the name of a rule that is built in: {}",
                path.display(),
                built_in_names().join(", ")
            )
        })?;
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        Ok(Some(Self {
            source: RuleSource {
                name: stem.unwrap_or(STAND_IN).replace('_', "-"),
                location: path.display().to_string(),
                sha256: None,
                tier: given.tier.map_or_else(
                    || lowest_tier(bytes.len()).unwrap_or(Tier::Heavy),
                    Into::into,
                ),
                wasi: given.wasi,
                data: BTreeMap::new(),
            },
            bytes,
            config: config_of(given)?,
            data: data_of(given)?,
        }))
    }

    /// Everything that keeps it from being loaded.
    pub(crate) fn faults(&self) -> anyhow::Result<Vec<LoadError>> {
        let limits = Limits::of(self.source.tier);
        Ok(Sandbox::faults(
            &self.source,
            limits,
            &self.bytes,
            &compiler()?,
        ))
    }

    /// Loads it.
    pub(crate) fn load(self) -> anyhow::Result<Result<Trial, (Self, LoadError)>> {
        self.load_with(compiler()?)
    }

    fn load_with(mut self, compiler: Compiler) -> anyhow::Result<Result<Trial, (Self, LoadError)>> {
        let sandbox =
            Sandbox::with_compiler(compiler).context("the embedded components do not load")?;
        if sandbox.alone(&self.source.name).is_ok() {
            STAND_IN.clone_into(&mut self.source.name);
        }
        let begun = Instant::now();
        let limits = Limits::of(self.source.tier);
        match sandbox.load_bytes(&self.source, limits, &self.bytes) {
            Ok(listed) => {
                let compiling = (sandbox.compiled().from_cache == 0).then(|| begun.elapsed());
                sandbox.bind(&listed.name, self.data.clone());
                Ok(Ok(Trial {
                    alone: sandbox.alone(&listed.name)?,
                    sandbox,
                    listed,
                    config: self.config,
                    compiling,
                    data: self.data,
                }))
            }
            Err(error) => Ok(Err((self, error))),
        }
    }
}

impl Trial {
    /// Loads what the command line names.
    ///
    /// # Errors
    /// When it cannot be loaded; `reveille rule check` says everything that is wrong.
    pub(crate) fn open(given: &RuleFile) -> anyhow::Result<Self> {
        Self::open_with(given, compiler()?)
    }

    /// The same, compiled anew whatever was compiled before.
    pub(crate) fn compiled_anew(given: &RuleFile) -> anyhow::Result<Self> {
        Self::open_with(given, rules::compiler()?)
    }

    fn open_with(given: &RuleFile, compiler: Compiler) -> anyhow::Result<Self> {
        match Subject::read(given)? {
            Some(subject) => match subject.load_with(compiler)? {
                Ok(trial) => Ok(trial),
                Err((subject, error)) => Err(anyhow::Error::new(error).context(format!(
                    "`{}` cannot be loaded; `reveille rule check` says everything that is wrong",
                    subject.source.location
                ))),
            },
            None => Self::embedded(given),
        }
    }

    /// One that is built in.
    fn embedded(given: &RuleFile) -> anyhow::Result<Self> {
        let name = given.file.display().to_string();
        let sandbox = Sandbox::embedded().context("the embedded components do not load")?;
        let alone = sandbox.alone(&name)?;
        Ok(Self {
            listed: alone.listed(),
            alone,
            sandbox,
            config: config_of(given)?,
            compiling: None,
            data: data_of(given)?,
        })
    }

    pub(crate) fn plans(&self) -> bool {
        self.listed.roles.contains(&"planner")
    }

    pub(crate) fn decides(&self) -> bool {
        self.listed.roles.contains(&"decider")
    }

    pub(crate) fn formats(&self) -> bool {
        self.listed.roles.contains(&"formatter")
    }

    /// Its name when it is built in; the name that schedules use of others is the operator's.
    pub(crate) fn is_built_in(&self) -> bool {
        self.listed.source == "embedded"
    }

    /// The rule with other data in place of what the command line gave.
    pub(crate) fn with_data(&self, data: &DataSource) -> Result<Alone, RuleFailure> {
        let mut all = self.data.clone();
        all.extend(data.clone());
        self.sandbox.bind(&self.listed.name, all);
        self.sandbox.alone(&self.listed.name)
    }

    /// Names that it asks for and that nothing is bound to.
    pub(crate) fn unbound(&self) -> Vec<&str> {
        let asked = self.alone.data().iter().map(String::as_str);
        asked
            .filter(|name| !self.data.contains_key(*name))
            .collect()
    }
}

/// The lowest tier that takes a file of so many bytes.
pub(crate) fn lowest_tier(bytes: usize) -> Option<Tier> {
    [Tier::Rule, Tier::Scripted, Tier::Heavy]
        .into_iter()
        .find(|tier| bytes <= Limits::of(*tier).file_bytes)
}

/// What is compiled is kept for the next command: one in Python takes half a minute.
fn compiler() -> anyhow::Result<Compiler> {
    let compiler = rules::compiler()?;
    Ok(match kept() {
        Some(folder) => compiler.with_cache(folder),
        None => compiler,
    })
}

/// A folder of the author's own cache; none where there is no home.
fn kept() -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(caches.join("reveille/rules"))
}

fn built_in_names() -> Vec<String> {
    let rules = Sandbox::embedded().map(|sandbox| sandbox.loaded());
    rules
        .unwrap_or_default()
        .into_iter()
        .map(|rule| rule.name)
        .collect()
}

/// A name without a folder and an ending, which no file here has.
fn built_in(path: &Path) -> Option<&str> {
    let name = path.to_str()?;
    let is_name = !name.contains(['/', '\\', '.']) && !path.exists();
    (is_name && built_in_names().iter().any(|built_in| built_in == name)).then_some(name)
}

/// The rule's configuration: JSON, or a file with it. The program's own configuration file, which has the same flag,
/// may come in through the environment and is none.
fn config_of(given: &RuleFile) -> anyhow::Result<String> {
    let Some(config) = &given.config else {
        return Ok("{}".to_owned());
    };
    let shown = config.display().to_string();
    if std::env::var_os(ENV_CONFIG).is_some_and(|path| path == config.as_os_str()) {
        return Ok("{}".to_owned());
    }
    let text = if shown.trim_start().starts_with('{') {
        shown.clone()
    } else if config.extension().is_some_and(|ending| ending == "json") {
        std::fs::read_to_string(config).with_context(|| format!("`{shown}` cannot be read"))?
    } else {
        bail!(
            "--config `{shown}` is no configuration of a rule: give JSON, as in '{{\"key\": 1}}', or a file that ends in .json"
        );
    };
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text)
        .with_context(|| format!("--config `{shown}` is no JSON object"))?;
    Ok(text)
}

fn data_of(given: &RuleFile) -> anyhow::Result<DataSource> {
    given
        .data
        .iter()
        .map(|DataFile { name, path }| {
            let bytes = std::fs::read(path)
                .with_context(|| format!("--data {name}: `{}` cannot be read", path.display()))?;
            Ok((name.clone(), Datum::new(&bytes)))
        })
        .collect()
}

/// `NAME=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataFile {
    name: String,
    path: PathBuf,
}

impl std::str::FromStr for DataFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok(Self {
                name: name.to_owned(),
                path: path.into(),
            }),
            Some(_) | None => {
                Err("write NAME=FILE, with the rule's own name for the data".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_bound_by_name() {
        let bound: Result<DataFile, String> = "holidays=days=off.txt".parse();
        assert_eq!(
            bound,
            Ok(DataFile {
                name: "holidays".to_owned(),
                path: "days=off.txt".into()
            })
        );
        assert!("holidays".parse::<DataFile>().is_err());
    }

    #[test]
    fn a_path_is_no_rule_that_is_built_in() {
        assert_eq!(built_in(Path::new("periods")), Some("periods"));
        assert_eq!(built_in(Path::new("./periods")), None);
        assert_eq!(built_in(Path::new("periods.wasm")), None);
        assert_eq!(built_in(Path::new("other")), None);
    }
}
