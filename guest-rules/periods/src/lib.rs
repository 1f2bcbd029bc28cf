//! The first rule of every chain: what the periods of a schedule say of a day.
//!
//! It reads periods as AWS Instance Scheduler 3.2.8 does and gives the same answers, to the minute. It differs only
//! where the original rejects, hangs on, crashes on or misreads what is written:
//!
//! - a step of several digits means what it says, and a step of 0 is refused;
//! - `nW` past the end of the month matches no day;
//! - among periods that begin at the same time the first by name has the say;
//! - a `begintime` after the `endtime` crosses midnight and belongs to the day on which it begins;
//! - `24:00` is a valid end.
//!
//! Only the wall clock counts: a day is planned in minutes of its clock, so that days on which the clocks change need
//! nothing special here.
//!
//! # Example
//!
//! ```
//! use periods::Timetable;
//! use reveille_sdk::testing;
//! use reveille_sdk::types::{Period, Want};
//!
//! let office = Period::named("office-hours").begins("09:00").ends("18:00").on_weekdays("mon-fri");
//! let timetable = Timetable::read(&testing::schedule("seoul", [office])).unwrap();
//!
//! let monday = timetable.plan(testing::date("2026-11-23"));
//! assert_eq!(monday.want_at(9 * 60), Want::Run);
//! assert_eq!(monday.want_at(18 * 60), Want::Stop);
//! assert_eq!(monday.spans[0].reason, "period office-hours");
//! ```

mod calendar;
mod component;
mod element;
mod field;
mod period;
mod timetable;

pub use calendar::CalendarDay;
pub use component::Periods;
pub use field::{Field, Selection};
pub use period::Period;
pub use timetable::{State, Timetable};
