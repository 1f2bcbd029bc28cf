//! wip
pub(crate) mod engine_config;
pub(crate) mod bindings;
