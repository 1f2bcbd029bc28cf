//! Rules and their data, from where they are published into the sandbox.
//!
//! Everything that comes from outside passes through here: it is fetched, bounded, verified, tried, and only then
//! taken; what was good before stays until something better is. What a rule may do is for the sandbox, and whose
//! word counts is for the operator's configuration.

#[cfg(feature = "remote")]
mod address;
#[cfg(feature = "remote")]
mod https;
mod place;
mod sources;

#[cfg(feature = "remote")]
pub use https::{Https, Patience, Reach};
pub use place::shown;
pub use sources::Sources;
