//! Public holidays of Korea, with the days that make up for them: servers stay off on them, or are only not started.
//!
//! Holidays of 2018 to 2050 are computed ([`calendar`]); elections and temporary holidays are listed as far as they were
//! known; what is decided later, and the days that a company has off, come as lines of an [`Overlay`], bound to the rule
//! as the data [`DATA`] or written into the configuration.
//!
//! Dates are read in the schedule's own time zone.

mod calendar;
mod config;
mod decided;
mod holiday;
mod lunar;
mod overlay;
mod paint;

pub use calendar::{Calendar, Occasion, calendar};
pub use config::{Config, Ignored, Policy, UnknownHoliday};
pub use holiday::{Holiday, Locale};
pub use lunar::{FIRST_YEAR, LAST_YEAR};
pub use overlay::{LineError, Overlay};

use reveille_sdk::{
    About, DAY, Day, Planner, data,
    types::{Date, DayPlan, RuleError},
};

/// Name of the data with days that people added or took out.
pub const DATA: &str = "holidays";

/// The rule.
pub struct KrHolidays;

impl Planner for KrHolidays {
    const ABOUT: About = About::new(
        "kr-holidays",
        env!("CARGO_PKG_VERSION"),
        "Keeps servers off, or only starts none, on public holidays of Korea and days added to them.",
    )
    .data(&[DATA])
    .config_schema(config::SCHEMA);
    type Config = Config;

    fn plan(day: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
        let bound = bound(&config)?;
        let names = |date| names(date, day, &config, &bound);
        let today = names(day.date)?;
        let eve = paint::end_of_eve(&plan, &day.schedule);
        if eve > 0 && day.date > FIRST_DAY {
            let yesterday = names(day.date.minus_days(1))?.join(", ");
            if !yesterday.is_empty() {
                paint::lay(&mut plan, config.policy, 0, eve, &yesterday);
            }
        }
        if !today.is_empty() {
            let name = today.join(", ");
            paint::lay(&mut plan, config.policy, eve, DAY, &name);
            plan.note(name);
        }
        Ok(plan)
    }
}

/// The first date that is known.
const FIRST_DAY: Date = Date {
    year: FIRST_YEAR,
    month: 1,
    day: 1,
};

/// What is bound to the rule.
fn bound(config: &Config) -> Result<Overlay, RuleError> {
    let Some(bytes) = data::read(DATA) else {
        return if config.data_required {
            Err(RuleError::MissingData(format!(
                "nothing is bound to `{DATA}`, or it has not been fetched yet; bind it, or leave out `data_required`"
            )))
        } else {
            Ok(Overlay::default())
        };
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| RuleError::Failed(format!("data `{DATA}` is no UTF-8 text: {error}")))?;
    Overlay::read(text.lines())
        .map_err(|error| RuleError::Failed(format!("data `{DATA}`, {error}")))
}

/// What makes a date a day off; nothing when it is none.
fn names(
    date: Date,
    day: &Day,
    config: &Config,
    bound: &Overlay,
) -> Result<Vec<String>, RuleError> {
    let calendar = calendar(date.year).ok_or_else(|| {
        RuleError::Unsupported(format!(
            "holidays are known for {FIRST_YEAR} to {LAST_YEAR}, not for {date}; take a newer version of the rule, or \
             pass over it with `on_failure: skip`"
        ))
    })?;
    let occasions = calendar.get(&date).map(Vec::as_slice).unwrap_or_default();
    let mut names = occasions
        .iter()
        .filter(|occasion| !config.ignore.has(**occasion))
        .map(|occasion| occasion.name(config.locale))
        .collect();
    let of = day.schedule.holiday_calendar.as_deref();
    bound.change(date, of, &mut names);
    config.days.change(date, of, &mut names);
    Ok(names)
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(KrHolidays);
