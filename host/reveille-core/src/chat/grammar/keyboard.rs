//! The two-set (두벌식) keyboard: which keys a text is typed with. `상태` and `tkdxo` are the same keys, and so are
//! `help` and `ㅗ디ㅔ`; distances between words are counted in keys too, because that is where slips happen.

const SYLLABLES: std::ops::RangeInclusive<char> = '가'..='힣';
const VOWELS: u32 = 21;
const FINALS: u32 = 28;

/// The letters that begin a syllable, in Unicode's order, with the keys that type them.
const LEADING: [(char, &str); 19] = [
    ('ㄱ', "r"),
    ('ㄲ', "r"),
    ('ㄴ', "s"),
    ('ㄷ', "e"),
    ('ㄸ', "e"),
    ('ㄹ', "f"),
    ('ㅁ', "a"),
    ('ㅂ', "q"),
    ('ㅃ', "q"),
    ('ㅅ', "t"),
    ('ㅆ', "t"),
    ('ㅇ', "d"),
    ('ㅈ', "w"),
    ('ㅉ', "w"),
    ('ㅊ', "c"),
    ('ㅋ', "z"),
    ('ㅌ', "x"),
    ('ㅍ', "v"),
    ('ㅎ', "g"),
];

/// The vowels.
const VOWEL: [(char, &str); 21] = [
    ('ㅏ', "k"),
    ('ㅐ', "o"),
    ('ㅑ', "i"),
    ('ㅒ', "o"),
    ('ㅓ', "j"),
    ('ㅔ', "p"),
    ('ㅕ', "u"),
    ('ㅖ', "p"),
    ('ㅗ', "h"),
    ('ㅘ', "hk"),
    ('ㅙ', "ho"),
    ('ㅚ', "hl"),
    ('ㅛ', "y"),
    ('ㅜ', "n"),
    ('ㅝ', "nj"),
    ('ㅞ', "np"),
    ('ㅟ', "nl"),
    ('ㅠ', "b"),
    ('ㅡ', "m"),
    ('ㅢ', "ml"),
    ('ㅣ', "l"),
];

/// The letters that end a syllable.
const TRAILING: [(char, &str); 27] = [
    ('ㄱ', "r"),
    ('ㄲ', "r"),
    ('ㄳ', "rt"),
    ('ㄴ', "s"),
    ('ㄵ', "sw"),
    ('ㄶ', "sg"),
    ('ㄷ', "e"),
    ('ㄹ', "f"),
    ('ㄺ', "fr"),
    ('ㄻ', "fa"),
    ('ㄼ', "fq"),
    ('ㄽ', "ft"),
    ('ㄾ', "fx"),
    ('ㄿ', "fv"),
    ('ㅀ', "fg"),
    ('ㅁ', "a"),
    ('ㅂ', "q"),
    ('ㅄ', "qt"),
    ('ㅅ', "t"),
    ('ㅆ', "t"),
    ('ㅇ', "d"),
    ('ㅈ', "w"),
    ('ㅊ', "c"),
    ('ㅋ', "z"),
    ('ㅌ', "x"),
    ('ㅍ', "v"),
    ('ㅎ', "g"),
];

/// The keys that type `text`, Shift left out, with what is not Hangul in lower case.
pub(super) fn keys(text: &str) -> String {
    let mut keys = String::with_capacity(text.len());
    for char in text.chars() {
        if SYLLABLES.contains(&char) {
            let index = u32::from(char) - u32::from('가');
            let letters = [
                letter(&LEADING, index / (VOWELS * FINALS)),
                letter(&VOWEL, index / FINALS % VOWELS),
                (index % FINALS)
                    .checked_sub(1)
                    .and_then(|last| letter(&TRAILING, last)),
            ];
            keys.extend(letters.into_iter().flatten().map(|(_, keys)| keys));
        } else if let Some((_, typed)) = LEADING
            .iter()
            .chain(&VOWEL)
            .chain(&TRAILING)
            .find(|(letter, _)| *letter == char)
        {
            keys.push_str(typed);
        } else {
            keys.extend(char.to_lowercase());
        }
    }
    keys
}

/// Whether `char` is a Hangul syllable or letter.
pub(super) fn is_hangul(char: char) -> bool {
    SYLLABLES.contains(&char) || ('ㄱ'..='ㅣ').contains(&char)
}

/// A letter that NFKC turned into a part of a syllable, as the letter that stands alone; any other character as it
/// is.
pub(super) fn lone_letter(char: char) -> char {
    let lone = match char {
        // The two clusters that Unicode folds into letters of old Korean.
        '\u{1121}' => return 'ㅄ',
        '\u{111a}' => return 'ㅀ',
        '\u{1100}'..='\u{1112}' => letter(&LEADING, u32::from(char) - 0x1100),
        '\u{1161}'..='\u{1175}' => letter(&VOWEL, u32::from(char) - 0x1161),
        '\u{11a8}'..='\u{11c2}' => letter(&TRAILING, u32::from(char) - 0x11a8),
        _ => None,
    };
    lone.map_or(char, |(letter, _)| letter)
}

fn letter(letters: &[(char, &'static str)], index: u32) -> Option<(char, &'static str)> {
    letters.get(usize::try_from(index).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::grammar::text::normalised;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        assert_eq!(keys(&normalised(typed)), expected);
    }

    #[test]
    fn english_typed_on_the_korean_layout_is_found() {
        for (typed, meant) in [
            ("ㅗ디ㅔ", "help"),
            ("ㄴㅅㅁ션", "status"),
            ("ㅑㅜ래", "info"),
            ("ㄷㅌㅊ데샤ㅐㅜ", "exception"),
            ("ㄴㄷㅅ", "set"),
            ("ㅇ디", "del"),
            ("ㄴㅅㅁㄱㅅ", "start"),
            ("ㄴㅅㅁㄳ", "start"),
            ("ㄴ새ㅔ", "stop"),
            ("랙ㅊㄷ_ㄴㅅㅁㄱㅅ", "force_start"),
            ("ㄷㅌㅅ둥", "extend"),
        ] {
            check(typed, meant);
        }
    }

    #[test]
    fn korean_typed_on_the_english_layout_is_the_same_keys() {
        check("상태", "tkdxo");
        check("도움말", "ehdnaakf");
        check("예외", "dpdhl");
        check("ㅄ값ㅀ", "qtrkqtfg");
    }

    #[test]
    fn the_letters_follow_the_order_of_unicode() {
        for (index, (letter, _)) in (0_u32..).zip(LEADING) {
            assert_eq!(
                char::from_u32(0x1100 + index).map(lone_letter),
                Some(letter)
            );
        }
        assert_eq!(keys("힣"), "glg");
        assert_eq!(keys("닭"), "ekfr");
    }
}
