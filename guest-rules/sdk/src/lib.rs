//! What authors of rules build on: the contract's types, painting helpers and the macros that export a rule.

#[doc(hidden)]
pub mod bindings;

pub use bindings::about::reveille::rules::{data, log, types};

/// Who a component is and what it needs: the interface `about`.
pub mod about {
    pub use crate::bindings::about::exports::reveille::rules::about::{Description, Guest, Needs};
}

/// Painting days: the interface `planner`.
pub mod planner {
    pub use crate::bindings::planner::exports::reveille::rules::planner::{Fault, Guest, PlanRequest};
}

/// Deciding about servers: the interface `decider`.
pub mod decider {
    pub use crate::bindings::decider::exports::reveille::rules::decider::{
        Action, DecideRequest, Decision, Forced, Group, GroupState, Guest, OnTimeout, Options, Server, Wanted,
    };
}

/// Having the words: the interfaces `formatter` and `replies`.
pub mod formatter {
    pub use crate::bindings::formatter::exports::reveille::rules::formatter::{Block, Guest, Message};
    pub use crate::bindings::formatter::reveille::rules::replies;
}

/// Exports a type as a planner. It implements [`about::Guest`] and [`planner::Guest`].
#[macro_export]
macro_rules! export_planner {
    ($rule:ident) => {
        $crate::bindings::about::export_about_part!($rule with_types_in $crate::bindings::about);
        $crate::bindings::planner::export_planner_part!($rule with_types_in $crate::bindings::planner);
    };
}

/// Exports a type as a decider. It implements [`about::Guest`] and [`decider::Guest`].
#[macro_export]
macro_rules! export_decider {
    ($rule:ident) => {
        $crate::bindings::about::export_about_part!($rule with_types_in $crate::bindings::about);
        $crate::bindings::decider::export_decider_part!($rule with_types_in $crate::bindings::decider);
    };
}

/// Exports a type as a formatter. It implements [`about::Guest`] and [`formatter::Guest`].
#[macro_export]
macro_rules! export_formatter {
    ($rule:ident) => {
        $crate::bindings::about::export_about_part!($rule with_types_in $crate::bindings::about);
        $crate::bindings::formatter::export_formatter_part!($rule with_types_in $crate::bindings::formatter);
    };
}
