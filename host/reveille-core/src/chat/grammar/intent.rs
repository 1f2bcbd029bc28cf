//! From the parts of a message to the command, once it is known which schedule it is about.

use chrono::{Duration, NaiveDate};

use super::{
    KnownSchedule,
    date::DateFault,
    duration::LONGEST_EXTEND,
    josa::Josa,
    message::{Found, Message},
    time::{Clock, EndFault, TimeFault},
    words::Word,
};
use crate::{
    chat::command::{Command, ExtendTo, ForceEnd},
    model::{
        LONGEST_FORCE, Moment, Turn, Want,
        reply::{Refusal, Topic, UnknownWord},
    },
};

/// Words of commands that this version does not have, with what comes nearest.
const NOT_YET: &[(Word, &str, Topic)] = &[
    (Word::History, "이유", Topic::Why),
    (
        Word::Holiday,
        "예외 설정 내일 시작 없음",
        Topic::ExceptionSet,
    ),
];

/// What a message is about that says one of these; the first decides.
const TOPICS: &[(Word, Topic)] = &[
    (Word::Exception, Topic::ExceptionInfo),
    (Word::Why, Topic::Why),
    (Word::Cancel, Topic::Cancel),
    (Word::Extend, Topic::Extend),
    (Word::More, Topic::Extend),
    (Word::Schedules, Topic::Schedules),
    (Word::Info, Topic::Info),
    (Word::Status, Topic::Status),
];

/// What a message asks for.
pub(super) struct Intent<'a> {
    message: Message,
    schedule: &'a KnownSchedule,
    turn: Option<Turn>,
}

impl<'a> Intent<'a> {
    /// What `message` asks for of `schedule`.
    ///
    /// # Errors
    /// When its parts do not make a command.
    pub(super) fn command(
        message: Message,
        schedule: &'a KnownSchedule,
    ) -> Result<Command, Refusal> {
        let turn = turn(&message);
        let mut intent = Self {
            message,
            schedule,
            turn,
        };
        let command = intent.read()?;
        intent.nothing_is_left()?;
        Ok(command)
    }

    fn read(&mut self) -> Result<Command, Refusal> {
        for (word, suggestion, topic) in NOT_YET {
            if let Some((_, typed)) = self.message.words.iter().find(|(said, _)| said == word) {
                let mut unknown = self.unknown(typed, Some((*suggestion).to_owned()));
                unknown.topic = *topic;
                return Err(Refusal::NotUnderstood(unknown));
            }
        }
        let mut verbs: Vec<Word> = self.message.words.iter().map(|(word, _)| *word).collect();
        verbs.retain(|word| turn_of(*word).is_none());
        verbs.sort_unstable();
        verbs.dedup();
        let schedule = self.schedule.name.clone();
        // The verbs stand in the order in which `Word` lists them.
        match (verbs.as_slice(), self.turn) {
            _ if self.says_both_turns() => Err(self.last_word_is_too_much()),
            ([] | [Word::Show], None) => self.without_verb(),
            ([] | [Word::Force], Some(turn)) => self.force(turn),
            ([Word::Help], None) => Ok(Command::Help),
            ([Word::Schedules] | [Word::Schedules, Word::Info | Word::Show], None) => {
                Ok(Command::Schedules)
            }
            ([Word::Status] | [Word::Status, Word::Show], None) => Ok(Command::Status { schedule }),
            ([Word::Info] | [Word::Info, Word::Show], None) => {
                let date = self.date()?.map(|date| date.value);
                Ok(Command::Info { schedule, date })
            }
            ([Word::Why] | [Word::Show, Word::Why], _) => Ok(Command::Why { schedule }),
            (
                [Word::Exception, Word::Schedules] | [Word::Exception, Word::Schedules, Word::Show],
                None,
            ) => Ok(Command::ExceptionList { schedule }),
            (
                [Word::Exception] | [Word::Exception, Word::Status | Word::Info | Word::Show],
                None,
            ) if self.message.time.is_none() => {
                let date = self.date()?.map(|date| date.value);
                Ok(Command::ExceptionInfo { schedule, date })
            }
            ([Word::Exception | Word::Set] | [Word::Exception, Word::Set], _) => {
                self.set_exception(false)
            }
            (
                [Word::Exception | Word::Set, Word::Nothing]
                | [Word::Exception, Word::Set, Word::Nothing],
                _,
            ) => self.set_exception(true),
            ([Word::Delete] | [Word::Exception, Word::Delete | Word::Cancel], _) => {
                self.delete_exception()
            }
            ([Word::Cancel], None) | ([Word::Force, Word::Cancel], _) => {
                Ok(Command::Cancel { schedule })
            }
            // The order that stands, or the coming turn? Only one of them is safe to guess.
            ([Word::Cancel], Some(_)) => {
                let text = self.message.typed.clone();
                Err(self.not_understood(&text, Some("강제 취소".to_owned())))
            }
            ([Word::Extend] | [Word::More] | [Word::Extend, Word::More], None) => self.extend(),
            _ => Err(self.last_word_is_too_much()),
        }
    }

    /// A schedule, a date or an end alone.
    fn without_verb(&mut self) -> Result<Command, Refusal> {
        let schedule = self.schedule.name.clone();
        if let Some(time) = &self.message.time {
            if time.josa == Josa::Until || time.value.is_err() {
                return self.extend();
            }
            let (typed, meant) = (time.typed.clone(), format!("{}까지", time.stem));
            return Err(self.not_understood(&typed, Some(meant)));
        }
        if let Some(length) = &self.message.length {
            if !length.value.as_ref().is_ok_and(|length| !length.more) {
                return self.extend();
            }
            let (typed, meant) = (length.typed.clone(), format!("{} 더", length.stem));
            return Err(self.not_understood(&typed, Some(meant)));
        }
        if let Some(date) = self.date()? {
            let date = Some(date.value);
            return Ok(Command::Info { schedule, date });
        }
        if self.message.schedule.is_none() && self.message.words.is_empty() {
            return Ok(Command::Help);
        }
        Ok(Command::Status { schedule })
    }

    fn set_exception(&mut self, cancelled: bool) -> Result<Command, Refusal> {
        let incomplete = Refusal::Incomplete(Topic::ExceptionSet);
        let date = self.date()?;
        let time = if cancelled { None } else { self.time()? };
        let (Some(date), Some(action)) = (date, self.turn) else {
            return Err(incomplete);
        };
        let date = self.not_past(date.value)?;
        let at = match time {
            None if cancelled => None,
            None => return Err(incomplete),
            Some(time) => Some(
                time.value
                    .of_turn(action, date, self.schedule.now)
                    .map_err(|candidates| Refusal::AmbiguousTime {
                        text: time.typed,
                        candidates,
                    })?,
            ),
        };
        Ok(Command::SetException {
            schedule: self.schedule.name.clone(),
            date,
            action,
            at,
        })
    }

    fn delete_exception(&mut self) -> Result<Command, Refusal> {
        let (Some(date), Some(action)) = (self.date()?, self.turn) else {
            return Err(Refusal::Incomplete(Topic::ExceptionDelete));
        };
        Ok(Command::DeleteException {
            schedule: self.schedule.name.clone(),
            date: self.not_past(date.value)?,
            action,
        })
    }

    fn force(&mut self, turn: Turn) -> Result<Command, Refusal> {
        let (want, verb) = match turn {
            Turn::Start => (Want::Run, "시작"),
            Turn::Stop => (Want::Stop, "중지"),
        };
        let in_exceptions = |word: &Word| matches!(word, Word::ComeIn | Word::GoHome);
        if let Some((_, typed)) = self
            .message
            .words
            .iter()
            .find(|(word, _)| in_exceptions(word))
        {
            return Err(self.not_understood(typed, Some(verb.to_owned())));
        }
        let end = match (self.length()?, self.date()?, self.time()?) {
            (None, None, None) => ForceEnd::Plan,
            (Some(length), None, None) if length.value.more => {
                // Longer than what? That is an extension, and of the stop.
                let typed = self.message.typed.clone();
                return Err(self.not_understood(&typed, Some(length.typed)));
            }
            (Some(length), None, None) => {
                ForceEnd::After(within(&length, length.value.minutes, LONGEST_FORCE)?)
            }
            (None, date, Some(time)) if ends_something(&time, date.is_some()) => {
                let end = self.end(date.map(|date| date.value), &time)?;
                let minutes = minutes_between(self.schedule.now, end);
                within(&time, minutes, LONGEST_FORCE)?;
                ForceEnd::At(end)
            }
            (None, date, Some(time)) => {
                // A turn at a time is an exception.
                let date = date.map_or("오늘".to_owned(), |date| date.stem);
                let (typed, time) = (self.message.typed.clone(), time.stem);
                return Err(
                    self.not_understood(&typed, Some(format!("예외 설정 {date} {verb} {time}")))
                );
            }
            (None, Some(date), None) => {
                let meant = if date.josa == Josa::Until {
                    format!("{verb} {} 24:00까지", date.stem)
                } else if date.value == self.schedule.now.date {
                    verb.to_owned()
                } else {
                    format!("예외 설정 {} {verb} 9시", date.stem)
                };
                let typed = self.message.typed.clone();
                return Err(self.not_understood(&typed, Some(meant)));
            }
            (Some(length), Some(_), _) | (Some(length), None, Some(_)) => {
                return Err(self.not_understood(&length.typed, None));
            }
        };
        Ok(Command::Force {
            schedule: self.schedule.name.clone(),
            want,
            end,
        })
    }

    fn extend(&mut self) -> Result<Command, Refusal> {
        let to = match (self.length()?, self.date()?, self.time()?) {
            (Some(length), None, None) => {
                ExtendTo::By(within(&length, length.value.minutes, LONGEST_EXTEND)?)
            }
            (None, date, Some(time)) => {
                if matches!(time.josa, Josa::From | Josa::At) {
                    return Err(
                        self.not_understood(&time.typed, Some(format!("{}까지", time.stem)))
                    );
                }
                ExtendTo::Until(self.end(date.map(|date| date.value), &time)?)
            }
            (None, _, None) => return Err(Refusal::Incomplete(Topic::Extend)),
            (Some(length), Some(_), _) | (Some(length), None, Some(_)) => {
                return Err(self.not_understood(&length.typed, None));
            }
        };
        Ok(Command::Extend {
            schedule: self.schedule.name.clone(),
            to,
        })
    }

    /// The date of the message, taken out of it.
    fn date(&mut self) -> Result<Option<Found<NaiveDate>>, Refusal> {
        let Some(found) = self.message.date.take() else {
            return Ok(None);
        };
        let suggestion = match &found.value {
            // From a day on: more than one day is not understood yet.
            Ok(date) if found.josa == Josa::From => Some(date.to_string()),
            Ok(date) => {
                let date = *date;
                return Ok(Some(found.with(date)));
            }
            Err(DateFault::Impossible { nearest }) => {
                return Err(Refusal::ImpossibleDate {
                    nearest: *nearest,
                    text: found.typed,
                });
            }
            Err(DateFault::Unclear { suggestion }) => suggestion.clone(),
        };
        Err(Refusal::UnclearDate(self.unknown(&found.typed, suggestion)))
    }

    /// The time of the message, taken out of it.
    fn time(&mut self) -> Result<Option<Found<Clock>>, Refusal> {
        let Some(found) = self.message.time.take() else {
            return Ok(None);
        };
        match &found.value {
            Ok(clock) => {
                let clock = *clock;
                Ok(Some(found.with(clock)))
            }
            Err(TimeFault::Ambiguous(candidates)) => Err(Refusal::AmbiguousTime {
                candidates: candidates.clone(),
                text: found.typed,
            }),
            Err(TimeFault::Unclear { suggestion }) => {
                let unknown = self.unknown(&found.typed, suggestion.clone());
                Err(Refusal::UnclearTime(unknown))
            }
        }
    }

    /// The length of time of the message, taken out of it.
    fn length(&mut self) -> Result<Option<Found<super::duration::Length>>, Refusal> {
        let Some(found) = self.message.length.take() else {
            return Ok(None);
        };
        match &found.value {
            Ok(length) => {
                let length = *length;
                Ok(Some(found.with(length)))
            }
            Err(fault) => {
                let unknown = self.unknown(&found.typed, fault.suggestion.clone());
                Err(Refusal::UnclearDuration(unknown))
            }
        }
    }

    fn nothing_is_left(&mut self) -> Result<(), Refusal> {
        let date = self.date()?.map(|date| date.typed);
        let time = self.time()?.map(|time| time.typed);
        let length = self.length()?.map(|length| length.typed);
        match date.or(time).or(length) {
            None => Ok(()),
            Some(typed) => Err(self.not_understood(&typed, None)),
        }
    }

    fn not_past(&self, date: NaiveDate) -> Result<NaiveDate, Refusal> {
        if date < self.schedule.now.date {
            Err(Refusal::PastDate(date))
        } else {
            Ok(date)
        }
    }

    fn end(&self, date: Option<NaiveDate>, time: &Found<Clock>) -> Result<Moment, Refusal> {
        if let Some(date) = date {
            self.not_past(date)?;
        }
        time.value
            .as_end(date, self.schedule.now)
            .map_err(|fault| match fault {
                EndFault::Past(moment) => Refusal::PastTime(moment),
                EndFault::Ambiguous(candidates) => Refusal::AmbiguousTime {
                    text: time.typed.clone(),
                    candidates,
                },
            })
    }

    fn says_both_turns(&self) -> bool {
        let turns = self
            .message
            .words
            .iter()
            .filter_map(|(word, _)| turn_of(*word));
        turns.into_iter().any(|turn| Some(turn) != self.turn)
    }

    fn last_word_is_too_much(&self) -> Refusal {
        let last = self.message.words.last();
        self.not_understood(last.map_or("", |(_, typed)| typed), None)
    }

    fn not_understood(&self, text: &str, suggestion: Option<String>) -> Refusal {
        Refusal::NotUnderstood(self.unknown(text, suggestion))
    }

    fn unknown(&self, text: &str, suggestion: Option<String>) -> UnknownWord {
        UnknownWord {
            text: text.to_owned(),
            suggestion,
            topic: topic(&self.message),
            schedule: Some(self.schedule.name.clone()),
        }
    }
}

impl<T> Found<T> {
    fn with<U>(self, value: U) -> Found<U> {
        Found {
            typed: self.typed,
            stem: self.stem,
            josa: self.josa,
            value,
        }
    }
}

/// What the words of `message` are about, as far as one can tell.
pub(super) fn topic(message: &Message) -> Topic {
    let says = |word| message.says(word);
    let turn = turn(message);
    if says(Word::Delete) || (says(Word::Exception) && says(Word::Cancel)) {
        return Topic::ExceptionDelete;
    }
    if says(Word::Set) || (says(Word::Exception) && turn.is_some()) {
        return Topic::ExceptionSet;
    }
    let said = TOPICS.iter().find(|(word, _)| says(*word));
    match (said, turn) {
        (Some((_, topic)), _) => *topic,
        (None, Some(Turn::Start)) => Topic::ForceStart,
        (None, Some(Turn::Stop)) => Topic::ForceStop,
        (None, None) => Topic::Help,
    }
}

fn turn(message: &Message) -> Option<Turn> {
    message.words.iter().find_map(|(word, _)| turn_of(*word))
}

fn turn_of(word: Word) -> Option<Turn> {
    if matches!(word, Word::Start | Word::ComeIn) {
        Some(Turn::Start)
    } else if matches!(word, Word::Stop | Word::GoHome) {
        Some(Turn::Stop)
    } else {
        None
    }
}

/// Whether `time` beside `시작` is its end. `22시에` is when it should happen, and so is a time of another day unless
/// it says `까지`.
fn ends_something(time: &Found<Clock>, has_date: bool) -> bool {
    match time.josa {
        Josa::Until => true,
        Josa::Bare | Josa::Other => !has_date,
        Josa::From | Josa::At => false,
    }
}

fn within<T>(found: &Found<T>, minutes: u32, longest: Duration) -> Result<Duration, Refusal> {
    let length = Duration::minutes(i64::from(minutes));
    if length <= longest {
        return Ok(length);
    }
    Err(Refusal::TooLong {
        text: found.typed.clone(),
        longest_minutes: u32::try_from(longest.num_minutes()).unwrap_or(u32::MAX),
    })
}

/// By the clock on the wall.
fn minutes_between(from: Moment, to: Moment) -> u32 {
    let days = (to.date - from.date).num_days();
    let minutes = days * 1440 + i64::from(to.minute.0) - i64::from(from.minute.0);
    u32::try_from(minutes).unwrap_or_default()
}
