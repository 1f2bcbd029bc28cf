//! The default rules as plain libraries behind the house's ports.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{Days, NaiveDate};
use exceptions::Exceptions;
use periods::Periods;
use reveille_core::{
    model::{
        DayPlan, Decision, Exception, FailureKind, Fault, Layer, LoadedRule, RuleFailure, Schedule,
        reply::{Context, Message, Reply},
    },
    port::{DecideRequest, Formatter, PlanRequest, Rules},
};
use reveille_sdk::{
    decider::Guest as _,
    planner::{self, Guest as _},
    types::{self, RuleError},
};
use serverbyeong::Serverbyeong;
use transitions::Transitions;

use crate::convert;

/// Servers in one call of a decider, as the contract has it.
const SERVERS_PER_CALL: usize = 1_000;

/// What a plan depends on when only the default rules paint.
type PlanKey = ([u8; 32], NaiveDate, Vec<Exception>);

/// The chain of the default rules, without a sandbox around them. It knows no other rule: what a schedule names of
/// its own is passed over.
///
/// A plan is worked out anew for every call, unless [`NativeRules::keeping_plans`] says otherwise.
#[derive(Debug, Default)]
pub struct NativeRules {
    kept: Option<Mutex<HashMap<PlanKey, Arc<DayPlan>>>>,
}

impl NativeRules {
    /// Keeps every plan that was worked out, as the sandbox does. A schedule is told from another by its digest.
    #[must_use]
    pub fn keeping_plans() -> Self {
        Self {
            kept: Some(Mutex::default()),
        }
    }
}

/// The exceptions of a plan's day and of the day before.
fn near<'a>(request: &PlanRequest<'a>) -> impl Iterator<Item = &'a Exception> {
    let (exceptions, date) = (request.exceptions, request.date);
    let before = date.checked_sub_days(Days::new(1));
    exceptions
        .iter()
        .filter(move |exception| exception.date == date || Some(exception.date) == before)
}

fn failure(rule: &str, error: RuleError) -> RuleFailure {
    let (RuleError::InvalidConfig(cause)
    | RuleError::MissingData(cause)
    | RuleError::Unsupported(cause)
    | RuleError::Failed(cause)) = error;
    RuleFailure {
        rule: rule.to_owned(),
        kind: FailureKind::Rule,
        cause,
    }
}

fn by_periods(schedule: &types::Schedule, date: NaiveDate) -> Result<types::DayPlan, RuleFailure> {
    Periods::plan_day(planner::PlanRequest {
        schedule: schedule.clone(),
        date: convert::date(date),
        so_far: types::DayPlan::empty(),
        day_before: None,
        exceptions: Vec::new(),
        config: "{}".to_owned(),
    })
    .map_err(|error| failure("periods", error))
}

/// The plan after each rule that takes part: `exceptions` does where there are any.
fn chain(request: &PlanRequest<'_>) -> Result<Vec<(&'static str, types::DayPlan)>, RuleFailure> {
    let schedule = convert::schedule(request.schedule);
    let plan = by_periods(&schedule, request.date)?;
    let mut layers = vec![("periods", plan.clone())];
    if request.schedule.override_status.is_some() {
        return Ok(layers);
    }
    let exceptions: Vec<types::Exception> = near(request).map(convert::exception).collect();
    if exceptions.is_empty() {
        return Ok(layers);
    }
    let before = request.date.checked_sub_days(Days::new(1));
    let day_before = before
        .map(|before| by_periods(&schedule, before))
        .transpose()?;
    let painted = Exceptions::plan_day(planner::PlanRequest {
        schedule,
        date: convert::date(request.date),
        so_far: plan,
        day_before,
        exceptions,
        config: "{}".to_owned(),
    })
    .map_err(|error| failure("exceptions", error))?;
    layers.push(("exceptions", painted));
    Ok(layers)
}

fn last_plan(request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
    let last = chain(request)?.pop().map(|(_, plan)| plan);
    Ok(Arc::new(last.map(convert::plan_back).unwrap_or_default()))
}

impl Rules for NativeRules {
    fn plan(&self, request: &PlanRequest<'_>) -> Result<Arc<DayPlan>, RuleFailure> {
        let Some(kept) = &self.kept else {
            return last_plan(request);
        };
        let key = (
            request.schedule.digest,
            request.date,
            near(request).cloned().collect(),
        );
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = kept.get(&key) {
            return Ok(Arc::clone(plan));
        }
        let plan = last_plan(request)?;
        kept.insert(key, Arc::clone(&plan));
        Ok(plan)
    }

    fn layers(&self, request: &PlanRequest<'_>) -> Result<Vec<Layer>, RuleFailure> {
        let layer = |(rule, plan): (&str, types::DayPlan)| Layer {
            rule: rule.to_owned(),
            plan: convert::plan_back(plan),
        };
        Ok(chain(request)?.into_iter().map(layer).collect())
    }

    fn decide(&self, request: &DecideRequest<'_>) -> Result<Vec<Decision>, RuleFailure> {
        let mut decisions = Vec::with_capacity(request.servers.len());
        for servers in request.servers.chunks(SERVERS_PER_CALL) {
            let answers = Transitions::decide(convert::decider::request(request, servers))
                .map_err(|error| failure("transitions", error))?;
            let answered = servers.iter().zip(answers);
            decisions.extend(answered.map(|(decided, answer)| {
                convert::decider::decision_back(&decided.server.id, answer)
            }));
        }
        Ok(decisions)
    }

    fn check_schedule(&self, schedule: &Schedule) -> Vec<Fault> {
        let schedule = convert::schedule(schedule);
        let mut faults = Periods::check_schedule(schedule.clone());
        faults.extend(Exceptions::check_schedule(schedule));
        faults.into_iter().map(convert::fault_back).collect()
    }

    fn loaded(&self) -> Vec<LoadedRule> {
        Vec::new()
    }
}

/// The default words without a sandbox around them.
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeFormatter;

impl Formatter for NativeFormatter {
    fn format(&self, context: &Context, reply: &Reply) -> Result<Message, RuleFailure> {
        use reveille_sdk::formatter::Guest as _;
        Serverbyeong::format(
            convert::replies::context(context),
            convert::replies::reply(reply),
        )
        .map(convert::replies::message)
        .map_err(|error| failure("serverbyeong", error))
    }
}
