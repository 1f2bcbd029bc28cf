//! `reveille rule …`, one file each.

mod build;
mod diff;
mod list;
mod new;
mod proposal;
mod remove;
mod stored;
mod template;

use std::process::ExitCode;

use super::Setting;
use crate::cli::RuleCommand;

pub(crate) use new::rule_name;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::New(args) => new::run(&args),
        RuleCommand::Build(args) => build::run(&args),
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Remove(args) => remove::run(args, setting).await,
        RuleCommand::Add(_) | RuleCommand::Pin(_) | RuleCommand::Rollback(_) => {
            anyhow::bail!("not yet")
        }
        RuleCommand::Diff(args) => diff::run(args, setting).await,
    }
}
