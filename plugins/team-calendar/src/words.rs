//! Words in titles.

/// Whether a text has a word; both as [`lower`] has them.
///
/// A word that begins or ends with a Latin letter or a digit does not count inside a longer one: `off` is in `Day off`,
/// not in `office`. In Korean, words are written together: `회식` is in `팀회식`.
pub(crate) fn has(text: &str, word: &str) -> bool {
    let splits = |inside: Option<char>, beside: Option<char>| {
        let is_latin =
            |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
        is_latin(inside) && is_latin(beside)
    };
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !splits(found.chars().next(), before) && !splits(found.chars().next_back(), after)
    })
}

/// A text in small letters.
pub(crate) fn lower(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            _ if c.is_ascii() => small.push(c.to_ascii_lowercase()),
            // Hangul has no case, and looking that up takes longer than everything else.
            '가'..='힣' => small.push(c),
            _ => small.extend(c.to_lowercase()),
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::lower;

    fn has(text: &str, word: &str) -> bool {
        super::has(&lower(text), &lower(word))
    }

    #[test]
    fn a_word_is_found_whatever_the_case_of_its_letters() {
        assert!(has("DEPLOY web", "deploy"));
        assert!(has("Équipe ÉTÉ", "été"));
    }

    #[test]
    fn a_latin_word_is_not_part_of_a_longer_one() {
        assert!(has("Day off!", "off"));
        assert!(has("off", "off"));
        assert!(!has("office", "off"));
        assert!(!has("kickoff", "off"));
        assert!(has("kickoff, day off", "off"));
        assert!(!has("v12", "v1"));
    }

    #[test]
    fn a_korean_word_is_found_in_a_compound() {
        assert!(has("팀회식(강남)", "회식"));
        assert!(has("QA배포", "QA"));
        assert!(!has("회의", "회식"));
    }
}
