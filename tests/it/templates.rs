//! Templates of rules in Rust, with their own tests, as they stand in a new project.

#[path = "../../host/reveille/templates/rust/decider/lib.rs"]
mod decider;
#[path = "../../host/reveille/templates/rust/formatter/lib.rs"]
mod formatter;
#[path = "../../host/reveille/templates/rust/planner/lib.rs"]
mod planner;
