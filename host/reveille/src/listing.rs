//! The rules of a host as operators see them: `/rules` answers it, `rule list` draws it.

use std::{fmt::Write as _, sync::Arc};

use reveille_core::{
    model::{LoadedRule, Tier},
    port::Rules,
};
use reveille_loader::Loader;
use reveille_sandbox::{LogLevel, Sandbox};
use serde::{Deserialize, Serialize};

/// How many of a rule's log lines are shown below it; `/rules` and `--json` have all that are kept.
const SHOWN_LINES: usize = 3;

/// Hexadecimal digits of a digest that are shown.
const DIGEST_DIGITS: usize = 12;

/// What a host has loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// Version of the host.
    pub(crate) reveille: String,
    /// By name.
    pub(crate) rules: Vec<Listed>,
    /// Those that could not be loaded.
    pub(crate) unloaded: Vec<NotLoaded>,
}

/// A rule that is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct NotLoaded {
    /// Its name.
    pub(crate) name: String,
    /// Why, and what to do.
    pub(crate) cause: String,
}

/// A rule that is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// The name that schedules use.
    pub(crate) name: String,
    /// Its own version.
    pub(crate) version: String,
    /// What it does.
    pub(crate) summary: String,
    /// `planner`, `decider`, `formatter`.
    pub(crate) roles: Vec<String>,
    /// `embedded`, or its location.
    pub(crate) source: String,
    /// SHA-256 of the component, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Its limits.
    pub(crate) tier: Tier,
    /// Calls since the start.
    pub(crate) calls: u64,
    /// Failed calls since the start.
    pub(crate) failures: u64,
    /// Most fuel that a call has used.
    pub(crate) most_fuel: u64,
    /// Most memory that a call has used, in bytes.
    pub(crate) most_memory_bytes: usize,
    /// What it logged last, oldest first.
    pub(crate) log: Vec<Line>,
}

/// A line that a rule logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// `debug`, `info`, `warn`, `error`.
    pub(crate) level: String,
    /// What it says.
    pub(crate) message: String,
}

/// Makes listings of a host as it goes on.
#[derive(Clone)]
pub(crate) struct Lister {
    sandbox: Arc<Sandbox>,
    loader: Arc<Loader>,
}

impl Lister {
    pub(crate) fn new(sandbox: &Arc<Sandbox>, loader: &Arc<Loader>) -> Self {
        Self {
            sandbox: Arc::clone(sandbox),
            loader: Arc::clone(loader),
        }
    }

    /// The rules themselves.
    pub(crate) fn rules(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Everything that is loaded now.
    pub(crate) fn list(&self) -> Listing {
        let rules = self.sandbox.loaded().into_iter();
        let unloaded = self.loader.unloaded().into_iter();
        Listing {
            reveille: env!("CARGO_PKG_VERSION").to_owned(),
            rules: rules.map(|rule| self.listed(rule)).collect(),
            unloaded: unloaded
                .map(|(name, cause)| NotLoaded { name, cause })
                .collect(),
        }
    }

    fn listed(&self, rule: LoadedRule) -> Listed {
        let used = self.sandbox.most_used(&rule.name).unwrap_or_default();
        let log = self.sandbox.log(&rule.name).into_iter();
        Listed {
            log: log
                .map(|line| Line {
                    level: level(line.level).to_owned(),
                    message: line.message,
                })
                .collect(),
            name: rule.name,
            version: rule.version,
            summary: rule.summary,
            roles: rule.roles.into_iter().map(str::to_owned).collect(),
            source: rule.source,
            sha256: rule.sha256,
            tier: rule.tier,
            calls: rule.calls,
            failures: rule.failures,
            most_fuel: used.fuel,
            most_memory_bytes: used.memory_bytes,
        }
    }
}

fn level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

impl Listing {
    /// A table, with what there is to know of each rule below its line. `running` has figures.
    pub(crate) fn draw(&self, running: bool) -> String {
        let mut drawn = format!(
            "{:<16} {:<9} {:<20} {:<14} {}\n",
            "NAME", "VERSION", "ROLES", "SHA-256", "SOURCE"
        );
        for rule in &self.rules {
            let digest: String = rule.sha256.chars().take(DIGEST_DIGITS).collect();
            let _ = writeln!(
                drawn,
                "{:<16} {:<9} {:<20} {digest:<14} {}\n{:16} {}",
                rule.name,
                rule.version,
                rule.roles.join(","),
                rule.source,
                "",
                rule.summary
            );
            if running {
                let _ = writeln!(drawn, "{:16} {}", "", rule.figures());
                let hidden = rule.log.len().saturating_sub(SHOWN_LINES);
                for line in rule.log.iter().skip(hidden) {
                    let _ = writeln!(drawn, "{:16} {}: {}", "", line.level, line.message);
                }
            }
        }
        for NotLoaded { name, cause } in &self.unloaded {
            let _ = writeln!(drawn, "{name}: not loaded: {cause}");
        }
        drawn
    }
}

impl Listed {
    /// What it has done, on one line.
    fn figures(&self) -> String {
        if self.calls == 0 {
            return String::from("not called yet");
        }
        format!(
            "{} calls, {} failed; at most {} fuel and {} KiB a call",
            self.calls,
            self.failures,
            self.most_fuel,
            self.most_memory_bytes.div_ceil(1024)
        )
    }
}
