//! What every store owes, asked of the embedded store and of the one in memory; and what the file owes besides.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod contract;
mod crash;
mod file;
mod model;
mod sample;
