//! The outside in memory, for tests of every room: a store, a fleet that moves as `now` moves, rules that paint what
//! they are told, a notifier that keeps what it hears, and wrappers that fail on purpose.
//!
//! Nothing here sleeps or reads a clock. The wall clock is whatever the test hands in.

mod build;
pub mod contract;
mod failing;
mod memory_fleet;
mod memory_store;
mod painted_rules;
mod recording_notifier;

pub use build::{ScheduleBuilder, ServerBuilder, date, definitions, schedule, server, utc};
pub use failing::{FailingFleet, FailingStore, FleetCall, StoreCall};
pub use memory_fleet::{MemoryFleet, Trouble};
pub use memory_store::MemoryStore;
pub use painted_rules::{PaintedRules, daily, failure, plan_of};
pub use recording_notifier::RecordingNotifier;
