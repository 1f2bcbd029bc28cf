//! A rule that a team would write: servers stay off on days that the company has off. Nothing that already runs is
//! stopped for it: the day begins stopped.
//!
//! Its configuration in a schedule:
//!
//! ```json
//! { "off": { "2026-12-24": "창립기념일" } }
//! ```

use std::collections::BTreeMap;

use reveille_sdk::{
    About, Day, Planner,
    types::{DayPlan, RuleError, Want},
};

/// What a schedule says of it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name of each day off by its date, `YYYY-MM-DD`.
    pub off: BTreeMap<String, String>,
}

/// The rule.
pub struct CompanyDays;

impl Planner for CompanyDays {
    const ABOUT: About = About::new(
        "company-days",
        env!("CARGO_PKG_VERSION"),
        "Keeps servers off on days that a company has off.",
    );
    type Config = Config;

    fn plan(day: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
        if let Some(name) = config.off.get(&day.date.to_string()) {
            plan.paint_day(Want::Stop, name);
            plan.note(name);
        }
        Ok(plan)
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(CompanyDays);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use reveille_sdk::{planner::Guest as _, testing};

    fn plan(date: &str) -> DayPlan {
        let mut request = testing::request(date);
        request.so_far.paint(540, 1080, Want::Run, "period office");
        request.config = r#"{ "off": { "2026-12-24": "창립기념일" } }"#.into();
        CompanyDays::plan_day(request).unwrap()
    }

    #[test]
    fn servers_stay_off_on_a_company_day() {
        let plan = plan("2026-12-24");
        assert_eq!(plan.want_at(600), Want::Stop);
        assert_eq!(plan.notes, ["창립기념일"]);
    }

    #[test]
    fn other_days_are_left_as_they_are() {
        assert_eq!(plan("2026-12-23").want_at(600), Want::Run);
    }
}
