//! The subcommands, one file each.

#[cfg(feature = "aws")]
mod adopt;
mod apply;
mod check;
mod data;
mod demo;
#[cfg(feature = "compiler")]
mod desk;
mod doctor;
mod evaluate;
mod explain;
mod fleet;
pub(crate) mod healthcheck;
#[cfg(feature = "aws")]
mod iam;
#[cfg(feature = "aws")]
mod import;
pub(crate) mod init;
mod notices;
mod plan;
mod rule;
mod say;
mod serve;
#[cfg(feature = "aws")]
mod shadow;
#[cfg(feature = "aws")]
mod tables;
mod tick;

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::CommandFactory as _;
use reveille_core::model::{Exception, Schedule};
use std::sync::Arc;

#[cfg(feature = "aws")]
pub(crate) use check::checked;
#[cfg(feature = "compiler")]
pub(crate) use rule::rule_name;
#[cfg(feature = "aws")]
pub(crate) use tick::as_json as tick_as_json;

use crate::{
    cli::{Cli, Command, Common},
    clock::{Clock, read_time},
    config::{Config, Origin},
    feeds,
    house::{House, print},
};

/// What every command works with.
pub(crate) struct Setting {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    /// Where the configuration came from.
    origin: Origin,
}

impl Setting {
    /// Reads the configuration and the clock.
    pub(crate) fn new(common: &Common) -> anyhow::Result<Self> {
        let origin = Origin::given(common);
        let config = origin.read()?;
        let at = common
            .at
            .as_deref()
            .map(|text| read_time(text, config.timezone))
            .transpose();
        let at = at
            .map_err(|message| anyhow::anyhow!(message))
            .context("--at cannot be used")?;
        Ok(Self {
            clock: Clock::new(at, common.freeze),
            config,
            origin,
        })
    }

    /// The configuration's file, for people.
    pub(crate) fn file(&self) -> String {
        self.origin
            .file
            .as_ref()
            .map_or_else(String::new, |path| format!("`{}`", path.display()))
    }

    /// Opens the house for one look: data that is due is fetched first.
    pub(crate) async fn house(&self) -> anyhow::Result<House> {
        let house = House::open(&self.config).await?;
        feeds::log(&house.feeds.look(Clock::machine()).await.news);
        Ok(house)
    }
}

/// Carries out `command`.
pub(crate) async fn run(command: Command, setting: Setting) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::run(args, setting).await,
        Command::Init(args) => init::run(&args, &setting.origin),
        Command::Serve(args) => serve::run(args, setting).await,
        Command::Tick { json } => tick::run(json, setting).await,
        Command::Say(args) => say::run(args, setting).await,
        Command::Plan(args) => plan::run(args, setting).await,
        Command::Explain {
            schedule,
            date,
            json,
        } => explain::run(&schedule, date, json, setting).await,
        Command::Apply(args) => apply::apply(&args.file, setting).await,
        Command::Diff(args) => apply::diff(&args.file, setting).await,
        Command::Export { format } => apply::export(format, setting).await,
        Command::Check => check::run(setting).await,
        Command::Doctor => doctor::run(setting).await,
        #[cfg(feature = "aws")]
        Command::Tables(command) => tables::run(command, setting).await,
        #[cfg(feature = "aws")]
        Command::Import(args) => import::run(args, setting).await,
        #[cfg(feature = "aws")]
        Command::Adopt { registry } => adopt::run(&registry, setting).await,
        #[cfg(feature = "aws")]
        Command::Iam(args) => iam::run(args, &setting).await,
        #[cfg(feature = "aws")]
        Command::Shadow(args) => shadow::run(args, setting).await,
        Command::Rule(command) => rule::run(command, setting).await,
        Command::Data(command) => data::run(command, setting).await,
        Command::Notices(command) => notices::run(command, setting).await,
        Command::Fleet(command) => fleet::run(command, setting).await,
        Command::Evaluate { file } => evaluate_file(file.as_deref(), &setting),
        #[cfg(feature = "compiler")]
        Command::CompileComponent => Ok(reveille_sandbox::compile_child()),
        Command::Healthcheck { to } => {
            healthcheck::run(to.as_deref(), setting.origin.file.as_deref()).await
        }
        #[cfg(feature = "aws")]
        Command::Lambda => anyhow::bail!("a function reads its configuration itself"),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "reveille", &mut script);
            print(&String::from_utf8_lossy(&script));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn evaluate_file(file: Option<&Path>, setting: &Setting) -> anyhow::Result<ExitCode> {
    let rules =
        reveille_sandbox::Sandbox::embedded().context("the embedded components do not load")?;
    let mut input: Box<dyn std::io::BufRead> = match file {
        Some(path) => Box::new(std::io::BufReader::with_capacity(
            1 << 20,
            std::fs::File::open(path)
                .with_context(|| format!("cannot read `{}`", path.display()))?,
        )),
        None => Box::new(std::io::BufReader::with_capacity(1 << 20, std::io::stdin())),
    };
    let mut output = std::io::BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    evaluate::evaluate(&rules, setting.config.timezone, &mut input, &mut output)
        .context("evaluate broke off")?;
    Ok(ExitCode::SUCCESS)
}

/// The schedule of that name with its exceptions of the days around; or why there is none.
async fn schedule_with_exceptions(
    house: &House,
    name: &str,
    from: chrono::NaiveDate,
    days: u32,
) -> anyhow::Result<(Arc<Schedule>, Vec<Exception>)> {
    let definitions = house.store.definitions().await?;
    if let Some(faults) = definitions.set_aside.get(name) {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::bail!("the schedule `{name}` is set aside: {}", faults.join("; "));
    }
    let Some(schedule) = definitions.schedules.get(name) else {
        let known: Vec<&str> = definitions.schedules.keys().map(String::as_str).collect();
        if known.is_empty() {
            anyhow::bail!(
                "there is no schedule yet. Try `reveille demo`, or write some and `reveille apply` them"
            );
        }
        anyhow::bail!(
            "there is no schedule `{name}`; there are {}",
            known.join(", ")
        );
    };
    let first = from - chrono::Days::new(1);
    let last = from + chrono::Days::new(u64::from(days) + 1);
    let exceptions = house.store.exceptions(Some(name), first, last).await?;
    Ok((Arc::clone(schedule), exceptions))
}
