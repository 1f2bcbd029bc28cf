//! One simulated server: the state that it was last brought into, and what has become of it since.

use std::{collections::BTreeMap, num::NonZeroU32};

use chrono::{DateTime, Duration, Timelike as _, Utc};
use reveille_core::{
    model::{LeftOut, Server, ServerId, ServerKind, ServerState},
    port::{ActError, OrderAction},
};

use crate::trouble::{Trouble, refusal};

/// From `pending` to `running`; as EC2's Linux instances were seen to take.
pub const EC2_START: Duration = Duration::seconds(30);
/// From `stopping` to `stopped`.
pub const EC2_STOP: Duration = Duration::seconds(40);
/// From `starting` to `available`, for a small instance or cluster.
pub const RDS_START: Duration = Duration::minutes(5);
/// From `stopping` to `stopped`.
pub const RDS_STOP: Duration = Duration::minutes(4);
/// After so long RDS starts a stopped server by itself (RDS User Guide, "Stopping an Amazon RDS DB instance
/// temporarily", read 2026-11-22). It is a fact of the calendar, so that a quicker simulation does not shorten it.
pub const RDS_RESTART: Duration = Duration::days(7);
/// How long a running RDS server is `backing-up` each day.
pub const BACKUP_LENGTH: Duration = Duration::minutes(10);

/// A server as it is put into the simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedServer {
    /// Its id.
    pub id: ServerId,
    /// The name that people know it by.
    pub name: String,
    /// What it is.
    pub kind: ServerKind,
    /// How it is.
    pub state: ServerState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Its instance type.
    pub instance_type: Option<String>,
    /// The value of its schedule tag.
    pub schedule: String,
    /// The value of its group tag.
    pub group: Option<String>,
    /// All of its tags.
    pub tags: BTreeMap<String, String>,
    /// Why it is not scheduled.
    pub left_out: Option<LeftOut>,
    /// Minute of the UTC day at which it begins to back itself up, if it is of RDS.
    pub backup_minute: Option<u16>,
}

/// A server with its troubles, at the pace of the simulation.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) server: SimulatedServer,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) speed: NonZeroU32,
}

impl Simulation {
    /// Brings it to where it is at `now`. A `now` before the last change leaves it as it is.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        loop {
            let (after, to) = match self.server.state {
                ServerState::Starting if !self.is_stuck() => {
                    (self.start_length(), ServerState::Running)
                }
                ServerState::Stopping if !self.is_stuck() => {
                    (self.stop_length(), ServerState::Stopped)
                }
                ServerState::Stopped if self.is_rds() => (RDS_RESTART, ServerState::Starting),
                ServerState::Running
                | ServerState::Stopped
                | ServerState::Starting
                | ServerState::Stopping
                | ServerState::Busy
                | ServerState::Problem
                | ServerState::Gone => return,
            };
            let at = self.server.since + after;
            if now < at {
                return;
            }
            self.server.state = to;
            self.server.since = at;
        }
    }

    /// Carries out an order at `now`, to which it has been brought.
    pub(crate) fn act(&mut self, action: &OrderAction, now: DateTime<Utc>) -> Result<(), ActError> {
        if self.is_gone() {
            return Err(self.not_found());
        }
        match action {
            OrderAction::Start => self.start(now),
            OrderAction::Stop { hibernate: _ } => self.stop(now),
            OrderAction::Resize(to) => {
                let has_type = self.server.instance_type.as_ref() == Some(to);
                match self.state_at(now) {
                    ServerState::Running | ServerState::Busy if has_type => Ok(()),
                    ServerState::Running => self.stop(now),
                    ServerState::Stopped => {
                        self.server.instance_type = Some(to.clone());
                        self.start(now)
                    }
                    ServerState::Starting
                    | ServerState::Stopping
                    | ServerState::Busy
                    | ServerState::Problem
                    | ServerState::Gone => Err(self.wrong_state(now)),
                }
            }
        }
    }

    /// How it is seen at `now`, to which it has been brought; none when it is gone.
    pub(crate) fn view(self, now: DateTime<Utc>) -> Option<Server> {
        let state = self.state_at(now);
        if self.is_gone() || state == ServerState::Gone {
            return None;
        }
        let server = self.server;
        Some(Server {
            native_state: native_state(server.kind, state).into(),
            id: server.id,
            name: server.name.into(),
            kind: server.kind,
            state,
            state_reason: None,
            instance_type: server.instance_type.map(Into::into),
            schedule: server.schedule.into(),
            group: server.group.map(Into::into),
            tags: server.tags.into(),
            left_out: server.left_out,
            open_windows: Vec::new(),
        })
    }

    /// Its state at `now`: a running RDS server is busy while it backs itself up.
    fn state_at(&self, now: DateTime<Utc>) -> ServerState {
        match (self.server.state, self.server.backup_minute) {
            (ServerState::Running, Some(minute)) if self.is_rds() => {
                let since_midnight = Duration::seconds(now.num_seconds_from_midnight().into());
                let day = Duration::days(1);
                let since_backup = since_midnight - Duration::minutes(minute.into());
                let since_backup = if since_backup < Duration::zero() {
                    since_backup + day
                } else {
                    since_backup
                };
                if since_backup < BACKUP_LENGTH {
                    ServerState::Busy
                } else {
                    ServerState::Running
                }
            }
            (state, _) => state,
        }
    }

    fn start(&mut self, now: DateTime<Utc>) -> Result<(), ActError> {
        for trouble in &self.troubles {
            match trouble {
                Trouble::RefuseStart { code, message } => return Err(refusal(code, message)),
                Trouble::NoCapacity { until } if now < *until => {
                    return Err(refusal(
                        self.no_capacity_code(),
                        "We currently do not have sufficient capacity; please try again later.",
                    ));
                }
                Trouble::NoCapacity { .. }
                | Trouble::RefuseStop { .. }
                | Trouble::Stuck
                | Trouble::Vanished => {}
            }
        }
        match self.state_at(now) {
            ServerState::Running | ServerState::Busy | ServerState::Starting => Ok(()),
            ServerState::Stopped => {
                self.enter(ServerState::Starting, now);
                Ok(())
            }
            ServerState::Stopping | ServerState::Problem | ServerState::Gone => {
                Err(self.wrong_state(now))
            }
        }
    }

    fn stop(&mut self, now: DateTime<Utc>) -> Result<(), ActError> {
        for trouble in &self.troubles {
            match trouble {
                Trouble::RefuseStop { code, message } => return Err(refusal(code, message)),
                Trouble::RefuseStart { .. }
                | Trouble::NoCapacity { .. }
                | Trouble::Stuck
                | Trouble::Vanished => {}
            }
        }
        match self.state_at(now) {
            ServerState::Stopped | ServerState::Stopping => Ok(()),
            ServerState::Running => {
                self.enter(ServerState::Stopping, now);
                Ok(())
            }
            ServerState::Starting
            | ServerState::Busy
            | ServerState::Problem
            | ServerState::Gone => Err(self.wrong_state(now)),
        }
    }

    fn enter(&mut self, state: ServerState, now: DateTime<Utc>) {
        self.server.state = state;
        self.server.since = now;
    }

    fn is_rds(&self) -> bool {
        match self.server.kind {
            ServerKind::Ec2 => false,
            ServerKind::RdsInstance | ServerKind::RdsCluster => true,
        }
    }

    fn is_stuck(&self) -> bool {
        self.troubles.contains(&Trouble::Stuck)
    }

    fn is_gone(&self) -> bool {
        self.server.state == ServerState::Gone || self.troubles.contains(&Trouble::Vanished)
    }

    fn start_length(&self) -> Duration {
        self.quickened(if self.is_rds() { RDS_START } else { EC2_START })
    }

    fn stop_length(&self) -> Duration {
        self.quickened(if self.is_rds() { RDS_STOP } else { EC2_STOP })
    }

    fn quickened(&self, length: Duration) -> Duration {
        Duration::milliseconds(length.num_milliseconds() / i64::from(self.speed.get()))
    }

    fn no_capacity_code(&self) -> &'static str {
        match self.server.kind {
            ServerKind::Ec2 => "InsufficientInstanceCapacity",
            ServerKind::RdsInstance => "InsufficientDBInstanceCapacity",
            ServerKind::RdsCluster => "InsufficientDBClusterCapacityFault",
        }
    }

    fn wrong_state(&self, now: DateTime<Utc>) -> ActError {
        let code = match self.server.kind {
            ServerKind::Ec2 => "IncorrectInstanceState",
            ServerKind::RdsInstance => "InvalidDBInstanceState",
            ServerKind::RdsCluster => "InvalidDBClusterStateFault",
        };
        let state = native_state(self.server.kind, self.state_at(now));
        refusal(code, &format!("{} is {state}", self.server.id))
    }

    fn not_found(&self) -> ActError {
        not_found(self.server.kind, &self.server.id)
    }
}

/// The refusal of an order for a server that is not there.
pub(crate) fn not_found(kind: ServerKind, id: &ServerId) -> ActError {
    let code = match kind {
        ServerKind::Ec2 => "InvalidInstanceID.NotFound",
        ServerKind::RdsInstance => "DBInstanceNotFound",
        ServerKind::RdsCluster => "DBClusterNotFoundFault",
    };
    refusal(code, &format!("there is no {id}"))
}

/// The provider's own word for a state.
fn native_state(kind: ServerKind, state: ServerState) -> &'static str {
    let is_ec2 = match kind {
        ServerKind::Ec2 => true,
        ServerKind::RdsInstance | ServerKind::RdsCluster => false,
    };
    match state {
        ServerState::Running if is_ec2 => "running",
        ServerState::Running => "available",
        ServerState::Starting if is_ec2 => "pending",
        ServerState::Starting => "starting",
        ServerState::Stopping => "stopping",
        ServerState::Stopped => "stopped",
        ServerState::Busy => "backing-up",
        ServerState::Problem => "failed",
        ServerState::Gone => "terminated",
    }
}
