//! Commands from chat: the grammar turns text into a [`Command`], a file for each command carries it out, and the
//! answer is a [`crate::model::reply::Reply`], never text.
//!
//! [`Chat`] is the way in. What a command does is written before it is answered, all at once; servers are never
//! touched here: the next tick does that.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that goes wrong stops there"
    )
)]

mod cancel;
mod command;
mod done;
mod exception_delete;
mod exception_set;
mod exceptions;
mod extend;
mod force;
mod grammar;
mod holidays;
mod house;
mod incoming;
mod info;
mod morning;
mod natural;
mod plain;
mod recent;
mod refusal_code;
mod roster;
mod schedules;
#[cfg(test)]
mod stage;
mod status;
mod subject;
mod trouble;
mod why;

pub use command::{Command, ExtendTo, ForceEnd};
pub use force::HELD_FORCE;
pub use grammar::{
    GrammarContext, KnownSchedule, LONGEST_EXTEND, MAX_TEXT_CHARS, MOST_DAYS, is_command_word,
    parse, schedule_of, without_keyword,
};
pub use house::{Chat, Manners};
pub use incoming::{Answer, Caller, Incoming};
pub use plain::plain;
