//! Named data that the host fetches for rules: feeds from files, the web and buckets, and the calendars of the store.

mod calendars;
mod copy;
mod feed;
mod feeds;
mod news;

pub use calendars::{CalendarStore, supply_calendars};
pub use feed::Feed;
pub use feeds::{FeedState, FeedView, Feeds, Looked};
pub use news::DataNews;
