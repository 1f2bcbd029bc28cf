//! One element of a field, such as `mon-fri/2`, `friL` or `15W`.

use crate::calendar::CalendarDay;
use crate::digit::number;
use crate::field::Field;

/// What an element stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// `*` or `?`.
    All,
    /// `5`, `fri`.
    One(u32),
    /// `L`: the last day of the month, or Sunday.
    Last,
    /// `1-7`, `3-L`, `fri-mon/2`, `jan/3`. Without an end, to the end of the domain.
    Range {
        begin: u32,
        end: Option<u32>,
        step: u32,
    },
    /// `mon#1`.
    Nth { weekday: u32, nth: u32 },
    /// `friL`.
    LastWeekday(u32),
    /// `15W`.
    NearestWorkingDay(u32),
}

impl Element {
    /// Reads one element of a field.
    ///
    /// # Errors
    ///
    /// What is wrong and what would be right, quoting the element.
    pub(crate) fn read(field: Field, text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(format!(
                "an element is empty; write elements such as {}, without a comma too many",
                field.examples()
            ));
        }
        if let Some(value) = field.value(text)? {
            return Ok(Self::One(value));
        }
        match text {
            "*" | "?" => return Ok(Self::All),
            "l" | "L" if field == Field::Months => {
                return Err(format!("`{text}` is not a month; the last one is `dec`"));
            }
            "l" | "L" => return Ok(Self::Last),
            _ => {}
        }
        if let Some((range, step)) = text.split_once('/') {
            return Self::read_steps(field, text, range.trim(), step.trim());
        }
        if let Some((begin, end)) = text.rsplit_once('-') {
            return Self::read_range(field, text, begin.trim(), end.trim(), 1);
        }
        if let Some((weekday, nth)) = text.split_once('#') {
            return Self::read_nth(field, text, weekday, nth);
        }
        if let Some(weekday) = text.strip_suffix(['l', 'L'])
            && let Some(value) = field.value(weekday)?
        {
            return match field {
                Field::Weekdays => Ok(Self::LastWeekday(value)),
                Field::Monthdays => Err(format!(
                    "`{text}` is a weekday's form; the last day of the month is `L`"
                )),
                Field::Months => Err(format!(
                    "`{text}` is a weekday's form; write months such as {}",
                    field.examples()
                )),
            };
        }
        if let Some(day) = text.strip_suffix(['w', 'W'])
            && let Some(value) = number(day)
        {
            return match field {
                Field::Monthdays => field.in_range(day, value).map(Self::NearestWorkingDay),
                Field::Weekdays | Field::Months => Err(format!(
                    "`{text}` belongs into `monthdays`: the working day nearest to a day of the month"
                )),
            };
        }
        Err(unknown(field, text))
    }

    fn read_steps(field: Field, text: &str, range: &str, step: &str) -> Result<Self, String> {
        let step = match number(step) {
            Some(0) => {
                return Err(format!(
                    "`{text}` has a step of 0, which never gets anywhere; write 1 or more"
                ));
            }
            Some(step) => step,
            None => {
                return Err(format!(
                    "`{text}` has no step after the `/`; write it as in {}",
                    field.step_example()
                ));
            }
        };
        if let Some(begin) = field.value(range)? {
            return Ok(Self::Range {
                begin,
                end: None,
                step,
            });
        }
        match range.rsplit_once('-') {
            Some((begin, end)) => Self::read_range(field, text, begin.trim(), end.trim(), step),
            None => Err(format!(
                "`{text}` steps from `{range}`; a step goes from one value or a range, as in {}",
                field.step_example()
            )),
        }
    }

    fn read_range(
        field: Field,
        text: &str,
        begin: &str,
        end: &str,
        step: u32,
    ) -> Result<Self, String> {
        let Some(begin) = field.value(begin)? else {
            return Err(unknown(field, text));
        };
        let end = match field.value(end)? {
            Some(end) => Some(end),
            None if end.eq_ignore_ascii_case("l") && field == Field::Monthdays => None,
            None if end.eq_ignore_ascii_case("l") => {
                return Err(format!(
                    "`{text}` ends in `L`, which only ranges of monthdays can; name the end"
                ));
            }
            None => return Err(unknown(field, text)),
        };
        match end {
            Some(end) if begin > end && field == Field::Monthdays => Err(format!(
                "`{text}` runs backwards, and monthdays do not wrap; write `{begin}-L,1-{end}`"
            )),
            _ => Ok(Self::Range { begin, end, step }),
        }
    }

    fn read_nth(field: Field, text: &str, weekday: &str, nth: &str) -> Result<Self, String> {
        if field != Field::Weekdays {
            return Err(format!(
                "`{text}` belongs into `weekdays`: the n-th of a weekday in the month"
            ));
        }
        match (field.value(weekday)?, number(nth)) {
            (Some(weekday), Some(nth @ 1..=5)) => Ok(Self::Nth { weekday, nth }),
            (Some(_), Some(_)) => Err(format!(
                "`{text}` counts beyond 1 to 5; the last of a weekday is written as `friL`"
            )),
            _ => Err(unknown(field, text)),
        }
    }

    /// Whether a date is one of those that the element stands for.
    pub(crate) fn matches(self, field: Field, date: &CalendarDay) -> bool {
        let value = field.of(date);
        let last = field.last(date);
        match self {
            Self::All => true,
            Self::One(one) => value == one,
            Self::Last => value == last,
            Self::Range { begin, end, step } => {
                reaches(value, begin, end.unwrap_or(last), step, field.first(), last)
            }
            Self::Nth { weekday, nth } => date.weekday == weekday && date.day.div_ceil(7) == nth,
            Self::LastWeekday(weekday) => {
                date.weekday == weekday && date.day + 7 > date.days_in_month
            }
            Self::NearestWorkingDay(day) => date.working_day_nearest_to(day) == Some(date.day),
        }
    }
}

/// Whether steps from `begin` to `end` touch `value` in a domain of `first` to `last`.
///
/// A range that ends before it begins goes round once and keeps its step: `fri-tue/2` is Friday, Sunday, Tuesday.
fn reaches(value: u32, begin: u32, end: u32, step: u32, first: u32, last: u32) -> bool {
    if begin > last || !(first..=last).contains(&value) {
        return false;
    }
    let on_step = |distance: u32| distance.is_multiple_of(step);
    if begin <= end {
        return (begin..=end).contains(&value) && on_step(value - begin);
    }
    if value >= begin {
        on_step(value - begin)
    } else {
        value <= end && on_step(value + (last - first + 1) - begin)
    }
}

fn unknown(field: Field, text: &str) -> String {
    format!(
        "`{text}` is not a {}; write {}",
        field.noun(),
        field.examples()
    )
}
