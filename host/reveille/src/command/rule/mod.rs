//! `reveille rule …`, one file each.

mod diff;
mod list;
mod proposal;
mod remove;
mod stored;

use std::process::ExitCode;

use super::Setting;
use crate::cli::RuleCommand;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Remove(args) => remove::run(args, setting).await,
        RuleCommand::Add(_) | RuleCommand::Pin(_) | RuleCommand::Rollback(_) => {
            anyhow::bail!("not yet")
        }
        RuleCommand::Diff(args) => diff::run(args, setting).await,
    }
}
