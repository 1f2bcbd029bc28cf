//! What compiling one component may use.

use std::time::Duration;

use reveille_core::model::Tier;

/// Largest component that is compiled, in bytes: twice what the highest tier allows as a file.
#[cfg(feature = "compiler")]
pub(crate) const COMPONENT_BYTES: u64 = 48 << 20;

/// Limits of the child process that compiles one component. [`CompileLimits::of`] has the defaults of each tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Wall-clock time, for a child that waits instead of computing.
    pub time: Duration,
    /// Processor time of all its threads together, in seconds.
    pub processor_seconds: u64,
    /// Bytes of memory that it may write to.
    pub memory_bytes: u64,
    /// Bytes of machine code.
    pub output_bytes: u64,
}

impl CompileLimits {
    /// The defaults of a tier. Measured on two cores: a Rust rule takes a tenth of a second and under 20 MB, QuickJS up
    /// to 8 seconds, Python 41 seconds and 450 MB; machine code is two to five times the component. The child
    /// gives way to everything else on the machine, so its wall-clock time is twice its processor time.
    #[must_use]
    pub const fn of(tier: Tier) -> Self {
        match tier {
            Tier::Rule => Self::new(30, 512 << 20, 8 << 20),
            Tier::Scripted => Self::new(60, 1 << 30, 32 << 20),
            Tier::Heavy => Self::new(180, 2 << 30, 128 << 20),
        }
    }

    const fn new(processor_seconds: u64, memory_bytes: u64, output_bytes: u64) -> Self {
        Self {
            time: Duration::from_secs(2 * processor_seconds),
            processor_seconds,
            memory_bytes,
            output_bytes,
        }
    }
}
