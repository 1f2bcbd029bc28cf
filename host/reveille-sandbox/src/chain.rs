//! Which rules take part for a schedule, in which order, and the print that stands for them.

use std::{collections::HashMap, sync::Arc};

use reveille_core::model::{FailureKind, OnFailure, RuleFailure, RuleUse, Schedule};

use crate::{
    embedded::{EXCEPTIONS, PERIODS, TRANSITIONS},
    fingerprint::Fingerprint,
    health::{Case, Errand},
    rule::Rule,
};

/// The configuration of a rule that has none.
pub(crate) const NO_CONFIG: &str = "{}";

/// What a rule does in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Planner,
    Decider,
}

/// Where a want comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    ByPlan,
    ByPerson,
}

/// A rule in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) config: &'a str,
    pub(crate) on_failure: OnFailure,
}

impl<'a> Step<'a> {
    /// Takes the step into the print of a chain.
    pub(crate) fn after(&self, print: u128) -> u128 {
        Fingerprint::new()
            .with_print(print)
            .with_print(self.rule.print())
            .with(&(self.config, self.on_failure))
            .print()
    }

    /// What the rule is asked for: a schedule with its configuration of the rule.
    pub(crate) fn case(&self, schedule: &'a Schedule, errand: Errand) -> Case<'a> {
        Case::Schedule {
            errand,
            rule: self.rule.name(),
            name: &schedule.name,
            print: Fingerprint::new()
                .with(&(schedule.digest, self.config))
                .print(),
        }
    }

    /// Whether the rule looks at exceptions. The periods of a schedule do not depend on them, so that their plans
    /// are kept whatever people ask for.
    pub(crate) fn sees_exceptions(&self) -> bool {
        self.rule.name() != PERIODS
    }
}

/// The rules that are loaded, at one moment.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    /// Not sorted: each scheduling run looks several up for each schedule.
    pub(crate) rules: HashMap<String, Arc<Rule>>,
    /// The print of a chain of planners to which the schedule adds nothing.
    plain_planners: u128,
    /// The same with the exceptions behind it.
    plain_with_exceptions: u128,
}

impl RuleSet {
    pub(crate) fn new(rules: HashMap<String, Arc<Rule>>) -> Self {
        let print = |names: &[&str]| {
            let steps = names.iter().filter_map(|name| rules.get(*name));
            steps.fold(0, |print, rule| built_in(rule).after(print))
        };
        Self {
            plain_planners: print(&[PERIODS]),
            plain_with_exceptions: print(&[PERIODS, EXCEPTIONS]),
            rules,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Rule, RuleFailure> {
        self.rules
            .get(name)
            .map(Arc::as_ref)
            .ok_or_else(|| missing(name, "it is not loaded"))
    }

    /// The print of the planners of a schedule, without listing them where there is nothing to list.
    pub(crate) fn planners_print(
        &self,
        schedule: &Schedule,
        exceptions: bool,
    ) -> Result<u128, RuleFailure> {
        let whole = schedule.override_status.is_none();
        if !whole || schedule.rules.is_empty() {
            return Ok(if whole && exceptions {
                self.plain_with_exceptions
            } else {
                self.plain_planners
            });
        }
        let steps = self.planners(schedule, exceptions)?;
        Ok(steps.iter().fold(0, |print, step| step.after(print)))
    }

    /// The planners of a schedule in their order: only `periods` where the schedule is constantly something, and
    /// `exceptions` only where there are any.
    pub(crate) fn planners<'a>(
        &'a self,
        schedule: &'a Schedule,
        exceptions: bool,
    ) -> Result<Vec<Step<'a>>, RuleFailure> {
        let mut steps = vec![built_in(self.get(PERIODS)?)];
        if schedule.override_status.is_some() {
            return Ok(steps);
        }
        self.own(schedule, Role::Planner, &mut steps)?;
        if exceptions {
            steps.push(built_in(self.get(EXCEPTIONS)?));
        }
        Ok(steps)
    }

    /// The deciders of a schedule in their order. A rule that is not there is passed over while an order stands: the
    /// order lies above what the rule would have said, and nobody can be asked.
    pub(crate) fn deciders<'a>(
        &'a self,
        schedule: &'a Schedule,
        ordered: Ordered,
    ) -> Result<Vec<Step<'a>>, RuleFailure> {
        let mut steps = vec![built_in(self.get(TRANSITIONS)?)];
        match ordered {
            Ordered::ByPlan => self.own(schedule, Role::Decider, &mut steps)?,
            Ordered::ByPerson => {
                let loaded = schedule.rules.iter().filter_map(|used| {
                    let step = self.take_part(used, Role::Decider);
                    step.ok().flatten()
                });
                steps.extend(loaded);
            }
        }
        Ok(steps)
    }

    fn own<'a>(
        &'a self,
        schedule: &'a Schedule,
        role: Role,
        steps: &mut Vec<Step<'a>>,
    ) -> Result<(), RuleFailure> {
        for used in &schedule.rules {
            match self.take_part(used, role) {
                Ok(Some(step)) => steps.push(step),
                Ok(None) => {}
                Err(failure) => match used.on_failure {
                    OnFailure::Hold => return Err(failure),
                    OnFailure::Skip => {}
                },
            }
        }
        Ok(())
    }

    /// The step of a rule of the schedule; none when it has the other role alone.
    fn take_part<'a>(
        &'a self,
        used: &'a RuleUse,
        role: Role,
    ) -> Result<Option<Step<'a>>, RuleFailure> {
        let step = self.step(used)?;
        let rule = step.rule;
        if !rule.plans() && !rule.decides() {
            return Err(missing(&used.name, "it neither plans nor decides"));
        }
        let takes_part = match role {
            Role::Planner => rule.plans(),
            Role::Decider => rule.decides(),
        };
        Ok(takes_part.then_some(step))
    }

    /// A rule of a schedule, whatever its roles.
    pub(crate) fn step<'a>(&'a self, used: &'a RuleUse) -> Result<Step<'a>, RuleFailure> {
        Ok(Step {
            rule: self.get(&used.name)?,
            config: config(used),
            on_failure: used.on_failure,
        })
    }
}

/// The configuration in a schedule, `{}` when there is none.
fn config(used: &RuleUse) -> &str {
    if used.config.is_empty() {
        NO_CONFIG
    } else {
        &used.config
    }
}

fn built_in(rule: &Rule) -> Step<'_> {
    Step {
        rule,
        config: NO_CONFIG,
        on_failure: OnFailure::Hold,
    }
}

fn missing(name: &str, cause: &str) -> RuleFailure {
    RuleFailure {
        rule: name.to_owned(),
        kind: FailureKind::Missing,
        cause: cause.to_owned(),
    }
}
