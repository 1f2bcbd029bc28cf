//! `reveille rule …`, one file each.

mod bench;
mod check;
mod conformance;
mod list;
mod preview;
mod test;

use std::process::ExitCode;

use super::Setting;
use crate::cli::RuleCommand;

pub(super) async fn run(command: RuleCommand, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        RuleCommand::List(args) => list::run(args, setting).await,
        RuleCommand::Check { rule, json } => check::run(&rule, json),
        RuleCommand::Test { rule, cases } => test::run(&rule, &cases),
        RuleCommand::Preview(args) => preview::run(&args, &setting),
        RuleCommand::Bench { rule, calls, json } => bench::run(&rule, calls, json),
        RuleCommand::Conformance { rule, json } => conformance::run(&rule, json),
    }
}
