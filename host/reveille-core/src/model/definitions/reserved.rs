//! Names that a schedule cannot have, because commands begin with them.

use std::{collections::BTreeSet, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

/// Words that commands begin with; a schedule of such a name could not be spoken of. Compared by
/// [`is_reserved`], so one spelling of each stands for all.
///
/// Abbreviations of one letter are free, and so are the names of AWS Instance Scheduler's demo schedules, `running` and
/// `stopped`: people have such schedules, and one that is set aside leaves its servers alone.
pub const RESERVED_NAMES: &[&str] = &[
    // help
    "help",
    "도움말",
    "도움",
    "명령어",
    "사용법",
    "헬프",
    "?",
    // list
    "list",
    "schedules",
    "목록",
    "스케줄목록",
    "리스트",
    // status
    "status",
    "st",
    "상태",
    "현황",
    "조회",
    "서버상태",
    "살았니",
    // info
    "info",
    "정보",
    "일정",
    "스케줄",
    "schedule",
    "스케쥴",
    "시간표",
    "오늘",
    "내일",
    "모레",
    "이번주",
    // exception
    "exception",
    "exceptions",
    "예외",
    "변경",
    // force_start
    "force",
    "강제",
    "force_start",
    "start",
    "on",
    "강제시작",
    "시작",
    "켜",
    "켜줘",
    "켜기",
    "기상",
    "실행",
    "가동",
    "기동",
    // force_stop
    "force_stop",
    "stop",
    "off",
    "강제중지",
    "중지",
    "정지",
    "꺼",
    "꺼줘",
    "끄기",
    "취침",
    "소등",
    // cancel
    "cancel",
    "취소",
    "해제",
    "원래대로",
    // extend
    "extend",
    "연장",
    "늦춰",
    "야근",
    // why
    "why",
    "이유",
    "왜",
    // holiday
    "holiday",
    "휴일",
    "공휴일",
    "쉬는날",
    "휴무",
    "휴무일",
    // audit
    "audit",
    "log",
    "기록",
    "로그",
    "누가",
];

/// Whether `name` is one of [`RESERVED_NAMES`], however it is typed: in composed or decomposed Hangul, full-width
/// letters, any case, with `_`, `-` or a space between its parts.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    // Folding all of them takes longer than reading a whole schedule.
    static FOLDED: LazyLock<BTreeSet<String>> =
        LazyLock::new(|| RESERVED_NAMES.iter().map(|word| folded(word)).collect());
    FOLDED.contains(&folded(name))
}

fn folded(word: &str) -> String {
    word.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: bool) {
        assert_eq!(is_reserved(name), expected, "{name}");
    }

    #[test]
    fn a_verb_is_reserved_in_every_spelling() {
        for name in [
            "help",
            "HELP",
            "force-start",
            "ForceStart",
            "상태",
            "ｈｅｌｐ",
            "강제 시작",
        ] {
            check(name, true);
        }
    }

    #[test]
    fn decomposed_hangul_is_the_same_word() {
        check(&"도움말".nfd().collect::<String>(), true);
    }

    #[test]
    fn the_demo_schedules_of_aws_stay_usable() {
        for name in [
            "running",
            "stopped",
            "uk-office-hours",
            "scale-up-down",
            "개발",
        ] {
            check(name, false);
        }
    }
}
