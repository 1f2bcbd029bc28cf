//! Decimal digits of every script, as Python's `\d` has them: Korean and Japanese keyboards write `１-５`.

/// The zeros of Unicode 14; nine digits follow each.
const ZEROS: [u32; 66] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// The value of a digit.
pub fn digit(character: char) -> Option<u32> {
    if character.is_ascii() {
        return character.to_digit(10);
    }
    let code = u32::from(character);
    let zero = ZEROS.get(ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?)?;
    Some(code - zero).filter(|&value| value <= 9)
}

/// The value of a text that is digits and nothing else. Leading zeros are fine; what is too large for the type is its
/// largest value, which is outside every range that periods know.
pub fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0u32, |value, character| {
        Some(value.saturating_mul(10).saturating_add(digit(character)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        assert_eq!(number("05"), Some(5));
        assert_eq!(number("１２"), Some(12));
        assert_eq!(number("0９"), Some(9));
        assert_eq!(number("٣"), Some(3));
        assert_eq!(number("𝟡"), Some(9));
    }

    #[test]
    fn what_only_looks_like_a_digit_is_none() {
        for text in ["", "-1", "+1", "1.5", " 1", "²", "½", "一", "Ⅳ", "①", "1a"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_beyond_all_ranges_stays_beyond_them() {
        assert_eq!(number("99999999999999999999"), Some(u32::MAX));
        assert_eq!(number("000000000000000000007"), Some(7));
    }
}
