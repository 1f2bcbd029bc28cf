//! The default decider: what should be done with each server, given what is wanted and how it is.
//!
//! [`decide`] answers what AWS Instance Scheduler answers ([`evaluate`] is its table), and adds to it what that
//! does not have: [orders](#orders), [instance types](#instance-types), [groups](#groups) and
//! [waiting](#waiting). What it decides is a decision and not a call: a server that should start and runs already is
//! still decided `start`, and the host sees that there is nothing to do.
//!
//! # Orders
//!
//! Somebody's order (`decide-request.forced`) takes the place of what the plan wants, and of maintenance windows. It
//! acts like a turn of the plan: once, so that what people change by hand afterwards is left alone unless the
//! schedule is `enforced`. A server with the fact [`FORCE_PENDING`] has not been ordered under it yet and is brought
//! to the ordered state whatever is remembered of it. An order to stop spares neither retained servers nor new ones.
//!
//! # Instance types
//!
//! An EC2 instance whose type is not the plan's is resized when it starts, and at once when it runs and its start is
//! remembered, as when one period follows another. An instance that was stopped by hand is not started for the sake
//! of its type; AWS Instance Scheduler would do that.
//!
//! # Groups
//!
//! A server starts when every group that its group depends on runs, and stops when every group that depends on its
//! group is stopped; a group that is overdue and lets `pass` is not waited for. Waiting leaves what is remembered as
//! it is, so that the next decision tries again. A server that is there already, or on its way, does not wait, and
//! one that runs only for its maintenance window neither: its window does not start the others.
//!
//! # Waiting
//!
//! A server that is busy, and anything but an EC2 instance that is neither running nor stopped, cannot be acted on:
//! nothing is done and nothing is forgotten, not even a turn that passes meanwhile.

mod aim;
mod component;
mod decision;
mod gate;
mod reason;
mod verdict;

pub use component::Transitions;
pub use decision::{FORCE_PENDING, RESTARTED_BY_PROVIDER, decide};
pub use verdict::{Case, Verdict, evaluate, remembered};
