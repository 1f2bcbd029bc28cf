//! One tick: what should be now, compared with what was last applied, and what is done about the difference.
//!
//! Level, not edge: a tick works out the want at its `now`, so that a missed tick, a restart or an outage loses
//! nothing. Intent first: what is going to be ordered is remembered before any server is touched, and the next tick
//! finishes what a dying process left undone. What should be is the [`crate::port::Rules`]' to say; nothing here
//! knows a period or a holiday.
//!
//! - [`Scheduler`] reads everything once, lets each schedule have its round, writes what it will do and tell, acts,
//!   records.
//! - `round`: one schedule: its want, its groups, its decisions, what follows from them.
//! - `member`: one server: from a decision to an order, to its arrival or to being stuck.

mod group;
mod held;
mod kept_back;
mod member;
mod news;
mod preferred;
mod refused;
mod report;
mod round;
mod scheduler;
mod settings;
mod standing;
mod stop_near;
mod telling;
#[cfg(test)]
mod tests;
mod want;

pub(crate) use kept_back::{KeptBack, kept_back};
pub use report::{ActionTaken, TickError, TickOutcome, TickReport, Unseen};
pub use scheduler::{Clock, Scheduler};
pub use settings::{
    DRIFT_LOOK, EC2_LIMIT, FIRST_RETRY, LEASE, LONGEST_RETRY, PROVIDER_RESTARTS_AFTER, QUICK_LOOK,
    RDS_LIMIT, Settings,
};
pub use standing::is_in_maintenance;
