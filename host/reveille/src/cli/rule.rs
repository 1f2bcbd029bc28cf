//! `reveille rule …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::desk::DeskCommand;
use super::stored_rule::{
    RuleAddArgs, RuleDiffArgs, RulePinArgs, RuleRemoveArgs, RuleRollbackArgs,
};

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
    /// Have a rule asked again at once for what it has failed in, by the Reveille that runs
    Retry(RuleRetryArgs),
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
pub(crate) struct RuleRetryArgs {
    /// Its name
    pub(crate) name: String,
    /// For this schedule alone [default: for all]
    pub(crate) schedule: Option<String>,
    /// The address for operators of the Reveille that runs [default: the configured one]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) from: Option<String>,
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
    /// JavaScript: 1.6 MB, half a millisecond a call
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
