//! From what people type to a [`Command`].
//!
//! A message is normalised, cut at white space and taken apart into verbs, a schedule, a date, a time and a length of
//! time, in any order; the verbs then decide what the rest must be. A word that is none of these is never passed over,
//! so that nothing is started or stopped by half of a sentence. A guess is carried out only where it changes nothing.

mod date;
mod duration;
mod intent;
mod josa;
mod keyboard;
mod message;
mod number;
mod schedule;
mod suggestion;
mod text;
mod time;
mod topic;
mod words;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use self::{
    intent::Intent,
    message::Message,
    schedule::{Match, Names},
    text::{Token, trimmed},
    words::After,
};
use super::Command;
use crate::model::{
    Minute, Moment,
    reply::{Refusal, UnknownWord},
};

pub use duration::LONGEST_EXTEND;
pub use intent::MOST_DAYS;
pub use text::without_keyword;

/// Longest message that is read. JANDI's own limit is 5,000; no command needs 500.
pub const MAX_TEXT_CHARS: u32 = 500;

/// Bytes of text that are looked at at all: more than the longest message has in any normalisation.
const MAX_TEXT_BYTES: usize = 16 * 1024;

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
    /// The schedules that the caller may see, in the order in which they are told; those that are set aside included.
    pub schedules: Vec<KnownSchedule>,
}

/// Reads `text`: a message without its `/keyword`. One that is still there is passed over.
///
/// # Errors
/// The [`Refusal`] that tells the writer what was not understood and what would be.
pub fn parse(text: &str, context: &GrammarContext) -> Result<Command, Refusal> {
    let too_long = Refusal::TextTooLong {
        longest_chars: MAX_TEXT_CHARS,
    };
    if text.len() > MAX_TEXT_BYTES {
        return Err(too_long);
    }
    let text = text::normalised(text);
    if text.chars().zip(0..=MAX_TEXT_CHARS).count() > MAX_TEXT_CHARS as usize {
        return Err(too_long);
    }
    Reader {
        context,
        names: Names::new(context),
    }
    .read(&text::tokens(&text))
}

/// The schedule that `text` names, or can only mean, whether or not the rest of it is understood.
#[must_use]
pub fn schedule_of<'a>(text: &str, context: &'a GrammarContext) -> Option<&'a str> {
    if let [only] = context.schedules.as_slice() {
        return Some(&only.name);
    }
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let names = Names::new(context);
    let tokens = text::tokens(&text::normalised(text));
    let message = Message::read(&tokens, &names, NaiveDate::default());
    match message.schedule?.value {
        Match::One(index) => Some(&context.schedules.get(index)?.name),
        Match::Several(_) => None,
    }
}

/// Whether `name` is a word, a date or a time of the grammar: a schedule of that name could not be spoken of.
#[must_use]
pub fn is_command_word(name: &str) -> bool {
    let name = text::normalised(name).to_lowercase();
    let name = text::trimmed(&name);
    words::meanings(name, After::Exception).is_some()
        || words::meanings(name, After::Anything).is_some()
        || words::is_filler(name)
        || date::read(name, NaiveDate::default()).is_some()
        || time::read(name).is_some()
        || duration::read(name).is_some()
}

/// Reads messages against the schedules that there are.
struct Reader<'a> {
    context: &'a GrammarContext,
    names: Names<'a>,
}

impl Reader<'_> {
    fn read(&self, tokens: &[Token]) -> Result<Command, Refusal> {
        let message = self.message(tokens);
        if message.unknown.is_empty() {
            self.command(message)
        } else {
            self.guess(tokens, &message)
        }
    }

    /// Dates are counted from the day that it is for the schedule, which is known once the message is read.
    fn message(&self, tokens: &[Token]) -> Message {
        let read = |index| {
            let schedule = self.names.get(index);
            let today = schedule.map_or_else(NaiveDate::default, |schedule| schedule.now.date);
            Message::read(tokens, &self.names, today)
        };
        let message = read(0);
        match message.schedule.as_ref().map(|found| &found.value) {
            None | Some(Match::One(0) | Match::Several(_)) => message,
            Some(Match::One(index)) => read(*index),
        }
    }

    /// The command of a message without unknown words.
    fn command(&self, message: Message) -> Result<Command, Refusal> {
        let index = match message
            .schedule
            .as_ref()
            .map(|found| (&found.value, &found.typed))
        {
            Some((Match::One(index), _)) => *index,
            Some((Match::Several(indices), typed)) => {
                return Err(Refusal::AmbiguousSchedule {
                    name: typed.clone(),
                    candidates: self.names.of(indices),
                });
            }
            None => 0,
        };
        let named = message.schedule.is_some() || self.context.schedules.len() == 1;
        let nobody = KnownSchedule {
            name: String::new(),
            now: Moment {
                date: NaiveDate::default(),
                minute: Minute::MIDNIGHT,
            },
        };
        let schedule = self.names.get(index).unwrap_or(&nobody);
        let result = Intent::command(message, schedule);
        if named {
            return result;
        }
        // Nothing that was found out for the first schedule holds for the one that was meant.
        match result {
            Ok(command @ (Command::Help | Command::Schedules)) => Ok(command),
            Err(Refusal::NotUnderstood(unknown)) => Err(Refusal::NotUnderstood(UnknownWord {
                schedule: None,
                ..unknown
            })),
            Ok(_) | Err(_) => Err(Refusal::ScheduleNeeded(self.names.all())),
        }
    }

    /// What a message with `unknown` words may mean: the beginning of a schedule's name, words typed with the keyboard
    /// on the other language, or slips of the finger. What changes something is only offered.
    fn guess(&self, tokens: &[Token], message: &Message) -> Result<Command, Refusal> {
        if let ([index], None) = (message.unknown.as_slice(), &message.schedule)
            && let Some(answer) = self.abbreviated(tokens, *index)
        {
            return answer;
        }
        if let Some(answer) = self.retyped(tokens, message) {
            return answer;
        }
        Err(self.not_understood(tokens, message))
    }

    /// The answer when the token at `index` is the beginning of a name.
    fn abbreviated(&self, tokens: &[Token], index: usize) -> Option<Result<Command, Refusal>> {
        let typed = trimmed(&tokens.get(index)?.typed).to_owned();
        let candidates = self.names.beginning_with(&typed);
        let [only] = candidates.as_slice() else {
            return (!candidates.is_empty()).then(|| {
                Err(Refusal::AmbiguousSchedule {
                    name: typed,
                    candidates: self.names.of(&candidates),
                })
            });
        };
        let name = &self.names.get(*only)?.name;
        let mut spelled = tokens.to_vec();
        spelled.splice(index..=index, text::tokens(&text::normalised(name)));
        let message = self.message(&spelled);
        if !message.unknown.is_empty() {
            return None;
        }
        Some(match self.command(message) {
            Ok(command) if changes_something(&command) => Err(Refusal::UnknownSchedule {
                name: typed,
                known: self.names.all(),
                suggestion: Some(name.clone()),
            }),
            answer => answer,
        })
    }

    /// The answer when the unknown words are known ones on the other language of the keyboard.
    fn retyped(&self, tokens: &[Token], message: &Message) -> Option<Result<Command, Refusal>> {
        let mut retyped = tokens.to_vec();
        let mut first = None;
        for index in &message.unknown {
            let token = retyped.get_mut(*index)?;
            let typed = trimmed(&token.lower);
            let meant =
                suggestion::other_layout(typed).or_else(|| self.names.other_layout(typed))?;
            first.get_or_insert_with(|| (trimmed(&token.typed).to_owned(), meant.clone()));
            *token = Token::new(&meant);
        }
        let (typed, meant) = first?;
        let message = self.message(&retyped);
        if !message.unknown.is_empty() {
            return None;
        }
        let unknown = self.unknown(&message, typed, Some(meant));
        Some(match self.command(message) {
            Ok(command) if changes_something(&command) => Err(Refusal::NotUnderstood(unknown)),
            answer => answer,
        })
    }

    /// The refusal for the first unknown word, with the verb or the schedule that is nearest to it.
    fn not_understood(&self, tokens: &[Token], message: &Message) -> Refusal {
        let first = message.unknown.first().copied().unwrap_or_default();
        let typed = tokens
            .get(first)
            .map_or("", |token| trimmed(&token.typed))
            .to_owned();
        let verb = suggestion::nearest_word(&typed.to_lowercase());
        let may_name_a_schedule = message.schedule.is_none();
        let schedule = may_name_a_schedule
            .then(|| self.names.nearest(&typed))
            .flatten();
        let is_schedule = match (verb, schedule) {
            (None, Some(_)) => true,
            (Some(_), None) => false,
            // A message needs a verb more than a schedule, so at equal distance it is the verb that is missing.
            (Some((verb, _)), Some((schedule, _))) => {
                schedule < verb || (schedule == verb && !message.words.is_empty())
            }
            // `개발서버 꺼줘`, where there is nothing like 개발서버.
            (None, None) => {
                may_name_a_schedule
                    && message.unknown.len() == 1
                    && !message.words.is_empty()
                    && (first == 0 || self.context.schedules.len() != 1)
            }
        };
        if is_schedule {
            Refusal::UnknownSchedule {
                name: typed,
                known: self.names.all(),
                suggestion: schedule
                    .and_then(|(_, index)| self.names.get(index))
                    .map(|schedule| schedule.name.clone()),
            }
        } else {
            let suggestion = verb.map(|(_, word)| word.to_owned());
            let mut unknown = self.unknown(message, typed, suggestion);
            if let Some((_, word)) = verb
                && message.words.is_empty()
                && let Some(topic) = topic::of_question(word)
            {
                unknown.topic = topic;
            }
            Refusal::NotUnderstood(unknown)
        }
    }

    fn unknown(&self, message: &Message, text: String, suggestion: Option<String>) -> UnknownWord {
        let named = match message.schedule.as_ref().map(|found| &found.value) {
            Some(Match::One(index)) => self.names.get(*index),
            Some(Match::Several(_)) => None,
            None if self.context.schedules.len() == 1 => self.names.get(0),
            None => None,
        };
        UnknownWord {
            text,
            suggestion,
            topic: topic::topic(message),
            schedule: named.map(|schedule| schedule.name.clone()),
        }
    }
}

/// Whether `command` changes what servers do.
fn changes_something(command: &Command) -> bool {
    match command {
        Command::Help
        | Command::Schedules
        | Command::Status { .. }
        | Command::Info { .. }
        | Command::ExceptionInfo { .. }
        | Command::ExceptionList { .. }
        | Command::Why { .. }
        | Command::HolidayList { .. } => false,
        Command::SetException { .. }
        | Command::DeleteException { .. }
        | Command::Force { .. }
        | Command::Cancel { .. }
        | Command::Extend { .. }
        | Command::SetHoliday { .. }
        | Command::DeleteHoliday { .. } => true,
    }
}
