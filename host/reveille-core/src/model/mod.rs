//! The nouns, one file each. All are plain data.

mod audit;
mod calendar;
mod decision;
mod definitions;
mod exception;
mod fault;
mod force;
mod item;
mod moment;
mod notice;
mod period;
mod plan;
mod quiet;
mod remembered;
pub mod reply;
mod rule;
mod schedule;
mod server;
mod statistics;

pub use audit::{AuditRecord, AuditSubject};
pub use calendar::{
    CALENDAR_DATA, CALENDAR_OF_ALL, Calendar, Holiday, LineFault, MAX_CALENDAR_DAYS,
    MAX_HOLIDAY_NAME_CHARS, calendar_data,
};
pub use decision::{Action, Decision, DecisionLayer, GroupState, GroupView, Wanted};
pub use definitions::{Definitions, RESERVED_NAMES, is_reserved};
pub use exception::{Exception, LATEST_EXCEPTION_MINUTE, Turn};
pub use fault::Fault;
pub use force::{Force, LONGEST_FORCE};
pub use item::{Item, ItemKey};
pub use moment::{Minute, Moment, instant_of, local_moment};
pub use notice::{KeptNotice, NOTICE_MEMORY, Notice, NoticeStanding, Settled};
pub use period::{Period, PeriodUse};
pub use plan::{DayPlan, Layer, MAX_NOTES, MAX_REASON_CHARS, MAX_SPANS, PlanFault, Span, Want};
pub use quiet::{NoQuiet, Quiet};
pub use remembered::{Remembered, Request, ServerError, Stored};
pub use rule::{
    FailureKind, LoadedRule, OnFailure, RuleFailure, RuleSource, RuleTrouble, RuleUse, Tier,
};
pub use schedule::{Group, OnTimeout, READY_TIMEOUT, Schedule};
pub use server::{LeftOut, MaintenanceWindow, Server, ServerId, ServerKind, ServerState};
pub use statistics::{CallCounts, CallTimes, RuleStatistics, Statistics, TIME_BOUNDS};
