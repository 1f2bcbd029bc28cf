//! The rules of a host as operators see them: `/rules` answers it, `rule list` draws it.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{LoadedRule, Tier},
    port::Rules,
};
use reveille_loader::{KnownRule, Loader, Shelved, shown};
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
    /// Where it is written that it is wanted; nowhere when it is built in.
    pub(crate) written: Option<String>,
    /// Why it is trusted: `pinned`, `signed by …`, `from …`, `configured`.
    pub(crate) trust: Option<String>,
    /// Since when it is in use here.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Why what is at its place now is not in use.
    pub(crate) error: Option<String>,
    /// When its place was looked at last.
    pub(crate) looked: Option<DateTime<Utc>>,
    /// The versions that were taken and are kept, newest first, the present one included.
    pub(crate) history: Vec<Shelved>,
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
        let mut known: BTreeMap<String, KnownRule> = self
            .loader
            .known()
            .into_iter()
            .map(|known| (known.source.name.clone(), known))
            .collect();
        Listing {
            reveille: env!("CARGO_PKG_VERSION").to_owned(),
            rules: rules
                .map(|rule| {
                    let known = known.remove(&rule.name);
                    self.listed(rule, known)
                })
                .collect(),
            unloaded: unloaded
                .map(|(name, cause)| NotLoaded { name, cause })
                .collect(),
        }
    }

    fn listed(&self, rule: LoadedRule, known: Option<KnownRule>) -> Listed {
        let taken = known.as_ref().and_then(|known| known.taken.as_ref());
        let history = match (&known, self.loader.shelf()) {
            (Some(_), Some(shelf)) => shelf.history(&rule.name),
            (Some(_) | None, _) => Vec::new(),
        };
        let used = self.sandbox.most_used(&rule.name).unwrap_or_default();
        let log = self.sandbox.log(&rule.name).into_iter();
        Listed {
            log: log
                .map(|line| Line {
                    level: level(line.level).to_owned(),
                    message: line.message,
                })
                .collect(),
            written: known.as_ref().map(|known| known.written.place().to_owned()),
            trust: taken.map(|taken| taken.grounds.to_string()),
            since: taken.map(|taken| taken.since),
            error: known.as_ref().and_then(|known| known.error.clone()),
            looked: known.as_ref().and_then(|known| known.looked),
            history,
            name: rule.name,
            version: rule.version,
            summary: rule.summary,
            roles: rule.roles.into_iter().map(str::to_owned).collect(),
            source: shown(&rule.source),
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
            for line in rule.details(running) {
                let _ = writeln!(drawn, "{:16} {line}", "");
            }
        }
        for NotLoaded { name, cause } in &self.unloaded {
            let _ = writeln!(drawn, "{name}: not loaded: {cause}");
        }
        drawn
    }
}

impl Listed {
    /// What stands below its line.
    fn details(&self, running: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(written), Some(trust)) = (&self.written, &self.trust) {
            let since = self.since.map_or_else(String::new, |since| {
                format!(", since {}", since.format("%Y-%m-%d %H:%M UTC"))
            });
            let earlier = self
                .history
                .iter()
                .filter(|version| version.sha256 != self.sha256)
                .count();
            let earlier = match earlier {
                0 => String::new(),
                1 => String::from("; 1 earlier version is kept"),
                count => format!("; {count} earlier versions are kept"),
            };
            lines.push(format!("in {written}, {trust}{since}{earlier}"));
        }
        if let Some(error) = &self.error {
            lines.push(format!("what is at its place now is not in use: {error}"));
        }
        if running {
            lines.push(self.figures());
            let hidden = self.log.len().saturating_sub(SHOWN_LINES);
            let shown = self.log.iter().skip(hidden);
            lines.extend(shown.map(|line| format!("{}: {}", line.level, line.message)));
        }
        lines
    }

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
