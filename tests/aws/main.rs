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

mod cost;
mod day;
mod doctor;
mod dynamo;
mod fake;
mod first_day;
mod fleet;
mod lambda;
mod lease;
mod machine_code;
mod objects;
mod program;
mod reach;
mod scale;
mod secrets;
mod shapes;
mod signed;
mod stopping;
mod store;
mod tables;
mod traces;
mod windows;
mod wire;
