//! What a call may use.

use std::time::Duration;

use reveille_core::model::Tier;

use crate::engine_config;

/// Bytes that a component may hand to the host in one call of an import, or return. A decision on 1,000 servers takes
/// about 200 KB of host memory, a plan of 256 spans with the longest reasons 250 KB, the longest message 350 KB.
pub const RETURNED_BYTES: usize = 1 << 20;

/// Lines that a call may log, and reads of data it may do. The contract names the number.
pub const HOST_CALLS: u32 = 64;

/// Bytes that a call may log. The contract names the number.
pub const LOG_BYTES: usize = 8 << 10;

/// Limits of every call of one rule. [`Limits::of`] has the defaults of each tier.
///
/// The fuel gives the verdict: it runs out at the same point on every machine. The deadline ends what fuel does not
/// price, and lies so far behind that a slow or busy machine does not reach it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Largest component file, in bytes.
    pub file_bytes: usize,
    /// Units of fuel; roughly one for each instruction, 1 to 2 nanoseconds.
    pub fuel: u64,
    /// Time that it may work, rounded up to the ticks of the engine. What it waits for other work of the machine does
    /// not count, up to twenty times as long.
    pub deadline: Duration,
    /// Bytes of all linear memories together.
    pub memory_bytes: usize,
    /// Tables.
    pub tables: usize,
    /// Elements of all tables together.
    pub table_elements: usize,
    /// Core instances.
    pub instances: usize,
    /// Linear memories.
    pub memories: usize,
    /// Bytes that are returned, or handed to the host in one call of an import.
    pub returned_bytes: usize,
    /// Lines that are logged, and reads of data.
    pub host_calls: u32,
    /// Bytes that are logged, or written to standard output and error.
    pub log_bytes: usize,
    /// Live handles of resources.
    pub handles: usize,
}

impl Limits {
    /// Deepest stack of a call in bytes; one number for all rules, as the engine has one.
    pub const STACK_BYTES: usize = engine_config::STACK_BYTES;

    /// The defaults of a tier: several hundred times what the default components use, several times what the
    /// smallest rule of an interpreter needs. The fuel of an interpreter is enough for a decision on 1,000 servers, the
    /// most that the host asks about in one call: keep-until in `plugins/` uses 110,000 units a server.
    #[must_use]
    pub const fn of(tier: Tier) -> Self {
        let rule = Self {
            file_bytes: 512 << 10,
            fuel: 10_000_000,
            deadline: Duration::from_millis(250),
            memory_bytes: 8 << 20,
            tables: 16,
            table_elements: 20_000,
            instances: 16,
            memories: 4,
            returned_bytes: RETURNED_BYTES,
            host_calls: HOST_CALLS,
            log_bytes: LOG_BYTES,
            handles: 64,
        };
        match tier {
            Tier::Rule => rule,
            Tier::Scripted => Self {
                file_bytes: 2 << 20,
                fuel: 200_000_000,
                deadline: Duration::from_secs(2),
                memory_bytes: 32 << 20,
                tables: 64,
                instances: 64,
                memories: 16,
                ..rule
            },
            Tier::Heavy => Self {
                file_bytes: 24 << 20,
                fuel: 400_000_000,
                deadline: Duration::from_secs(4),
                memory_bytes: 64 << 20,
                tables: 64,
                instances: 64,
                memories: 16,
                handles: 256,
                ..rule
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tier_allows_more_memory_than_a_slot_has() {
        for tier in [Tier::Rule, Tier::Scripted, Tier::Heavy] {
            assert!(Limits::of(tier).memory_bytes <= engine_config::LARGEST_MEMORY_BYTES);
        }
    }
}
