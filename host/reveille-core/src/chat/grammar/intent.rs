//! From the parts of a message to the command, once it is known which schedule it is about.

use chrono::{Duration, NaiveDate};

use super::{
    KnownSchedule,
    date::DateFault,
    duration::{self, LONGEST_EXTEND, Length},
    josa::Josa,
    message::{Fault, Found, Message},
    time::{Clock, EndFault},
    topic::{topic, turn, turn_of},
    words::Word,
};
use crate::{
    chat::command::{Command, ExtendTo, ForceEnd},
    model::{
        LONGEST_FORCE, MAX_HOLIDAY_NAME_CHARS, Moment, Turn, Want,
        reply::{Refusal, Topic, UnknownWord},
    },
};

/// Words of commands that this version does not have, with what comes nearest.
const NOT_YET: &[(Word, &str, Topic)] = &[(Word::History, "이유", Topic::Why)];

/// Most days of one command: a month. A slip of the finger should not take a year off.
pub const MOST_DAYS: u32 = 31;

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
                Err(self.whole_not_understood(Some("강제 취소".to_owned())))
            }
            ([Word::Extend] | [Word::More] | [Word::Extend, Word::More], None) => self.extend(),
            (
                [Word::Holiday]
                | [
                    Word::Schedules | Word::Status | Word::Info | Word::Show,
                    Word::Holiday,
                ]
                | [
                    Word::Schedules | Word::Status | Word::Info,
                    Word::Show,
                    Word::Holiday,
                ],
                None,
            ) => self.holidays(),
            ([Word::Set, Word::Holiday], None) => self.set_holiday(false),
            ([Word::Holiday, Word::Work] | [Word::Set, Word::Holiday, Word::Work], None) => {
                self.set_holiday(true)
            }
            ([Word::Delete | Word::Cancel, Word::Holiday], None) => self.delete_holiday(),
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

    /// `시작`, `중지`: now, and until when.
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
        let now = self.schedule.now;
        let end = match (self.length()?, self.date()?, self.time()?) {
            (None, None, None) => ForceEnd::Plan,
            (Some(length), date, None)
                if length.value.more || is_another_day(date.as_ref(), now) =>
            {
                // Longer than what? That is an extension, and of the stop.
                let meant = length.value.more.then_some(length.typed);
                return Err(self.whole_not_understood(meant));
            }
            (Some(length), _, None) => {
                ForceEnd::After(within(&length, length.value.minutes, LONGEST_FORCE)?)
            }
            (None, date, Some(time)) if self.ends_force(&time, date.is_some(), turn) => {
                let end = self.end(date.map(|date| date.value), &time)?;
                within(&time, minutes_between(now, end), LONGEST_FORCE)?;
                ForceEnd::At(end)
            }
            (None, date, Some(time)) => {
                let date = date.map_or("오늘".to_owned(), |date| date.stem);
                let meant = format!("예외 설정 {date} {verb} {}", time.stem);
                return Err(self.is_an_exception(meant));
            }
            (None, Some(date), None) => {
                let meant = if date.josa == Josa::Until {
                    format!("{verb} {} 24:00까지", date.stem)
                } else if date.value == now.date {
                    verb.to_owned()
                } else if duration::read(&date.stem).is_some() {
                    // `3일` is a date, `3일간` is not.
                    format!("{verb} {}간", date.stem)
                } else {
                    let usual = match turn {
                        Turn::Start => "9시",
                        Turn::Stop => "23시",
                    };
                    let meant = format!("예외 설정 {} {verb} {usual}", date.stem);
                    return Err(self.is_an_exception(meant));
                };
                return Err(self.whole_not_understood(Some(meant)));
            }
            (Some(length), _, Some(_)) => return Err(self.not_understood(&length.typed, None)),
        };
        Ok(Command::Force {
            schedule: self.schedule.name.clone(),
            want,
            end,
        })
    }

    fn extend(&mut self) -> Result<Command, Refusal> {
        let to = match (self.length()?, self.date()?, self.time()?) {
            (Some(length), date, None) if !is_another_day(date.as_ref(), self.schedule.now) => {
                ExtendTo::By(within(&length, length.value.minutes, LONGEST_EXTEND)?)
            }
            (None, _, Some(time)) if matches!(time.josa, Josa::From | Josa::At) => {
                let meant = format!("{}까지", time.stem);
                return Err(self.not_understood(&time.typed, Some(meant)));
            }
            (None, date, Some(time)) => {
                ExtendTo::Until(self.end(date.map(|date| date.value), &time)?)
            }
            (None, _, None) => return Err(Refusal::Incomplete(Topic::Extend)),
            (Some(length), _, _) => return Err(self.not_understood(&length.typed, None)),
        };
        Ok(Command::Extend {
            schedule: self.schedule.name.clone(),
            to,
        })
    }

    /// `휴일`: the calendar; with a date, how that day is.
    fn holidays(&mut self) -> Result<Command, Refusal> {
        let schedule = self.schedule.name.clone();
        Ok(match self.date()? {
            Some(date) => Command::Info {
                schedule,
                date: Some(date.value),
            },
            None => Command::HolidayList { schedule },
        })
    }

    fn set_holiday(&mut self, working: bool) -> Result<Command, Refusal> {
        let topic = if working {
            Topic::HolidayWork
        } else {
            Topic::HolidayAdd
        };
        let Some((first, last)) = self.days()? else {
            return Err(Refusal::Incomplete(topic));
        };
        self.not_past(first)?;
        let name = self.message.name.take();
        if name
            .as_ref()
            .is_some_and(|name| name.chars().count() > MAX_HOLIDAY_NAME_CHARS)
        {
            return Err(Refusal::NameTooLong {
                longest_chars: u32::try_from(MAX_HOLIDAY_NAME_CHARS).unwrap_or(u32::MAX),
            });
        }
        Ok(Command::SetHoliday {
            schedule: self.schedule.name.clone(),
            first,
            last,
            name,
            working,
        })
    }

    /// Days that are over may be taken out: a calendar is tidied so.
    fn delete_holiday(&mut self) -> Result<Command, Refusal> {
        let Some((first, last)) = self.days()? else {
            return Err(Refusal::Incomplete(Topic::HolidayDelete));
        };
        Ok(Command::DeleteHoliday {
            schedule: self.schedule.name.clone(),
            first,
            last,
        })
    }

    /// The first and the last of the days of the message, taken out of it.
    fn days(&mut self) -> Result<Option<(NaiveDate, NaiveDate)>, Refusal> {
        let Some(Found {
            typed,
            value: Err(DateFault::Range { first, last }),
            ..
        }) = &self.message.date
        else {
            return Ok(self.date()?.map(|date| (date.value, date.value)));
        };
        let (first, last) = (*first, *last);
        if (last - first).num_days() >= i64::from(MOST_DAYS) {
            return Err(Refusal::TooManyDays {
                text: typed.clone(),
                most: MOST_DAYS,
            });
        }
        self.message.date = None;
        Ok(Some((first, last)))
    }

    /// The date of the message, taken out of it.
    fn date(&mut self) -> Result<Option<Found<NaiveDate>>, Refusal> {
        let found = self.message.date.take();
        let found = self.understood(found)?;
        match &found {
            Some(date) if date.josa == Josa::From => {
                // From a day on: more than one day is not understood yet.
                let first = date.value.to_string();
                Err(Refusal::UnclearDate(self.unknown(&date.typed, Some(first))))
            }
            Some(_) | None => Ok(found),
        }
    }

    /// The time of the message, taken out of it.
    fn time(&mut self) -> Result<Option<Found<Clock>>, Refusal> {
        let found = self.message.time.take();
        self.understood(found)
    }

    /// The length of time of the message, taken out of it.
    fn length(&mut self) -> Result<Option<Found<Length>>, Refusal> {
        let found = self.message.length.take();
        self.understood(found)
    }

    fn understood<T, F: Fault>(
        &self,
        found: Option<Found<Result<T, F>>>,
    ) -> Result<Option<Found<T>>, Refusal> {
        let Some(Found {
            typed,
            stem,
            josa,
            value,
        }) = found
        else {
            return Ok(None);
        };
        match value {
            Ok(value) => Ok(Some(Found {
                typed,
                stem,
                josa,
                value,
            })),
            Err(fault) => Err(fault.refusal(self.unknown(&typed, None))),
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

    fn whole_not_understood(&self, suggestion: Option<String>) -> Refusal {
        self.not_understood(&self.message.typed, suggestion)
    }

    /// A turn at another time than now. An example that turns the servers at once would do what nobody asked for.
    fn is_an_exception(&self, meant: String) -> Refusal {
        let mut unknown = self.unknown(&self.message.typed, Some(meant));
        unknown.topic = Topic::ExceptionSet;
        Refusal::NotUnderstood(unknown)
    }

    /// Whether `time` beside `시작` or `중지` is its end. It is with `까지`. Without, `23시 중지` is what somebody says who
    /// wants them stopped then and not now: only after `시작`, or with `강제`, it still is an end.
    fn ends_force(&self, time: &Found<Clock>, has_date: bool, turn: Turn) -> bool {
        let forced = self.message.says(Word::Force);
        match time.josa {
            Josa::Until => true,
            Josa::Bare => {
                !has_date && (forced || (turn == Turn::Start && self.message.time_after_words))
            }
            Josa::From | Josa::At | Josa::Other => false,
        }
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

fn is_another_day(date: Option<&Found<NaiveDate>>, now: Moment) -> bool {
    date.is_some_and(|date| date.value != now.date)
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
