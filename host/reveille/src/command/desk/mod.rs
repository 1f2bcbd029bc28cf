//! `reveille rule …` for the author of a rule, one file each.

mod bench;
mod check;
mod conformance;
mod preview;
mod test;

use std::process::ExitCode;

use super::Setting;
use crate::{cli::DeskCommand, trial::Days};

pub(super) fn run(command: DeskCommand, setting: &Setting) -> anyhow::Result<ExitCode> {
    match command {
        DeskCommand::Check { rule, json } => check::run(&rule, json),
        DeskCommand::Test { rule, cases } => test::run(&rule, &cases),
        DeskCommand::Preview(args) => preview::run(&args, setting),
        DeskCommand::Bench { rule, calls, json } => bench::run(&rule, calls, json),
        DeskCommand::Conformance { rule, quick, json } => {
            let days = if quick { Days::Tenth } else { Days::All };
            conformance::run(&rule, days, json)
        }
    }
}
