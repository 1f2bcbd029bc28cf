//! Tiers on the command line.

use reveille_core::model::Tier;

/// A tier as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum TierName {
    /// Compiled languages: 512 KiB, 10 million units of fuel, 8 MiB of memory
    Rule,
    /// A small interpreter, as componentize-qjs has: 2 MiB, 200 million, 32 MiB
    Scripted,
    /// A large interpreter, as componentize-py has: 24 MiB, 400 million, 64 MiB
    Heavy,
}

impl From<TierName> for Tier {
    fn from(tier: TierName) -> Self {
        match tier {
            TierName::Rule => Self::Rule,
            TierName::Scripted => Self::Scripted,
            TierName::Heavy => Self::Heavy,
        }
    }
}
