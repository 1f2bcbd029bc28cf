//! `reveille rule …`, one file each.

mod build;
mod list;
mod new;
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
    }
}
