//! A server of the fleet as it was last seen.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// Names a server among all accounts, regions and kinds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ServerId(pub Arc<str>);

impl ServerId {
    /// What the provider calls it where it is unique: `i-0abc` of an ARN that ends in `instance/i-0abc`, `orders` of
    /// one that ends in `db:orders`; the whole id where it is none.
    #[must_use]
    pub fn resource(&self) -> &str {
        if !self.0.starts_with("arn:") {
            return &self.0;
        }
        self.0.rsplit(['/', ':']).next().unwrap_or(&self.0)
    }
}

impl From<String> for ServerId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl From<ServerId> for String {
    fn from(id: ServerId) -> Self {
        id.0.as_ref().into()
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for ServerId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

/// What a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerKind {
    /// An EC2 instance.
    Ec2,
    /// An RDS instance.
    RdsInstance,
    /// An RDS cluster.
    RdsCluster,
}

/// How a server is, in the words that matter for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerState {
    /// It runs.
    Running,
    /// It is stopped.
    Stopped,
    /// It is on its way up.
    Starting,
    /// It is on its way down.
    Stopping,
    /// It runs and cannot be stopped now.
    Busy,
    /// It is broken or cannot be seen.
    Problem,
    /// It is gone, or going: it is ignored and forgotten.
    Gone,
}

/// Why a server is seen but not scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// It is a read replica.
    ReadReplica,
    /// It has read replicas.
    Replicated,
    /// Its cluster is scheduled instead.
    ClusterMember,
    /// Its Auto Scaling group would replace it.
    AutoScaling,
}

impl LeftOut {
    /// The word that the contract uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadReplica => "read-replica",
            Self::Replicated => "replicated",
            Self::ClusterMember => "cluster-member",
            Self::AutoScaling => "auto-scaling",
        }
    }
}

/// A maintenance window that is open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MaintenanceWindow {
    /// The preferred window of an RDS server.
    Preferred,
    /// An SSM window of this name.
    Ssm(String),
}

/// A server that carries the schedule tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Its id.
    pub id: ServerId,
    /// The name that people know it by.
    pub name: Arc<str>,
    /// What it is.
    pub kind: ServerKind,
    /// How it is.
    pub state: ServerState,
    /// How it is in the provider's own word.
    pub native_state: Arc<str>,
    /// The provider's reason for the state, when it gives one.
    pub state_reason: Option<String>,
    /// Its instance type.
    pub instance_type: Option<Arc<str>>,
    /// The value of its schedule tag.
    pub schedule: Arc<str>,
    /// The value of its group tag.
    pub group: Option<Arc<str>>,
    /// All of its tags.
    pub tags: Arc<BTreeMap<String, String>>,
    /// Why it is not scheduled.
    pub left_out: Option<LeftOut>,
    /// Maintenance windows that are open, a lead before their begin included.
    pub open_windows: Vec<MaintenanceWindow>,
}
