//! `reveille rule …`.

use clap::{Args, Subcommand};

use super::stored_rule::{
    RuleAddArgs, RuleDiffArgs, RulePinArgs, RuleRemoveArgs, RuleRollbackArgs,
};
#[cfg(feature = "compiler")]
use super::{
    desk::DeskCommand,
    project::{BuildArgs, NewArgs},
};

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    #[cfg(feature = "compiler")]
    #[command(flatten)]
    Desk(DeskCommand),
    /// Make a project for a rule of your own: a rule that works, its tests, the contract
    #[cfg(feature = "compiler")]
    New(NewArgs),
    /// Make the component of a project, `NAME.wasm`
    #[cfg(feature = "compiler")]
    Build(BuildArgs),
    /// List them: what is loaded, where it comes from, how it fares
    List(RuleListArgs),
    /// Have a rule asked again at once for what it has failed in, by the Reveille that runs
    Retry(RuleRetryArgs),
    /// Try a rule, pin its digest and take it into the store; hosts load it at their next look
    Add(RuleAddArgs),
    /// Make the machine code of the rules for hosts without a compiler, and put it where they share it
    #[cfg(all(feature = "aws", feature = "compiler"))]
    Compile(RuleCompileArgs),
    /// Take a rule out of the store
    Remove(RuleRemoveArgs),
    /// Hold a rule at one version, or let it follow its place again
    Pin(RulePinArgs),
    /// Go back to the version of a rule that was in use before
    Rollback(RuleRollbackArgs),
    /// Show which days of which schedules another version would change; exits with 1 when there is one
    Diff(RuleDiffArgs),
}

#[cfg(all(feature = "aws", feature = "compiler"))]
#[derive(Debug, Args)]
pub(crate) struct RuleCompileArgs {
    /// Their names [default: every rule that is wanted, wherever it is written]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
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
