//! Lengths of time, as people write them: `90s`, `10m`, `6h`, `7d`.

use std::{ops::RangeInclusive, time::Duration};

use super::{ConfigError, given::Given};

/// The unit of each letter, in seconds.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];

/// Reads a number and a unit, within bounds.
pub(super) fn read(
    given: &Given,
    bounds: RangeInclusive<Duration>,
) -> Result<Duration, ConfigError> {
    parse(given.value())
        .filter(|it| bounds.contains(it))
        .ok_or_else(|| {
            given.wrong(format!(
                "write a time from `{}` to `{}`, such as `90s`, `10m`, `6h` or `7d`",
                write(*bounds.start()),
                write(*bounds.end())
            ))
        })
}

/// In the largest unit that leaves nothing over.
pub(crate) fn write(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (unit, length) = UNITS
        .into_iter()
        .rev()
        .find(|(_, length)| seconds >= *length && seconds.is_multiple_of(*length))
        .unwrap_or(('s', 1));
    format!("{}{unit}", seconds / length)
}

fn parse(text: &str) -> Option<Duration> {
    let (unit, length) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let digits = text.strip_suffix(unit)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    Some(Duration::from_secs(number.checked_mul(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_time() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("6h", 21_600), ("7d", 604_800)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "s",
            "10",
            "-1s",
            "+1s",
            "1.5h",
            "1 h",
            "1w",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_written_in_its_largest_unit() {
        for text in ["1s", "90s", "10m", "6h", "7d", "25h"] {
            assert_eq!(parse(text).map(write).as_deref(), Some(text));
        }
    }
}
