//! What is in `deploy/`, looked at by the tools that people use it with, and applied to what stands in for AWS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod folder;
mod settings;
mod stack;
mod terraform;
mod zip;
