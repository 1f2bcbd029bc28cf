//! `reveille rule …` for the author of a rule: what is about a component in a file, and needs no house.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::tier::TierName;
use crate::trial::DataFile;

#[derive(Debug, Subcommand)]
pub(crate) enum DeskCommand {
    /// Look whether a component may run here, and try it; exits with 1 when something is wrong
    Check {
        #[command(flatten)]
        rule: RuleFile,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Run cases through it: what it is given, and what it should answer; exits with 1 when one fails
    #[command(after_long_help = reveille_cases::FORMAT)]
    Test {
        #[command(flatten)]
        rule: RuleFile,
        /// The cases, in TOML
        #[arg(long, value_name = "FILE", default_value = "cases.toml")]
        cases: PathBuf,
    },
    /// Draw a year of a planner
    Preview(PreviewArgs),
    /// Measure it beside the built-in `periods`
    Bench {
        #[command(flatten)]
        rule: RuleFile,
        /// How many calls
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        calls: u32,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Look whether it keeps to what every rule must, whatever it is asked; exits with 1 when not
    Conformance {
        #[command(flatten)]
        rule: RuleFile,
        /// A tenth of the days, for rules of which a call takes long
        #[arg(long)]
        quick: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// A component, and what is said of it.
#[derive(Debug, Args)]
pub(crate) struct RuleFile {
    /// A component, or the name of a rule that is built in
    #[arg(value_name = "FILE.wasm")]
    pub(crate) file: PathBuf,
    /// Its limits [default: those of the lowest tier that takes a file of its size]
    #[arg(long, value_enum)]
    pub(crate) tier: Option<TierName>,
    /// It may import WASI, of which nothing reaches outside
    #[arg(long)]
    pub(crate) wasi: bool,
    /// The rule's own configuration: JSON, or a file that ends in .json
    // Under the name of the program's own flag, in whose place it stands here.
    #[arg(id = "config", long = "config", value_name = "JSON")]
    pub(crate) config: Option<PathBuf>,
    /// Data that it reads, by its own name for it
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) data: Vec<DataFile>,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    pub(crate) rule: RuleFile,
    /// Which year [default: this one]
    #[arg(long)]
    pub(crate) year: Option<i32>,
    /// A definitions file whose schedule it is drawn with
    #[arg(long, value_name = "FILE", conflicts_with = "periods")]
    pub(crate) schedule: Option<PathBuf>,
    /// Name of the schedule, where the file has several
    #[arg(long, requires = "schedule")]
    pub(crate) name: Option<String>,
    /// A period of the schedule, such as 'office 09:00-18:00 mon-fri'; may be given again
    #[arg(
        long,
        value_name = "PERIOD",
        default_value = "office 09:00-18:00 mon-fri"
    )]
    pub(crate) periods: Vec<String>,
    /// The schedule's time zone
    #[arg(long, default_value = "Asia/Seoul", conflicts_with = "schedule")]
    pub(crate) zone: String,
    /// The schedule's calendar of days off
    #[arg(long, conflicts_with = "schedule")]
    pub(crate) calendar: Option<String>,
    /// As a picture in SVG
    #[arg(long)]
    pub(crate) svg: bool,
}
