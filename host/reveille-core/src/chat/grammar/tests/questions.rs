//! Messages that ask for something to be shown.

use super::*;

#[test]
fn help_needs_no_schedule() {
    for text in [
        "",
        "  ",
        "?",
        "??",
        "h",
        "help",
        "HELP",
        "도움말",
        "도움",
        "명령어",
        "사용법",
        "헬프",
        "/서버",
        "／서버 도움말",
        "ㅗ디ㅔ",
        "ehdnaakf",
        "도움말 부탁드립니다",
        "\u{1103}\u{1169}\u{110b}\u{116e}\u{11b7}\u{1106}\u{1161}\u{11af}",
    ] {
        assert_eq!(among(text), Ok(Command::Help), "{text}");
        assert_eq!(parse(text, &context(&[])), Ok(Command::Help), "{text}");
    }
}

#[test]
fn the_schedules_are_listed_without_one() {
    for text in [
        "목록",
        "list",
        "스케줄 목록",
        "스케쥴목록",
        "리스트",
        "목록 확인",
    ] {
        assert_eq!(among(text), Ok(Command::Schedules), "{text}");
    }
}

#[test]
fn status_is_asked_in_many_words() {
    all_mean(
        &Command::Status {
            schedule: DEV.into(),
        },
        "상태 | 현황 | 조회 | 서버상태 | 서버 상태 | 살았니 | 살았니? | st | s | status | STATUS |
         Status. | 상태! | 상태~ | 상태는 | 상태 좀 알려줘 | 상태 알려주세요!! | ㄴㅅㅁ션 | tkdxo |
         상\u{200b}태 | '상태' | \u{feff}ｓｔａｔｕｓ | 상태 ㅋㅋ | 상태 🙏 | 상태요 |
         status please | 확인",
    );
}

#[test]
fn a_keyword_in_front_is_passed_over() {
    let status = Ok(Command::Status {
        schedule: DEV.into(),
    });
    for text in [
        "/서버 상태",
        "／서버 상태",
        "/server status",
        "// 서버 상태",
    ] {
        assert_eq!(alone(text), status, "{text}");
    }
}

#[test]
fn a_schedule_alone_shows_its_status() {
    let status = |schedule: &str| {
        Ok(Command::Status {
            schedule: schedule.into(),
        })
    };
    assert_eq!(among("개발"), status(DEV));
    assert_eq!(among("STAGING"), status("staging"));
    assert_eq!(among("Star Team 상태"), status("star team"));
    assert_eq!(among("개발 서버 어때?"), status(DEV));
}

#[test]
fn a_day_is_shown_by_its_date() {
    let today = Command::Info {
        schedule: DEV.into(),
        date: None,
    };
    all_mean(
        &today,
        "정보 | info | 일정 | 스케줄 | 스케쥴 | 시간표 | i | ㅑㅜ래 | 일정을 알려줘",
    );
    all_mean(
        &info("2026-11-22"),
        "오늘 | 정보 오늘 | 오늘은 | 금일 일정 | 일요일 | today",
    );
    all_mean(
        &info("2026-11-23"),
        "내일 | 정보 내일 | 명일 | info 11/23(월) | 월욜 | 다음주 월 | 다음 주 월요일 | 23일",
    );
    all_mean(
        &info("2026-11-24"),
        "모레 | 11월 24일 | 11월24일 화요일 | 2026. 11. 24. | 화요일 시간표",
    );
    all_mean(&info("2026-11-21"), "어제 | 2026-11-21 | 어제 일정");
    all_mean(
        &info("2027-01-05"),
        "1/5 | 1-5 | 1–5 | 01/05 | 1월 5일 | １／５ | 27-1-5 | 20270105 | 2027 년 1 월 5 일",
    );
}

#[test]
fn exceptions_are_shown() {
    let all = Command::ExceptionList {
        schedule: DEV.into(),
    };
    all_mean(&all, "예외 목록 | exception list | 예외목록 | e list");
    let of = |date: Option<&str>| Command::ExceptionInfo {
        schedule: DEV.into(),
        date: date.map(day),
    };
    all_mean(
        &of(None),
        "예외 | 예외 조회 | 예외 확인 | 변경 | e | e i | exception info | ㄷㅌㅊ데샤ㅐㅜ ㅑㅜ래 |
         예외정보",
    );
    all_mean(
        &of(Some("2026-11-23")),
        "예외 내일 | 내일 예외 | exception info 2026-11-23 | e i 11/23 | 예외 확인 11/23(월)",
    );
}
