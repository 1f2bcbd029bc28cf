#![doc = include_str!("../README.md")]

mod case;
mod line;
#[cfg(feature = "native")]
pub mod native;
mod raw;

pub use case::{
    Case, Datum, DecideCase, Difference, Expected, FormatCase, Kind, PlanCase, Ruled, read,
};
pub use line::{
    Action, DecisionLine, ExceptionLine, GroupLine, PeriodLine, ServerLine, SpanLine, Want,
};

/// The format in words, for `reveille rule test --help`.
pub const FORMAT: &str = include_str!("../README.md");
