//! The store on two tables of DynamoDB: the config table of AWS Instance Scheduler, and one of our own.
//!
//! The config table is kept as that program writes it and holds definitions only; everything else stands in the state
//! table. What both hosts and people write is guarded by one item of it, the house.

mod attributes;
mod commit;
mod definitions;
mod failure;
mod house;
mod journal;
mod memory;
mod notices;
mod query;
mod state;
mod store;
mod tables;
mod transaction;
mod windows;

pub use definitions::read_definitions;
pub use failure::TableError;
pub use store::DynamoStore;
pub use tables::{TableState, check_tables, create_tables};
pub use windows::DynamoWindows;

/// The names of the two tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// The config table of AWS Instance Scheduler, or one like it.
    pub config: String,
    /// Reveille's own.
    pub state: String,
}
