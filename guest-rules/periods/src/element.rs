//! One element of a field, such as `mon-fri/2`, `friL` or `15W`.

use crate::calendar::CalendarDay;
use crate::field::Field;
use reveille_sdk::digit::number;

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

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_sdk::testing::date;

    /// Days of a month, written `2026-02`, that an element stands for.
    #[track_caller]
    fn days(field: Field, text: &str, month: &str, expected: &[u32]) {
        let element = Element::read(field, text).unwrap();
        let first = date(&format!("{month}-01"));
        let days: Vec<_> = (0..u16::from(first.days_in_month()))
            .map(|day| CalendarDay::from(first.plus_days(day)))
            .filter(|day| element.matches(field, day))
            .map(|day| day.day)
            .collect();
        assert_eq!(days, expected, "{text} in {month}");
    }

    /// Weekdays, 0 to 6, that an element stands for.
    #[track_caller]
    fn weekdays(text: &str, expected: &[u32]) {
        let element = Element::read(Field::Weekdays, text).unwrap();
        let monday = date("2026-11-23");
        let found: Vec<_> = (0..7)
            .filter(|&day| element.matches(Field::Weekdays, &monday.plus_days(day).into()))
            .map(u32::from)
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[track_caller]
    fn months(text: &str, expected: &[u32]) {
        let element = Element::read(Field::Months, text).unwrap();
        let found: Vec<_> = (1..=12)
            .filter(|month| {
                element.matches(Field::Months, &date(&format!("2026-{month:02}-15")).into())
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[track_caller]
    fn refused(field: Field, text: &str, expected: &str) {
        assert_eq!(Element::read(field, text), Err(expected.into()));
    }

    #[test]
    fn weekdays_are_numbered_from_monday() {
        weekdays("0", &[0]);
        weekdays("6", &[6]);
        weekdays("1-5", &[1, 2, 3, 4, 5]);
    }

    #[test]
    fn names_are_full_or_of_three_letters_in_any_case() {
        weekdays("MON", &[0]);
        weekdays("Wednesday", &[2]);
        weekdays("monday-FRI", &[0, 1, 2, 3, 4]);
        months("december", &[12]);
        months("Sep", &[9]);
        assert!(Element::read(Field::Weekdays, "tues").is_err());
        assert!(Element::read(Field::Months, "sept").is_err());
        assert!(Element::read(Field::Monthdays, "mon").is_err());
    }

    #[test]
    fn elements_are_trimmed_and_a_range_may_have_spaces_around_its_dash() {
        weekdays(" mon - wed ", &[0, 1, 2]);
        days(Field::Monthdays, "1 -3", "2026-11", &[1, 2, 3]);
    }

    #[test]
    fn full_width_digits_and_leading_zeros_are_numbers() {
        weekdays("１-５", &[1, 2, 3, 4, 5]);
        days(Field::Monthdays, "001-005", "2026-11", &[1, 2, 3, 4, 5]);
        days(Field::Weekdays, "mon#01", "2026-11", &[2]);
    }

    #[test]
    fn an_asterisk_and_a_question_mark_are_every_day() {
        weekdays("*", &[0, 1, 2, 3, 4, 5, 6]);
        weekdays("?", &[0, 1, 2, 3, 4, 5, 6]);
        months("*", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }

    #[test]
    fn l_is_sunday_or_the_last_day_of_the_month_and_no_month() {
        weekdays("L", &[6]);
        days(Field::Monthdays, "l", "2026-02", &[28]);
        days(Field::Monthdays, "L", "2028-02", &[29]);
        refused(
            Field::Months,
            "L",
            "`L` is not a month; the last one is `dec`",
        );
    }

    #[test]
    fn ranges_of_weekdays_and_months_wrap() {
        weekdays("fri-mon", &[0, 4, 5, 6]);
        weekdays("mon-mon", &[0]);
        weekdays("fri-tue/2", &[1, 4, 6]);
        months("oct-jun", &[1, 2, 3, 4, 5, 6, 10, 11, 12]);
        months("nov-feb/2", &[1, 11]);
        months("jul-feb/3", &[1, 7, 10]);
    }

    #[test]
    fn ranges_of_monthdays_do_not_wrap() {
        refused(
            Field::Monthdays,
            "20-5",
            "`20-5` runs backwards, and monthdays do not wrap; write `20-L,1-5`",
        );
    }

    #[test]
    fn ranges_of_monthdays_are_cut_to_the_month() {
        days(Field::Monthdays, "28-31", "2026-02", &[28]);
        days(Field::Monthdays, "29-31", "2026-02", &[]);
        days(Field::Monthdays, "30-L", "2026-02", &[]);
        days(Field::Monthdays, "30-L", "2026-04", &[30]);
        days(Field::Monthdays, "31", "2026-04", &[]);
    }

    #[test]
    fn l_ends_ranges_of_monthdays_only_and_begins_none() {
        days(Field::Monthdays, "28-L", "2026-11", &[28, 29, 30]);
        days(Field::Monthdays, "3-L/9", "2026-11", &[3, 12, 21, 30]);
        assert!(Element::read(Field::Monthdays, "L-5").is_err());
        assert!(Element::read(Field::Weekdays, "mon-L").is_err());
        assert!(Element::read(Field::Months, "jan-L").is_err());
    }

    #[test]
    fn a_step_goes_from_a_value_or_a_range_to_the_end_of_the_domain() {
        days(Field::Monthdays, "1/7", "2026-11", &[1, 8, 15, 22, 29]);
        weekdays("mon/2", &[0, 2, 4, 6]);
        weekdays("sat/2", &[5]);
        weekdays("mon-fri/2", &[0, 2, 4]);
        months("jan/3", &[1, 4, 7, 10]);
        for text in ["L/2", "*/2", "?/2", "/2", "mon#1/2"] {
            assert!(Element::read(Field::Weekdays, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_step_of_several_digits_means_what_it_says() {
        days(Field::Monthdays, "1/12", "2026-11", &[1, 13, 25]);
        days(Field::Monthdays, "1-31/15", "2026-12", &[1, 16, 31]);
        days(Field::Monthdays, "1/31", "2026-12", &[1]);
        days(Field::Monthdays, "5/10", "2026-12", &[5, 15, 25]);
        weekdays("fri-tue/99999999999", &[4]);
    }

    #[test]
    fn a_step_of_zero_is_refused() {
        refused(
            Field::Monthdays,
            "1/0",
            "`1/0` has a step of 0, which never gets anywhere; write 1 or more",
        );
    }

    #[test]
    fn a_step_that_is_no_number_is_refused() {
        for text in ["mon/1.5", "mon/3x9", "mon/", "mon/-1", "mon/2/2"] {
            assert!(Element::read(Field::Weekdays, text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_nth_weekday_is_counted_in_the_month() {
        days(Field::Weekdays, "mon#1", "2026-11", &[2]);
        days(Field::Weekdays, "0#2", "2026-11", &[9]);
        days(Field::Weekdays, "sun#5", "2026-11", &[29]);
        days(Field::Weekdays, "tue#5", "2026-11", &[]);
        for text in ["mon#0", "mon#6", "mon #1", "mon# 1", "mon#", "#1", "L#1"] {
            assert!(Element::read(Field::Weekdays, text).is_err(), "{text}");
        }
        assert!(Element::read(Field::Monthdays, "1#1").is_err());
        assert!(Element::read(Field::Months, "jan#1").is_err());
    }

    #[test]
    fn the_last_of_a_weekday_is_written_with_l() {
        days(Field::Weekdays, "friL", "2026-11", &[27]);
        days(Field::Weekdays, "4l", "2026-11", &[27]);
        days(Field::Weekdays, "MONL", "2026-11", &[30]);
        days(Field::Weekdays, "sundayl", "2026-02", &[22]);
        for text in ["fri L", "7L", "LL"] {
            assert!(Element::read(Field::Weekdays, text).is_err(), "{text}");
        }
        assert!(Element::read(Field::Monthdays, "4L").is_err());
        assert!(Element::read(Field::Months, "4L").is_err());
    }

    #[test]
    fn the_nearest_working_day_never_leaves_the_month() {
        days(Field::Monthdays, "16W", "2026-11", &[16]); // a Monday
        days(Field::Monthdays, "14W", "2026-11", &[13]); // a Saturday
        days(Field::Monthdays, "15w", "2026-11", &[16]); // a Sunday
        days(Field::Monthdays, "1W", "2026-08", &[3]); // a Saturday, the first
        days(Field::Monthdays, "1W", "2026-11", &[2]); // a Sunday, the first
        days(Field::Monthdays, "31W", "2026-05", &[29]); // a Sunday, the last
        days(Field::Monthdays, "31W", "2026-10", &[30]); // a Saturday, the last
        for text in ["0W", "32W", "W", "1 W", "LW"] {
            assert!(Element::read(Field::Monthdays, text).is_err(), "{text}");
        }
        assert!(Element::read(Field::Weekdays, "1W").is_err());
        assert!(Element::read(Field::Months, "1W").is_err());
    }

    #[test]
    fn the_nearest_working_day_past_the_end_of_the_month_matches_no_day() {
        days(Field::Monthdays, "31W", "2026-04", &[]);
        days(Field::Monthdays, "29W", "2026-02", &[]);
    }

    #[test]
    fn what_cannot_be_read_is_quoted_with_what_can() {
        refused(
            Field::Weekdays,
            "7",
            "`7` is out of range; `weekdays` go from 0 to 6, Monday to Sunday",
        );
        refused(
            Field::Monthdays,
            "0",
            "`0` is out of range; `monthdays` go from 1 to 31",
        );
        refused(
            Field::Months,
            "1-13",
            "`13` is out of range; `months` go from 1 to 12",
        );
        refused(
            Field::Weekdays,
            "월-금",
            "`월-금` is not a weekday; write `mon`, `mon-fri`, `mon/2`, `mon#1`, `friL`, or 0 to 6 from Monday",
        );
    }

    #[test]
    fn no_text_makes_reading_fail_in_any_other_way() {
        let fragments = [
            "",
            "-",
            "/",
            "#",
            "l",
            "w",
            "*",
            "5",
            "mon",
            " ",
            "९",
            "추",
            "99999999999",
        ];
        for one in fragments {
            for two in fragments {
                for three in fragments {
                    for field in [Field::Weekdays, Field::Monthdays, Field::Months] {
                        if let Ok(element) = Element::read(field, &format!("{one}{two}{three}")) {
                            element.matches(field, &date("2028-02-29").into());
                        }
                    }
                }
            }
        }
    }
}
