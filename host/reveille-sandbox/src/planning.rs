//! Plans of days: the chain of planners, each stage kept.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use reveille_core::{
    model::{DayPlan, Exception, FailureKind, Layer, OnFailure, RuleFailure, Schedule},
    port::PlanRequest,
};

use crate::{
    bindings::exports::reveille::rules::planner,
    cache::{Cache, KeptPlan},
    chain::{RuleSet, Step},
    convert,
    counters::Tallies,
    fault::Fault,
    fingerprint::Fingerprint,
    health::Errand,
    rule::Rule,
};

/// What is planned, with what it is kept under.
pub(crate) struct Planning<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) counters: &'a Tallies,
    pub(crate) schedule: &'a Schedule,
    /// None where every question is asked, whatever has failed.
    pub(crate) now: Option<DateTime<Utc>>,
}

/// The exceptions that a day depends on: its own and those of the day before.
pub(crate) fn relevant<'a>(request: &PlanRequest<'a>) -> Vec<&'a Exception> {
    let day_before = request.date.pred_opt();
    request
        .exceptions
        .iter()
        .filter(|exception| exception.date == request.date || Some(exception.date) == day_before)
        .collect()
}

/// What a plan is kept under.
pub(crate) fn key(
    schedule: &Schedule,
    date: NaiveDate,
    exceptions: &[&Exception],
    chain: u128,
) -> u128 {
    let print = Fingerprint::new().with(&(schedule.digest, date));
    let print = if exceptions.is_empty() {
        print
    } else {
        print.with(&exceptions)
    };
    print.with_print(chain).print()
}

impl Planning<'_> {
    /// The plan of `date` after all of `steps`; every stage is also handed to `watch`.
    pub(crate) fn paint(
        &self,
        date: NaiveDate,
        exceptions: &[&Exception],
        steps: &[Step<'_>],
        watch: &mut dyn FnMut(&Step<'_>, &Arc<DayPlan>),
    ) -> Result<Arc<DayPlan>, RuleFailure> {
        let mut plan = Arc::new(DayPlan::default());
        let mut chain = 0;
        let mut request = None;
        // Turns false when a rule was passed over for something that may not happen again.
        let mut keep = true;
        for (place, step) in steps.iter().enumerate() {
            chain = step.after(chain);
            let seen = if step.sees_exceptions() {
                exceptions
            } else {
                &[]
            };
            let key = key(self.schedule, date, seen, chain);
            if let Some(kept) = self.cache.plan(key) {
                self.counters.hit_plan();
                plan = kept.map_err(|failure| (*failure).clone())?;
                watch(step, &plan);
                continue;
            }
            let day_before = match date.pred_opt() {
                Some(yesterday) if !seen.is_empty() => {
                    Some(self.paint(yesterday, &[], &steps[..place], &mut |_, _| {})?)
                }
                _ => None,
            };
            let request = request.get_or_insert_with(|| first_request(self.schedule, date));
            request.so_far = convert::planner::plan(&plan);
            request.day_before = day_before.as_deref().map(convert::planner::plan);
            request.exceptions = seen.iter().map(|one| convert::exception(one)).collect();
            step.config.clone_into(&mut request.config);
            let kept: KeptPlan = match self.ask(step, request, date) {
                Ok(painted) => Ok(Arc::new(painted)),
                Err(fault) => {
                    keep &= fault.is_deterministic();
                    match step.on_failure {
                        OnFailure::Hold => Err(Arc::new(step.rule.failure(fault))),
                        OnFailure::Skip => Ok(Arc::clone(&plan)),
                    }
                }
            };
            if keep {
                self.cache.keep_plan(key, kept.clone());
            }
            plan = kept.map_err(|failure| (*failure).clone())?;
            watch(step, &plan);
        }
        Ok(plan)
    }

    /// What a rule has against the schedule, unless it has failed for it and is not to be asked now.
    pub(crate) fn check(
        &self,
        step: &Step<'_>,
        schedule: &planner::Schedule,
    ) -> Result<Vec<planner::Fault>, Fault> {
        let check = || step.rule.check_schedule(schedule);
        self.checked(step, Errand::CheckSchedule, check)
    }

    /// Whether a rule can use its configuration in the schedule, unless it has failed for it and is not to be asked now.
    pub(crate) fn check_config(&self, step: &Step<'_>) -> Result<(), Fault> {
        let check = || step.rule.check_config(step.config);
        self.checked(step, Errand::CheckConfig, check)
    }

    fn checked<R>(
        &self,
        step: &Step<'_>,
        errand: Errand,
        check: impl FnOnce() -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let Some(now) = self.now else {
            return check();
        };
        let (health, case) = (step.rule.health(), step.case(self.schedule, errand));
        health.ask(case, now)?;
        let checked = check();
        match &checked {
            // That it refuses something in its own words is what it was asked for.
            Err(fault) if fault.kind != FailureKind::Rule => health.failed(case, now, fault),
            Ok(_) | Err(_) => health.answered(case),
        }
        checked
    }

    /// Asks a rule, unless it has failed for this schedule and is not to be asked now.
    fn ask(
        &self,
        step: &Step<'_>,
        request: &planner::PlanRequest,
        date: NaiveDate,
    ) -> Result<DayPlan, Fault> {
        let health = step.rule.health();
        let case = step.case(self.schedule, Errand::Plan);
        if let Some(now) = self.now {
            health.ask(case, now)?;
        }
        self.counters.computed_plan();
        let painted = ask(step.rule, request, date);
        match (&painted, self.now) {
            (Err(fault), Some(now)) => health.failed(case, now, fault),
            (Ok(_), Some(_)) => health.answered(case),
            (_, None) => {}
        }
        painted
    }

    /// The plan after every rule of the chain, in order.
    pub(crate) fn layers(
        &self,
        rules: &RuleSet,
        request: &PlanRequest<'_>,
    ) -> Result<Vec<Layer>, RuleFailure> {
        let exceptions = relevant(request);
        let steps = rules.planners(self.schedule, !exceptions.is_empty())?;
        let mut layers = Vec::with_capacity(steps.len());
        self.paint(request.date, &exceptions, &steps, &mut |step, plan| {
            layers.push(Layer {
                rule: step.rule.name().to_owned(),
                plan: (**plan).clone(),
            });
        })?;
        Ok(layers)
    }
}

fn first_request(schedule: &Schedule, date: NaiveDate) -> planner::PlanRequest {
    planner::PlanRequest {
        schedule: convert::planner::schedule(schedule),
        date: convert::date(date),
        so_far: planner::DayPlan {
            spans: Vec::new(),
            notes: Vec::new(),
        },
        day_before: None,
        exceptions: Vec::new(),
        config: String::new(),
    }
}

/// Asks a planner, and looks at its answer.
pub(crate) fn ask(
    rule: &Rule,
    request: &planner::PlanRequest,
    date: NaiveDate,
) -> Result<DayPlan, Fault> {
    let painted = rule.plan_day(request, since_1970(date))?;
    let painted = convert::planner::answered(painted);
    painted
        .check()
        .map_err(|fault| fault.to_string())
        .and_then(|()| convert::planner::check_words(&painted))
        .map_err(|what| rule.refuse(what))?;
    Ok(painted)
}

/// What a stopped wall clock shows on a day: its midnight in UTC.
pub(crate) fn since_1970(date: NaiveDate) -> Duration {
    let seconds = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
