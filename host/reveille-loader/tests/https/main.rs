//! Fetching over HTTP from a door on this machine that answers byte for byte what a test writes.
#![allow(clippy::unwrap_used, reason = "tests")]

mod door;
mod fetching;
mod limits;
mod redirects;
