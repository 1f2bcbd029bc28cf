//! Servers: seeing them, starting and stopping them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::model::{Server, ServerId};

/// All servers that carry the schedule tag, seen at one time.
#[derive(Debug, Clone, Default)]
pub struct FleetView {
    /// Sorted by id. Gone ones are left out.
    pub servers: Arc<[Server]>,
    /// Parts of the fleet that could not be seen: their servers are missing above and must be left alone.
    pub unseen: Vec<FleetError>,
    /// When it was seen, if that is not now: told to people, and never acted on.
    pub seen: Option<DateTime<Utc>>,
}

/// What to do with a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAction {
    /// Start it.
    Start,
    /// Stop it: a normal stop, never forced; by hibernating it where it can.
    Stop {
        /// Whether to hibernate.
        hibernate: bool,
    },
    /// Bring it one step nearer to running with this instance type.
    Resize(String),
}

/// An order for one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The server.
    pub server: ServerId,
    /// What to do.
    pub action: OrderAction,
}

/// What came of an order. Accepted does not mean arrived.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The server.
    pub server: ServerId,
    /// Accepted, or why not.
    pub result: Result<(), ActError>,
}

/// What kind of refusal it was: what happens next depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActErrorKind {
    /// No capacity now: tried again while the want lasts.
    Capacity,
    /// Too many calls: tried again soon.
    Throttled,
    /// Not permitted: people must do something.
    Denied,
    /// Not possible in its present state: looked at again at the next tick.
    WrongState,
    /// It is no longer there.
    Gone,
    /// Anything else.
    Other,
}

/// Why an order was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct ActError {
    /// Its kind.
    pub kind: ActErrorKind,
    /// The provider's code.
    pub code: String,
    /// The provider's message, without secrets.
    pub message: String,
}

/// Why servers cannot be seen.
#[derive(Debug, Clone, Error)]
#[error("cannot see the servers of {target}")]
pub struct FleetError {
    /// Which part: an account and region, or the whole.
    pub target: String,
    /// A stable code, such as `fleet.denied`.
    pub code: &'static str,
    /// What befell.
    #[source]
    pub source: Arc<dyn std::error::Error + Send + Sync>,
}

/// What a tick found and did, for a fleet that leaves traces of it where its operators look.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// The servers as the tick found them, sorted by id.
    pub servers: &'a [Server],
    /// Servers whose tag names no schedule that can be used, sorted by id; those left out are not among them.
    pub unscheduled: &'a [&'a Server],
    /// The orders that were given.
    pub orders: &'a [Order],
    /// What came of them, in their order.
    pub outcomes: &'a [Outcome],
    /// The tick before; none at the first.
    pub last: Option<DateTime<Utc>>,
}

/// The servers of every configured account and region.
#[async_trait]
pub trait Fleet: Send + Sync {
    /// A number that is another one after every change of the servers but those that time alone brings; none when the
    /// fleet cannot tell it within microseconds.
    fn revision(&self) -> Option<u64> {
        None
    }

    /// All servers as they are at `now`. Called once a tick and once for a command that shows servers.
    ///
    /// What cannot be seen goes into [`FleetView::unseen`].
    ///
    /// # Errors
    /// Only when nothing at all can be seen.
    async fn servers(&self, now: DateTime<Utc>) -> Result<FleetView, FleetError>;

    /// Carries out `orders`, each on its own: one that is refused does not touch the others. An order whose server
    /// is there already is accepted and does nothing. Answers one outcome for each, in their order.
    async fn act(&self, orders: &[Order], now: DateTime<Utc>) -> Vec<Outcome>;

    /// Leaves traces of the tick at `now`: tags, events, figures. Called once a tick that was finished, when all that
    /// matters has been written down; it must not take longer than a few seconds, and what fails is logged by the
    /// implementer. Does nothing unless the fleet has such a place.
    async fn trace(&self, _trace: &Trace<'_>, _now: DateTime<Utc>) {}
}
