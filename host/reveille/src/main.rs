//! Reveille wakes servers in the morning and puts them to bed at night. This crate is the program: it chooses the
//! adapters, opens the doors and has a file for each subcommand.

mod admin;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod bucket;
mod cli;
mod client;
mod clock;
mod command;
mod comparison;
mod config;
mod definitions_file;
mod doors;
mod feeds;
mod figures;
mod glance;
mod health;
mod herald;
mod house;
mod http;
mod jandi;
#[cfg(feature = "aws")]
mod lambda;
mod listing;
mod metrics;
mod notices;
#[cfg(feature = "aws")]
mod original;
mod passed_over;
#[cfg(feature = "compiler")]
mod picture;
mod places;
mod reload;
mod rules;
mod secrets;
#[cfg(feature = "aws")]
mod shadow;
mod shift;
mod sight;
mod signals;
mod terminal;
mod timer;
mod tokens;
#[cfg(feature = "compiler")]
mod trial;
mod webhook;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;

#[cfg(feature = "compiler")]
use crate::cli::RuleCommand;
use crate::{
    cli::{Cli, Command},
    command::{Setting, healthcheck, init},
    config::Origin,
};

fn main() -> ExitCode {
    let cli = cli();
    // It has no configuration, no clock and no threads but the compiler's.
    #[cfg(feature = "compiler")]
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

/// What was typed; Lambda types nothing.
fn cli() -> Cli {
    #[cfg(feature = "aws")]
    if lambda::is_at_home() {
        return Cli::parse_from(["reveille", "lambda"]);
    }
    Cli::parse()
}

fn run(
    #[cfg_attr(
        not(feature = "compiler"),
        expect(unused_mut, reason = "only commands of rule authors change it")
    )]
    mut cli: Cli,
) -> anyhow::Result<ExitCode> {
    // With these, `--config` is the rule's.
    #[cfg(feature = "compiler")]
    if matches!(&cli.command, Command::Rule(RuleCommand::Desk(_))) {
        cli.common.config = None;
    }
    // There is no configuration yet.
    if let Command::Init(args) = &cli.command {
        return init::run(args, &Origin::given(&cli.common));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(async {
        // A configuration that cannot be used is told to whoever sends an event.
        #[cfg(feature = "aws")]
        if matches!(&cli.command, Command::Lambda) {
            return lambda::run(cli.common).await;
        }
        // It says nothing about the process that runs with an older one.
        if let Command::Healthcheck { to } = &cli.command {
            return healthcheck::run(to.as_deref(), cli.common.config.as_deref()).await;
        }
        command::run(cli.command, Setting::new(&cli.common)?).await
    });
    runtime.shutdown_timeout(LEFT_TIME);
    ended
}

/// How long what still runs beside an ended command may take. It is nothing that somebody waits for: a rule that is being
/// compiled, or a name that is being looked up.
const LEFT_TIME: Duration = Duration::from_millis(500);

/// What is logged unless `RUST_LOG` says otherwise. AWS's client complains of credentials that it does not get at every
/// run; we say so ourselves, once. So we do of a failure that Lambda's runtime shows as we hold it.
const LOGGED: &str = "warn,reveille=info,aws_config::sts=error,aws_config::meta=error,\
                      lambda_runtime::layers::panic=off";

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
