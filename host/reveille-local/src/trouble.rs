//! What goes wrong with a simulated server until it is taken away.

use chrono::{DateTime, Utc};
use reveille_core::port::{ActError, ActErrorKind};
use serde::{Deserialize, Serialize};

/// What goes wrong with a simulated server. A server may have one of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Trouble {
    /// Every start is refused.
    RefuseStart {
        /// The provider's code: `UnauthorizedOperation`.
        code: String,
        /// The provider's message.
        message: String,
    },
    /// Every stop is refused.
    RefuseStop {
        /// The provider's code.
        code: String,
        /// The provider's message.
        message: String,
    },
    /// Orders are accepted, and it stays on its way.
    Stuck,
    /// There is no capacity to start it before this.
    NoCapacity {
        /// When there is capacity again.
        until: DateTime<Utc>,
    },
    /// It is no longer there.
    Vanished,
}

impl Trouble {
    /// The word under which the file keeps it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::RefuseStart { .. } => "refuse-start",
            Self::RefuseStop { .. } => "refuse-stop",
            Self::Stuck => "stuck",
            Self::NoCapacity { .. } => "no-capacity",
            Self::Vanished => "vanished",
        }
    }
}

/// A refusal with AWS's `code`, of the kind that the code means there.
pub(crate) fn refusal(code: &str, message: &str) -> ActError {
    let kind = match code {
        "InsufficientInstanceCapacity"
        | "InsufficientDBInstanceCapacity"
        | "InsufficientDBClusterCapacityFault" => ActErrorKind::Capacity,
        "RequestLimitExceeded" | "Throttling" | "ThrottlingException" => ActErrorKind::Throttled,
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => ActErrorKind::Denied,
        "IncorrectInstanceState" | "InvalidDBInstanceState" | "InvalidDBClusterStateFault" => {
            ActErrorKind::WrongState
        }
        "InvalidInstanceID.NotFound" | "DBInstanceNotFound" | "DBClusterNotFoundFault" => {
            ActErrorKind::Gone
        }
        _ => ActErrorKind::Other,
    };
    ActError {
        kind,
        code: code.into(),
        message: message.into(),
    }
}
