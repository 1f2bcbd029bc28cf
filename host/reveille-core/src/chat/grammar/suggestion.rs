//! What somebody probably meant. A guess is offered, and carried out only where it changes nothing.

use super::{
    keyboard,
    words::{self, After, WORDS},
};

/// More slips than these make another word.
const MOST_SLIPS: usize = 2;
/// Keys of a word for each slip in it: in a short word one slip is already another word.
const KEYS_PER_SLIP: usize = 3;
/// So many letters of a word are the word, not yet finished.
const BEGUN: usize = 3;
/// Words of more keys are not compared: no name or verb is near to them.
const LONGEST_COMPARED: usize = 128;

/// How many keys lie between two words in lower case; none when they are not alike.
pub(super) fn distance(typed: &str, known: &str) -> Option<usize> {
    if typed.len().max(known.len()) > LONGEST_COMPARED {
        return None;
    }
    let (typed, known) = (keyboard::keys(typed), keyboard::keys(known));
    let longer = typed.chars().count().max(known.chars().count());
    let slips = strsim::damerau_levenshtein(&typed, &known);
    (slips <= MOST_SLIPS.min(longer / KEYS_PER_SLIP)).then_some(slips)
}

/// Whether `typed` is `known` with the keyboard on the other language. Both are in lower case.
pub(super) fn is_other_layout(typed: &str, known: &str) -> bool {
    let has_hangul = |text: &str| text.contains(keyboard::is_hangul);
    has_hangul(typed) != has_hangul(known) && keyboard::keys(typed) == keyboard::keys(known)
}

/// The verb that `typed` (in lower case) is on the other language of the keyboard.
pub(super) fn other_layout(typed: &str) -> Option<String> {
    let keys = keyboard::keys(typed);
    if keys != typed {
        return words::meanings(&keys, After::Exception).map(|_| keys);
    }
    WORDS
        .iter()
        .find(|(word, _)| is_other_layout(typed, word))
        .map(|(word, _)| (*word).to_owned())
}

/// The verb that is nearest to `typed` (in lower case), with its distance.
pub(super) fn nearest_word(typed: &str) -> Option<(usize, &'static str)> {
    let words = WORDS.iter();
    words
        .filter_map(|(word, _)| {
            let is_begun = typed.chars().count() >= BEGUN && word.starts_with(typed);
            let slips = if is_begun { 0 } else { distance(typed, word)? };
            Some((slips, *word))
        })
        // The first of those that are equally near: the table begins with the best known ones.
        .min_by_key(|(slips, _)| *slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_find_the_word() {
        for (typed, meant) in [
            ("stauts", "status"),
            ("stat", "status"),
            ("상테", "상태"),
            ("예와", "예외"),
            ("중자", "중지"),
            ("stpo", "stop"),
            ("exeption", "exception"),
            ("도음말", "도움말"),
        ] {
            assert_eq!(
                nearest_word(typed).map(|(_, word)| word),
                Some(meant),
                "{typed}"
            );
        }
    }

    #[test]
    fn other_words_are_near_to_nothing() {
        for typed in ["배포", "kubernetes", "x", "고양이"] {
            assert_eq!(nearest_word(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_other_layout_is_found_both_ways() {
        for (typed, meant) in [
            ("ㅗ디ㅔ", "help"),
            ("ㄴㅅㅁ션", "status"),
            ("랙ㅊㄷ_ㄴㅅㅁㄱㅅ", "force_start"),
            ("ㅇ디", "del"),
            ("tkdxo", "상태"),
            ("ehdnaakf", "도움말"),
            ("wndwl", "중지"),
        ] {
            assert_eq!(other_layout(typed).as_deref(), Some(meant), "{typed}");
        }
        assert_eq!(other_layout("status"), None);
        assert_eq!(other_layout("상태"), None);
    }
}
