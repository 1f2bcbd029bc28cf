//! Reveille on AWS, or on what stands in for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod dynamo;
mod fake;
mod lease;
mod reach;
mod shapes;
mod store;
mod tables;
mod traces;
mod windows;
mod wire;
