//! Default rules called as plain libraries, behind the same port as the sandbox: what tests hold the components
//! against, and what benches measure them against.

mod convert;
mod native;

pub use native::{NativeFormatter, NativeRules};
