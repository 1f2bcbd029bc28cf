//! What a message is about, as far as its words tell.

use super::{
    message::Message,
    words::{self, After, Word},
};
use crate::model::{Turn, reply::Topic};

/// What a message is about that says one of these; the first decides.
const TOPICS: &[(Word, Topic)] = &[
    (Word::Holiday, Topic::HolidayList),
    (Word::Delete, Topic::ExceptionDelete),
    (Word::Set, Topic::ExceptionSet),
    (Word::Exception, Topic::ExceptionInfo),
    (Word::Why, Topic::Why),
    (Word::Cancel, Topic::Cancel),
    (Word::Extend, Topic::Extend),
    (Word::More, Topic::Extend),
    (Word::Schedules, Topic::Schedules),
    (Word::Info, Topic::Info),
    (Word::Status, Topic::Status),
];

/// What `message` is about; help when nothing tells.
pub(super) fn topic(message: &Message) -> Topic {
    let said = TOPICS.iter().find(|(word, _)| message.says(*word));
    match (said, turn(message)) {
        (Some((Word::Holiday, _)), _) => of_days(message),
        (Some((Word::Exception, _)), _) if message.says(Word::Cancel) => Topic::ExceptionDelete,
        (Some((Word::Exception, _)), Some(_)) => Topic::ExceptionSet,
        (Some((_, topic)), _) => *topic,
        (None, Some(Turn::Start)) => Topic::ForceStart,
        (None, Some(Turn::Stop)) => Topic::ForceStop,
        (None, None) => Topic::Help,
    }
}

/// What a message is about that speaks of days off.
fn of_days(message: &Message) -> Topic {
    if message.says(Word::Delete) || message.says(Word::Cancel) {
        Topic::HolidayDelete
    } else if message.says(Word::Work) {
        Topic::HolidayWork
    } else if message.says(Word::Set) {
        Topic::HolidayAdd
    } else {
        Topic::HolidayList
    }
}

/// What a message would be about that says `word` alone, when that only asks.
pub(super) fn of_question(word: &str) -> Option<Topic> {
    let said = words::meanings(word, After::Anything)?;
    let is_question = |word: &Word| {
        matches!(
            word,
            Word::Status
                | Word::Info
                | Word::Why
                | Word::Schedules
                | Word::Exception
                | Word::Holiday
        )
    };
    TOPICS
        .iter()
        .find(|(word, _)| is_question(word) && said == [*word])
        .map(|(_, topic)| *topic)
}

/// The first turn that `message` speaks of.
pub(super) fn turn(message: &Message) -> Option<Turn> {
    message.words.iter().find_map(|(word, _)| turn_of(*word))
}

/// The turn that `word` means.
pub(super) fn turn_of(word: Word) -> Option<Turn> {
    if matches!(word, Word::Start | Word::ComeIn) {
        Some(Turn::Start)
    } else if matches!(word, Word::Stop | Word::GoHome) {
        Some(Turn::Stop)
    } else {
        None
    }
}
