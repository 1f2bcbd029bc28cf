//! Times of day as people type them: `9:00`, `0900`, `오후 9시 반`, `26:00`, `새벽 2시`, `자정`.

use chrono::NaiveDate;

use super::{
    message::Fault,
    number::{split_digits, split_native},
};
use crate::model::{
    LATEST_EXCEPTION_MINUTE, Minute, Moment, Turn,
    reply::{Refusal, UnknownWord},
};

const NOON: u16 = 720;
const DAY: u16 = 1440;
/// Until here the night before goes on for those who are still at work.
const NIGHT_ENDS: Minute = Minute(360);

/// A time of day, and how sure its wording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// Read literally.
    minute: Minute,
    wording: Wording,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    /// It says what it means.
    Exact,
    /// `9시`: 09:00, unless that is over and the evening is meant.
    Bare,
    /// `새벽 2시`: as an end it is that of the night that follows the day.
    Dawn,
}

/// Why something that looks like a time is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TimeFault {
    /// No clock shows it.
    Unclear {
        /// What could have been meant, as it would be typed.
        suggestion: Option<String>,
    },
    /// It may mean any of these.
    Ambiguous(Vec<Minute>),
}

impl Fault for TimeFault {
    fn refusal(self, word: UnknownWord) -> Refusal {
        match self {
            Self::Unclear { suggestion } => {
                Refusal::UnclearTime(UnknownWord { suggestion, ..word })
            }
            Self::Ambiguous(candidates) => Refusal::AmbiguousTime {
                text: word.text,
                candidates,
            },
        }
    }
}

/// Why a time cannot be an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EndFault {
    /// It may mean any of these times of that day.
    Ambiguous(Vec<Minute>),
    /// It is over.
    Past(Moment),
}

type Reading = Result<Clock, TimeFault>;

/// Parts of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Am,
    Pm,
    Morning,
    Midday,
    Evening,
    Night,
    Dawn,
}

const PARTS: &[(&str, Part)] = &[
    ("오전", Part::Am),
    ("am", Part::Am),
    ("a.m.", Part::Am),
    ("a.m", Part::Am),
    ("오후", Part::Pm),
    ("pm", Part::Pm),
    ("p.m.", Part::Pm),
    ("p.m", Part::Pm),
    ("아침", Part::Morning),
    ("낮", Part::Midday),
    ("저녁", Part::Evening),
    ("밤", Part::Night),
    ("새벽", Part::Dawn),
];

/// Reads `text`, lower case and in one word; none when it does not look like a time.
///
/// A bare `9시` is 09:00 and `12시` is 12:00. `자정` is the 24:00 at which the day ends.
pub(super) fn read(text: &str) -> Option<Reading> {
    match text {
        "정오" => return Some(exact(NOON)),
        "자정" => return Some(exact(DAY)),
        _ => {}
    }
    if let Some((first, second)) = text.split_once('~') {
        return is_range(first, second).then(|| unclear(None));
    }
    if let Some((part, rest)) = PARTS.iter().find_map(|(name, part)| {
        let rest = text
            .strip_prefix(name)
            .or_else(|| text.strip_suffix(name))?;
        Some((*part, rest))
    }) {
        let face = Face::read(rest, true)?;
        return Some(face.and_then(|face| face.in_part(part)));
    }
    let face = Face::read(text, false)?;
    Some(face.and_then(Face::alone))
}

impl Clock {
    /// The minute at which `turn` happens on `date`.
    ///
    /// `새벽 2시` ends the day it is said of at 26:00. A bare `9시` is 09:00; only when a stop would then be over
    /// today, the later times that show nine are given back to be asked about.
    ///
    /// # Errors
    /// Those times.
    pub(super) fn of_turn(
        self,
        turn: Turn,
        date: NaiveDate,
        now: Moment,
    ) -> Result<Minute, Vec<Minute>> {
        match (turn, self.wording) {
            (Turn::Stop, Wording::Dawn) => Ok(Minute(self.minute.0 + DAY)),
            (Turn::Stop, Wording::Bare) if date == now.date && self.minute <= now.minute => {
                Err(self.later(now))
            }
            (Turn::Start | Turn::Stop, Wording::Exact | Wording::Bare | Wording::Dawn) => {
                Ok(self.minute)
            }
        }
    }

    /// The moment at which something ends, said at `now`; without a `date` it is the next one.
    ///
    /// A morning time that is over today is that of tomorrow: nobody says `02:00` at 22:00 of the night before.
    pub(super) fn as_end(self, date: Option<NaiveDate>, now: Moment) -> Result<Moment, EndFault> {
        let said = Moment::new(date.unwrap_or(now.date), self.minute);
        // At 00:30, 25:00 and 밤 1시 still belong to the evening before.
        if date.is_none()
            && now.minute < NIGHT_ENDS
            && let Some(this_night) = self.minute.0.checked_sub(DAY)
            && this_night > now.minute.0
        {
            return Ok(Moment::new(now.date, Minute(this_night)));
        }
        if said > now {
            return Ok(said);
        }
        if said.date < now.date {
            return Err(EndFault::Past(said));
        }
        match self.wording {
            Wording::Bare => Err(EndFault::Ambiguous(self.later(now))),
            Wording::Exact | Wording::Dawn if self.minute.0 >= NOON => Err(EndFault::Past(said)),
            Wording::Exact | Wording::Dawn => {
                Ok(Moment::new(now.date, Minute(self.minute.0 + DAY)))
            }
        }
    }

    /// Times after `now` that show the same on a dial.
    fn later(self, now: Moment) -> Vec<Minute> {
        [NOON, DAY]
            .into_iter()
            .map(|hours| Minute(self.minute.0 + hours))
            .filter(|minute| *minute > now.minute)
            .collect()
    }
}

/// What the hands show, before anything is known of morning or evening.
#[derive(Debug, Clone, Copy)]
struct Face {
    hour: u16,
    minute: u16,
    /// Said in words, `9시`, and not as a clock of 24 hours writes it.
    spoken: bool,
}

impl Face {
    /// Reads `9:00`, `0900`, `9시`, `9시 30분`, `9시 반`; a lone `9` only beside a part of the day.
    fn read(text: &str, beside_part: bool) -> Option<Result<Self, TimeFault>> {
        let (digits, rest) = match split_digits(text) {
            Some(split) => split,
            None => return Self::native(text),
        };
        let face = if let Some(minutes) = rest.strip_prefix(':') {
            let (minutes, seconds) = split_digits(minutes)?;
            if !seconds.is_empty() {
                seconds.strip_prefix(':').and_then(split_digits)?;
                let meant = Self::of(digits, minutes, false);
                return Some(unclear(meant.map(|_| format!("{digits}:{minutes}"))));
            }
            Self::of(digits, minutes, false)
        } else if let Some(minutes) = rest.strip_prefix('시') {
            Self::of(digits, minutes_in_words(minutes)?, !digits.starts_with('0'))
        } else if !rest.is_empty() {
            return None;
        } else if beside_part && digits.len() <= 2 {
            Self::of(digits, "0", true)
        } else if matches!(digits.len(), 3 | 4) {
            let (hour, minute) = digits.split_at(digits.len() - 2);
            Self::of(hour, minute, false)
        } else if digits.len() <= 2 {
            // 9, as the time that it probably is.
            let meant = Self::of(digits, "0", true);
            return Some(unclear(meant.map(|_| format!("{digits}시"))));
        } else {
            return None;
        };
        Some(face.ok_or(TimeFault::Unclear { suggestion: None }))
    }

    /// `아홉시`, `두시 반`.
    fn native(text: &str) -> Option<Result<Self, TimeFault>> {
        let (hour, rest) = split_native(text)?;
        let minutes = minutes_in_words(rest.strip_prefix('시')?)?;
        Self::of(&hour.to_string(), minutes, true).map(Ok)
    }

    fn of(hour: &str, minute: &str, spoken: bool) -> Option<Self> {
        let small = |digits: &str| (digits.len() <= 2).then(|| digits.parse().ok()).flatten();
        let face = Self {
            hour: small(hour)?,
            minute: small(minute)?,
            spoken,
        };
        let shown = Minute::at(face.hour, face.minute)?;
        (shown <= LATEST_EXCEPTION_MINUTE).then_some(face)
    }

    fn alone(self) -> Reading {
        let wording = if self.spoken && (1..=12).contains(&self.hour) {
            Wording::Bare
        } else {
            Wording::Exact
        };
        self.at(self.hour, wording)
    }

    fn in_part(self, part: Part) -> Reading {
        let hour = self.hour;
        let wording = if part == Part::Dawn {
            Wording::Dawn
        } else {
            Wording::Exact
        };
        let hour = match (part, hour) {
            (Part::Am, 0..12) | (Part::Morning, 5..12) | (Part::Dawn, 0..=6) => hour,
            (Part::Pm | Part::Midday, 12) | (Part::Midday, 11) => hour,
            (Part::Pm, 13..24)
            | (Part::Midday, 13..18)
            | (Part::Evening, 16..24)
            | (Part::Night, 18..29) => hour,
            (Part::Pm, 1..12)
            | (Part::Midday, 1..=5)
            | (Part::Evening, 4..12)
            | (Part::Night, 6..12) => hour + 12,
            (Part::Night, 0..=4) => hour + 24,
            (Part::Night, 12) => 24,
            (Part::Dawn, 12) => 0,
            // Noon for some, midnight for others.
            (Part::Am, 12) => {
                return Err(TimeFault::Ambiguous(vec![
                    Minute(NOON + self.minute),
                    Minute(DAY + self.minute),
                ]));
            }
            (
                Part::Am
                | Part::Pm
                | Part::Morning
                | Part::Midday
                | Part::Evening
                | Part::Night
                | Part::Dawn,
                _,
            ) => return unclear(None),
        };
        self.at(hour, wording)
    }

    fn at(self, hour: u16, wording: Wording) -> Reading {
        Minute::at(hour, self.minute)
            .map(|minute| Clock { minute, wording })
            .ok_or(TimeFault::Unclear { suggestion: None })
    }
}

/// The minutes after `시`: none, `30분`, `반`.
fn minutes_in_words(text: &str) -> Option<&str> {
    match text {
        "" | "정각" => Some("0"),
        "반" => Some("30"),
        _ => {
            let (minutes, unit) = split_digits(text)?;
            (unit == "분").then_some(minutes)
        }
    }
}

/// `9~18시`, `9시~18시`, `~18시`.
fn is_range(first: &str, second: &str) -> bool {
    let is_time = |text: &str| matches!(read(text), Some(Ok(_)));
    is_time(first) || is_time(second)
}

fn exact(minute: u16) -> Reading {
    Ok(Clock {
        minute: Minute(minute),
        wording: Wording::Exact,
    })
}

fn unclear<T>(suggestion: Option<String>) -> Result<T, TimeFault> {
    Err(TimeFault::Unclear { suggestion })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        let (date, time) = text.split_once(' ').unwrap();
        let (hour, minute) = time.split_once(':').unwrap();
        Moment {
            date: date.parse().unwrap(),
            minute: Minute::at(hour.parse().unwrap(), minute.parse().unwrap()).unwrap(),
        }
    }

    #[track_caller]
    fn shows(text: &str, expected: &str) {
        let shown = read(text).unwrap().map(|clock| clock.minute.to_string());
        assert_eq!(shown.as_deref(), Ok(expected), "{text}");
    }

    #[track_caller]
    fn unclear(text: &str, suggestion: Option<&str>) {
        let suggestion = suggestion.map(str::to_owned);
        assert_eq!(
            read(text),
            Some(Err(TimeFault::Unclear { suggestion })),
            "{text}"
        );
    }

    /// The end that `text` means, said at `now` without a date.
    #[track_caller]
    fn ends(now: &str, text: &str, expected: &str) {
        let end = read(text).unwrap().unwrap().as_end(None, moment(now));
        assert_eq!(end, Ok(moment(expected)), "{text} at {now}");
    }

    #[test]
    fn what_is_no_time_either_is_not_offered() {
        unclear("47", Some("47시"));
        unclear("70", None);
        unclear("9:30:00", Some("9:30"));
        unclear("9:70:00", None);
    }

    #[test]
    fn every_way_to_write_a_time_is_read() {
        for (text, expected) in [
            ("9:00", "09:00"),
            ("09:00", "09:00"),
            ("9:0", "09:00"),
            ("0900", "09:00"),
            ("900", "09:00"),
            ("9시", "09:00"),
            ("9시30분", "09:30"),
            ("9시반", "09:30"),
            ("09시", "09:00"),
            ("9시정각", "09:00"),
            ("오전9시", "09:00"),
            ("오후9시", "21:00"),
            ("오후9시반", "21:30"),
            ("오후9", "21:00"),
            ("아침9시", "09:00"),
            ("저녁7시", "19:00"),
            ("밤10시", "22:00"),
            ("새벽2시", "02:00"),
            ("낮2시", "14:00"),
            ("am9", "09:00"),
            ("9am", "09:00"),
            ("9pm", "21:00"),
            ("pm9", "21:00"),
            ("9:30pm", "21:30"),
            ("9p.m", "21:00"),
            ("21시", "21:00"),
            ("12시", "12:00"),
            ("정오", "12:00"),
            ("자정", "24:00"),
            ("24:00", "24:00"),
            ("25시", "25:00"),
            ("26:00", "26:00"),
            ("47:59", "47:59"),
            ("0:00", "00:00"),
            ("0시", "00:00"),
            ("오후12시", "12:00"),
            ("오후13시", "13:00"),
            ("밤12시", "24:00"),
            ("밤1시", "25:00"),
            ("새벽12시30분", "00:30"),
            ("아홉시", "09:00"),
            ("열두시반", "12:30"),
            ("오후두시", "14:00"),
            ("2400", "24:00"),
        ] {
            shows(text, expected);
        }
    }

    #[test]
    fn what_no_clock_shows_is_unclear() {
        for text in [
            "48:00",
            "9:60",
            "99시",
            "9시60분",
            "오전13시",
            "새벽9시",
            "아침2시",
            "960",
            "오후25시",
            "9시~18시",
            "9~18시",
        ] {
            unclear(text, None);
        }
        unclear("9", Some("9시"));
        unclear("09:00:00", Some("09:00"));
    }

    #[test]
    fn other_words_are_not_times() {
        for text in [
            "",
            "시",
            "9시간",
            "두시간",
            "30분",
            "2h",
            "2026-11-23",
            "12/1 5",
            "오후",
            "99999",
            "9시에서",
            "한",
            ":",
            "9:",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn twelve_in_the_morning_is_asked_about() {
        let both = vec![Minute(720), Minute(1440)];
        assert_eq!(
            read("오전12시"),
            Some(Err(TimeFault::Ambiguous(both.clone())))
        );
        assert_eq!(read("12am"), Some(Err(TimeFault::Ambiguous(both))));
    }

    #[test]
    fn dawn_ends_the_day_before_and_begins_its_own() {
        let (clock, now) = (
            read("새벽2시").unwrap().unwrap(),
            moment("2026-11-22 18:00"),
        );
        assert_eq!(
            clock.of_turn(Turn::Stop, now.date, now),
            Ok(Minute(26 * 60))
        );
        assert_eq!(
            clock.of_turn(Turn::Start, now.date, now),
            Ok(Minute(2 * 60))
        );
    }

    #[test]
    fn a_bare_hour_is_asked_about_only_when_the_stop_would_be_over() {
        let (clock, now) = (read("9시").unwrap().unwrap(), moment("2026-11-22 18:00"));
        let tomorrow = now.date.succ_opt().unwrap();
        assert_eq!(
            clock.of_turn(Turn::Stop, now.date, now),
            Err(vec![Minute(21 * 60), Minute(33 * 60)])
        );
        assert_eq!(clock.of_turn(Turn::Stop, tomorrow, now), Ok(Minute(9 * 60)));
        assert_eq!(
            clock.of_turn(Turn::Start, now.date, now),
            Ok(Minute(9 * 60))
        );
        let written = read("09:00").unwrap().unwrap();
        assert_eq!(
            written.of_turn(Turn::Stop, now.date, now),
            Ok(Minute(9 * 60))
        );
    }

    #[test]
    fn an_end_is_the_next_moment_of_that_time() {
        ends("2026-11-22 18:00", "22시", "2026-11-22 22:00");
        ends("2026-11-22 18:00", "자정", "2026-11-22 24:00");
        ends("2026-11-22 22:00", "02:00", "2026-11-23 02:00");
        ends("2026-12-31 22:00", "새벽2시", "2027-01-01 02:00");
        ends("2026-11-22 22:00", "26:00", "2026-11-23 02:00");
        ends("2026-11-22 22:00", "오전9시", "2026-11-23 09:00");
        ends("2026-11-23 00:30", "새벽2시", "2026-11-23 02:00");
        ends("2026-11-23 00:30", "26:00", "2026-11-23 02:00");
        ends("2026-11-23 00:30", "밤1시", "2026-11-23 01:00");
        ends("2026-11-23 02:30", "25:00", "2026-11-24 01:00");
        ends("2026-11-22 08:00", "9시", "2026-11-22 09:00");
    }

    #[test]
    fn an_end_that_is_over_is_refused_or_asked_about() {
        let now = moment("2026-11-22 22:30");
        let end = |text: &str| read(text).unwrap().unwrap().as_end(None, now);
        assert_eq!(
            end("22:00"),
            Err(EndFault::Past(moment("2026-11-22 22:00")))
        );
        assert_eq!(
            end("11시"),
            Err(EndFault::Ambiguous(vec![Minute(23 * 60), Minute(35 * 60)]))
        );
        let yesterday = now.date.pred_opt();
        let end = read("9시").unwrap().unwrap().as_end(yesterday, now);
        assert_eq!(end, Err(EndFault::Past(moment("2026-11-21 09:00"))));
    }
}
