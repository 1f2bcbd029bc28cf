//! Fetching over HTTP from a door on this machine that answers byte for byte what a test writes.

mod door;
mod fetching;
mod limits;
mod redirects;
