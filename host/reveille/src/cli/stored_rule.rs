//! `reveille rule add`, `remove`, `pin`, `rollback` and `diff`: what changes which version runs, or shows it.

use clap::Args;

use super::tier::TierName;

#[derive(Debug, Args)]
pub(crate) struct RuleAddArgs {
    /// The name that schedules use
    pub(crate) name: String,
    /// Where it is: a path, `https://…`, `s3://bucket/key`, `oci://registry/repository:tag`
    pub(crate) location: String,
    /// SHA-256 that it must have [default: the one that it has now]
    #[arg(long, value_name = "DIGEST")]
    pub(crate) sha256: Option<String>,
    #[command(flatten)]
    pub(crate) grants: Grants,
    /// Data that it reads: its own name, and that of the host's data source
    #[arg(long, value_name = "OWN=SOURCE")]
    pub(crate) data: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What a rule is granted.
#[derive(Debug, Clone, Args)]
pub(crate) struct Grants {
    /// Its limits [default: those that it has, else `rule`]
    #[arg(long, value_enum)]
    pub(crate) tier: Option<TierName>,
    /// It may import a virtual, deterministic WASI
    #[arg(long)]
    pub(crate) wasi: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleRemoveArgs {
    /// Its name
    pub(crate) name: String,
    /// Even while schedules use it; they hold from then on
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulePinArgs {
    /// Its name
    pub(crate) name: String,
    /// SHA-256 of the version, or its first digits [default: the version that is in use]
    #[arg(value_name = "DIGEST", conflicts_with = "unpin")]
    pub(crate) sha256: Option<String>,
    /// Take whatever its place has, as far as that is trusted
    #[arg(long)]
    pub(crate) unpin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleRollbackArgs {
    /// Its name
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct RuleDiffArgs {
    /// Its name
    pub(crate) name: String,
    /// The other version: a file, a location, or the digest of a version that was in use (its first digits are enough)
    pub(crate) new: String,
    #[command(flatten)]
    pub(crate) grants: Grants,
    /// How many days
    #[arg(long, default_value_t = crate::comparison::DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}
