//! The words of the house and its decisions on data.
//!
//! Nothing here reads a clock, opens a file, speaks to a network, runs WebAssembly or names an SDK: the time is a
//! parameter (`now`), and everything outside stands behind the traits in [`port`].

pub mod chat;
pub mod model;
pub mod port;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tick;
pub mod timeline;
