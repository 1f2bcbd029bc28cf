//! The outside, as traits. Each states what whoever implements it owes.

mod fleet;
mod formatter;
mod notifier;
mod rules;
mod source;
mod store;

pub use fleet::{
    ActError, ActErrorKind, Fleet, FleetError, FleetView, Order, OrderAction, Outcome, Trace,
};
pub use formatter::Formatter;
pub use notifier::Notifier;
pub use rules::{DecideRequest, DecidedServer, PlanRequest, Rules};
pub use source::{FetchRequest, Fetched, Source, SourceError};
pub use store::{Change, Delivery, Lease, Snapshot, Store, StoreError, TickRecord};
