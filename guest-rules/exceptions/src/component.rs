//! The rule as the host calls it.

use crate::rule;
use reveille_sdk::about::{self, About, Description};
use reveille_sdk::planner::{self, Fault, PlanRequest};
use reveille_sdk::types::{DayPlan, RuleError, Schedule};

const ABOUT: About = About::new(
    "exceptions",
    env!("CARGO_PKG_VERSION"),
    "Moves and cancels starts and stops of single days, as people asked for it.",
);

/// The last rule of every chain. It has no configuration.
pub struct Exceptions;

impl about::Guest for Exceptions {
    fn describe() -> Description {
        ABOUT.into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        if matches!(config.trim(), "" | "{}") {
            Ok(())
        } else {
            Err(RuleError::InvalidConfig(
                "`exceptions` has nothing to configure; leave its configuration out".into(),
            ))
        }
    }
}

impl planner::Guest for Exceptions {
    fn plan_day(request: PlanRequest) -> Result<DayPlan, RuleError> {
        Ok(rule::plan(request))
    }

    fn check_schedule(_schedule: Schedule) -> Vec<Fault> {
        Vec::new()
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Exceptions);
