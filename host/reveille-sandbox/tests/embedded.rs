//! The default components, through the ports.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]
use reveille_core::port::Rules;
use reveille_sandbox::Sandbox;

#[test]
fn the_default_components_are_loaded_with_their_roles() {
    let sandbox = Sandbox::embedded().expect("the sandbox runs here");
    for rule in sandbox.loaded() {
        println!("{rule:?}");
    }
}
