//! The rules of a host as operators see them: `/rules` answers it, `rule list` draws it.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reveille_core::{
    model::{FailureKind, LoadedRule, Statistics, Tier},
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
    /// What all versions of its name have done since the host started.
    pub(crate) figures: RuleFigures,
    /// What the version that is in use has done.
    pub(crate) version_figures: RuleFigures,
    /// For what it is not asked now, because it has failed.
    pub(crate) troubles: Vec<Trouble>,
    /// What it logged last, oldest first.
    pub(crate) log: Vec<Line>,
}

/// What was counted of a rule's calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RuleFigures {
    /// Calls.
    pub(crate) calls: u64,
    /// Calls by what was asked: `about`, `planner`, `decider`, `formatter`; those that there were.
    pub(crate) calls_by_role: BTreeMap<String, u64>,
    /// Failures.
    pub(crate) failures: u64,
    /// Failures by kind, such as `fuel` or `deadline`; those that there were.
    pub(crate) failures_by_kind: BTreeMap<String, u64>,
    /// Half of the calls took no longer; up to 1.42 times too much.
    pub(crate) p50_nanoseconds: Option<u64>,
    /// 99 of 100 calls took no longer; up to 1.42 times too much.
    pub(crate) p99_nanoseconds: Option<u64>,
    /// Units of fuel of all calls together.
    pub(crate) fuel: u64,
    /// Units of fuel of the call that used most.
    pub(crate) most_fuel: u64,
    /// Bytes of memory of the call that used most.
    pub(crate) most_memory_bytes: u64,
    /// Lines that were logged.
    pub(crate) log_lines: u64,
}

/// Something that a rule is not asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    /// The schedule; none where it is to have the words.
    pub(crate) schedule: Option<String>,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// When it is asked again; none when it is disabled.
    pub(crate) until: Option<DateTime<Utc>>,
    /// The last failure.
    pub(crate) cause: String,
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
            unloaded: self.unloaded(),
        }
    }

    /// What is wanted and not loaded now.
    pub(crate) fn unloaded(&self) -> Vec<NotLoaded> {
        let unloaded = self.loader.unloaded().into_iter();
        unloaded
            .map(|(name, cause)| NotLoaded { name, cause })
            .collect()
    }

    fn listed(&self, rule: LoadedRule, known: Option<KnownRule>) -> Listed {
        // In the moment of a switch what is known is still of the version before.
        let taken = known
            .as_ref()
            .and_then(|known| known.taken.as_ref())
            .filter(|taken| taken.sha256 == rule.sha256);
        let history = match (&known, self.loader.shelf()) {
            (Some(_), Some(shelf)) => shelf.history(&rule.name),
            (Some(_) | None, _) => Vec::new(),
        };
        let counted = self.sandbox.statistics(&rule.name).unwrap_or_default();
        let troubles = self.sandbox.troubles(&rule.name).into_iter();
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
            figures: RuleFigures::of(&counted.total),
            version_figures: RuleFigures::of(&counted.version),
            troubles: troubles
                .map(|trouble| Trouble {
                    schedule: trouble.schedule,
                    failures: trouble.failures,
                    until: trouble.until,
                    cause: trouble.last.cause,
                })
                .collect(),
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
            lines.push(self.figures.told());
            lines.extend(self.troubles.iter().map(Trouble::told));
            let hidden = self.log.len().saturating_sub(SHOWN_LINES);
            let shown = self.log.iter().skip(hidden);
            lines.extend(shown.map(|line| format!("{}: {}", line.level, line.message)));
        }
        lines
    }
}

impl RuleFigures {
    fn of(counted: &Statistics) -> Self {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let roles = calls_by_role(counted).into_iter();
        let kinds = counted.failures.iter();
        Self {
            calls: counted.calls.total(),
            calls_by_role: roles
                .filter(|(_, calls)| *calls > 0)
                .map(|(role, calls)| (role.to_owned(), calls))
                .collect(),
            failures: counted.failed(),
            failures_by_kind: kinds.map(|(kind, count)| (word(*kind), *count)).collect(),
            p50_nanoseconds: counted.times.within(500).map(nanoseconds),
            p99_nanoseconds: counted.times.within(990).map(nanoseconds),
            fuel: counted.fuel,
            most_fuel: counted.most_fuel,
            most_memory_bytes: counted.most_memory_bytes,
            log_lines: counted.log_lines,
        }
    }

    /// All of it on one line.
    fn told(&self) -> String {
        if self.calls == 0 {
            return String::from("not called yet");
        }
        let parts = |counts: &BTreeMap<String, u64>| {
            let parts: Vec<String> = counts
                .iter()
                .map(|(what, count)| format!("{count} {what}"))
                .collect();
            parts.join(", ")
        };
        let failed = match self.failures {
            0 => String::from("none failed"),
            failures => format!("{failures} failed ({})", parts(&self.failures_by_kind)),
        };
        let time =
            |nanoseconds: Option<u64>| nanoseconds.map_or_else(|| String::from("?"), duration);
        format!(
            "{} calls ({}), {failed}; p50 {}, p99 {}; at most {} fuel and {} KiB a call",
            self.calls,
            parts(&self.calls_by_role),
            time(self.p50_nanoseconds),
            time(self.p99_nanoseconds),
            self.most_fuel,
            self.most_memory_bytes.div_ceil(1024)
        )
    }
}

impl Trouble {
    /// All of it on one line.
    fn told(&self) -> String {
        let what = self.schedule.as_ref().map_or_else(
            || String::from("words"),
            |schedule| format!("the schedule `{schedule}`"),
        );
        let cause = &self.cause;
        match self.until {
            Some(until) => format!(
                "not asked for {what} until {} after {} failures in a row: {cause}",
                until.format("%Y-%m-%d %H:%M:%S UTC"),
                self.failures
            ),
            None => format!(
                "disabled for {what} after {} failures in a row: {cause}",
                self.failures
            ),
        }
    }
}

/// Calls by what was asked.
pub(crate) fn calls_by_role(counted: &Statistics) -> [(&'static str, u64); 4] {
    [
        ("about", counted.calls.about),
        ("planner", counted.calls.planner),
        ("decider", counted.calls.decider),
        ("formatter", counted.calls.formatter),
    ]
}

/// A kind of failure as lists and figures name it: `bad-value`.
pub(crate) fn word(kind: FailureKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

/// `32 µs`, `1.4 ms`, `2.0 s`.
fn duration(nanoseconds: u64) -> String {
    let micros = nanoseconds / 1_000;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{}.{} ms", micros / 1_000, micros / 100 % 10),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_own_unit() {
        for (nanoseconds, told) in [
            (1_000, "1 µs"),
            (999_999, "999 µs"),
            (1_448_154, "1.4 ms"),
            (250_000_000, "250.0 ms"),
            (2_097_152_000, "2.0 s"),
        ] {
            assert_eq!(duration(nanoseconds), told);
        }
    }

    #[test]
    fn a_kind_of_failure_is_one_word() {
        assert_eq!(word(FailureKind::BadValue), "bad-value");
    }
}
