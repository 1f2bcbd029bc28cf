//! Accounts: roles that may be assumed in them, what their policies do not allow, their regions.

use std::collections::{BTreeMap, BTreeSet};

use super::{instances::Instances, rds::Databases, secrets::Kept, ssm::Window};

/// An account.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Roles by name, with the external id that their trust asks for.
    pub(super) roles: BTreeMap<String, Option<String>>,
    /// Permissions that nobody in it has, such as `ec2:StartInstances`.
    pub(super) denied: BTreeSet<String>,
    pub(super) regions: BTreeMap<String, Ground>,
}

/// A region of an account.
#[derive(Debug, Default)]
pub(super) struct Ground {
    pub(super) disabled: bool,
    pub(super) instances: Instances,
    pub(super) databases: Databases,
    pub(super) windows: Vec<Window>,
    pub(super) secrets: Kept,
}
