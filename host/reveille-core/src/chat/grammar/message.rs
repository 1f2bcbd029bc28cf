//! A message taken apart: which of its words are verbs, which the schedule, a date, a time or a length of time. The
//! order of the parts does not matter.

use chrono::NaiveDate;

use super::{
    date::{self, DateFault},
    duration::{self, Length, UnclearLength},
    josa::{Josa, stems},
    schedule::{Match, Names},
    text::{Token, joined, quoted, trimmed},
    time::{self, Clock, TimeFault},
    words::{self, Word},
};
use crate::model::reply::{Refusal, UnknownWord};

/// Most tokens that one date is typed in: `2026 년 1 월 5 일 (월)`.
const LONGEST_PART: usize = 7;

/// A part of a message.
#[derive(Debug, Clone)]
pub(super) struct Found<T> {
    /// As it was typed.
    pub(super) typed: String,
    /// Without its particle, in one word.
    pub(super) stem: String,
    /// The particle.
    pub(super) josa: Josa,
    /// What it means.
    pub(super) value: T,
}

/// What looks like a date, a time or a length of time and is none.
pub(super) trait Fault {
    /// The answer to the writer of `word`.
    fn refusal(self, word: UnknownWord) -> Refusal;
}

/// The parts of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// The whole, as it was typed.
    pub(super) typed: String,
    /// The verbs and what goes with them, in their order, with how they were typed.
    pub(super) words: Vec<(Word, String)>,
    /// The schedule that is named.
    pub(super) schedule: Option<Found<Match>>,
    pub(super) date: Option<Found<Result<NaiveDate, DateFault>>>,
    pub(super) time: Option<Found<Result<Clock, TimeFault>>>,
    pub(super) length: Option<Found<Result<Length, UnclearLength>>>,
    /// Whether a word stands before the time.
    pub(super) time_after_words: bool,
    /// The places of the tokens that are none of these.
    pub(super) unknown: Vec<usize>,
}

/// What some tokens together are.
enum Part {
    Words(Vec<Word>),
    Schedule(Match),
    Date(Result<NaiveDate, DateFault>),
    Time(Result<Clock, TimeFault>),
    Length(Result<Length, UnclearLength>),
    Filler,
}

impl Message {
    /// Takes `tokens` apart, from the left, the longest part first. `today` is what dates are counted from.
    pub(super) fn read(tokens: &[Token], names: &Names<'_>, today: NaiveDate) -> Self {
        let mut message = Self {
            typed: quoted(tokens),
            ..Self::default()
        };
        let longest = names.longest.max(LONGEST_PART);
        let mut rest = tokens;
        while !rest.is_empty() {
            let found = (1..=longest.min(rest.len())).rev().find_map(|count| {
                let (window, rest) = rest.split_at(count);
                Some((message.part(window, names, today)?, window, rest))
            });
            rest = if let Some((found, window, after)) = found {
                if !message.take(found, window) {
                    message.unknown.push(tokens.len() - rest.len());
                }
                after
            } else {
                message.unknown.push(tokens.len() - rest.len());
                &rest[1..]
            };
        }
        message
    }

    /// Whether `word` was said.
    pub(super) fn says(&self, word: Word) -> bool {
        self.words.iter().any(|(said, _)| *said == word)
    }

    fn part(&self, window: &[Token], names: &Names<'_>, today: NaiveDate) -> Option<Found<Part>> {
        let typed = quoted(window);
        let bare = |value| Found {
            typed: typed.clone(),
            stem: typed.clone(),
            josa: Josa::Bare,
            value,
        };
        let word = joined_by_space(window);
        if let Some(words) = words::meanings(trimmed(&word), self.says(Word::Exception)) {
            return Some(bare(Part::Words(words)));
        }
        if window.len() <= names.longest
            && let Some(schedule) = names.exact(&typed)
        {
            return Some(bare(Part::Schedule(schedule)));
        }
        let word = joined(window);
        let fact = stems(&word).find_map(|(stem, josa)| {
            let value = date::read(stem, today)
                .map(Part::Date)
                .or_else(|| time::read(stem).map(Part::Time))
                .or_else(|| duration::read(stem).map(Part::Length))?;
            Some(Found {
                typed: typed.clone(),
                stem: stem.to_owned(),
                josa,
                value,
            })
        });
        let filler = || (window.len() == 1 && words::is_filler(&word)).then(|| bare(Part::Filler));
        fact.or_else(filler)
    }

    /// Whether there was a place for what was found.
    fn take(&mut self, found: Found<Part>, window: &[Token]) -> bool {
        let Found {
            typed,
            stem,
            josa,
            value,
        } = found;
        match value {
            Part::Filler => {}
            Part::Words(words) => {
                let typed = quoted(window);
                self.words
                    .extend(words.into_iter().map(|word| (word, typed.clone())));
            }
            Part::Schedule(value) => {
                if self.schedule.is_some() {
                    return false;
                }
                self.schedule = Some(Found {
                    typed,
                    stem,
                    josa,
                    value,
                });
            }
            Part::Date(value) => {
                let found = |value| Found {
                    typed,
                    stem,
                    josa,
                    value,
                };
                self.date = Some(match self.date.take() {
                    None => found(value),
                    // The first fault is told, in the words that it is in.
                    Some(first) if first.value.is_err() => first,
                    Some(first) if first.value == value => found(value),
                    Some(first) => found(second_date(first)),
                });
            }
            Part::Time(value) => {
                self.time_after_words = !self.words.is_empty();
                let found = |value| Found {
                    typed,
                    stem,
                    josa,
                    value,
                };
                self.time = Some(match self.time.take() {
                    None => found(value),
                    Some(first) if first.value.is_err() => first,
                    Some(_) => found(Err(TimeFault::Unclear { suggestion: None })),
                });
            }
            Part::Length(value) => {
                let found = |value| Found {
                    typed,
                    stem,
                    josa,
                    value,
                };
                self.length = Some(match self.length.take() {
                    None => found(value),
                    Some(first) if first.value.is_err() => first,
                    Some(_) => found(Err(UnclearLength { suggestion: None })),
                });
            }
        }
        true
    }
}

/// `내일부터 금요일까지`: more than one day is not understood yet, so the first is offered.
fn second_date(first: Found<Result<NaiveDate, DateFault>>) -> Result<NaiveDate, DateFault> {
    first.value.and_then(|date| {
        Err(DateFault::Unclear {
            suggestion: Some(date.to_string()),
        })
    })
}

fn joined_by_space(window: &[Token]) -> String {
    let words: Vec<&str> = window.iter().map(|token| token.lower.as_str()).collect();
    words.join(" ")
}
