//! Events of a team's calendar as runs, stops and holds of its servers.
//!
//! The feed is bytes in iCalendar (RFC 5545), bound to the rule as the data [`DATA`]. Which events matter, and what they
//! mean, the configuration says in words of their titles and categories. Reading lines, recurrence rules and the zones
//! that a feed defines is the library's part (`ical-rs`), zones by IANA names that of `jiff`; which instances there are
//! on a day is put together here, within bounds that a feed cannot push.

mod config;
mod event;
mod feed;
mod occurrence;
mod paint;
mod recurrence;
mod words;
mod zone;

pub use config::{AllDay, Config, ConfigError, Entry, LONGEST_MARGIN, Meaning};

use reveille_sdk::{
    About, Day, Planner, data,
    types::{DayPlan, RuleError},
};

use crate::{feed::Feed, zone::Zones};

/// Name of the data with the feed.
pub const DATA: &str = "calendar";

/// Bytes of a feed that are read: some 5,000 events as servers write them. When all of them matter to a day that takes
/// the better part of the fuel of the tier `scripted`.
pub const FEED_BYTES: usize = 3 << 20;

/// The rule.
pub struct TeamCalendar;

impl Planner for TeamCalendar {
    const ABOUT: About = About::new(
        "team-calendar",
        env!("CARGO_PKG_VERSION"),
        "Runs, stops or holds servers during events of a calendar, by words of their titles and categories.",
    )
    .data(&[DATA])
    .config_schema(config::SCHEMA);
    type Config = Config;

    fn plan(day: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
        let Some(bytes) = data::read(DATA) else {
            return if config.data_required {
                Err(RuleError::MissingData(format!(
                    "nothing is bound to `{DATA}`, or it has not been fetched yet; bind a feed, or set `data_required` to \
                     false to go on without it"
                )))
            } else {
                Ok(plan)
            };
        };
        let failed = |error: String| RuleError::Failed(format!("data `{DATA}`: {error}"));
        if bytes.len() > FEED_BYTES {
            return Err(failed(format!(
                "the feed has {} bytes, and {FEED_BYTES} are read; let it begin later, or leave calendars out of it",
                bytes.len()
            )));
        }
        let feed = Feed::read(&bytes).map_err(failed)?;
        let zones = Zones::of(&day.schedule.timezone, &feed.zones).ok_or_else(|| {
            RuleError::Unsupported(format!(
                "time zone `{}` of the schedule is not known; take a newer version of the rule",
                day.schedule.timezone
            ))
        })?;
        let window = zones.day(day.date);
        let events = occurrence::on(&feed, &zones, &config, &window).map_err(failed)?;
        paint::lay(&mut plan, &events, &config, &zones, &window).map_err(RuleError::Failed)?;
        Ok(plan)
    }

    fn check(config: &Config) -> Result<(), RuleError> {
        config
            .check()
            .map_err(|error| RuleError::InvalidConfig(format!("configuration: {error}")))
    }
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(TeamCalendar);
