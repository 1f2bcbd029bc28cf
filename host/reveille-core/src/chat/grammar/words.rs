//! The words that commands are made of, as data.

use super::josa::{Josa, stems};

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// It is about an exception.
    Exception,
    /// It is about an order that stands above the plan.
    Force,
    /// What one can say.
    Help,
    /// A list of all.
    Schedules,
    /// How the servers are.
    Status,
    /// How a day will be.
    Info,
    /// Only says that something should be shown.
    Show,
    /// Sets an exception.
    Set,
    /// Deletes an exception.
    Delete,
    /// Takes back.
    Cancel,
    /// Puts off the stop.
    Extend,
    /// Longer than now.
    More,
    /// Why.
    Why,
    /// Not at all, in place of a time.
    Nothing,
    /// Servers start.
    Start,
    /// Servers stop.
    Stop,
    /// Work begins: a start in exceptions only. Somebody who says `출근` in chat may merely have arrived.
    ComeIn,
    /// Work ends: a stop in exceptions only.
    GoHome,
    /// What was done; not a command of this version.
    History,
    /// It is about days off.
    Holiday,
    /// People work, though a day would be off.
    Work,
}

/// What was spoken of before: some words mean something only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Anything else.
    Anything,
    /// An exception.
    Exception,
    /// Days off.
    Holiday,
}

/// Every word in lower case, the best known of each meaning first: suggestions are taken from here in this order.
/// `-`, `_` and nothing at all are alike inside a word.
pub(super) const WORDS: &[(&str, Word)] = &[
    ("도움말", Word::Help),
    ("help", Word::Help),
    ("도움", Word::Help),
    ("명령어", Word::Help),
    ("사용법", Word::Help),
    ("헬프", Word::Help),
    ("h", Word::Help),
    ("상태", Word::Status),
    ("status", Word::Status),
    ("현황", Word::Status),
    ("조회", Word::Status),
    ("서버상태", Word::Status),
    ("살았니", Word::Status),
    ("st", Word::Status),
    ("s", Word::Status),
    ("정보", Word::Info),
    ("info", Word::Info),
    ("일정", Word::Info),
    ("스케줄", Word::Info),
    ("스케쥴", Word::Info),
    ("시간표", Word::Info),
    ("schedule", Word::Info),
    ("i", Word::Info),
    ("예외", Word::Exception),
    ("exception", Word::Exception),
    ("exceptions", Word::Exception),
    ("변경", Word::Exception),
    ("e", Word::Exception),
    ("설정", Word::Set),
    ("set", Word::Set),
    ("등록", Word::Set),
    ("추가", Word::Set),
    ("add", Word::Set),
    ("삭제", Word::Delete),
    ("delete", Word::Delete),
    ("del", Word::Delete),
    ("제거", Word::Delete),
    ("remove", Word::Delete),
    ("취소", Word::Cancel),
    ("cancel", Word::Cancel),
    ("해제", Word::Cancel),
    ("원래대로", Word::Cancel),
    ("목록", Word::Schedules),
    ("list", Word::Schedules),
    ("리스트", Word::Schedules),
    ("schedules", Word::Schedules),
    ("확인", Word::Show),
    ("show", Word::Show),
    ("시작", Word::Start),
    ("start", Word::Start),
    ("켜", Word::Start),
    ("켜기", Word::Start),
    ("기상", Word::Start),
    ("실행", Word::Start),
    ("가동", Word::Start),
    ("기동", Word::Start),
    ("on", Word::Start),
    ("중지", Word::Stop),
    ("stop", Word::Stop),
    ("꺼", Word::Stop),
    ("끄기", Word::Stop),
    ("정지", Word::Stop),
    ("취침", Word::Stop),
    ("소등", Word::Stop),
    ("off", Word::Stop),
    ("강제", Word::Force),
    ("force", Word::Force),
    ("연장", Word::Extend),
    ("extend", Word::Extend),
    ("늦춰", Word::Extend),
    ("야근", Word::Extend),
    ("더", Word::More),
    ("more", Word::More),
    ("이유", Word::Why),
    ("why", Word::Why),
    ("왜", Word::Why),
    ("없음", Word::Nothing),
    ("none", Word::Nothing),
    ("안함", Word::Nothing),
    ("쉼", Word::Nothing),
    ("출근", Word::ComeIn),
    ("퇴근", Word::GoHome),
    ("기록", Word::History),
    ("로그", Word::History),
    ("log", Word::History),
    ("누가", Word::History),
    ("휴일", Word::Holiday),
    ("공휴일", Word::Holiday),
    ("쉬는날", Word::Holiday),
    ("holiday", Word::Holiday),
    ("휴무", Word::Holiday),
    ("휴무일", Word::Holiday),
    ("holidays", Word::Holiday),
];

/// One letter that means something else once an exception is spoken of.
const AFTER_EXCEPTION: &[(&str, Word)] =
    &[("i", Word::Show), ("s", Word::Set), ("d", Word::Delete)];

/// Words that mean something once days off are spoken of.
const AFTER_HOLIDAY: &[(&str, Word)] = &[
    ("근무", Word::Work),
    ("work", Word::Work),
    ("근무일", Word::Work),
    ("working", Word::Work),
    ("특근", Word::Work),
    ("제외", Word::Work),
];

/// Words that are typed as two.
const IN_TWO: &[(&str, Word)] = &[
    ("안 함", Word::Nothing),
    ("쉬는 날", Word::Holiday),
    ("원래 대로", Word::Cancel),
];

/// What a verb may end with: politeness, and `do`.
const ENDINGS: &[&str] = &[
    "해주십시오",
    "해주세요",
    "해줘요",
    "해줘",
    "해라",
    "해요",
    "하십시오",
    "하세요",
    "하기",
    "하자",
    "해",
    "시켜주세요",
    "시켜줘",
    "시켜",
    "주십시오",
    "주세요",
    "줘요",
    "줘",
    "라",
    "요",
];

/// Words that say nothing about what is wanted.
const FILLERS: &[&str] = &[
    "부탁드립니다",
    "부탁드려요",
    "부탁합니다",
    "부탁해요",
    "부탁해",
    "부탁",
    "해줘",
    "해줘요",
    "해주세요",
    "해주십시오",
    "해",
    "해요",
    "줘",
    "주세요",
    "주십시오",
    "좀",
    "지금",
    "바로",
    "서버",
    "서버를",
    "서버들",
    "알려줘",
    "알려주세요",
    "보여줘",
    "보여주세요",
    "어때",
    "어때요",
    "감사합니다",
    "고맙습니다",
    "고마워",
    "please",
    "pls",
    "plz",
    "thanks",
    "ㅋㅋ",
    "ㅋㅋㅋ",
    "ㅎㅎ",
    "ㅎㅎㅎ",
    "ㅠㅠ",
    "ㅜㅜ",
];

/// Longest word, in bytes, that is looked at for words in it; `exceptiondelete` has 15.
const LONGEST_GLUED: usize = 48;

/// What `word` (in lower case) means; several meanings when words are glued together, as in `force_start` and
/// `예외설정`.
pub(super) fn meanings(word: &str, after: After) -> Option<Vec<Word>> {
    let only_then = match after {
        After::Anything => &[][..],
        After::Exception => AFTER_EXCEPTION,
        After::Holiday => AFTER_HOLIDAY,
    };
    if let Some((_, meaning)) = only_then
        .iter()
        .chain(IN_TWO)
        .find(|(known, _)| *known == word)
    {
        return Some(vec![*meaning]);
    }
    let word = word.replace(['-', '_'], "");
    let without_josa = stems(&word)
        .filter(|(_, josa)| matches!(josa, Josa::Bare | Josa::Other))
        .map(|(stem, _)| stem);
    let without_ending = ENDINGS
        .iter()
        .filter_map(|ending| word.strip_suffix(ending));
    without_josa.chain(without_ending).find_map(glued)
}

/// Whether `word` (in lower case) may be passed over. A sign is part of a length of time, and `- 2h` is none.
pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
        || word.starts_with('@')
        || !word.contains(|char: char| char.is_alphanumeric() || matches!(char, '+' | '-'))
}

/// `text` as one known word, or as several without anything between them. A single letter is never glued.
fn glued(text: &str) -> Option<Vec<Word>> {
    if text.len() > LONGEST_GLUED {
        return None;
    }
    if let Some(work) = text.strip_prefix("휴일")
        && AFTER_HOLIDAY.iter().any(|(known, _)| *known == work)
    {
        return Some(vec![Word::Holiday, Word::Work]);
    }
    if let Some((_, word)) = WORDS.iter().find(|(known, _)| *known == text) {
        return Some(vec![*word]);
    }
    WORDS
        .iter()
        .filter(|(known, _)| known.chars().nth(1).is_some())
        .find_map(|(known, word)| {
            let rest = text.strip_prefix(known)?;
            // One letter is too little to be sure of.
            rest.chars().nth(1)?;
            let mut words = glued(rest)?;
            words.insert(0, *word);
            Some(words)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &[Word]) {
        assert_eq!(
            meanings(word, After::Anything).unwrap_or_default(),
            expected,
            "{word}"
        );
    }

    #[test]
    fn joints_inside_a_verb_are_alike() {
        for word in ["force_start", "force-start", "forcestart"] {
            check(word, &[Word::Force, Word::Start]);
        }
        check("강제시작", &[Word::Force, Word::Start]);
        check("예외설정", &[Word::Exception, Word::Set]);
        check("스케줄목록", &[Word::Info, Word::Schedules]);
    }

    #[test]
    fn politeness_is_not_part_of_a_verb() {
        for word in [
            "꺼",
            "꺼줘",
            "꺼주세요",
            "꺼라",
            "꺼요",
            "중지해줘",
            "중지를",
            "중지해주십시오",
        ] {
            check(word, &[Word::Stop]);
        }
    }

    #[test]
    fn a_negation_or_another_verb_is_not_a_verb_we_know() {
        for word in [
            "꺼지마",
            "재시작",
            "시작하지마",
            "안꺼",
            "꺼졌어",
            "중지까지",
        ] {
            check(word, &[]);
        }
    }

    #[test]
    fn one_letter_changes_its_meaning_after_an_exception() {
        assert_eq!(meanings("s", After::Anything), Some(vec![Word::Status]));
        assert_eq!(meanings("s", After::Exception), Some(vec![Word::Set]));
        assert_eq!(meanings("d", After::Anything), None);
        assert_eq!(meanings("d", After::Exception), Some(vec![Word::Delete]));
    }

    #[test]
    fn no_word_has_two_entries() {
        for (index, (word, _)) in WORDS.iter().enumerate() {
            assert!(
                WORDS.iter().skip(index + 1).all(|(other, _)| other != word),
                "{word}"
            );
        }
    }
}
