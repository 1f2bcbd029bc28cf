//! Why a component could not be compiled in a child process.

use std::time::Duration;

use thiserror::Error;

/// What befell the child process that compiles; what the compiler says of a component is
/// [`LoadError::Compile`](crate::LoadError::Compile).
#[derive(Debug, Error)]
pub enum CompileError {
    /// It cannot be started.
    #[error("the process that compiles cannot be started: {cause}")]
    Start {
        /// Why.
        cause: std::io::Error,
    },
    /// The machine takes longer than the limit, which is wall-clock time.
    #[error("compiling takes longer than the {} s that its tier allows; build it smaller", limit.as_secs_f64())]
    Time {
        /// The limit.
        limit: Duration,
    },
    /// The compiler computes longer than the limit, which is processor time.
    #[error(
        "compiling takes more than the {seconds} s of processor time that its tier allows; build it smaller"
    )]
    Processor {
        /// The limit.
        seconds: u64,
    },
    /// The compiler wants more memory than the limit.
    #[error("compiling takes more than the {} MiB of memory that its tier allows; build it smaller", bytes >> 20)]
    Memory {
        /// The limit.
        bytes: u64,
    },
    /// There is more machine code than the limit.
    #[error("it compiles to more than the {} KiB of machine code that its tier allows; build it smaller", bytes >> 10)]
    Output {
        /// The limit.
        bytes: u64,
    },
    /// Somebody killed the child, or it crashed.
    #[error(
        "the process that compiles was ended by signal {signal}: the compiler crashed on it, or the system killed it for want of memory"
    )]
    Signal {
        /// The number of the signal.
        signal: i32,
    },
    /// The child ended, and answered nothing that can be used.
    #[error("the process that compiles gave no answer that can be used ({status}): {said}")]
    Answer {
        /// How it ended.
        status: String,
        /// What it said on standard error, shortened and without what acts on a terminal.
        said: String,
    },
}
