//! What was called.

use chrono::{DateTime, Utc};

/// A call that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service as credential scopes name it: `ec2`, `rds`, `sts`, `ssm`, `events`, `monitoring`, `iam`.
    pub service: &'static str,
    /// The action, such as `StartInstances`.
    pub action: String,
    /// The account of the credentials; empty when they are unknown.
    pub account: String,
    /// The region.
    pub region: String,
    /// Instances, databases or ARNs that it names.
    pub ids: Vec<String>,
    /// Whether it only asked whether it might.
    pub dry_run: bool,
    /// Whether a stop was to be forced.
    pub forced: bool,
    /// Whether a stop was to hibernate.
    pub hibernates: bool,
    /// The test's time.
    pub at: DateTime<Utc>,
    /// Whether its answer left whole.
    pub answered: bool,
    /// The code with which it was refused.
    pub refused: Option<String>,
}

impl Call {
    /// Whether it is this one.
    #[must_use]
    pub fn is(&self, service: &str, action: &str) -> bool {
        self.service == service && self.action == action
    }
}
