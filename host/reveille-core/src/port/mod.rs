//! The outside, as traits. Each states what whoever implements it owes.

mod fleet;
mod formatter;
mod notifier;
mod rules;
mod silence;
mod source;
mod store;

pub use fleet::{
    ActError, ActErrorKind, Fleet, FleetError, FleetView, Order, OrderAction, Outcome, Trace,
};
pub use formatter::Formatter;
pub use notifier::{News, Notifier};
pub use rules::{DecideRequest, DecidedServer, PlanRequest, Rules};
pub use silence::Silence;
pub use source::{FetchRequest, Fetched, Source, SourceError};
pub use store::{Change, Delivery, Held, Intent, Lease, Snapshot, Store, StoreError, TickRecord};
