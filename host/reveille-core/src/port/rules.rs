//! Rules: what should be, and what to do about it.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::model::{
    DayPlan, Decision, DecisionLayer, Exception, Fault, Force, GroupView, Layer, LoadedRule,
    Moment, RuleFailure, Schedule, Server, Stored, Wanted,
};

/// What to plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanRequest<'a> {
    /// The schedule.
    pub schedule: &'a Schedule,
    /// The day, in the schedule's zone.
    pub date: NaiveDate,
    /// Exceptions of this schedule, sorted by date and action; at least those of the day and of the day before.
    pub exceptions: &'a [Exception],
}

/// A server to decide about.
#[derive(Debug, Clone)]
pub struct DecidedServer<'a> {
    /// The server as it is.
    pub server: &'a Server,
    /// What the last decision left behind.
    pub stored: &'a Stored,
    /// Whether it is in a maintenance window that the schedule honours.
    pub maintenance_now: bool,
    /// Whether the provider started it by itself.
    pub restarted_by_provider: bool,
    /// Whether the force has not been applied to it yet: then it acts even where `stored` says that nothing is
    /// left to do. The extra fact `force-pending` = `true` of the contract.
    pub force_pending: bool,
    /// Whether it was ordered to start, or found running when it should start, less than a minute ago. The extra
    /// fact `just-started` = `true` of the contract, for rules that spread starts.
    pub just_started: bool,
}

/// What to decide.
#[derive(Debug, Clone)]
pub struct DecideRequest<'a> {
    /// The schedule.
    pub schedule: &'a Schedule,
    /// The time, in the schedule's zone; handed on only to rules that ask for it.
    pub now: Moment,
    /// What the plan wants.
    pub wanted: &'a Wanted,
    /// The order above the plan, while it stands.
    pub force: Option<&'a Force>,
    /// The groups of the schedule.
    pub groups: &'a [GroupView],
    /// Any number: the implementer splits them into calls of at most 1,000.
    pub servers: &'a [DecidedServer<'a>],
}

/// The rules that are loaded. Every call is pure: the same request gives the same answer, so answers may be kept.
pub trait Rules: Send + Sync {
    /// A number that is another one whenever rules have come, gone or changed, or the data that they read. As long as it
    /// stays the same, so do their answers.
    fn revision(&self) -> u64 {
        0
    }

    /// The plan of a day: `periods`, then the schedule's rules, then `exceptions`; only `periods` where the schedule
    /// has an `override_status`. Called at least once for every schedule and tick: keep what was answered.
    ///
    /// # Errors
    /// When a rule fails whose entry in the schedule does not say to skip it; the schedule then holds.
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure>;

    /// The plan as each rule of the chain left it, in order; the last one is what [`Rules::plan`] answers.
    ///
    /// # Errors
    /// As [`Rules::plan`].
    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure>;

    /// One decision for every server, in their order: `transitions`, then the schedule's rules that decide.
    ///
    /// # Errors
    /// As [`Rules::plan`].
    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure>;

    /// The decisions as each rule of the chain left them, in order; the last ones are what [`Rules::decide`] answers.
    /// Called when somebody asks why. Rules of which one decides need not implement it.
    ///
    /// # Errors
    /// As [`Rules::plan`].
    fn decided_by(&self, request: &DecideRequest<'_>) -> Result<Vec<DecisionLayer>, RuleFailure> {
        Ok(vec![DecisionLayer {
            rule: None,
            decisions: self.decide(request)?,
        }])
    }

    /// The same rules with `bytes` as the data source `name`: what they would answer if it were that. None where that
    /// cannot be told.
    fn with_data(&self, _name: &str, _bytes: &[u8]) -> Option<Arc<dyn Rules>> {
        None
    }

    /// Everything in the schedule that a rule of its chain cannot read. Empty when all is well.
    fn check_schedule(&self, schedule: &Schedule) -> Vec<Fault>;

    /// What is loaded, by name.
    fn loaded(&self) -> Vec<LoadedRule>;
}
