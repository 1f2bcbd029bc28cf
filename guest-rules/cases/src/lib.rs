#![doc = include_str!("../README.md")]

mod case;
mod difference;
mod line;
#[cfg(feature = "native")]
pub mod native;
mod raw;
mod reader;

pub use case::{Case, Datum, DecideCase, Expected, FormatCase, Kind, PlanCase, Ruled};
pub use difference::Difference;
pub use line::{
    Action, DecisionLine, ExceptionLine, GroupLine, PeriodLine, ServerLine, SpanLine, Want,
};
pub use reader::read;

/// The format in words, for `reveille rule test --help`.
pub const FORMAT: &str = include_str!("../README.md");
