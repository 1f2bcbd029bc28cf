//! One rule called on its own, for the tools of its author: no rule before it and none behind it, any plan or decision
//! so far, nothing kept, every call measured.

use std::sync::Arc;

use chrono::NaiveDate;
use reveille_core::{
    model::{
        DayPlan, Decision, Exception, Fault, LoadedRule, Moment, RuleFailure, Schedule,
        reply::{Context, Message, Reply},
    },
    port::DecideRequest,
};

use crate::{
    answer,
    bindings::exports::reveille::rules::{decider, planner},
    call::Usage,
    convert, deciding,
    fault::Fault as CallFault,
    limits::Limits,
    planning::{self, since_1970},
    rule::Rule,
};

/// A day for one planner.
#[derive(Debug, Clone, Copy)]
pub struct DayRequest<'a> {
    /// The schedule; its own rules are not looked at.
    pub schedule: &'a Schedule,
    /// The day, in the schedule's zone.
    pub date: NaiveDate,
    /// What rules before it painted.
    pub so_far: &'a DayPlan,
    /// The plan of the day before; the host gives it only where there are exceptions.
    pub day_before: Option<&'a DayPlan>,
    /// Those of the day and of the day before, by date.
    pub exceptions: &'a [Exception],
    /// The rule's configuration.
    pub config: &'a str,
}

/// What a call answered and what it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called<R> {
    /// The answer, after everything that the host looks at.
    pub answer: Result<R, RuleFailure>,
    /// Of its limits.
    pub usage: Usage,
}

/// A rule on its own. Every call has a fresh instance and the limits of the rule.
#[derive(Debug, Clone)]
pub struct Alone {
    rule: Arc<Rule>,
}

impl Alone {
    pub(crate) fn new(rule: &Rule) -> Self {
        Self {
            rule: Arc::new(rule.apart()),
        }
    }

    /// The rule as lists show it.
    #[must_use]
    pub fn listed(&self) -> LoadedRule {
        self.rule.listed()
    }

    /// The limits of every call.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.rule.surroundings.limits
    }

    /// Keys of the tags that it is shown.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.rule.description.tags
    }

    /// Names of the data that it reads.
    #[must_use]
    pub fn data(&self) -> &[String] {
        &self.rule.description.data
    }

    /// Whether it is told the time of day when it decides.
    #[must_use]
    pub fn is_told_the_time(&self) -> bool {
        self.rule.description.clock
    }

    /// JSON Schema of its configuration, as it gives it.
    #[must_use]
    pub fn config_schema(&self) -> Option<&str> {
        self.rule.description.config_schema.as_deref()
    }

    /// Makes an instance and calls nothing on it.
    #[must_use]
    pub fn instantiate(&self) -> Called<()> {
        self.measured(Rule::instantiate)
    }

    /// Whether it can use a configuration.
    #[must_use]
    pub fn check_config(&self, config: &str) -> Called<()> {
        self.measured(|rule| rule.check_config(config))
    }

    /// What it cannot read of a schedule.
    #[must_use]
    pub fn check_schedule(&self, schedule: &Schedule) -> Called<Vec<Fault>> {
        let schedule = convert::planner::schedule(schedule);
        self.measured(|rule| {
            let faults = rule.check_schedule(&schedule)?;
            Ok(convert::planner::faults(faults).collect())
        })
    }

    /// The plan of a day.
    #[must_use]
    pub fn plan_day(&self, day: &DayRequest<'_>) -> Called<DayPlan> {
        let request = planner::PlanRequest {
            schedule: convert::planner::schedule(day.schedule),
            date: convert::date(day.date),
            so_far: convert::planner::plan(day.so_far),
            day_before: day.day_before.map(convert::planner::plan),
            exceptions: day.exceptions.iter().map(convert::exception).collect(),
            config: day.config.to_owned(),
        };
        self.measured(|rule| planning::ask(rule, &request, day.date))
    }

    /// One decision for each server of `request`, after `so_far`, which has one for each or none. Of more than 1,000
    /// servers a rule is never told in one call.
    #[must_use]
    pub fn decide(
        &self,
        request: &DecideRequest<'_>,
        so_far: &[Decision],
        config: &str,
    ) -> Called<Vec<Decision>> {
        let mut frame = convert::decider::frame(request);
        frame.servers = request
            .servers
            .iter()
            .map(convert::decider::server)
            .collect();
        frame.so_far = so_far.iter().map(convert::decider::decision).collect();
        convert::decider::for_rule(&mut frame, request, request.servers, &self.rule, config);
        self.measured(|rule| {
            let decided: Vec<decider::Decision> =
                deciding::ask(rule, &frame, request, request.servers)?;
            Ok(convert::decider::answered(decided, request.servers))
        })
    }

    /// The message of a reply.
    #[must_use]
    pub fn format(&self, context: &Context, reply: &Reply) -> Called<Message> {
        let now: Moment = context.now;
        let (context, reply) = (
            convert::replies::context(context),
            convert::replies::reply(reply),
        );
        self.measured(|rule| {
            let message = rule.format(&context, &reply, since_1970(now.date))?;
            answer::message(convert::replies::message(message)).map_err(|what| rule.refuse(what))
        })
    }

    fn measured<R>(&self, call: impl FnOnce(&Rule) -> Result<R, CallFault>) -> Called<R> {
        let rule = self.rule.apart();
        let answer = call(&rule).map_err(|fault| rule.failure(fault));
        let used = rule.statistics().version;
        Called {
            answer,
            usage: Usage {
                fuel: used.most_fuel,
                memory_bytes: usize::try_from(used.most_memory_bytes).unwrap_or(usize::MAX),
            },
        }
    }
}
