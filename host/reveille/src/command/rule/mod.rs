//! `reveille rule …`, one file each.

mod add;
mod agreement;
mod build;
mod diff;
mod list;
mod new;
mod pin;
mod proposal;
mod remove;
mod retry;
mod rollback;
mod stored;
mod template;

use std::process::ExitCode;

use super::{Setting, desk};
use crate::cli::RuleCommand;

pub(crate) use new::rule_name;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::New(args) => new::run(&args),
        RuleCommand::Build(args) => build::run(&args),
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Retry(args) => retry::run(args, &setting).await,
        RuleCommand::Add(args) => add::run(args, setting).await,
        RuleCommand::Remove(args) => remove::run(args, setting).await,
        RuleCommand::Pin(args) => pin::run(args, setting).await,
        RuleCommand::Rollback(args) => rollback::run(args, setting).await,
        RuleCommand::Diff(args) => diff::run(args, setting).await,
        RuleCommand::Desk(command) => desk::run(command, &setting),
    }
}
