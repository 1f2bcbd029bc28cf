//! `reveille rule …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use reveille_core::model::Tier;

use super::desk::DeskCommand;

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    #[command(flatten)]
    Desk(DeskCommand),
    /// Make a project for a rule of your own: a rule that works, its tests, the contract
    New(NewArgs),
    /// Make the component of a project, `NAME.wasm`
    Build(BuildArgs),
    /// List them: what is loaded, where it comes from, how it fares
    List(RuleListArgs),
    /// Try a rule, pin its digest and take it into the store; hosts load it at their next look
    Add(RuleAddArgs),
    /// Take a rule out of the store
    Remove(RuleRemoveArgs),
    /// Hold a rule at one version, or let it follow its place again
    Pin(RulePinArgs),
    /// Go back to the version of a rule that was in use before
    Rollback(RuleRollbackArgs),
    /// Show which days of which schedules another version would change; exits with 1 when there is one
    Diff(RuleDiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RuleListArgs {
    /// Ask the Reveille that runs, at its address for operators [default: the configured one]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) from: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the rule and of its folder: lower-case words joined by `-`
    #[arg(value_parser = crate::command::rule_name)]
    pub(crate) name: String,
    /// What it is written in
    #[arg(long, value_enum, default_value = "rust")]
    pub(crate) lang: RuleLanguage,
    /// What it does
    #[arg(long, value_enum, default_value = "planner")]
    pub(crate) kind: RuleKind,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Folder of the project
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Where to write the component [default: NAME.wasm in the folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleLanguage {
    /// 20 to 200 KB, 50 microseconds a call
    Rust,
    /// JavaScript: 1.2 MB, half a millisecond a call
    Js,
    /// 19 MB, some milliseconds a call
    Python,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleKind {
    /// Paints what should be on a day
    Planner,
    /// Decides about servers, or guards decisions
    Decider,
    /// Has the words for chat
    Formatter,
}

impl RuleKind {
    /// As the contract calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Decider => "decider",
            Self::Formatter => "formatter",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RuleAddArgs {
    /// The name that schedules use
    pub(crate) name: String,
    /// Where it is: a path, `https://…`, `s3://bucket/key`, `oci://registry/repository:tag`
    pub(crate) location: String,
    /// SHA-256 that it must have [default: the one that it has now]
    #[arg(long, value_name = "DIGEST")]
    pub(crate) sha256: Option<String>,
    #[command(flatten)]
    pub(crate) grants: Grants,
    /// Data that it reads: its own name, and that of the host's data source
    #[arg(long, value_name = "OWN=SOURCE")]
    pub(crate) data: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What a rule is granted.
#[derive(Debug, Clone, Args)]
pub(crate) struct Grants {
    /// Its limits [default: those that it has, else `rule`]
    #[arg(long, value_enum)]
    pub(crate) tier: Option<TierName>,
    /// It may import a virtual, deterministic WASI
    #[arg(long)]
    pub(crate) wasi: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TierName {
    /// Limits for compiled languages
    Rule,
    /// Limits for a small interpreter, as JavaScript has
    Scripted,
    /// Limits for a large interpreter, as Python has
    Heavy,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Rule => Self::Rule,
            TierName::Scripted => Self::Scripted,
            TierName::Heavy => Self::Heavy,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RuleRemoveArgs {
    /// Its name
    pub(crate) name: String,
    /// Even while schedules use it; they hold from then on
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulePinArgs {
    /// Its name
    pub(crate) name: String,
    /// SHA-256 of the version, or its first digits [default: the version that is in use]
    #[arg(value_name = "DIGEST", conflicts_with = "unpin")]
    pub(crate) sha256: Option<String>,
    /// Take whatever its place has, as far as that is trusted
    #[arg(long)]
    pub(crate) unpin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleRollbackArgs {
    /// Its name
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct RuleDiffArgs {
    /// Its name
    pub(crate) name: String,
    /// The other version: a file, a location, or the digest of a version that was in use (its first digits are enough)
    pub(crate) new: String,
    #[command(flatten)]
    pub(crate) grants: Grants,
    /// How many days
    #[arg(long, default_value_t = crate::comparison::DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}
