//! Reveille wakes servers in the morning and puts them to bed at night. This crate is the program: it chooses the
//! adapters, opens the doors and has a file for each subcommand.

mod admin;
#[cfg(feature = "aws")]
mod aws;
mod cli;
mod client;
mod clock;
mod command;
mod comparison;
mod config;
mod definitions_file;
mod feeds;
mod figures;
mod herald;
mod house;
mod http;
mod jandi;
mod listing;
mod metrics;
mod notices;
#[cfg(feature = "aws")]
mod original;
mod picture;
mod places;
mod rules;
mod secrets;
#[cfg(feature = "aws")]
mod shadow;
mod sight;
mod terminal;
mod timer;
mod tokens;
mod trial;
mod webhook;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    cli::{Cli, Command, RuleCommand},
    command::Setting,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // It has no configuration, no clock and no threads but the compiler's.
    if matches!(cli.command, Command::CompileComponent) {
        return reveille_sandbox::compile_child();
    }
    start_log();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(mut cli: Cli) -> anyhow::Result<ExitCode> {
    // With these, `--config` is the rule's.
    if matches!(&cli.command, Command::Rule(RuleCommand::Desk(_))) {
        cli.common.config = None;
    }
    let setting = Setting::new(&cli.common)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(command::run(cli.command, setting))
}

/// What is logged unless `RUST_LOG` says otherwise. AWS's client complains of credentials that it does not get at every
/// run; we say so ourselves, once.
const LOGGED: &str = "warn,reveille=info,aws_config::sts=error,aws_config::meta=error";

/// Logs go to standard error: standard output is for answers.
fn start_log() {
    use std::io::IsTerminal as _;
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .with_target(false)
        .init();
}

/// What lies beneath `error`, each cause that says more than the one above it.
fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut above = error.to_string();
    let mut causes = Vec::new();
    let mut beneath = error.source();
    while let Some(cause) = beneath {
        let said = cause.to_string();
        if !above.contains(&said) {
            causes.push(said.clone());
            above = said;
        }
        beneath = cause.source();
    }
    causes
}

/// One line for what failed and one for each cause beneath it.
fn complain(error: &anyhow::Error) {
    use std::io::Write as _;
    let mut text = format!("reveille: {error}\n");
    for cause in causes(error.as_ref()) {
        text.push_str(&format!("  because {cause}\n"));
    }
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
