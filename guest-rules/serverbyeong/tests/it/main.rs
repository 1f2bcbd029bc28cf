//! Every reply in both languages, with each amount of the character.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that cannot go on should stop"
)]

mod cases;
mod golden;
mod language;
mod limits;
