//! `reveille notices …`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum NoticesCommand {
    /// List what was not sent: what waits, is being sent, or is lost
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Have lost notices sent once more; one of which nobody knows whether it arrived may arrive twice
    Retry {
        /// Their keys, or the beginnings of them [default: all that are lost]
        keys: Vec<String>,
    },
    /// Send a target what today brings, now
    Test {
        /// Its name
        target: String,
    },
}
