//! Rules and their data, from where they are published into the sandbox.
//!
//! Everything that comes from outside passes through here: it is fetched, bounded, verified, tried, and only then
//! taken; what was good before stays until something better is. What a rule may do is for the sandbox, and whose
//! word counts is for the operator's configuration.

#[cfg(feature = "remote")]
mod address;
mod claim;
mod component;
mod copies;
mod data;
mod digest;
mod draft;
mod error;
mod file;
mod fitting;
mod folder;
#[cfg(feature = "remote")]
mod https;
mod known;
mod loader;
mod news;
#[cfg(feature = "remote")]
mod oci;
mod place;
mod shelf;
mod signature;
#[cfg(test)]
#[path = "../../../tests/src/signer.rs"]
#[expect(unreachable_pub, reason = "it is public where it is at home")]
mod signer;
mod slot;
mod sources;
mod trial;
mod trust;
mod wanted;
mod watch;

pub use data::{
    CalendarStore, DataNews, Feed, FeedState, FeedView, Feeds, Looked, supply_calendars,
};
pub use error::TakeError;
pub use file::FileSource;
pub use fitting::Fitting;
pub use folder::MOST_RULES;
#[cfg(feature = "remote")]
pub use https::{Https, Patience, Reach};
pub use known::{KnownRule, Taken};
pub use loader::{FAR_EVERY, LONGEST_WAIT, Loader, NEAR_EVERY, Places};
pub use news::{Event, News};
#[cfg(feature = "remote")]
pub use oci::{OciSource, SIGNATURE as OCI_SIGNATURE};
pub use place::shown;
pub use shelf::{HISTORY, SHELF_BYTES, Shelf, Shelved};
pub use signature::{Keys, SignatureError};
pub use sources::Sources;
pub use trial::{TRIAL_DAYS, TRIAL_PLANS, Trial, TrialFailure, try_out};
pub use trust::{Distrust, Grounds, PlaceError, Trust};
pub use wanted::{Wanted, Written};
pub use watch::GONE_AFTER;
