//! Templates of rules in Rust, with their own tests, as they stand in a new project.

#[path = "../../host/reveille/templates/rust/decider/lib.rs"]
mod decider;
#[path = "../../host/reveille/templates/rust/formatter/lib.rs"]
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "an author has few replies in mind"
)]
mod formatter;
#[path = "../../host/reveille/templates/rust/planner/lib.rs"]
mod planner;
