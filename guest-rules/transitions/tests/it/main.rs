//! The default decider, rule by rule.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod fleet;
mod groups;
mod manual;
mod orders;
mod properties;
mod table;
mod types;
mod unready;
