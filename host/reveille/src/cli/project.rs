//! `reveille rule new` and `build`: the project of a rule.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the rule and of its folder: lower-case words joined by `-`
    #[arg(value_parser = crate::command::rule_name)]
    pub(crate) name: String,
    /// What it is written in
    #[arg(long, value_enum, default_value = "rust")]
    pub(crate) lang: RuleLanguage,
    /// What it does
    #[arg(long, value_enum, default_value = "planner")]
    pub(crate) kind: RuleKind,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Folder of the project
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Where to write the component [default: NAME.wasm in the folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleLanguage {
    /// 20 to 200 KB, 50 microseconds a call
    Rust,
    /// JavaScript: 1.6 MB, half a millisecond a call
    Js,
    /// 19 MB, some milliseconds a call
    Python,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuleKind {
    /// Paints what should be on a day
    Planner,
    /// Decides about servers, or guards decisions
    Decider,
    /// Has the words for chat
    Formatter,
}

impl RuleKind {
    /// As the contract calls it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Decider => "decider",
            Self::Formatter => "formatter",
        }
    }
}
