//! From what people type to a [`Command`].

use super::Command;
use crate::model::{Moment, reply::Refusal};

/// Longest message that is read. JANDI's own limit is 5,000; no command needs 500.
pub const MAX_TEXT_CHARS: u32 = 500;

/// A schedule that the caller may see.
#[derive(Debug, Clone)]
pub struct KnownSchedule {
    /// Its name.
    pub name: String,
    /// The time now, in its zone.
    pub now: Moment,
}

/// What the words of a message are read against.
#[derive(Debug, Clone)]
pub struct GrammarContext {
    /// The schedules that the caller may see, sorted by name; those that are set aside included.
    pub schedules: Vec<KnownSchedule>,
}

/// Reads `text`: a message without its `/keyword`.
///
/// # Errors
/// The [`Refusal`] that tells the writer what was not understood and what would be.
pub fn parse(text: &str, context: &GrammarContext) -> Result<Command, Refusal> {
    let _ = (text, context);
    Ok(Command::Help)
}
