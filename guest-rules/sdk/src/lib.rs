//! What authors of rules build on: the contract's types, painting days, reading a configuration, and the macros that
//! export a rule.
//!
//! A rule is a pure function: the same request, configuration and data give the same answer. There is no clock, no
//! network and no file in here, and there will be none.
//!
//! # Example
//!
//! A whole rule. `reveille rule new` makes a project around one like it, and `reveille rule build` its component.
//!
//! ```
//! use reveille_sdk::{About, Day, Planner, types::{DayPlan, RuleError, Want}};
//!
//! #[derive(Default, serde::Deserialize)]
//! #[serde(default, deny_unknown_fields)]
//! struct Config {
//!     /// Day of the month on which servers stay off.
//!     payday: u8,
//! }
//!
//! struct Payday;
//!
//! impl Planner for Payday {
//!     const ABOUT: About = About::new("payday", "1.0.0", "Keeps servers off on payday.");
//!     type Config = Config;
//!
//!     fn plan(day: &Day, config: Config, mut plan: DayPlan) -> Result<DayPlan, RuleError> {
//!         if day.date.day == config.payday {
//!             plan.paint_day(Want::Stop, "payday");
//!         }
//!         Ok(plan)
//!     }
//! }
//!
//! # #[cfg(target_arch = "wasm32")]
//! reveille_sdk::export_planner!(Payday);
//!
//! // Tests need neither a component nor a host.
//! use reveille_sdk::{planner::Guest, testing};
//! let mut request = testing::request("2026-11-25");
//! request.so_far.paint(540, 1080, Want::Run, "period office-hours");
//! request.config = r#"{ "payday": 25 }"#.into();
//! let plan = Payday::plan_day(request).unwrap();
//! assert_eq!(plan.want_at(600), Want::Stop);
//! ```

pub mod about;
#[doc(hidden)]
pub mod bindings;
pub mod clock;
pub mod config;
pub mod data;
mod date;
pub mod digit;
mod export;
pub mod guard;
mod message;
mod paint;
#[doc(hidden)]
pub mod panic;
pub mod planner;
pub mod testing;

pub use about::About;
pub use bindings::about::reveille::rules::{log, types};
pub use chrono;
#[doc(hidden)]
pub use export::Exported;
pub use guard::Guard;
#[doc(hidden)]
pub use guard::Guarding;
pub use paint::{DAY, Stretch};
pub use planner::{Day, Planner};

/// Deciding about servers: the interface `decider`.
pub mod decider {
    pub use crate::bindings::decider::exports::reveille::rules::decider::{
        Action, DecideRequest, Decision, Forced, Group, GroupState, Guest, OnTimeout, Options,
        Server, Wanted,
    };
}

/// Having the words: the interfaces `formatter` and `replies`.
pub mod formatter {
    pub use crate::bindings::formatter::exports::reveille::rules::formatter::{
        Block, Guest, Message,
    };
    pub use crate::bindings::formatter::reveille::rules::replies;
}
