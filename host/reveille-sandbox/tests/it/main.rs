//! The sandbox through its ports: the default components, rules from files, and what hostile ones may try.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod answers;
mod bucket;
mod candidates;
mod chain;
mod deciders;
mod files;
mod formatters;
mod guest;
mod hostile;
mod house;
mod limits;
mod puppet;
mod refusals;
mod reloads;
mod shared;
mod stage;
mod statistics;
mod waits;
mod wasi;
