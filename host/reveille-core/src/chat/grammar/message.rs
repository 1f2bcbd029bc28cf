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
    words::{self, After, Word},
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
    /// The place of the first token that speaks of days off or is a date.
    days_off_at: Option<usize>,
    /// What days off are called: free text, which only a message that sets them has.
    pub(super) name: Option<String>,
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
            if message.is_followed_by_name() {
                let more = (1..=LONGEST_PART.min(rest.len())).rev().find_map(|count| {
                    let (window, after) = rest.split_at(count);
                    let found = message.part(window, names, today)?;
                    matches!(found.value, Part::Date(_)).then_some((found, window, after))
                });
                match more {
                    // `12/29부터`, and the other end of it.
                    Some((found, window, after)) if message.range_begin().is_some() => {
                        message.take(found, window);
                        rest = after;
                        continue;
                    }
                    Some(_) | None => {}
                }
                message.take_name(rest, names);
                break;
            }
            let found = (1..=longest.min(rest.len())).rev().find_map(|count| {
                let (window, rest) = rest.split_at(count);
                Some((message.part(window, names, today)?, window, rest))
            });
            rest = if let Some((found, window, after)) = found {
                if matches!(&found.value, Part::Date(_))
                    || matches!(&found.value, Part::Words(words) if words.contains(&Word::Holiday))
                {
                    let place = tokens.len() - rest.len();
                    message.days_off_at.get_or_insert(place);
                }
                if !message.take(found, window) {
                    message.unknown.push(tokens.len() - rest.len());
                }
                after
            } else {
                message.unknown.push(tokens.len() - rest.len());
                &rest[1..]
            };
        }
        message.find_name(tokens);
        message
    }

    /// Whether what comes next is what days off are called.
    fn is_followed_by_name(&self) -> bool {
        self.sets_days_off() && self.date.is_some()
    }

    fn sets_days_off(&self) -> bool {
        self.says(Word::Holiday) && (self.says(Word::Set) || self.says(Word::Work))
    }

    /// The day from which on (`12/29부터`) others are to come.
    fn range_begin(&self) -> Option<NaiveDate> {
        let date = self.date.as_ref().filter(|date| date.josa == Josa::From)?;
        date.value.as_ref().ok().copied()
    }

    /// Takes `rest` for what days off are called, without politeness behind it and without the schedule, should that
    /// be named last. What are words of commands from the first to the last are no name.
    fn take_name(&mut self, mut rest: &[Token], names: &Names<'_>) {
        let is_word = |token: &Token| {
            let word = trimmed(&token.lower);
            words::meanings(word, After::Holiday).is_some() || words::is_filler(word)
        };
        rest = without_fillers(rest);
        if self.schedule.is_none() {
            let longest = names.longest.min(rest.len());
            let named = (1..=longest).rev().find_map(|count| {
                let (before, window) = rest.split_at(rest.len() - count);
                Some((names.exact(&quoted(window))?, before, window))
            });
            if let Some((schedule, before, window)) = named {
                self.schedule = Some(Found {
                    typed: quoted(window),
                    stem: quoted(window),
                    josa: Josa::Bare,
                    value: schedule,
                });
                rest = without_fillers(before);
            }
        }
        if rest.iter().all(is_word) {
            for token in rest {
                let word = trimmed(&token.lower);
                let typed = quoted(std::slice::from_ref(token));
                let said = words::meanings(word, After::Holiday).unwrap_or_default();
                self.words
                    .extend(said.into_iter().map(|word| (word, typed.clone())));
            }
            return;
        }
        self.name = Some(quoted(rest));
    }

    /// `휴일 추가 창립기념일 12/24`: what is not known behind a word of days off, or behind a date, is their name.
    fn find_name(&mut self, tokens: &[Token]) {
        let begin = self.days_off_at;
        // Where there is no date, what has a digit in it was meant to be one.
        let is_date = |index: &usize| {
            let token = tokens.get(*index);
            token.is_some_and(|token| token.typed.contains(|char: char| char.is_ascii_digit()))
        };
        if self.name.is_none()
            && self.sets_days_off()
            && self
                .unknown
                .first()
                .is_some_and(|first| begin.is_some_and(|begin| begin < *first))
            && is_run(&self.unknown)
            && (self.date.is_some() || !self.unknown.iter().any(is_date))
        {
            let name: Vec<Token> = self
                .unknown
                .drain(..)
                .filter_map(|index| tokens.get(index).cloned())
                .collect();
            self.name = Some(quoted(&name));
        }
    }

    /// Whether `word` was said.
    pub(super) fn says(&self, word: Word) -> bool {
        self.words.iter().any(|(said, _)| *said == word)
    }

    fn after(&self) -> After {
        if self.says(Word::Exception) {
            After::Exception
        } else if self.says(Word::Holiday) {
            After::Holiday
        } else {
            After::Anything
        }
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
        if let Some(words) = words::meanings(trimmed(&word), self.after()) {
            return Some(bare(Part::Words(words)));
        }
        if window.len() <= names.longest
            && let Some(schedule) = names.exact(&typed)
        {
            return Some(bare(Part::Schedule(schedule)));
        }
        let word = joined(window);
        let fact = stems(&word).find_map(|(stem, josa)| {
            let date = match self.range_begin() {
                Some(first) => date::read_last(stem, first, today),
                None => date::read(stem, today),
            };
            let value = date
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
                    Some(first) => found(second_date(first, value)),
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

/// `내일부터 금요일까지`; of two days without `부터` the first is offered.
fn second_date(
    first: Found<Result<NaiveDate, DateFault>>,
    second: Result<NaiveDate, DateFault>,
) -> Result<NaiveDate, DateFault> {
    let is_range = first.josa == Josa::From;
    first.value.and_then(|first| match second {
        Ok(last) if is_range && date::follows(first, last) => Err(DateFault::Range { first, last }),
        Ok(_) | Err(_) => Err(DateFault::Unclear {
            suggestion: Some(first.to_string()),
        }),
    })
}

/// `tokens` without those at their end that say nothing about what is wanted.
fn without_fillers(mut tokens: &[Token]) -> &[Token] {
    while let Some((last, before)) = tokens.split_last()
        && words::is_filler(trimmed(&last.lower))
    {
        tokens = before;
    }
    tokens
}

/// Whether each of `places` is next to the one before it.
fn is_run(places: &[usize]) -> bool {
    places.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

fn joined_by_space(window: &[Token]) -> String {
    let words: Vec<&str> = window.iter().map(|token| token.lower.as_str()).collect();
    words.join(" ")
}
