//! The default components, which stand in the binary.

/// A component that the build script has brought.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// The name that schedules use.
    pub(crate) name: &'static str,
    /// SHA-256 of the component in hexadecimal digits.
    pub(crate) sha256: &'static str,
    /// The component.
    #[cfg(feature = "compiler")]
    pub(crate) wasm: &'static [u8],
    /// Its machine code.
    pub(crate) native: &'static [u8],
}

/// All of them.
pub(crate) static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// First of every chain of planners.
pub(crate) const PERIODS: &str = "periods";
/// Last of every chain of planners.
pub(crate) const EXCEPTIONS: &str = "exceptions";
/// First of every chain of deciders.
pub(crate) const TRANSITIONS: &str = "transitions";
/// Has the words unless the operator chose another rule.
pub const SERVERBYEONG: &str = "serverbyeong";
