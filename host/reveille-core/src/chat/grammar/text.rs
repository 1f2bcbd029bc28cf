//! The text of a message, freed of what keyboards and messengers do to it.

use unicode_normalization::UnicodeNormalization as _;

use super::keyboard;

/// Characters that end a word without being part of it. A tilde is politeness here: `상태~`.
const CLOSING: &[char] = &['.', ',', '!', '?', '~', ';', ':', '^', '\'', '"'];
/// Characters that open a word without being part of it.
const OPENING: &[char] = &['\'', '"', ','];

/// One word as it was typed, and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Normalised; this is what is quoted back.
    pub(super) typed: String,
    /// In lower case.
    pub(super) lower: String,
}

impl Token {
    /// A normalised word.
    pub(super) fn new(word: &str) -> Self {
        Self {
            typed: word.to_owned(),
            lower: word.to_lowercase(),
        }
    }
}

/// `raw` with compatibility forms folded (NFKC: full-width, decomposed Hangul), invisible characters removed, dashes
/// and tildes of all kinds made plain, and white space and control characters made single spaces.
pub(super) fn normalised(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for char in raw.chars().filter(|char| !is_invisible(*char)).nfkc() {
        let char = plain(char);
        if char != ' ' {
            text.push(char);
        } else if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// `text` without the punctuation around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches(OPENING).trim_end_matches(CLOSING)
}

/// The words of a normalised text; a `/keyword` in front is none of them.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut words = text.split_whitespace().peekable();
    words.next_if(|word| word.starts_with('/'));
    words.map(Token::new).collect()
}

/// The tokens as one word: `오후 9시` is `오후9시`. Between two digits a space stays, or `12/1 5` would be a 15th.
pub(super) fn joined(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        let digits_meet = text.ends_with(|char: char| char.is_ascii_digit())
            && token.lower.starts_with(|char: char| char.is_ascii_digit());
        if digits_meet {
            text.push(' ');
        }
        text.push_str(&token.lower);
    }
    trimmed(&text).to_owned()
}

/// The tokens as they were typed, without the punctuation around them.
pub(super) fn quoted(tokens: &[Token]) -> String {
    let words: Vec<&str> = tokens.iter().map(|token| token.typed.as_str()).collect();
    trimmed(&words.join(" ")).to_owned()
}

/// `text` without the `/keyword` that it begins with, normalised.
///
/// The keyword ends at a word boundary: white space, punctuation, or a change between Hangul and other letters
/// (`/서버status`). `/testing` does not begin with the keyword `test`; such a text stays whole.
#[must_use]
pub fn without_keyword(text: &str, keyword: &str) -> String {
    let text = normalised(text);
    let keyword = normalised(keyword).to_lowercase();
    let spoken = text.trim_start_matches(['/', ' ']);
    // Lower case may be longer than what it was made from, so the keyword is followed character by character.
    let mut rest = spoken.chars();
    let mut wanted = keyword.trim_start_matches('/').chars().peekable();
    let mut last = ' ';
    while wanted.peek().is_some() {
        let Some(char) = rest.next() else {
            return text;
        };
        last = char;
        if !char.to_lowercase().all(|char| wanted.next() == Some(char)) {
            return text;
        }
    }
    let at_boundary = rest.as_str().chars().next().is_none_or(|next| {
        !next.is_alphanumeric()
            || (next.is_alphabetic() && keyboard::is_hangul(next) != keyboard::is_hangul(last))
    });
    if at_boundary {
        rest.as_str().trim_start().to_owned()
    } else {
        text
    }
}

fn plain(char: char) -> char {
    match char {
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' => '-',
        '\u{2053}' | '\u{223c}' | '\u{301c}' => '~',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2236}' => ':',
        '\u{3002}' => '.',
        // The fillers stand where a Hangul syllable lacks a letter.
        '\u{115f}' | '\u{1160}' => ' ',
        _ if char.is_whitespace() || char.is_control() => ' ',
        _ => keyboard::lone_letter(char),
    }
}

fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{34f}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(normalised(raw), expected);
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        check("\u{1109}\u{1161}\u{11bc}\u{1110}\u{1162}", "상태");
    }

    #[test]
    fn full_width_is_folded() {
        check("／서버\u{3000}０９：００", "/서버 09:00");
    }

    #[test]
    fn invisible_characters_vanish() {
        check("\u{feff}상\u{200b}태\u{2060}", "상태");
    }

    #[test]
    fn every_kind_of_space_and_control_is_one_space() {
        check("\u{0}개발\u{a0}\t\n상태\r\n", "개발 상태");
    }

    #[test]
    fn dashes_and_tildes_are_plain() {
        check("1–5 1—5 1−5 1～5 1〜5", "1-5 1-5 1-5 1~5 1~5");
    }

    #[test]
    fn letters_typed_alone_stay_letters() {
        check("ㅗ디ㅔ ㄴㅅㅁㄳ ㅄ", "ㅗ디ㅔ ㄴㅅㅁㄳ ㅄ");
    }

    #[test]
    fn punctuation_around_a_word_is_not_part_of_it() {
        assert_eq!(trimmed("'상태'?!~"), "상태");
    }

    #[test]
    fn digits_do_not_flow_together() {
        assert_eq!(joined(&tokens("12/1 5")), "12/1 5");
        assert_eq!(joined(&tokens("2026. 1. 5.")), "2026.1.5");
        assert_eq!(joined(&tokens("오후 9 시 30 분")), "오후9시30분");
    }

    #[test]
    fn a_keyword_ends_at_a_word_boundary() {
        for (text, keyword, rest) in [
            ("/서버 개발 상태", "서버", "개발 상태"),
            ("／서버　상태", "서버", "상태"),
            ("/SERVER status", "server", "status"),
            ("/서버status", "서버", "status"),
            ("// 서버 상태", "서버", "상태"),
            ("/서버", "서버", ""),
            ("/서버, 상태", "/서버", ", 상태"),
            ("/testing", "test", "/testing"),
            ("/서버실 상태", "서버", "/서버실 상태"),
            ("/test2 status", "test", "/test2 status"),
            ("상태", "서버", "상태"),
        ] {
            assert_eq!(without_keyword(text, keyword), rest, "{text}");
        }
    }
}
