//! `reveille rule …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// List them with their version, roles, source and digest
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}
