//! The format of `cases.toml`: what a rule is given, and what it should answer. The same file is read by
//! `reveille rule test`, which runs the component, and, with the feature `native`, by the tests of a rule in Rust,
//! which run its library.
//!
//! ```toml
//! [[case]]
//! name = "a holiday is off"
//! date = "2026-09-25"
//! spans = ["00:00-24:00 stop 추석"]
//! notes = ["추석"]
//! ```
//!
//! A case is for a planner when it has a date, for a decider when it has `servers`, for a formatter when it has a
//! `reply`. A key that is not known, or that belongs to another kind, is refused.
//!
//! | every case | default | meaning |
//! |---|---|---|
//! | `name` | | what the case says, as a sentence |
//! | `config` | `{}` | the rule's configuration |
//! | `data` | none | what is bound to the rule: a text for its only name, or a table of names, each with a text or `{ file = "…" }` beside the cases |
//! | `error` | none | the beginning of its error, when it has no answer |
//!
//! | planner | default | meaning |
//! |---|---|---|
//! | `date` or `dates` | | a day, or several and stretches (`2026-12-01..2026-12-24`) that are all the same |
//! | `spans` | | the day after the rule, as `begin-end want reason`; a minute in no span is stopped |
//! | `notes` | none | the remarks about the day |
//! | `so_far` | `09:00-18:00 run period office` | what the rules before it painted |
//! | `periods` | `office 09:00-18:00` | the schedule's, as `name begin-end` and, if need be, weekdays |
//! | `zone` | `Asia/Seoul` | the schedule's time zone |
//! | `calendar` | none | its `holiday_calendar` |
//! | `exceptions` | none | `2026-09-25 start 10:00`, `2026-09-25 stop none`, with `by NAME` behind it if need be |
//! | `day_before` | none | the plan of the day before, given when there are exceptions |
//!
//! An instance type stands behind the want: `09:00-18:00 run@m5.large period office`.
//!
//! | decider | default | meaning |
//! |---|---|---|
//! | `servers` | | `id@group: state decision [remembered, fact, Key=Value]`: what is remembered (`stopped`), facts that are true, and tags may be left out |
//! | `decisions` | | of those that are listed: `id: action [remembered] reason`, the last two only if they matter |
//! | `starts`, `stops` | | the ids that start or are resized, and that stop, in the order of `servers`, and no others |
//! | `waits` | | ids for which nothing is done, each with the reason |
//! | `wanted` | `run period office-hours` | what the plan wants and why |
//! | `forced` | none | an order above the plan: `stop by hana` |
//! | `now` | `2026-11-23 09:00` | the time, for rules that ask for it |
//! | `options` | none | of `enforced`, `retain-running`, `keep-new-instances`, `hibernate` |
//! | `groups` | none | `api after db, cache: stopped`, with `, overdue` and `, pass` behind it if need be |
//!
//! | formatter | default | meaning |
//! |---|---|---|
//! | `reply` | | one of the replies that `reveille rule conformance` has, by name, such as `status` |
//! | `says` | none | what its message must contain, each on its own |
//! | `never` | none | what it must not contain |
//! | `color` | any | the colour of its bar |
//! | `locale`, `persona`, `keyword` | `ko`, `light`, `서버` | for whom |

mod case;
mod line;
#[cfg(feature = "native")]
pub mod native;
mod raw;

pub use case::{
    Case, Datum, DecideCase, Difference, Expected, FormatCase, Kind, PlanCase, Ruled, read,
};
pub use line::{
    Action, DecisionLine, ExceptionLine, GroupLine, PeriodLine, ServerLine, SpanLine, Want,
};
