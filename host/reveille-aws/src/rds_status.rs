//! What the statuses of RDS mean here.
//!
//! After the tables in the RDS User Guide, "Viewing Amazon RDS DB instance status", and the Aurora User Guide,
//! "Viewing DB cluster status", both read 2026-11-23. RDS starts only what is `stopped` and stops only what is
//! `available`, so that whatever else runs is busy.

use reveille_core::model::ServerState;

/// The state behind RDS's word, of an instance or of a cluster. A word that nobody knows is a problem: such a server
/// is left as it is, and told by its word when that lasts.
pub(crate) fn state_of(status: &str) -> ServerState {
    match status {
        "available" => ServerState::Running,
        "stopped" => ServerState::Stopped,
        "starting" | "creating" => ServerState::Starting,
        "stopping" => ServerState::Stopping,
        "deleting" => ServerState::Gone,
        "backing-up"
        | "backtracking"
        | "configuring-associated-roles"
        | "configuring-enhanced-monitoring"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "converting-to-vpc"
        | "delete-precheck"
        | "failing-over"
        | "maintenance"
        | "migrating"
        | "modifying"
        | "moving-to-vpc"
        | "preparing-data-migration"
        | "promoting"
        | "rebooting"
        | "renaming"
        | "resetting-master-credentials"
        | "scaling-compute"
        | "scaling-storage"
        | "storage-config-upgrade"
        | "storage-initialization"
        | "storage-optimization"
        | "update-iam-db-auth"
        | "upgrading" => ServerState::Busy,
        "cloning-failed"
        | "failed"
        | "inaccessible-encryption-credentials"
        | "inaccessible-encryption-credentials-recoverable"
        | "incompatible-create"
        | "incompatible-network"
        | "incompatible-option-group"
        | "incompatible-parameters"
        | "incompatible-restore"
        | "insufficient-capacity"
        | "migration-failed"
        | "restore-error"
        | "storage-full" => ServerState::Problem,
        _ => ServerState::Problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statuses: &[&str], state: ServerState) {
        for status in statuses {
            assert_eq!(state_of(status), state, "{status}");
        }
    }

    #[test]
    fn what_runs_and_cannot_be_stopped_now_is_busy() {
        check(
            &[
                "backing-up",
                "modifying",
                "rebooting",
                "storage-optimization",
            ],
            ServerState::Busy,
        );
    }

    #[test]
    fn what_is_broken_or_unknown_is_a_problem() {
        check(
            &[
                "failed",
                "inaccessible-encryption-credentials",
                "incompatible-network",
                "storage-full",
                "",
                "a-status-of-next-year",
            ],
            ServerState::Problem,
        );
    }

    #[test]
    fn only_available_and_stopped_can_be_acted_on() {
        check(&["available"], ServerState::Running);
        check(&["stopped"], ServerState::Stopped);
        check(&["starting", "creating"], ServerState::Starting);
        check(&["stopping"], ServerState::Stopping);
        check(&["deleting"], ServerState::Gone);
    }
}
