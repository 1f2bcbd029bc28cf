//! The sandbox: wasmtime narrowed to what rules need. Rules are components of the contract in `wit/`; this crate
//! loads them, calls each in a fresh instance under limits, looks at what it answers, and keeps the answers.
//!
//! Nothing outside this crate names wasmtime. It fetches nothing and decides nothing: what rules are there and what
//! their failures come to is for others.

mod alone;
mod answer;
mod bindings;
mod budget;
mod cache;
mod call;
mod candidate;
mod chain;
#[cfg(feature = "compiler")]
mod child_command;
mod code_cache;
mod code_error;
#[cfg(feature = "compiler")]
mod compile_child;
mod compile_error;
#[cfg(feature = "compiler")]
mod compile_frame;
mod compile_limits;
mod compiler;
mod convert;
mod counters;
mod data;
mod deciding;
mod embedded;
mod engine;
mod engine_config;
mod error;
mod fault;
mod fingerprint;
mod formatter;
mod health;
mod host_key;
mod inspect;
mod journal;
mod limits;
mod linked;
mod mark;
mod planning;
mod rule;
mod sandbox;
mod shared_code;
mod tally;
mod text;
mod wasi;
#[cfg(feature = "compiler")]
mod workbench;
#[cfg(not(feature = "compiler"))]
#[path = "no_workbench.rs"]
mod workbench;

pub use alone::{Alone, Called, DayRequest};
pub use call::Usage;
pub use candidate::Candidate;
#[cfg(feature = "compiler")]
pub use child_command::ChildCommand;
pub use code_error::CodeError;
#[cfg(feature = "compiler")]
pub use compile_child::compile_child;
pub use compile_error::CompileError;
pub use compile_limits::CompileLimits;
pub use compiler::{Compiled, Compiler};
pub use counters::Counters;
pub use data::{DataSource, Datum};
pub use embedded::SERVERBYEONG;
pub use engine::TARGET;
pub use error::LoadError;
pub use formatter::SandboxFormatter;
pub use health::FAILURES_IN_A_ROW;
pub use journal::{LogLevel, LogLine};
pub use limits::{HOST_CALLS, LOG_BYTES, Limits, RETURNED_BYTES};
pub use mark::{MarkKey, NoKey};
pub use rule::Description;
pub use sandbox::Sandbox;
pub use shared_code::SharedCode;
