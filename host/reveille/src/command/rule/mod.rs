//! `reveille rule …`, one file each.

mod list;

use std::process::ExitCode;

use super::Setting;
use crate::cli::RuleCommand;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::List(args) => list::run(args, setting).await,
    }
}
