//! Lengths of time as people type them: `2시간`, `1시간 반`, `90m`, `+2h`, `2시간 더`.

use chrono::Duration;

use super::{
    message::Fault,
    number::{split_digits, split_native},
};
use crate::model::reply::{Refusal, UnknownWord};

/// The longest that a stop is put off at once; more is an exception, which is set for its date.
pub const LONGEST_EXTEND: Duration = Duration::hours(12);

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    /// At least one; a number too large to count is the largest.
    pub(super) minutes: u32,
    /// Said as something on top: `+2h`, `2시간 더`.
    pub(super) more: bool,
}

/// It looks like a length of time and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnclearLength {
    /// What could have been meant, as it would be typed.
    pub(super) suggestion: Option<String>,
}

impl Fault for UnclearLength {
    fn refusal(self, word: UnknownWord) -> Refusal {
        let suggestion = self.suggestion;
        Refusal::UnclearDuration(UnknownWord { suggestion, ..word })
    }
}

const MINUTE: u32 = 1;
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// Units with their minutes; no unit begins with one that stands after it.
const UNITS: &[(&str, u32)] = &[
    ("시간", HOUR),
    ("hours", HOUR),
    ("hour", HOUR),
    ("hrs", HOUR),
    ("hr", HOUR),
    ("h", HOUR),
    ("분", MINUTE),
    ("minutes", MINUTE),
    ("minute", MINUTE),
    ("mins", MINUTE),
    ("min", MINUTE),
    ("m", MINUTE),
    ("주일", 7 * DAY),
    ("일", DAY),
    ("days", DAY),
    ("day", DAY),
    ("d", DAY),
];

/// Lengths with a name.
const NAMED: &[(&str, u32)] = &[
    ("반시간", HOUR / 2),
    ("하루", DAY),
    ("이틀", 2 * DAY),
    ("사흘", 3 * DAY),
    ("일주일", 7 * DAY),
];

/// Lengths that everybody counts differently.
const VAGUE: &[&str] = &["반나절", "한나절", "잠깐", "잠시"];

/// What may follow a length without changing it.
const SUFFIXES: &[&str] = &["동안", "정도", "간", "만"];

/// Reads `text`, lower case and in one word; none when it does not look like a length of time.
pub(super) fn read(text: &str) -> Option<Result<Length, UnclearLength>> {
    let (text, plus) = match text.strip_prefix('+') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (text, more) = match text.strip_suffix('더') {
        Some(rest) => (rest, true),
        None => (text, plus),
    };
    if plus && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let suggestion = text
            .contains(|digit| digit != '0')
            .then(|| format!("+{text}시간"));
        return Some(Err(UnclearLength { suggestion }));
    }
    let without_suffix = SUFFIXES
        .iter()
        .filter_map(|suffix| text.strip_suffix(suffix));
    let minutes = std::iter::once(text)
        .chain(without_suffix)
        .find_map(minutes)?;
    Some(match minutes {
        None | Some(0) => Err(UnclearLength { suggestion: None }),
        Some(minutes) => Ok(Length { minutes, more }),
    })
}

/// The minutes of `text`; some none when it is too vague to be counted.
fn minutes(text: &str) -> Option<Option<u32>> {
    if VAGUE.contains(&text) {
        return Some(None);
    }
    if let Some((_, minutes)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Some(Some(*minutes));
    }
    let (mut total, mut unit, mut rest) = amount(text)?;
    while !rest.is_empty() {
        if rest == "반" && unit == HOUR {
            return Some(Some(total.saturating_add(HOUR / 2)));
        }
        let (minutes, smaller, tail) = amount(rest)?;
        // `2시간 3시간` is two lengths.
        if smaller >= unit {
            return None;
        }
        total = total.saturating_add(minutes);
        (unit, rest) = (smaller, tail);
    }
    Some(Some(total))
}

/// A number and its unit in minutes, the minutes of the unit, and the rest.
fn amount(text: &str) -> Option<(u32, u32, &str)> {
    let (whole, fraction, rest) = match split_digits(text) {
        None => {
            let (number, rest) = split_native(text)?;
            (number, "", rest)
        }
        Some((digits, rest)) => {
            let whole = digits.parse().unwrap_or(u32::MAX);
            match rest.strip_prefix('.') {
                None => (whole, "", rest),
                Some(rest) => {
                    let (fraction, rest) = split_digits(rest)?;
                    (whole, fraction, rest)
                }
            }
        }
    };
    let (unit, rest) = UNITS
        .iter()
        .find_map(|(name, minutes)| Some((*minutes, rest.strip_prefix(name)?)))?;
    // Three digits of a day are already less than two minutes; the rest is cut.
    let (mut part, mut size) = (0, 1);
    for digit in fraction.bytes().take(3) {
        part = part * 10 + u32::from(digit - b'0');
        size *= 10;
    }
    let minutes = whole
        .saturating_mul(unit)
        .saturating_add(part * unit / size);
    Some((minutes, unit, rest))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, minutes: u32, more: bool) {
        assert_eq!(read(text), Some(Ok(Length { minutes, more })), "{text}");
    }

    #[test]
    fn every_way_to_write_a_length_is_read() {
        for (text, minutes) in [
            ("2시간", 120),
            ("2h", 120),
            ("120분", 120),
            ("1시간반", 90),
            ("1.5시간", 90),
            ("30m", 30),
            ("1h30m", 90),
            ("1시간30분", 90),
            ("2hours", 120),
            ("90min", 90),
            ("두시간", 120),
            ("반시간", 30),
            ("하루", 1440),
            ("3일", 4320),
            ("3일간", 4320),
            ("2시간동안", 120),
            ("2시간만", 120),
            ("1주일", 10080),
            ("0.25h", 15),
            ("열두시간", 720),
        ] {
            check(text, minutes, false);
        }
    }

    #[test]
    fn a_plus_or_a_more_is_on_top() {
        for text in ["+2h", "+2시간", "2시간더", "2시간만더", "+2시간더"] {
            check(text, 120, true);
        }
    }

    #[test]
    fn what_cannot_be_counted_is_unclear() {
        for text in ["반나절", "0시간", "0분", "잠깐", "+0", "+00"] {
            assert_eq!(
                read(text),
                Some(Err(UnclearLength { suggestion: None })),
                "{text}"
            );
        }
        let unclear = read("+2").unwrap().unwrap_err();
        assert_eq!(unclear.suggestion.as_deref(), Some("+2시간"));
    }

    #[test]
    fn a_number_too_large_to_count_is_very_long() {
        check("99999999999999999999시간", u32::MAX, false);
        check("4294967295일", u32::MAX, false);
        check("0.99999999999999999999999h", 59, false);
    }

    #[test]
    fn other_words_are_not_lengths() {
        for text in [
            "",
            "2",
            "시간",
            "2시",
            "9시반",
            "1.시간",
            "반",
            "+",
            "더",
            "2시간 30",
            "2시간3시간",
            "30분2시간",
            "h",
            "11/23",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
