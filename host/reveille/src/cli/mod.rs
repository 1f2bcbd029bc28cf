//! What can be typed on the command line, and what `--help` teaches.

mod data;
#[cfg(feature = "compiler")]
mod desk;
mod init;
mod notices;
#[cfg(feature = "compiler")]
mod project;
mod rule;
mod stored_rule;
mod tier;

use std::{net::SocketAddr, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use data::DataCommand;
#[cfg(feature = "compiler")]
pub(crate) use desk::{DeskCommand, PreviewArgs, RuleFile};
pub(crate) use init::InitArgs;
pub(crate) use notices::NoticesCommand;
#[cfg(feature = "compiler")]
pub(crate) use project::{BuildArgs, NewArgs, RuleKind, RuleLanguage};
#[cfg(all(feature = "aws", feature = "compiler"))]
pub(crate) use rule::RuleCompileArgs;
pub(crate) use rule::{RuleCommand, RuleListArgs, RuleRetryArgs};
pub(crate) use stored_rule::{
    Grants, RuleAddArgs, RuleDiffArgs, RulePinArgs, RuleRemoveArgs, RuleRollbackArgs,
};

use crate::{config::ENV_HELP, definitions_file::Language};

/// What both forms of help end with.
const FIRST_STEPS: &str = "\
Try it:
  reveille demo                              36 simulated servers and a webhook on 127.0.0.1:8080
  reveille say '/서버 Development status'    what a person in chat would type
  reveille plan Development                  the week as a picture
  reveille explain Development               who painted today, and why
  reveille init                              a configuration for servers of your own";

/// Name of [`Command::CompileComponent`].
#[cfg(feature = "compiler")]
pub(crate) const COMPILE_COMPONENT: &str = "compile-component";

/// Wakes EC2 and RDS servers in the morning and puts them to bed at night.
#[derive(Debug, Parser)]
#[command(
    name = "reveille",
    version,
    after_help = FIRST_STEPS,
    after_long_help = format!("{FIRST_STEPS}\n\n{ENV_HELP}"),
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Configuration file (TOML); everything in it has a default
    #[arg(long, global = true, value_name = "FILE", env = crate::config::ENV_CONFIG)]
    pub(crate) config: Option<PathBuf>,
    /// The embedded store's file [default: reveille.db]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// What time it is, for trying things out: `2026-11-23 09:30` in the default zone, or RFC 3339
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Let the clock stand still at that time
    #[arg(long, global = true)]
    pub(crate) freeze: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start with an example: the schedules `Development` (36 servers) and `ali` (one), simulated
    Demo(DemoArgs),
    /// Ask a few questions and write the configuration: `--config`, or reveille.toml
    Init(InitArgs),
    /// Start the timer and the webhook on what the store holds
    Serve(ServeArgs),
    /// Answer events as a function of AWS Lambda; there, the program does so without being told
    #[cfg(feature = "aws")]
    Lambda,
    /// Do one scheduling run and say what was done
    Tick {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Send a message to a running Reveille as JANDI would, and draw the answer
    Say(SayArgs),
    /// Show what a schedule wants, day by day
    Plan(PlanArgs),
    /// Show who painted a day: the plan as each rule left it
    Explain {
        /// Name of the schedule
        schedule: String,
        /// The day [default: today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<NaiveDate>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make the store's definitions those of a file: all or nothing; what the file lacks is removed
    Apply(FileArgs),
    /// Show what `apply` would change; exits with 1 when there is something
    Diff(FileArgs),
    /// Write the store's definitions as a file
    Export {
        /// Language of the file
        #[arg(long, value_enum, default_value = "yaml")]
        format: Language,
    },
    /// Load everything and say what is well and what is not; exits with 1 when something is not
    Check,
    /// Look for everything that could be in the way, and say what to do; exits with 1 when something is
    Doctor,
    /// The tables of a store on DynamoDB
    #[cfg(feature = "aws")]
    #[command(subcommand)]
    Tables(TablesCommand),
    /// Print the definitions of AWS Instance Scheduler as a file, and say what differs from it
    #[cfg(feature = "aws")]
    Import(ImportArgs),
    /// Take over what AWS Instance Scheduler remembers of each server, once, before Reveille's first run
    #[cfg(feature = "aws")]
    Adopt {
        /// Its registry table; it is only read
        #[arg(long, value_name = "TABLE")]
        registry: String,
    },
    /// Print the least policy that the configuration needs, as JSON for IAM
    #[cfg(feature = "aws")]
    Iam(IamArgs),
    /// Say beside a live AWS Instance Scheduler where Reveille would decide differently; nothing is done
    #[cfg(feature = "aws")]
    Shadow(ShadowArgs),
    /// Write, test, load and watch rules
    #[command(subcommand)]
    Rule(RuleCommand),
    /// See the named data that rules read
    #[command(subcommand)]
    Data(DataCommand),
    /// See what people were not told, have it sent once more, try a target out
    #[command(subcommand)]
    Notices(NoticesCommand),
    /// See the servers; break simulated ones, move them by hand
    #[command(subcommand)]
    Fleet(FleetCommand),
    /// Answer decisions in bulk, JSON lines in and out, for people who migrate
    #[command(after_help = "A line in:\n  \
        {\"dt\": \"2026-11-23T00:30:00Z\", \"schedule\": {\"name\": \"s\", \"periods\": \"p\", \"timezone\": \"Asia/Seoul\"},\n   \
        \"periods\": [{\"name\": \"p\", \"begintime\": \"09:30\", \"endtime\": \"22:00\"}], \"stored\": \"stopped\", \"actual\": \"stopped\"}\n\
        A line out:\n  \
        {\"desired\": \"running\", \"type\": null, \"period\": \"p\", \"action\": \"Start\", \"new_stored\": \"running\"}\n  \
        or {\"error\": \"…\"}")]
    Evaluate {
        /// Where the lines are [default: standard input]
        file: Option<PathBuf>,
    },
    /// Ask the Reveille of this machine whether it is alive; exits with 1 when it is not
    Healthcheck {
        /// Where it listens [default: as configured]
        #[arg(long, value_name = "ADDRESS:PORT")]
        to: Option<String>,
    },
    /// Print a completion script: `source <(reveille completions bash)`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Compile a component, from standard input to standard output; the program asks itself for it
    #[cfg(feature = "compiler")]
    #[command(name = COMPILE_COMPONENT, hide = true)]
    CompileComponent,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where the webhook listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Begin anew: delete the store's file first
    #[arg(long)]
    pub(crate) reset: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where the webhook listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Do not run the scheduler; something else calls `reveille tick`
    #[arg(long)]
    pub(crate) no_timer: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SayArgs {
    /// The message, with its slash: `/서버 Development status`
    #[arg(required = true, trailing_var_arg = true)]
    pub(crate) words: Vec<String>,
    /// Where Reveille listens: an address with its port, or `http://…`
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) to: String,
    /// The webhook's token [default: the first configured one, else the demo's]
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// Who says it
    #[arg(long = "as", default_value = "terminal")]
    pub(crate) writer: String,
    /// Where it is said
    #[arg(long, default_value = "terminal")]
    pub(crate) room: String,
    /// The answer as it came, in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Name of the schedule
    pub(crate) schedule: String,
    /// First day [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<NaiveDate>,
    /// How many days
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The file: YAML, or TOML when it ends so
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[cfg(feature = "aws")]
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum TablesCommand {
    /// Make those that are missing; what is there is left as it is
    Create,
    /// Look whether they are as they must be; exits with 1 when one is not
    Check,
}

#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What `aws dynamodb scan --output json` printed of the config table
    #[arg(conflicts_with = "table")]
    pub(crate) file: Option<PathBuf>,
    /// The config table itself [default: that of the store]
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Its region [default: that of the configuration]
    #[arg(long, value_name = "REGION", requires = "table")]
    pub(crate) region: Option<String>,
    /// Another address than AWS's own
    #[arg(long, value_name = "URL", requires = "table")]
    pub(crate) endpoint: Option<String>,
    /// Language of the file
    #[arg(long, value_enum, default_value = "yaml")]
    pub(crate) format: Language,
    /// Where to write it; a file that is there is left [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub(crate) struct IamArgs {
    /// Policy and trust of the roles in other accounts, instead of the policy of the program's own role
    #[arg(long, requires = "principal")]
    pub(crate) spoke: bool,
    /// ARN of the program's own role, which those roles trust
    #[arg(long, value_name = "ARN", requires = "spoke")]
    pub(crate) principal: Option<String>,
    /// The program runs as the function of this name: it may write its log, and invoke itself
    #[arg(long, value_name = "NAME", conflicts_with = "spoke")]
    pub(crate) lambda: Option<String>,
    /// The account in which the program runs; without it any account stands in the ARNs
    #[arg(long, value_name = "DIGITS")]
    pub(crate) account: Option<String>,
    /// It may make the tables too, for `reveille tables create`
    #[arg(long)]
    pub(crate) create_tables: bool,
    /// It may read the registry of AWS Instance Scheduler, for `reveille shadow`
    #[arg(long, value_name = "TABLE")]
    pub(crate) registry: Option<String>,
    /// Volumes of instances are encrypted with keys of your own
    #[arg(long)]
    pub(crate) encrypted_volumes: bool,
    /// No period and no tag names an instance type
    #[arg(long)]
    pub(crate) no_resize: bool,
}

#[cfg(feature = "aws")]
#[derive(Debug, Args)]
pub(crate) struct ShadowArgs {
    /// Its registry table; without it every server is as new to both
    #[arg(long, value_name = "TABLE")]
    pub(crate) registry: Option<String>,
    /// Its config table [default: what the store holds]
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// One minute only; exits with 1 when the two differ
    #[arg(long)]
    pub(crate) once: bool,
    /// As JSON, a line for each minute
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// List the servers and their states
    List,
    /// Break a server
    Fault {
        /// Its name or id
        server: String,
        /// How
        #[arg(value_enum)]
        kind: FaultKind,
    },
    /// Mend a server
    Mend {
        /// Its name or id
        server: String,
    },
    /// Start or stop a server by hand, past Reveille
    Set {
        /// Its name or id
        server: String,
        /// To what
        #[arg(value_enum)]
        state: HandState,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FaultKind {
    /// There is no capacity for it
    Capacity,
    /// Starts are refused
    RefuseStart,
    /// Stops are refused
    RefuseStop,
    /// It never arrives in the state that it is on its way to
    Stuck,
    /// It is no longer there
    Vanish,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum HandState {
    /// It runs
    Running,
    /// It is stopped
    Stopped,
}
