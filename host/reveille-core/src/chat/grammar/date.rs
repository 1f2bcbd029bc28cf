//! Dates as people type them: `내일`, `11/23(월)`, `5일`, `다음 주 월`.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::message::Fault;
use crate::model::reply::{Refusal, UnknownWord};

/// Why something that looks like a date is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DateFault {
    /// No calendar has it.
    Impossible {
        /// The nearest day that there is.
        nearest: Option<NaiveDate>,
    },
    /// Several days, the last after the first. Few commands are about more than one.
    Range {
        /// The first of them.
        first: NaiveDate,
        /// The last of them.
        last: NaiveDate,
    },
    /// It may mean several days, or one that only a calendar of holidays knows.
    Unclear {
        /// What could have been meant, as it would be typed.
        suggestion: Option<String>,
    },
}

impl Fault for DateFault {
    fn refusal(self, word: UnknownWord) -> Refusal {
        match self {
            Self::Impossible { nearest } => Refusal::ImpossibleDate {
                text: word.text,
                nearest,
            },
            Self::Range { first, .. } => Refusal::UnclearDate(UnknownWord {
                suggestion: Some(first.to_string()),
                ..word
            }),
            Self::Unclear { suggestion } => {
                Refusal::UnclearDate(UnknownWord { suggestion, ..word })
            }
        }
    }
}

pub(super) type Reading = Result<NaiveDate, DateFault>;

/// Days by name, counted from today.
const RELATIVE: &[(&str, i64)] = &[
    ("오늘", 0),
    ("금일", 0),
    ("today", 0),
    ("내일", 1),
    ("명일", 1),
    ("tomorrow", 1),
    ("모레", 2),
    ("내일모레", 2),
    ("글피", 3),
    ("어제", -1),
    ("yesterday", -1),
];

/// Days that need something else to be known first, with what could be said instead.
const NEEDS_ANCHOR: &[(&str, Option<&str>)] = &[
    ("익일", Some("내일")),
    ("다음날", Some("내일")),
    ("전날", Some("어제")),
    ("주말", Some("토요일")),
    ("평일", None),
    ("매일", None),
    ("연휴", None),
];

/// Holidays; a rule may know their dates, the grammar does not.
const HOLIDAYS: &[&str] = &[
    "설날",
    "설",
    "구정",
    "신정",
    "추석",
    "한가위",
    "삼일절",
    "어린이날",
    "석가탄신일",
    "부처님오신날",
    "현충일",
    "광복절",
    "개천절",
    "한글날",
    "성탄절",
    "크리스마스",
    "제헌절",
    "노동절",
    "근로자의날",
];

/// Weeks, counted from this one; a week begins on Monday.
const WEEKS: &[(&str, i64)] = &[
    ("다다음주", 2),
    ("다음주", 1),
    ("담주", 1),
    ("차주", 1),
    ("next", 1),
    ("이번주", 0),
    ("금주", 0),
    ("이번", 0),
    ("this", 0),
    ("지난주", -1),
];

/// `다음 월요일` is tomorrow for some and in eight days for others.
const UNSURE_WEEK: &str = "다음";

const WEEKDAYS: &[(Weekday, &str, &str, &str)] = &[
    (Weekday::Mon, "월", "mon", "monday"),
    (Weekday::Tue, "화", "tue", "tuesday"),
    (Weekday::Wed, "수", "wed", "wednesday"),
    (Weekday::Thu, "목", "thu", "thursday"),
    (Weekday::Fri, "금", "fri", "friday"),
    (Weekday::Sat, "토", "sat", "saturday"),
    (Weekday::Sun, "일", "sun", "sunday"),
];

/// Longest range of days, in days from the first to the last: half a year.
const LONGEST_RANGE: i64 = 183;

/// Years that a date may be in; others are slips of the finger.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

/// Reads `text`, lower case and in one word; none when it does not look like a date.
///
/// A date without a year is the next one from `today` on; a day without a month lies in this month, or in the next
/// one when it is over.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Reading> {
    if let Some((_, instead)) = NEEDS_ANCHOR.iter().find(|(name, _)| *name == text) {
        return Some(unclear(instead.map(str::to_owned)));
    }
    if is_holiday(text) {
        return Some(unclear(None));
    }
    if let Some(day) = weekday(text) {
        return Some(shifted(today, days_until(today.weekday(), day)));
    }
    of_week(text, today)
        .or_else(|| range(text, today))
        .or_else(|| one_day(text, today))
        .or_else(|| with_weekday(text, today))
}

/// A day by name or in numbers.
fn one_day(text: &str, today: NaiveDate) -> Option<Reading> {
    RELATIVE
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, days)| shifted(today, *days))
        .or_else(|| calendar_day(text, today))
}

/// `text` is a holiday, or a day counted from one (`추석 다음날`).
fn is_holiday(text: &str) -> bool {
    let day = ["다음날", "전날", "당일", "연휴"]
        .iter()
        .find_map(|suffix| text.strip_suffix(suffix))
        .unwrap_or(text);
    HOLIDAYS.contains(&day)
}

/// `월요일`, `월욜`, `(월)`, `mon`; a lone `월` means too many things.
fn weekday(text: &str) -> Option<Weekday> {
    if let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return short_weekday(inner);
    }
    WEEKDAYS
        .iter()
        .find(|(_, korean, short, long)| {
            text == *short
                || text == *long
                || text
                    .strip_prefix(korean)
                    .is_some_and(|rest| matches!(rest, "요일" | "욜"))
        })
        .map(|(day, ..)| *day)
}

/// As [`weekday`], and `월` alone, where only a day of the week can stand.
fn short_weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(_, korean, ..)| text == *korean)
        .map(|(day, ..)| *day)
        .or_else(|| (!text.starts_with('(')).then(|| weekday(text)).flatten())
}

/// `다음주월`, `이번주금요일`; a whole week is a range.
fn of_week(text: &str, today: NaiveDate) -> Option<Reading> {
    for (name, weeks) in WEEKS {
        let Some(day) = text.strip_prefix(name) else {
            continue;
        };
        let since_monday = i64::from(today.weekday().num_days_from_monday());
        if let Some(day) = short_weekday(day) {
            let days = weeks * 7 - since_monday + i64::from(day.num_days_from_monday());
            return Some(shifted(today, days));
        }
        // `이번` and `next` alone say nothing about a week.
        if day.is_empty() && name.ends_with('주') {
            let first = if *weeks == 0 {
                0
            } else {
                weeks * 7 - since_monday
            };
            return Some(shifted(today, first).and_then(|date| unclear(Some(date.to_string()))));
        }
    }
    let day = weekday(text.strip_prefix(UNSURE_WEEK)?)?;
    let name = WEEKDAYS.iter().find(|(known, ..)| *known == day)?.1;
    Some(unclear(Some(format!("다음주 {name}요일"))))
}

/// `1/5~1/7`, `1/5-7`, `내일~모레`. The last day is read from the first one on.
fn range(text: &str, today: NaiveDate) -> Option<Reading> {
    let (first, last) = text
        .split_once('~')
        .or_else(|| text.contains('/').then(|| text.split_once('-')).flatten())?;
    let first = match read(first, today)? {
        Ok(first) => first,
        Err(fault) => return Some(Err(fault)),
    };
    let last = match last.parse() {
        Ok(day) => first.with_day(day),
        Err(_) => read_last(last, first, today)?.ok(),
    };
    Some(match last {
        Some(last) if follows(first, last) => Err(DateFault::Range { first, last }),
        Some(_) | None => unclear(Some(first.to_string())),
    })
}

/// Reads the last of several days, of which `first` is the first: `31일` is that of its month, `모레` is counted from
/// today all the same.
pub(super) fn read_last(text: &str, first: NaiveDate, today: NaiveDate) -> Option<Reading> {
    let is_named = RELATIVE.iter().any(|(name, _)| *name == text);
    read(text, if is_named { today } else { first })
}

/// Whether `last` may be the end of what begins with `first`. `1/7~1/5` is a slip, and not most of a year.
pub(super) fn follows(first: NaiveDate, last: NaiveDate) -> bool {
    (1..=LONGEST_RANGE).contains(&(last - first).num_days())
}

/// `11/23(월)`, `11월 23일 월요일`: the weekday must be that of the date.
fn with_weekday(text: &str, today: NaiveDate) -> Option<Reading> {
    let bracket = text.find('(');
    let (date, said) = text.char_indices().rev().find_map(|(at, _)| {
        if bracket.is_some_and(|bracket| bracket != at) {
            return None;
        }
        let (date, rest) = text.split_at(at);
        Some((one_day(date, today)?, weekday(rest)?))
    })?;
    Some(date.and_then(|date| {
        if date.weekday() == said {
            Ok(date)
        } else {
            unclear(Some(date.to_string()))
        }
    }))
}

/// A date in numbers.
fn calendar_day(text: &str, today: NaiveDate) -> Option<Reading> {
    let fields = fields(text)?;
    let date = match fields.as_slice() {
        [(year, "년"), (month, "월"), (day, "일")] => full(year, month, day),
        [(year, a @ ("-" | "/" | ".")), (month, b), (day, "")] if a == b => full(year, month, day),
        [(month, "월"), (day, "일")] | [(month, "/" | "-"), (day, "")] => {
            let (month, day) = (number(month, 2)?, number(day, 2)?);
            let over = (month, day) < (today.month(), today.day());
            in_calendar(today.year() + i32::from(over), month, day)
        }
        [(day, "일")] => {
            let day = number(day, 2)?;
            let over = day < today.day();
            let months = today.month0() + u32::from(over);
            in_calendar(today.year() + i32::from(months > 11), months % 12 + 1, day)
        }
        [(digits, "")] if digits.len() == 8 => {
            let (year, rest) = digits.split_at(4);
            let (month, day) = rest.split_at(2);
            full(year, month, day)
        }
        _ => return None,
    };
    Some(date)
}

/// A date with its year; of two digits it lies in this century. A "year" of one digit may be a month or a day.
fn full(year: &str, month: &str, day: &str) -> Reading {
    let (Some(number_of_year), Some(month), Some(day)) =
        (number(year, 4), number(month, 2), number(day, 2))
    else {
        return unclear(None);
    };
    let number_of_year = i32::try_from(number_of_year).unwrap_or_default();
    match year.len() {
        4 => in_calendar(number_of_year, month, day),
        2 => in_calendar(2000 + number_of_year, month, day),
        _ => unclear(None),
    }
}

fn in_calendar(year: i32, month: u32, day: u32) -> Reading {
    if !YEARS.contains(&year) {
        return Err(DateFault::Impossible { nearest: None });
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| DateFault::Impossible {
        nearest: if day == 0 {
            NaiveDate::from_ymd_opt(year, month, 1)
        } else {
            (28..=31)
                .rev()
                .find_map(|last| NaiveDate::from_ymd_opt(year, month, last))
        },
    })
}

/// Digits and what follows each of them: `11월23일` is `11 월`, `23 일`. At most three.
fn fields(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut fields = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let mark = tail
            .find(|char: char| char.is_ascii_digit())
            .unwrap_or(tail.len());
        let (mark, tail) = tail.split_at(mark);
        if number.is_empty() || fields.len() == 3 {
            return None;
        }
        fields.push((number, mark));
        rest = tail;
    }
    Some(fields)
}

fn number(digits: &str, longest: usize) -> Option<u32> {
    (digits.len() <= longest)
        .then(|| digits.parse().ok())
        .flatten()
}

fn days_until(from: Weekday, to: Weekday) -> i64 {
    i64::from(to.days_since(from))
}

fn shifted(today: NaiveDate, days: i64) -> Reading {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        today.checked_sub_days(distance)
    } else {
        today.checked_add_days(distance)
    }
    .ok_or(DateFault::Impossible { nearest: None })
}

fn unclear(suggestion: Option<String>) -> Reading {
    Err(DateFault::Unclear { suggestion })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// `today` and `expected` as `2026-11-22`.
    #[track_caller]
    fn check(today: &str, text: &str, expected: &str) {
        assert_eq!(read(text, day(today)), Some(Ok(day(expected))), "{text}");
    }

    #[track_caller]
    fn impossible(today: &str, text: &str, nearest: Option<&str>) {
        let nearest = nearest.map(day);
        assert_eq!(
            read(text, day(today)),
            Some(Err(DateFault::Impossible { nearest })),
            "{text}"
        );
    }

    #[track_caller]
    fn unclear(text: &str, expected: Option<&str>) {
        match read(text, day("2026-11-22")) {
            Some(Err(DateFault::Unclear { suggestion })) => {
                assert_eq!(suggestion.as_deref(), expected, "{text}");
            }
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn a_full_date_is_read_in_every_form() {
        for text in [
            "2026-1-5",
            "2026-01-05",
            "2026.1.5",
            "2026/1/5",
            "26-1-5",
            "20260105",
            "2026년1월5일",
            "26.1.5",
        ] {
            check("2026-11-22", text, "2026-01-05");
        }
    }

    #[test]
    fn a_date_without_a_year_is_the_next_one() {
        for text in ["1/5", "1-5", "1월5일", "01/05"] {
            check("2026-11-22", text, "2027-01-05");
            check("2026-01-05", text, "2026-01-05");
            check("2026-01-04", text, "2026-01-05");
        }
    }

    #[test]
    fn a_day_without_a_month_is_the_next_one() {
        check("2026-11-22", "25일", "2026-11-25");
        check("2026-11-22", "22일", "2026-11-22");
        check("2026-11-22", "5일", "2026-12-05");
        check("2026-12-22", "5일", "2027-01-05");
    }

    #[test]
    fn days_by_name_cross_months_years_and_leap_days() {
        check("2026-11-22", "오늘", "2026-11-22");
        check("2026-12-31", "내일", "2027-01-01");
        check("2026-12-31", "모레", "2027-01-02");
        check("2028-02-28", "내일", "2028-02-29");
        check("2026-02-28", "명일", "2026-03-01");
        check("2026-11-30", "글피", "2026-12-03");
        check("2027-01-01", "어제", "2026-12-31");
    }

    #[test]
    fn weekdays_are_the_next_ones_from_today() {
        check("2026-11-22", "월요일", "2026-11-23");
        check("2026-11-22", "월욜", "2026-11-23");
        check("2026-11-22", "(월)", "2026-11-23");
        check("2026-11-22", "일요일", "2026-11-22");
        check("2026-11-22", "sat", "2026-11-28");
        check("2026-12-31", "friday", "2027-01-01");
    }

    #[test]
    fn weeks_begin_on_monday() {
        check("2026-11-22", "이번주금", "2026-11-20");
        check("2026-11-22", "다음주월", "2026-11-23");
        check("2026-11-23", "다음주월요일", "2026-11-30");
        check("2026-11-23", "이번주금", "2026-11-27");
        check("2026-12-31", "다다음주일요일", "2027-01-17");
        check("2026-11-23", "nextmon", "2026-11-30");
    }

    #[test]
    fn a_weekday_beside_a_date_must_be_its_own() {
        check("2026-11-22", "11/23(월)", "2026-11-23");
        check("2026-11-22", "11월23일월요일", "2026-11-23");
        check("2026-11-22", "2026-11-23(mon)", "2026-11-23");
        check("2026-11-22", "23일(월)", "2026-11-23");
        check("2026-11-22", "내일(월)", "2026-11-23");
        unclear("11/23(화)", Some("2026-11-23"));
        unclear("11월23일화요일", Some("2026-11-23"));
    }

    #[test]
    fn a_date_that_is_not_there_has_a_nearest_one() {
        impossible("2026-11-22", "2026-2-30", Some("2026-02-28"));
        impossible("2026-11-22", "2028-2-30", Some("2028-02-29"));
        impossible("2026-11-22", "2/29", Some("2027-02-28"));
        impossible("2026-11-22", "31일", Some("2026-11-30"));
        impossible("2026-11-22", "4월0일", Some("2027-04-01"));
        impossible("2026-11-22", "13/5", None);
        impossible("2026-11-22", "1066-10-14", None);
        check("2028-01-01", "2/29", "2028-02-29");
    }

    #[test]
    fn what_needs_an_anchor_a_calendar_or_two_days_is_unclear() {
        unclear("익일", Some("내일"));
        unclear("추석", None);
        unclear("추석다음날", None);
        unclear("설날", None);
        unclear("1/7~1/5", Some("2027-01-07"));
        unclear("이번주", Some("2026-11-22"));
        unclear("다음주", Some("2026-11-23"));
        unclear("다음월요일", Some("다음주 월요일"));
        unclear("1/5/2026", None);
    }

    #[track_caller]
    fn several(text: &str, first: &str, last: &str) {
        let (first, last) = (day(first), day(last));
        assert_eq!(
            read(text, day("2026-11-22")),
            Some(Err(DateFault::Range { first, last })),
            "{text}"
        );
    }

    #[test]
    fn several_days_have_a_first_and_a_last() {
        several("1/5~1/7", "2027-01-05", "2027-01-07");
        several("1/5-7", "2027-01-05", "2027-01-07");
        several("1/5~7", "2027-01-05", "2027-01-07");
        several("12월29일~31일", "2026-12-29", "2026-12-31");
        several("12/29~1/3", "2026-12-29", "2027-01-03");
        several("2026-12-29~2026-12-31", "2026-12-29", "2026-12-31");
        several("내일~모레", "2026-11-23", "2026-11-24");
        several("수요일~금요일", "2026-11-25", "2026-11-27");
    }

    #[test]
    fn other_words_are_not_dates() {
        for text in [
            "", "9시", "900", "0900", "월", "금", "12/1 5", "10.0.0.1", "web-1", "1.5", "(", "()",
            "일",
        ] {
            assert_eq!(read(text, day("2026-11-22")), None, "{text}");
        }
    }
}
