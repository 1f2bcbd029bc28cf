//! The three fields of a period that select dates.

use crate::calendar::CalendarDay;
use crate::element::Element;
use reveille_sdk::digit::number;

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A field that selects dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `weekdays`: 0 to 6 from Monday, or names.
    Weekdays,
    /// `monthdays`: 1 to 31.
    Monthdays,
    /// `months`: 1 to 12, or names.
    Months,
}

impl Field {
    /// The attribute's name.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Weekdays => "weekdays",
            Self::Monthdays => "monthdays",
            Self::Months => "months",
        }
    }

    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Weekdays => "weekday",
            Self::Monthdays => "day of the month",
            Self::Months => "month",
        }
    }

    pub(crate) fn examples(self) -> &'static str {
        match self {
            Self::Weekdays => "`mon`, `mon-fri`, `mon/2`, `mon#1`, `friL`, or 0 to 6 from Monday",
            Self::Monthdays => "`1`, `1-7`, `20-L`, `1/7`, `15W`, `L`",
            Self::Months => "`jan`, `oct-mar`, `jan/3`, or 1 to 12",
        }
    }

    pub(crate) fn step_example(self) -> &'static str {
        match self {
            Self::Weekdays => "`mon-fri/2`",
            Self::Monthdays => "`1/7`",
            Self::Months => "`jan/3`",
        }
    }

    /// The lowest value.
    pub(crate) fn first(self) -> u32 {
        match self {
            Self::Weekdays => 0,
            Self::Monthdays | Self::Months => 1,
        }
    }

    /// The highest value on a date: months differ in length.
    pub(crate) fn last(self, date: &CalendarDay) -> u32 {
        match self {
            Self::Weekdays => 6,
            Self::Monthdays => date.days_in_month,
            Self::Months => 12,
        }
    }

    /// The highest value that may be written.
    fn highest(self) -> u32 {
        match self {
            Self::Weekdays => 6,
            Self::Monthdays => 31,
            Self::Months => 12,
        }
    }

    /// The value that a date has in this field.
    pub(crate) fn of(self, date: &CalendarDay) -> u32 {
        match self {
            Self::Weekdays => date.weekday,
            Self::Monthdays => date.day,
            Self::Months => date.month,
        }
    }

    /// A number that the field may have; otherwise the message that says which it may.
    pub(crate) fn in_range(self, text: &str, value: u32) -> Result<u32, String> {
        let (first, highest) = (self.first(), self.highest());
        if (first..=highest).contains(&value) {
            return Ok(value);
        }
        let note = if self == Self::Weekdays {
            ", Monday to Sunday"
        } else {
            ""
        };
        Err(format!(
            "`{text}` is out of range; `{}` go from {first} to {highest}{note}",
            self.attribute()
        ))
    }

    /// Reads a number or a name; none when the text is neither.
    ///
    /// # Errors
    ///
    /// When it is a number that the field does not have.
    pub(crate) fn value(self, text: &str) -> Result<Option<u32>, String> {
        if let Some(value) = number(text) {
            return self.in_range(text, value).map(Some);
        }
        let names: &[&str] = match self {
            Self::Weekdays => &WEEKDAYS,
            Self::Monthdays => &[],
            Self::Months => &MONTHS,
        };
        // Names are written in full or with their first three letters.
        let named = |name: &str| {
            text.eq_ignore_ascii_case(name)
                || name
                    .get(..3)
                    .is_some_and(|short| text.eq_ignore_ascii_case(short))
        };
        Ok((self.first()..)
            .zip(names)
            .find_map(|(value, name)| named(name).then_some(value)))
    }
}

/// The dates that a field selects: the union of its elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    field: Field,
    elements: Vec<Element>,
}

impl Selection {
    /// Reads the strings of an attribute, each of them an element or a comma list of elements.
    ///
    /// # Errors
    ///
    /// One message for every element that cannot be read, and one when there is none at all.
    pub fn read(field: Field, texts: &[String]) -> Result<Self, Vec<String>> {
        if texts.is_empty() {
            return Err(vec![format!(
                "the set is empty; name at least one {}, or leave it out",
                field.noun()
            )]);
        }
        let mut elements = Vec::with_capacity(texts.len());
        let mut faults = Vec::new();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            match Element::read(field, text) {
                Ok(element) => elements.push(element),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(Self { field, elements })
        } else {
            Err(faults)
        }
    }

    /// Whether a date is among them.
    pub fn contains(&self, date: &CalendarDay) -> bool {
        self.elements
            .iter()
            .any(|element| element.matches(self.field, date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reveille_sdk::testing::date;

    fn read(texts: &[&str]) -> Result<Selection, Vec<String>> {
        let texts: Vec<_> = texts.iter().map(|&text| text.to_owned()).collect();
        Selection::read(Field::Weekdays, &texts)
    }

    fn weekdays(texts: &[&str]) -> Vec<u16> {
        let selection = read(texts).unwrap();
        let monday = date("2026-11-23");
        (0..7)
            .filter(|&day| selection.contains(&monday.plus_days(day).into()))
            .collect()
    }

    #[test]
    fn strings_and_comma_lists_are_a_union() {
        assert_eq!(weekdays(&["mon, wed", "sat-sun"]), [0, 2, 5, 6]);
        assert_eq!(weekdays(&["mon", "mon"]), [0]);
    }

    #[test]
    fn an_asterisk_in_a_union_makes_it_every_day() {
        assert_eq!(weekdays(&["mon,*"]), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn an_empty_set_is_refused() {
        assert_eq!(
            read(&[]),
            Err(vec![
                "the set is empty; name at least one weekday, or leave it out".into()
            ])
        );
    }

    #[test]
    fn an_empty_element_is_refused() {
        for texts in [&["mon,,fri"][..], &["mon,"], &[""], &[" "], &["mon", ""]] {
            assert_eq!(read(texts).unwrap_err().len(), 1, "{texts:?}");
        }
    }

    #[test]
    fn every_element_that_cannot_be_read_is_told() {
        assert_eq!(read(&["mon,funday,7", "friday-?"]).unwrap_err().len(), 3);
    }

    #[test]
    fn an_element_that_cannot_be_read_spoils_even_every_day() {
        assert!(read(&["*,7"]).is_err());
    }
}
