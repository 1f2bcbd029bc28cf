//! Rules and their data, from where they are published into the sandbox.
//!
//! Everything that comes from outside passes through here: it is fetched, bounded, verified, tried, and only then
//! taken; what was good before stays until something better is. What a rule may do is for the sandbox, and whose
//! word counts is for the operator's configuration.

#[cfg(feature = "remote")]
mod address;
mod data;
mod file;
#[cfg(feature = "remote")]
mod https;
mod place;
mod sources;

pub use data::{CalendarStore, DataNews, Feed, FeedState, FeedView, Feeds, Looked};
pub use file::FileSource;
#[cfg(feature = "remote")]
pub use https::{Https, Patience, Reach};
pub use place::shown;
pub use sources::Sources;
