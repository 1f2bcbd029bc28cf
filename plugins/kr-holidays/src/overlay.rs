//! Days that people add to the computed ones, and days that they take out.
//!
//! A line is one day:
//!
//! ```text
//! # Days that the company has off.
//! 2026-12-24 창립기념일
//! 2027-02-05 임시공휴일
//! - 2026-06-03 we work on election day
//!
//! [tokyo]
//! 2026-12-28 年末休業
//! ```
//!
//! A date and a name, with a space or a comma between them, make the day a day off. A `-` before the date takes out what is
//! known of it; what follows it is for people. Under `[calendar]` stand the days of the schedules whose
//! `holiday_calendar` is `calendar`, before the first such line those of all. Empty lines and lines that begin with `#` say
//! nothing. Lines are read in their order: a later one adds to, or takes out, what an earlier one has said.

use std::fmt;

use reveille_sdk::types::Date;

/// Length of `2026-12-24`.
const DATE_BYTES: usize = 10;

/// Days that people added or took out, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Overlay {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The calendar that it is of; none when it is of all.
    calendar: Option<String>,
    date: Date,
    /// Name of the day off; none takes out what is known of the day.
    name: Option<String>,
}

/// A line that says nothing that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// Its number, from 1 on.
    line: usize,
    /// What it says.
    text: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, `{}`: write a date and a name as in `2026-12-24 창립기념일`, `- 2026-12-24` to take a day out, \
             or `[name]` before the days of a calendar",
            self.line, self.text
        )
    }
}

impl std::error::Error for LineError {}

impl Overlay {
    /// Reads lines.
    ///
    /// # Errors
    ///
    /// [`LineError`] for the first line that is not understood: a day that is left out unseen would start servers, or
    /// stop them, on a day on which nobody expects it.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, LineError> {
        let mut entries = Vec::new();
        let mut calendar = None;
        for (before, text) in lines.into_iter().enumerate() {
            let text = match before {
                0 => text.trim_start_matches('\u{feff}').trim(),
                _ => text.trim(),
            };
            let fault = || LineError {
                line: before + 1,
                text: text.chars().take(60).collect(),
            };
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if let Some(name) = section(text) {
                calendar = Some(name.to_owned());
                continue;
            }
            let (rest, is_taken_out) = match text.strip_prefix('-') {
                Some(rest) => (rest.trim_start(), true),
                None => (text, false),
            };
            let (date, name) = rest.split_at_checked(DATE_BYTES).ok_or_else(fault)?;
            let date = date.parse().map_err(|_| fault())?;
            let name = match name.strip_prefix([',', ' ', '\t']) {
                Some(name) => name.trim_start(),
                None if name.is_empty() => name,
                None => return Err(fault()),
            };
            let name = match (is_taken_out, name) {
                (true, _) => None,
                (false, "") => return Err(fault()),
                (false, name) => Some(name.to_owned()),
            };
            entries.push(Entry {
                calendar: calendar.clone(),
                date,
                name,
            });
        }
        Ok(Self { entries })
    }

    /// Changes the names of what makes `date` a day off, for a schedule with this `holiday_calendar`. No name is left
    /// when it is none.
    pub fn change(&self, date: Date, calendar: Option<&str>, names: &mut Vec<String>) {
        let of_all_or = |entry: &Entry| {
            let of = entry.calendar.as_deref();
            of.is_none() || of == calendar
        };
        for entry in &self.entries {
            if entry.date != date || !of_all_or(entry) {
                continue;
            }
            match &entry.name {
                None => names.clear(),
                Some(name) if names.contains(name) => {}
                Some(name) => names.push(name.clone()),
            }
        }
    }
}

fn section(text: &str) -> Option<&str> {
    let name = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    (!name.is_empty()).then_some(name)
}

impl TryFrom<Vec<String>> for Overlay {
    type Error = LineError;

    fn try_from(lines: Vec<String>) -> Result<Self, LineError> {
        Self::read(lines.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn names(text: &str, calendar: Option<&str>) -> Vec<String> {
        let overlay = Overlay::read(text.lines()).unwrap();
        let mut names = vec!["개천절".to_owned()];
        overlay.change("2026-10-03".parse().unwrap(), calendar, &mut names);
        names
    }

    #[track_caller]
    fn refused(text: &str, quoted: &str) {
        let message = Overlay::read(text.lines()).unwrap_err().to_string();
        assert!(message.starts_with(quoted), "{message}");
    }

    #[test]
    fn a_day_is_added_to_what_is_known_of_it() {
        assert_eq!(
            names("2026-10-03 창립 기념일", None),
            ["개천절", "창립 기념일"]
        );
        assert_eq!(
            names("2026-10-03,창립기념일", None),
            ["개천절", "창립기념일"]
        );
        assert_eq!(names("2026-10-03 개천절", None), ["개천절"]);
        assert_eq!(names("2026-10-02 창립기념일", None), ["개천절"]);
    }

    #[test]
    fn a_day_is_taken_out_and_may_be_named_anew() {
        assert!(names("- 2026-10-03", None).is_empty());
        assert!(names("-2026-10-03 we work", None).is_empty());
        assert_eq!(names("- 2026-10-03\n2026-10-03 휴무", None), ["휴무"]);
        assert!(names("2026-10-03 휴무\n- 2026-10-03", None).is_empty());
    }

    #[test]
    fn a_calendar_is_for_the_schedules_that_name_it() {
        let text = "- 2026-10-03\n[seoul]\n2026-10-03 서울\n[ tokyo ]\n2026-10-03 도쿄";
        assert!(names(text, None).is_empty());
        assert_eq!(names(text, Some("seoul")), ["서울"]);
        assert_eq!(names(text, Some("tokyo")), ["도쿄"]);
        assert!(names(text, Some("other")).is_empty());
    }

    #[test]
    fn comments_empty_lines_and_the_mark_of_windows_editors_say_nothing() {
        assert_eq!(
            names("\u{feff}# days\r\n\r\n  \n2026-10-03 휴무\r\n", None),
            ["개천절", "휴무"]
        );
    }

    #[test]
    fn a_line_that_is_not_understood_is_named_and_quoted() {
        refused("# days\n2026-13-01 휴무", "line 2, `2026-13-01 휴무`: ");
        refused("2026-10-03", "line 1, `2026-10-03`: ");
        refused("2026-10-03휴무", "line 1, `2026-10-03휴무`: ");
        refused("휴무", "line 1, `휴무`: ");
        refused("- 개천절", "line 1, `- 개천절`: ");
        refused("[]", "line 1, `[]`: ");
    }
}
