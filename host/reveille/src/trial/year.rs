//! A year of a schedule under one rule.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use reveille_core::{
    model::{DayPlan, Schedule, Want},
    port::{PlanRequest, Rules as _},
};

use super::{Trial, days::with_rule};

/// A day, planned; or why not.
#[derive(Debug, Clone)]
pub(crate) struct DayOf {
    pub(crate) date: NaiveDate,
    pub(crate) plan: Result<Arc<DayPlan>, String>,
}

/// Every day of a year.
#[derive(Debug, Clone)]
pub(crate) struct Year {
    pub(crate) year: i32,
    pub(crate) title: String,
    pub(crate) zone: Tz,
    pub(crate) days: Vec<DayOf>,
}

impl Year {
    /// Plans a year through the chain of a host: the periods, then the rule.
    ///
    /// # Errors
    /// When the rule plans nothing, or there is no such year.
    pub(crate) fn plan(trial: &Trial, schedule: Schedule, year: i32) -> anyhow::Result<Self> {
        if !trial.plans() {
            bail!(
                "`{}` is no planner, so that there are no days to show; it is {}",
                trial.listed.name,
                trial.listed.roles.join(" and ")
            );
        }
        let first = NaiveDate::from_ymd_opt(year, 1, 1)
            .filter(|_| (1970..=9999).contains(&year))
            .with_context(|| format!("there is no year {year} here; rules plan 1970 to 9999"))?;
        // Those that are built in are in every chain.
        let schedule = if trial.is_built_in() {
            schedule
        } else {
            with_rule(schedule, &trial.listed.name, &trial.config)
        };
        let days = first
            .iter_days()
            .take_while(|date| date.year() == year)
            .map(|date| DayOf {
                date,
                plan: trial
                    .sandbox
                    .plan(&PlanRequest {
                        schedule: &schedule,
                        date,
                        exceptions: &[],
                    })
                    .map_err(|failure| failure.to_string()),
            })
            .collect();
        Ok(Self {
            year,
            title: format!("{} {}", trial.listed.name, trial.listed.version),
            zone: schedule.timezone,
            days,
        })
    }

    /// Days without a plan.
    pub(crate) fn failed(&self) -> usize {
        self.days.iter().filter(|day| day.plan.is_err()).count()
    }
}

impl DayOf {
    /// What is not stopped, in words: `09:00-18:00 run (period office)`; `off` when nothing is.
    pub(crate) fn in_words(&self) -> String {
        let plan = match &self.plan {
            Ok(plan) => plan,
            Err(cause) => return format!("no plan: {cause}"),
        };
        let spans: Vec<String> = plan
            .spans
            .iter()
            .filter(|span| span.want != Want::Stop)
            .map(|span| {
                let reason = if span.reason.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", span.reason)
                };
                format!("{}-{} {}{reason}", span.begin, span.end, span.want.as_str())
            })
            .collect();
        if spans.is_empty() {
            String::from("off")
        } else {
            spans.join(", ")
        }
    }

    /// What the plan says about the day.
    pub(crate) fn notes(&self) -> &[String] {
        self.plan.as_ref().map_or(&[], |plan| &plan.notes)
    }
}
