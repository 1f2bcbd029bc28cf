//! Stops servers earlier on one day of the week.

use reveille_sdk::{
    About, DAY, Day, Planner,
    chrono::Weekday,
    clock::Time,
    types::{DayPlan, RuleError, Want},
};

/// What an operator may write.
#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    weekday: Weekday,
    from: Time,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            weekday: Weekday::Fri,
            from: Time(16 * 60),
        }
    }
}

/// The rule.
pub struct Rule;

impl Planner for Rule {
    const ABOUT: About = About::new(
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        "Stops servers earlier on one day of the week.",
    )
    .config_schema(include_str!("schema.json"));
    type Config = Config;

    fn plan(day: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
        if day.date.weekday() == config.weekday {
            plan.paint(config.from.0, DAY, Want::Stop, "early day");
        }
        Ok(plan)
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Rule);

#[cfg(test)]
mod tests {
    use super::Rule;
    use reveille_sdk::{about::Guest as _, planner::Guest as _, testing, types::Want};

    #[test]
    fn on_friday_servers_stop_at_four() {
        let mut friday = testing::request("2026-11-27");
        friday
            .so_far
            .paint(9 * 60, 18 * 60, Want::Run, "period office");
        let plan = Rule::plan_day(friday).unwrap();
        assert_eq!(
            testing::lines(&plan),
            [
                "09:00-16:00 run period office",
                "16:00-24:00 stop early day"
            ]
        );
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        assert!(Rule::check_config(r#"{ "from": "four" }"#.into()).is_err());
    }
}
