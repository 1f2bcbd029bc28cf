//! `reveille data …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// List it with its state, age, size, the rules that read it and its place; exits with 1 when some is stale
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}
