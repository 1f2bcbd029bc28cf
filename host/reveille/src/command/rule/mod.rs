//! `reveille rule …`, one file each.

mod bench;
mod build;
mod check;
mod conformance;
mod list;
mod new;
mod preview;
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
        RuleCommand::Check { rule, json } => check::run(&rule, json),
        RuleCommand::Test { rule, cases } => test::run(&rule, &cases),
        RuleCommand::Preview(args) => preview::run(&args, &setting),
        RuleCommand::Bench { rule, calls, json } => bench::run(&rule, calls, json),
        RuleCommand::Conformance { rule, json } => conformance::run(&rule, json),
    }
}
