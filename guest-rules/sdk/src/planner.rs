//! Painting days: the interface `planner`, and [`Planner`], the short way to it.

pub use crate::bindings::planner::exports::reveille::rules::planner::{Fault, Guest, PlanRequest};

use crate::about::{self, About, Description};
use crate::config;
use crate::types::{Date, DayPlan, Exception, RuleError, Schedule};
use serde::de::DeserializeOwned;

/// The day that is being planned.
#[derive(Debug, Clone)]
pub struct Day {
    /// Which day, in the schedule's time zone.
    pub date: Date,
    /// The schedule with its periods as they are written in the table.
    pub schedule: Schedule,
    /// The plan of the day before so far; only given when there are exceptions.
    pub day_before: Option<DayPlan>,
    /// What people asked for on this day and on the day before.
    pub exceptions: Vec<Exception>,
}

/// A rule that paints days. Whoever implements it gets [`Guest`] and [`about::Guest`] for nothing and is exported with
/// [`crate::export_planner!`]; the [crate] has an example.
///
/// A rule that reads the schedule itself, or has no time for JSON, implements those two instead.
pub trait Planner {
    /// Who the rule is.
    const ABOUT: About;

    /// The rule's configuration. `()` takes none; a `#[serde(deny_unknown_fields)]` on it catches misspelt names.
    type Config: DeserializeOwned;

    /// The plan of the day as it should now stand, given the plan so far.
    ///
    /// It is called for days long past and years ahead, in any order and more than once: it may depend on nothing
    /// but its arguments and [`crate::data`].
    ///
    /// # Errors
    ///
    /// Whatever makes an answer impossible; the schedule then holds and people are shown the text.
    fn plan(day: &Day, config: Self::Config, plan: DayPlan) -> Result<DayPlan, RuleError>;

    /// Whether a configuration that could be read can also be used.
    ///
    /// # Errors
    ///
    /// [`RuleError::InvalidConfig`] with what is wrong and what would be right.
    fn check(_config: &Self::Config) -> Result<(), RuleError> {
        Ok(())
    }
}

impl<T: Planner> about::Guest for T {
    fn describe() -> Description {
        T::ABOUT.into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        T::check(&config::read(&config)?)
    }
}

impl<T: Planner> Guest for T {
    fn plan_day(request: PlanRequest) -> Result<DayPlan, RuleError> {
        let PlanRequest {
            schedule,
            date,
            so_far,
            day_before,
            exceptions,
            config,
        } = request;
        T::plan(
            &Day {
                date,
                schedule,
                day_before,
                exceptions,
            },
            config::read(&config)?,
            so_far,
        )
    }

    fn check_schedule(_schedule: Schedule) -> Vec<Fault> {
        Vec::new()
    }
}
