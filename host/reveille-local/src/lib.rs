//! Everything in one SQLite file: a durable [`SqliteStore`], and a [`SimulatedFleet`] to try schedules on.
//!
//! The file is opened once as a [`Database`] and shared by both. SQL stands in this crate only; reading definitions
//! and deciding anything is `reveille-core`'s.

mod database;
mod fleet;
mod lease;
mod migrations;
mod notices;
mod rows;
mod simulated;
mod store;
mod trouble;

pub use database::{Database, OpenError};
pub use fleet::SimulatedFleet;
pub use simulated::{
    BACKUP_LENGTH, EC2_START, EC2_STOP, RDS_RESTART, RDS_START, RDS_STOP, SimulatedServer,
};
pub use store::SqliteStore;
pub use trouble::Trouble;
