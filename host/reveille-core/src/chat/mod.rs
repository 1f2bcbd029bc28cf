//! Commands from chat: the grammar turns text into a [`Command`], a file for each command carries it out, and the
//! answer is a [`crate::model::reply::Reply`], never text.

mod command;
mod grammar;

pub use command::{Command, ExtendTo, ForceEnd};
pub use grammar::{
    GrammarContext, KnownSchedule, LONGEST_EXTEND, MAX_TEXT_CHARS, is_command_word, parse,
    without_keyword,
};
