//! The macros that export a rule, and what they put around it.

use crate::about::{self, Description};
use crate::decider::{self, DecideRequest, Decision};
use crate::formatter::{self, Message, replies};
use crate::panic;
use crate::planner::{self, Fault, PlanRequest};
use crate::types::{DayPlan, RuleError, Schedule};
use std::marker::PhantomData;

/// A rule whose panics are heard.
pub struct Exported<T>(PhantomData<T>);

impl<T: about::Guest> about::Guest for Exported<T> {
    fn describe() -> Description {
        panic::to_log();
        T::describe()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        panic::to_log();
        T::check_config(config)
    }
}

impl<T: planner::Guest> planner::Guest for Exported<T> {
    fn plan_day(request: PlanRequest) -> Result<DayPlan, RuleError> {
        panic::to_log();
        T::plan_day(request)
    }

    fn check_schedule(schedule: Schedule) -> Vec<Fault> {
        panic::to_log();
        T::check_schedule(schedule)
    }
}

impl<T: decider::Guest> decider::Guest for Exported<T> {
    fn decide(request: DecideRequest) -> Result<Vec<Decision>, RuleError> {
        panic::to_log();
        T::decide(request)
    }
}

impl<T: formatter::Guest> formatter::Guest for Exported<T> {
    fn format(context: replies::Context, reply: replies::Reply) -> Result<Message, RuleError> {
        panic::to_log();
        T::format(context, reply)
    }
}

/// Exports a type as a planner. It implements [`crate::Planner`], or [`about::Guest`] and [`planner::Guest`].
#[macro_export]
macro_rules! export_planner {
    ($rule:ident) => {
        const _: () = {
            type Exported = $crate::Exported<$rule>;
            $crate::bindings::about::export_about_part!(Exported with_types_in $crate::bindings::about);
            $crate::bindings::planner::export_planner_part!(Exported with_types_in $crate::bindings::planner);
        };
    };
}

/// Exports a type as a decider. It implements [`about::Guest`] and [`decider::Guest`].
#[macro_export]
macro_rules! export_decider {
    ($rule:ident) => {
        const _: () = {
            type Exported = $crate::Exported<$rule>;
            $crate::bindings::about::export_about_part!(Exported with_types_in $crate::bindings::about);
            $crate::bindings::decider::export_decider_part!(Exported with_types_in $crate::bindings::decider);
        };
    };
}

/// Exports a [`crate::Guard`] as a decider.
#[macro_export]
macro_rules! export_guard {
    ($rule:ident) => {
        const _: () = {
            type Guarding = $crate::Guarding<$rule>;
            $crate::export_decider!(Guarding);
        };
    };
}

/// Exports a type as a formatter. It implements [`about::Guest`] and [`formatter::Guest`].
#[macro_export]
macro_rules! export_formatter {
    ($rule:ident) => {
        const _: () = {
            type Exported = $crate::Exported<$rule>;
            $crate::bindings::about::export_about_part!(Exported with_types_in $crate::bindings::about);
            $crate::bindings::formatter::export_formatter_part!(Exported with_types_in $crate::bindings::formatter);
        };
    };
}
