//! `reveille rule …`, one file each.

mod add;
mod agreement;
#[cfg(feature = "compiler")]
mod build;
#[cfg(all(feature = "aws", feature = "compiler"))]
mod compile;
mod diff;
mod list;
#[cfg(feature = "compiler")]
mod new;
mod pin;
mod proposal;
mod remove;
mod retry;
mod rollback;
#[cfg(feature = "aws")]
mod share;
mod stored;
#[cfg(feature = "compiler")]
mod template;

use std::process::ExitCode;

use super::Setting;
#[cfg(feature = "compiler")]
use super::desk;
use crate::cli::RuleCommand;

#[cfg(feature = "compiler")]
pub(crate) use new::rule_name;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        #[cfg(feature = "compiler")]
        RuleCommand::New(args) => new::run(&args),
        #[cfg(feature = "compiler")]
        RuleCommand::Build(args) => build::run(&args),
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Retry(args) => retry::run(args, &setting).await,
        RuleCommand::Add(args) => add::run(args, setting).await,
        #[cfg(all(feature = "aws", feature = "compiler"))]
        RuleCommand::Compile(args) => compile::run(args, setting).await,
        RuleCommand::Remove(args) => remove::run(args, setting).await,
        RuleCommand::Pin(args) => pin::run(args, setting).await,
        RuleCommand::Rollback(args) => rollback::run(args, setting).await,
        RuleCommand::Diff(args) => diff::run(args, setting).await,
        #[cfg(feature = "compiler")]
        RuleCommand::Desk(command) => desk::run(command, &setting),
    }
}
