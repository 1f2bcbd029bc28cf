//! Text that comes out of the sandbox is shown in terminals, logs and chat: what could change how the rest is read is
//! taken out of it.

use std::borrow::Cow;

/// Whether a character acts on a terminal, a log or the direction of the text around it. The direction marks are
/// those of Unicode's "Trojan Source" advisory (2021).
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Text of one line: breaks and tabs become spaces, everything else that acts is taken out.
pub(crate) fn line(text: String) -> String {
    if !text.chars().any(acts) {
        return text;
    }
    text.chars()
        .filter_map(|character| match character {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
            other if acts(other) => None,
            other => Some(other),
        })
        .collect()
}

/// Text of several lines: breaks and tabs stay.
pub(crate) fn lines(text: String) -> String {
    if !text
        .chars()
        .any(|character| acts(character) && !matches!(character, '\n' | '\t'))
    {
        return text;
    }
    text.chars()
        .filter_map(|character| match character {
            '\u{2028}' | '\u{2029}' => Some('\n'),
            '\n' | '\t' => Some(character),
            other if acts(other) => None,
            other => Some(other),
        })
        .collect()
}

/// A log line: what acts is replaced, so that nobody forges a second line or hides the first.
pub(crate) fn log_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if acts(character) {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect()
}

/// The first `chars` characters.
pub(crate) fn shortened(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A number with commas: `10,000,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_words_and_loses_what_acts() {
        assert_eq!(
            line("one\ntwo\u{1b}[31m\u{202e}three\0".to_owned()),
            "one two[31mthree"
        );
    }

    #[test]
    fn lines_keep_their_breaks() {
        assert_eq!(lines("one\ntwo\r\u{7}".to_owned()), "one\ntwo");
    }

    #[test]
    fn a_log_line_cannot_forge_another() {
        assert_eq!(log_line("a\nERROR b"), "a\u{FFFD}ERROR b");
    }

    #[test]
    fn text_is_shortened_between_characters() {
        assert_eq!(shortened("추석 연휴", 2), "추석…");
        assert_eq!(shortened("추석", 2), "추석");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(10_000_000), "10,000,000");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
    }
}
