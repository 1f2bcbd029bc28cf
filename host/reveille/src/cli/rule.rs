//! `reveille rule …`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// List them: what is loaded, where it comes from, how it fares
    List(RuleListArgs),
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
