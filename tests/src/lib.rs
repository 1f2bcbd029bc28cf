//! Default rules called as plain libraries, behind the same port as the sandbox: what tests hold the components
//! against, and what benches measure them against. And what benches share.

mod convert;
mod crowd;
pub mod demo;
mod door;
pub mod fake_aws;
pub mod ground;
pub mod house;
pub mod jandi;
pub mod lambda;
mod memory;
mod native;

pub use crowd::{Crowd, SERVERS_EACH};
pub use memory::memory;
pub use native::{NativeFormatter, NativeRules};
