//! The last rule of every chain: starts and stops of single days that people moved or cancelled.
//!
//! - `start S`: the first run of the day begins at S instead. On a day with no run left at S it makes one, until the
//!   latest `endtime` of the schedule's periods that is after S, else until 24:00.
//! - `stop E`: the last run of the day ends at E instead. On a day without a run it changes nothing.
//! - `start none`: the day's runs become `hold`, so that nothing is started; the stop at their end still happens.
//! - `stop none`: from the cancelled stop on it is `hold` until the next run begins, at most to the end of the
//!   following day.
//!
//! Times over 24:00 are the next morning. A run that goes on over midnight belongs to the day on which it begins, also
//! for its rest on the next morning. What the exceptions of a day paint on the next ends where that day's own first
//! run begins. A schedule with an `override_status` has no exceptions.
//!
//! # Example
//!
//! ```
//! use exceptions::plan;
//! use reveille_sdk::testing;
//! use reveille_sdk::types::{Turn, Want};
//!
//! let mut request = testing::request("2026-11-23");
//! request.so_far.paint(9 * 60, 18 * 60, Want::Run, "period office-hours");
//! request.exceptions.push(testing::exception("2026-11-23", Turn::Stop, Some(22 * 60)));
//!
//! let plan = plan(request);
//! assert_eq!(plan.want_at(21 * 60), Want::Run);
//! assert_eq!(plan.span_at(21 * 60).unwrap().reason, "exception by hana@example.com");
//! assert_eq!(plan.want_at(22 * 60), Want::Stop);
//! ```

mod component;
mod own;
mod pair;
mod rule;
mod window;

pub use component::Exceptions;
pub use rule::plan;
