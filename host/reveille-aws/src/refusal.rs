//! Why an order was refused: AWS's codes, in kinds that say what happens next.

use reveille_core::port::{ActError, ActErrorKind};

use crate::trouble::{Trouble, TroubleKind};

/// The instance cannot hibernate, whatever it was launched with.
pub(crate) const NO_HIBERNATION: &str = "UnsupportedHibernationConfiguration";

/// The refusal that `trouble` is for an order.
pub(crate) fn refusal(trouble: &Trouble) -> ActError {
    let kind = kind_of_code(&trouble.code).unwrap_or(match trouble.kind {
        // Both pass by themselves.
        TroubleKind::Throttled | TroubleKind::Unreachable => ActErrorKind::Throttled,
        TroubleKind::Credentials | TroubleKind::Denied | TroubleKind::Region => {
            ActErrorKind::Denied
        }
        TroubleKind::Refused => ActErrorKind::Other,
    });
    let message = match kind {
        ActErrorKind::Denied | ActErrorKind::Throttled => format!(
            "{}{}{}",
            trouble.call,
            if trouble.message.is_empty() { "" } else { ": " },
            trouble.message
        ),
        ActErrorKind::Capacity
        | ActErrorKind::WrongState
        | ActErrorKind::Gone
        | ActErrorKind::Other => trouble.message.clone(),
    };
    ActError {
        kind,
        code: trouble.code.clone(),
        message,
    }
}

/// Whether a refusal is about the call, so that every server of it would be refused, rather than about one of them.
pub(crate) fn is_of_the_call(kind: ActErrorKind) -> bool {
    match kind {
        ActErrorKind::Throttled | ActErrorKind::Denied => true,
        ActErrorKind::Capacity
        | ActErrorKind::WrongState
        | ActErrorKind::Gone
        | ActErrorKind::Other => false,
    }
}

/// The codes about a server (EC2 Developer Guide, "Error codes for the Amazon EC2 API", and the errors of each call
/// in the RDS API Reference, both read 2026-11-23); none for those that mean the same in all of AWS, and for those that
/// only people can judge.
pub(crate) fn kind_of_code(code: &str) -> Option<ActErrorKind> {
    let kind = match code {
        "InsufficientCapacity"
        | "InsufficientInstanceCapacity"
        | "Server.InsufficientInstanceCapacity"
        | "InsufficientHostCapacity"
        | "InsufficientCapacityOnHost"
        | "InsufficientReservedInstanceCapacity"
        | "InsufficientDBInstanceCapacity"
        | "InsufficientDBClusterCapacityFault"
        | "InstanceLimitExceeded"
        | "VcpuLimitExceeded"
        | "MaxSpotInstanceCountExceeded"
        | "InstanceQuotaExceeded" => ActErrorKind::Capacity,
        "IncorrectInstanceState"
        | "IncorrectState"
        | "IncorrectSpotRequestState"
        | "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBClusterStateFault"
        // The snapshot of the last stop is still being deleted.
        | "DBSnapshotAlreadyExists" => ActErrorKind::WrongState,
        "InvalidInstanceID.NotFound"
        | "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBClusterNotFoundFault" => ActErrorKind::Gone,
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(kind: TroubleKind, code: &str) -> Trouble {
        Trouble {
            kind,
            call: "ec2:StartInstances",
            code: code.to_owned(),
            message: "words of AWS".to_owned(),
            source: "the test".into(),
        }
    }

    #[track_caller]
    fn check(kind: TroubleKind, code: &str, expected: ActErrorKind) {
        let refused = refusal(&trouble(kind, code));
        assert_eq!((refused.kind, refused.code.as_str()), (expected, code));
    }

    #[test]
    fn a_code_says_what_happens_next() {
        check(
            TroubleKind::Refused,
            "InvalidInstanceID.NotFound",
            ActErrorKind::Gone,
        );
        check(
            TroubleKind::Refused,
            "InvalidDBInstanceState",
            ActErrorKind::WrongState,
        );
        check(TroubleKind::Refused, "Unsupported", ActErrorKind::Other);
        check(
            TroubleKind::Throttled,
            "RequestLimitExceeded",
            ActErrorKind::Throttled,
        );
    }

    #[test]
    fn no_capacity_is_known_though_aws_calls_it_an_error_of_its_own() {
        check(
            TroubleKind::Unreachable,
            "InsufficientInstanceCapacity",
            ActErrorKind::Capacity,
        );
    }

    #[test]
    fn what_is_denied_names_the_permission() {
        let refused = refusal(&trouble(TroubleKind::Denied, "UnauthorizedOperation"));
        assert_eq!(
            refused.to_string(),
            "UnauthorizedOperation: ec2:StartInstances: words of AWS"
        );
    }
}
