//! The rule as the host calls it.

use crate::period::Period;
use crate::timetable::Timetable;
use reveille_sdk::about::{self, About, Description};
use reveille_sdk::planner::{self, Fault, PlanRequest};
use reveille_sdk::types::{DayPlan, RuleError, Schedule};

const ABOUT: About = About::new(
    "periods",
    env!("CARGO_PKG_VERSION"),
    "Paints the day as the schedule's periods say, like AWS Instance Scheduler.",
);

/// The first rule of every chain. What has been painted before it is replaced; notes stay.
///
/// It has no configuration and parses no JSON, so that a call takes microseconds.
pub struct Periods;

impl about::Guest for Periods {
    fn describe() -> Description {
        ABOUT.into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        if matches!(config.trim(), "" | "{}") {
            Ok(())
        } else {
            Err(RuleError::InvalidConfig(
                "`periods` has nothing to configure; leave its configuration out".into(),
            ))
        }
    }
}

impl planner::Guest for Periods {
    fn plan_day(request: PlanRequest) -> Result<DayPlan, RuleError> {
        let timetable = Timetable::read(&request.schedule)
            .map_err(|faults| RuleError::InvalidConfig(listed(&faults)))?;
        Ok(DayPlan {
            notes: request.so_far.notes,
            ..timetable.plan(request.date)
        })
    }

    fn check_schedule(schedule: Schedule) -> Vec<Fault> {
        schedule
            .periods
            .iter()
            .filter_map(|usage| Period::read(&usage.period).err())
            .flatten()
            .collect()
    }
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}, {}: {}", fault.item, fault.attribute, fault.message))
        .collect();
    lines.join("; ")
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Periods);
