//! What wasmtime makes of the contract. A component may export any part of the world, so only the modules of the
//! single interfaces are used.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    dead_code,
    clippy::all,
    clippy::restriction,
    reason = "generated"
)]

wasmtime::component::bindgen!({
    world: "rule",
    path: "../../wit",
    imports: { default: trappable },
    additional_derives: [PartialEq, Clone],
});
