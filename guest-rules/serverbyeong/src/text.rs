//! Text that others wrote (names, reasons, typed words), made fit to stand inside one of our lines.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Longest name of a schedule, group, server, rule or person that is shown.
pub(crate) const NAME_CHARS: usize = 60;
/// Longest reason, cause or fault that is shown; the contract allows a rule's reason 200.
pub(crate) const SENTENCE_CHARS: usize = 200;

/// Marks the place where text was cut.
const CUT: char = '…';

/// `text` as part of a line: composed, without control characters, line breaks or invisible marks, cut after
/// `max_chars`.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(4 * max_chars));
    let mut chars = 0;
    let mut gap = false;
    for char in composed(text).chars() {
        if char.is_whitespace() || char.is_control() {
            gap = chars > 0;
            continue;
        }
        if is_invisible(char) {
            continue;
        }
        // The messenger takes `](` for the middle of a link, and nobody but us may put links into a message.
        if char == '(' && clean.ends_with(']') {
            gap = true;
        }
        let needed = if gap { 2 } else { 1 };
        if chars + needed > max_chars {
            if chars >= max_chars {
                clean.pop();
                clean.truncate(clean.trim_end().len());
            }
            clean.push(CUT);
            return clean;
        }
        if gap {
            clean.push(' ');
            gap = false;
        }
        clean.push(char);
        chars += needed;
    }
    clean
}

/// A name, cut after [`NAME_CHARS`].
pub(crate) fn name(text: &str) -> String {
    clean(text, NAME_CHARS)
}

/// A reason, cause or fault, cut after [`SENTENCE_CHARS`].
pub(crate) fn sentence(text: &str) -> String {
    clean(text, SENTENCE_CHARS)
}

/// `text` in Unicode's composed form (NFC). Korean typed on a Mac arrives decomposed.
pub(crate) fn composed(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// Characters without a shape that hide text or turn its direction.
fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input, 10), expected);
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        check("web-1", "web-1");
        check("데이터베이스 2", "데이터베이스 2");
    }

    #[test]
    fn line_breaks_and_controls_become_one_space() {
        check(" a\r\n\tb\u{7}\u{2028}c ", "a b c");
    }

    #[test]
    fn invisible_marks_are_left_out() {
        check("a\u{202e}b\u{200b}c\u{feff}", "abc");
    }

    #[test]
    fn decomposed_korean_is_composed() {
        check("\u{1100}\u{1162}\u{1107}\u{1161}\u{11af}", "개발");
    }

    #[test]
    fn long_text_is_cut_with_a_mark_inside_the_limit() {
        check("1234567890", "1234567890");
        check("12345678901", "123456789…");
        check("123456789 1", "123456789…");
        check("12345678 90", "12345678…");
    }

    #[test]
    fn a_link_cannot_be_smuggled_in() {
        check("[a](b)", "[a] (b)");
    }
}
