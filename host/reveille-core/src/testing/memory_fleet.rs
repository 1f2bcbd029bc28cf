//! A fleet in memory: servers take their time to start and stop, by the `now` of the calls, and have the troubles
//! that a test gives them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};

use crate::{
    model::{Server, ServerId, ServerKind, ServerState},
    port::{ActError, ActErrorKind, Fleet, FleetError, FleetView, Order, OrderAction, Outcome},
};

/// How long a server takes to start or stop unless a test says otherwise: less than a minute, so that it has
/// arrived at the next tick.
const ON_ITS_WAY: Duration = Duration::seconds(40);

/// What goes wrong with a server until it is healed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Every order is refused.
    Refuses(ActErrorKind, &'static str),
    /// Only starts are refused.
    RefusesStart(ActErrorKind, &'static str),
    /// Only stops are refused.
    RefusesStop(ActErrorKind, &'static str),
    /// There is no capacity for these types. A type is changed all the same.
    Scarce(&'static [&'static str]),
    /// Orders are accepted; it stays on its way and never arrives.
    Sticks,
    /// A start is accepted; it is stopped again at once, and this is the reason that the provider gives.
    FallsBack(&'static str),
}

#[derive(Debug)]
struct Simulated {
    server: Server,
    arrival: Option<(DateTime<Utc>, ServerState)>,
    takes: Duration,
    trouble: Option<Trouble>,
}

#[derive(Debug, Default)]
struct State {
    servers: BTreeMap<ServerId, Simulated>,
    seen: Option<Arc<[Server]>>,
    unseen: Vec<FleetError>,
    orders: Vec<(DateTime<Utc>, Order)>,
}

/// Servers that start and stop by the `now` of the calls.
#[derive(Debug, Default)]
pub struct MemoryFleet {
    state: Mutex<State>,
}

impl MemoryFleet {
    /// A fleet of `servers`.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = Server>) -> Self {
        let fleet = Self::default();
        for server in servers {
            fleet.add(server);
        }
        fleet
    }

    /// Adds or replaces a server.
    pub fn add(&self, server: Server) {
        let mut state = self.state();
        state.seen = None;
        state.servers.insert(
            server.id.clone(),
            Simulated {
                server,
                arrival: None,
                takes: ON_ITS_WAY,
                trouble: None,
            },
        );
    }

    /// How long `id` takes to start or stop.
    pub fn takes(&self, id: &str, takes: Duration) {
        self.change(id, |simulated| simulated.takes = takes);
    }

    /// Gives `id` a trouble.
    pub fn trouble(&self, id: &str, trouble: Trouble) {
        self.change(id, |simulated| simulated.trouble = Some(trouble));
    }

    /// Takes the trouble of `id` away. What was stuck on its way arrives at the next look.
    pub fn heal(&self, id: &str) {
        self.change(id, |simulated| {
            simulated.trouble = None;
            simulated.server.state_reason = None;
        });
    }

    /// Heals every server.
    pub fn heal_all(&self) {
        let mut state = self.state();
        state.seen = None;
        for simulated in state.servers.values_mut() {
            simulated.trouble = None;
            simulated.server.state_reason = None;
        }
    }

    /// Brings `id` into a state at once, as somebody in the provider's console might.
    pub fn put(&self, id: &str, to: ServerState) {
        self.change(id, |simulated| {
            simulated.arrival = None;
            simulated.enter(to);
        });
    }

    /// Changes `id` in any way.
    pub fn edit(&self, id: &str, edit: impl FnOnce(&mut Server)) {
        self.change(id, |simulated| edit(&mut simulated.server));
    }

    /// Removes `id`.
    pub fn vanish(&self, id: &str) {
        let mut state = self.state();
        state.seen = None;
        state.servers.remove(&ServerId::from(id));
    }

    /// From now on a part of the fleet cannot be seen; which servers are in it the test decides with
    /// [`MemoryFleet::vanish`].
    pub fn hide(&self, target: &str) {
        self.state().unseen.push(FleetError {
            target: target.to_owned(),
            code: "fleet.denied",
            source: Arc::new(std::io::Error::other("hidden by the test")),
        });
    }

    /// How `id` was at the last call.
    #[must_use]
    pub fn state_of(&self, id: &str) -> Option<ServerState> {
        let state = self.state();
        let simulated = state.servers.get(&ServerId::from(id))?;
        Some(simulated.server.state)
    }

    /// Every order so far, refused ones included.
    #[must_use]
    pub fn orders(&self) -> Vec<(DateTime<Utc>, Order)> {
        self.state().orders.clone()
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Simulated)) {
        let mut state = self.state();
        state.seen = None;
        if let Some(simulated) = state.servers.get_mut(&ServerId::from(id)) {
            change(simulated);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn advance(&mut self, now: DateTime<Utc>) {
        for simulated in self.servers.values_mut() {
            if simulated.advance(now) {
                self.seen = None;
            }
        }
    }
}

impl Simulated {
    /// Whether it changed.
    fn advance(&mut self, now: DateTime<Utc>) -> bool {
        if self.trouble == Some(Trouble::Sticks) {
            return false;
        }
        match self.arrival {
            Some((at, to)) if at <= now => {
                self.arrival = None;
                self.enter(to);
                true
            }
            Some(_) | None => false,
        }
    }

    fn enter(&mut self, to: ServerState) {
        self.server.state = to;
        self.server.native_state = native_state(self.server.kind, to).into();
    }

    fn leave(&mut self, by: ServerState, to: ServerState, now: DateTime<Utc>) {
        self.enter(by);
        self.arrival = Some((now + self.takes, to));
    }

    fn act(&mut self, action: &OrderAction, now: DateTime<Utc>) -> Result<(), ActError> {
        self.refusal(action)?;
        match action {
            OrderAction::Start => self.start(now),
            OrderAction::Stop { .. } => self.stop(now),
            OrderAction::Resize(to) => match self.server.state {
                ServerState::Running | ServerState::Busy
                    if self.server.instance_type.as_deref() == Some(to.as_str()) =>
                {
                    Ok(())
                }
                ServerState::Stopped => {
                    self.server.instance_type = Some(to.as_str().into());
                    self.refusal(&OrderAction::Start)?;
                    self.start(now)
                }
                ServerState::Running | ServerState::Busy => self.stop(now),
                ServerState::Starting
                | ServerState::Stopping
                | ServerState::Problem
                | ServerState::Gone => Err(self.wrong_state()),
            },
        }
    }

    fn start(&mut self, now: DateTime<Utc>) -> Result<(), ActError> {
        match self.server.state {
            ServerState::Running | ServerState::Busy | ServerState::Starting => Ok(()),
            ServerState::Stopped => {
                if let Some(Trouble::FallsBack(reason)) = &self.trouble {
                    self.server.state_reason = Some((*reason).to_owned());
                } else {
                    self.leave(ServerState::Starting, ServerState::Running, now);
                }
                Ok(())
            }
            ServerState::Stopping | ServerState::Problem | ServerState::Gone => {
                Err(self.wrong_state())
            }
        }
    }

    fn stop(&mut self, now: DateTime<Utc>) -> Result<(), ActError> {
        match self.server.state {
            ServerState::Stopped | ServerState::Stopping => Ok(()),
            ServerState::Running => {
                self.leave(ServerState::Stopping, ServerState::Stopped, now);
                Ok(())
            }
            ServerState::Starting
            | ServerState::Busy
            | ServerState::Problem
            | ServerState::Gone => Err(self.wrong_state()),
        }
    }

    fn refusal(&self, action: &OrderAction) -> Result<(), ActError> {
        let is_stop = matches!(action, OrderAction::Stop { .. });
        match &self.trouble {
            Some(Trouble::Refuses(kind, code)) => Err(refused(*kind, code)),
            Some(Trouble::RefusesStart(kind, code)) if !is_stop => Err(refused(*kind, code)),
            Some(Trouble::RefusesStop(kind, code)) if is_stop => Err(refused(*kind, code)),
            Some(Trouble::Scarce(types))
                if *action == OrderAction::Start
                    && self
                        .server
                        .instance_type
                        .as_deref()
                        .is_some_and(|it| types.contains(&it)) =>
            {
                Err(refused(
                    ActErrorKind::Capacity,
                    "InsufficientInstanceCapacity",
                ))
            }
            Some(
                Trouble::RefusesStart(..)
                | Trouble::RefusesStop(..)
                | Trouble::Scarce(_)
                | Trouble::Sticks
                | Trouble::FallsBack(_),
            )
            | None => Ok(()),
        }
    }

    fn wrong_state(&self) -> ActError {
        match self.server.kind {
            ServerKind::Ec2 => refused(ActErrorKind::WrongState, "IncorrectInstanceState"),
            ServerKind::RdsInstance => refused(ActErrorKind::WrongState, "InvalidDBInstanceState"),
            ServerKind::RdsCluster => {
                refused(ActErrorKind::WrongState, "InvalidDBClusterStateFault")
            }
        }
    }
}

fn refused(kind: ActErrorKind, code: &str) -> ActError {
    ActError {
        kind,
        code: code.to_owned(),
        message: format!("the test refuses it with {code}"),
    }
}

/// The provider's own word.
pub(super) fn native_state(kind: ServerKind, state: ServerState) -> &'static str {
    match (kind, state) {
        (ServerKind::Ec2, ServerState::Running) => "running",
        (ServerKind::RdsInstance | ServerKind::RdsCluster, ServerState::Running) => "available",
        (ServerKind::Ec2, ServerState::Starting) => "pending",
        (ServerKind::RdsInstance | ServerKind::RdsCluster, ServerState::Starting) => "starting",
        (_, ServerState::Stopped) => "stopped",
        (_, ServerState::Stopping) => "stopping",
        (_, ServerState::Busy) => "backing-up",
        (_, ServerState::Problem) => "failed",
        (_, ServerState::Gone) => "terminated",
    }
}

#[async_trait]
impl Fleet for MemoryFleet {
    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError> {
        let mut state = self.state();
        state.advance(now);
        let seen = match &state.seen {
            Some(seen) => Arc::clone(seen),
            None => state
                .servers
                .values()
                .map(|simulated| simulated.server.clone())
                .filter(|server| server.state != ServerState::Gone)
                .collect(),
        };
        state.seen = Some(Arc::clone(&seen));
        Ok(FleetView {
            servers: seen,
            unseen: state.unseen.clone(),
            seen: None,
        })
    }

    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome> {
        let mut state = self.state();
        state.advance(now);
        state.seen = None;
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            state.orders.push((now, order.clone()));
            let result = match state.servers.get_mut(&order.server) {
                Some(simulated) => simulated.act(&order.action, now),
                None => Err(refused(ActErrorKind::Gone, "InvalidInstanceID.NotFound")),
            };
            outcomes.push(Outcome {
                server: order.server.clone(),
                result,
            });
        }
        outcomes
    }
}
