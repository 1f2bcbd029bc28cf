//! Times of the day as people write them.

use crate::digit::digit;
use crate::{DAY, types::Minute};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;

/// Reads `H:MM` or `HH:MM`, 0:00 to 24:00, in digits of any script; nothing else, not even spaces around it.
///
/// ```
/// use reveille_sdk::clock::time;
///
/// assert_eq!(time("9:30"), Some(570));
/// assert_eq!(time("24:00"), Some(1440));
/// assert_eq!(time("930"), None);
/// ```
pub fn time(text: &str) -> Option<Minute> {
    let mut digits = [0u32; 4];
    let (hour, minute) = text.split_once(':')?;
    let pad = match hour.chars().count() {
        1 => 1,
        2 => 0,
        _ => return None,
    };
    if minute.chars().count() != 2 {
        return None;
    }
    for (place, character) in digits
        .iter_mut()
        .skip(pad)
        .zip(hour.chars().chain(minute.chars()))
    {
        *place = digit(character)?;
    }
    let [tens, hours, sixths, minutes] = digits;
    let minute_of_day = Minute::try_from((tens * 10 + hours) * 60 + sixths * 10 + minutes).ok()?;
    (sixths < 6 && minute_of_day <= DAY).then_some(minute_of_day)
}

/// A time of the day in a rule's configuration, written as [`time`] reads it; inside is its minute.
///
/// ```
/// use reveille_sdk::clock::Time;
///
/// #[derive(serde::Deserialize)]
/// struct Config {
///     from: Time,
/// }
///
/// let config: Config = reveille_sdk::config::read(r#"{ "from": "16:30" }"#).unwrap();
/// assert_eq!(config.from, Time(990));
/// assert_eq!(config.from.to_string(), "16:30");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub Minute);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        time(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a time; write it as 09:30")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_or_two_digits_a_colon_and_two_digits() {
        assert_eq!(time("9:00"), Some(540));
        assert_eq!(time("09:05"), Some(545));
        assert_eq!(time("0:00"), Some(0));
        assert_eq!(time("23:59"), Some(1439));
        for text in [
            "", "9", "9:5", "009:00", "9:000", "9.00", "9:00 ", " 9:00", "9:0a", "9:00:00",
            "-9:00", "9：00",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_may_be_written_with_full_width_digits() {
        assert_eq!(time("0９:00"), Some(540));
        assert_eq!(time("１８:３０"), Some(1110));
    }

    #[test]
    fn a_time_in_a_configuration_is_quoted_when_it_is_none() {
        let error = crate::config::read::<Time>(r#""four""#).unwrap_err();
        assert!(
            error.to_string().contains("`four` is not a time"),
            "{error}"
        );
        assert_eq!(
            crate::config::read::<Time>(r#""24:00""#).unwrap(),
            Time(DAY)
        );
    }

    #[test]
    fn the_clock_ends_at_24_00() {
        assert_eq!(time("24:00"), Some(1440));
        for text in ["24:01", "25:00", "99:99", "12:60", "23:60"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
