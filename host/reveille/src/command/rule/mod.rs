//! `reveille rule …`, one file each.

mod add;
mod bench;
mod build;
mod check;
mod conformance;
mod diff;
mod list;
mod new;
mod pin;
mod preview;
mod proposal;
mod remove;
mod rollback;
mod stored;
mod template;
mod test;

use std::process::ExitCode;

use super::Setting;
use crate::cli::RuleCommand;

pub(crate) use new::rule_name;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::New(args) => new::run(&args),
        RuleCommand::Build(args) => build::run(&args),
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Add(args) => add::run(args, setting).await,
        RuleCommand::Remove(args) => remove::run(args, setting).await,
        RuleCommand::Pin(args) => pin::run(args, setting).await,
        RuleCommand::Rollback(args) => rollback::run(args, setting).await,
        RuleCommand::Diff(args) => diff::run(args, setting).await,
        RuleCommand::Check { rule, json } => check::run(&rule, json),
        RuleCommand::Test { rule, cases } => test::run(&rule, &cases),
        RuleCommand::Preview(args) => preview::run(&args, &setting),
        RuleCommand::Bench { rule, calls, json } => bench::run(&rule, calls, json),
        RuleCommand::Conformance { rule, json } => conformance::run(&rule, json),
    }
}
