//! Data that the operator bound to the rule by name; [`crate::About::data`] asks for it.
//!
//! In a test nothing is bound to any name until [`crate::testing::bind`] binds it.

/// The bytes; none when nothing is bound to the name, or nothing has been fetched yet.
pub fn read(name: &str) -> Option<Vec<u8>> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::about::reveille::rules::data::read(name);
    #[cfg(not(target_arch = "wasm32"))]
    return crate::testing::bound(name);
}

/// SHA-256 of the bytes in lower-case hexadecimal digits, without reading them. Only inside a component: in a test
/// nothing has a digest.
pub fn digest(name: &str) -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::about::reveille::rules::data::digest(name);
    #[cfg(not(target_arch = "wasm32"))]
    return crate::testing::bound(name).and(None);
}
