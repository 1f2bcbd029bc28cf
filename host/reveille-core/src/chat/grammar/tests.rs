//! Whole messages, in tables: what is typed, and what is understood.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{Duration, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::{
    chat::command::{ExtendTo, ForceEnd},
    model::{Turn, Want, reply::Topic},
};

const DEV: &str = "개발";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(date: &str, hour: u16, minute: u16) -> Moment {
    Moment {
        date: day(date),
        minute: Minute::at(hour, minute).unwrap(),
    }
}

/// Sunday, 22 November 2026, 18:00.
fn context(names: &[&str]) -> GrammarContext {
    let schedules = names.iter().map(|name| KnownSchedule {
        name: (*name).to_owned(),
        now: moment("2026-11-22", 18, 0),
    });
    GrammarContext {
        schedules: schedules.collect(),
    }
}

fn alone(text: &str) -> Result<Command, Refusal> {
    parse(text, &context(&[DEV]))
}

fn among(text: &str) -> Result<Command, Refusal> {
    parse(text, &context(&[DEV, "staging", "스테이징", "star team"]))
}

/// All `texts` are understood as `expected`, with the one schedule there is and with its name first and last.
#[track_caller]
fn all_mean(expected: &Command, texts: &[&str]) {
    for text in texts {
        assert_eq!(alone(text).as_ref(), Ok(expected), "{text}");
        for text in [format!("{DEV} {text}"), format!("{text} {DEV}")] {
            assert_eq!(among(&text).as_ref(), Ok(expected), "{text}");
        }
    }
}

#[track_caller]
fn not_understood(text: &str, word: &str, suggestion: Option<&str>) {
    match among(text) {
        Err(Refusal::NotUnderstood(unknown)) => {
            assert_eq!(unknown.text, word, "{text}");
            assert_eq!(unknown.suggestion.as_deref(), suggestion, "{text}");
        }
        other => assert_eq!(format!("{other:?}"), "NotUnderstood", "{text}"),
    }
}

fn info(date: &str) -> Command {
    Command::Info {
        schedule: DEV.into(),
        date: Some(day(date)),
    }
}

fn exception(date: &str, action: Turn, at: Option<(u16, u16)>) -> Command {
    Command::SetException {
        schedule: DEV.into(),
        date: day(date),
        action,
        at: at.map(|(hour, minute)| Minute::at(hour, minute).unwrap()),
    }
}

fn force(want: Want, end: ForceEnd) -> Command {
    Command::Force {
        schedule: DEV.into(),
        want,
        end,
    }
}

fn extend(to: ExtendTo) -> Command {
    Command::Extend {
        schedule: DEV.into(),
        to,
    }
}

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
        &[
            "상태",
            "현황",
            "조회",
            "서버상태",
            "서버 상태",
            "살았니",
            "살았니?",
            "st",
            "s",
            "status",
            "STATUS",
            "Status.",
            "상태!",
            "상태~",
            "상태는",
            "상태 좀 알려줘",
            "상태 알려주세요!!",
            "ㄴㅅㅁ션",
            "tkdxo",
            "상\u{200b}태",
            "'상태'",
            "\u{feff}ｓｔａｔｕｓ",
            "상태 ㅋㅋ",
            "상태 🙏",
            "상태요",
            "status please",
            "확인",
        ],
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
        &[
            "정보",
            "info",
            "일정",
            "스케줄",
            "스케쥴",
            "시간표",
            "i",
            "ㅑㅜ래",
            "일정을 알려줘",
        ],
    );
    all_mean(
        &info("2026-11-22"),
        &[
            "오늘",
            "정보 오늘",
            "오늘은",
            "금일 일정",
            "일요일",
            "today",
        ],
    );
    all_mean(
        &info("2026-11-23"),
        &[
            "내일",
            "정보 내일",
            "명일",
            "info 11/23(월)",
            "월욜",
            "다음주 월",
            "다음 주 월요일",
            "23일",
        ],
    );
    all_mean(
        &info("2026-11-24"),
        &[
            "모레",
            "11월 24일",
            "11월24일 화요일",
            "2026. 11. 24.",
            "화요일 시간표",
        ],
    );
    all_mean(&info("2026-11-21"), &["어제", "2026-11-21", "어제 일정"]);
    all_mean(
        &info("2027-01-05"),
        &[
            "1/5",
            "1-5",
            "1–5",
            "01/05",
            "1월 5일",
            "１／５",
            "27-1-5",
            "20270105",
            "2027 년 1 월 5 일",
        ],
    );
}

#[test]
fn exceptions_are_shown() {
    let all = Command::ExceptionList {
        schedule: DEV.into(),
    };
    all_mean(&all, &["예외 목록", "exception list", "예외목록", "e list"]);
    let of = |date: Option<&str>| Command::ExceptionInfo {
        schedule: DEV.into(),
        date: date.map(day),
    };
    all_mean(
        &of(None),
        &[
            "예외",
            "예외 조회",
            "예외 확인",
            "변경",
            "e",
            "e i",
            "exception info",
            "ㄷㅌㅊ데샤ㅐㅜ ㅑㅜ래",
            "예외정보",
        ],
    );
    all_mean(
        &of(Some("2026-11-23")),
        &[
            "예외 내일",
            "내일 예외",
            "exception info 2026-11-23",
            "e i 11/23",
            "예외 확인 11/23(월)",
        ],
    );
}

#[test]
fn an_exception_is_set_in_any_order() {
    all_mean(
        &exception("2026-11-23", Turn::Stop, Some((23, 0))),
        &[
            "예외 설정 내일 중지 23시",
            "예외 내일 중지 23시",
            "exception set 2026-11-23 stop 23:00",
            "e s 11/23 stop 23:00",
            "예외 변경 내일 정지 오후 11시",
            "예외 등록 11/23(월) 끄기 23:00",
            "예외추가 내일 퇴근 2300",
            "변경 내일 중지 밤 11시",
            "내일 23시에 중지 예외 설정 부탁드립니다",
            "설정 내일 중지 11pm",
            "exception-set 2026.11.23 off 11:00 PM",
            "예외 설정: 내일 중지 ２３：００",
            "예외 설정 내일 중지 23시로 해줘",
        ],
    );
    all_mean(
        &exception("2026-11-23", Turn::Start, Some((9, 30))),
        &[
            "예외 설정 내일 시작 9시 반",
            "예외 설정 내일 출근 9시30분",
            "예외 내일 기동 아침 9시 30분",
            "예외 내일 켜기 0930",
            "예외 내일 on 930",
        ],
    );
    all_mean(
        &exception("2026-11-23", Turn::Start, None),
        &[
            "예외 설정 내일 시작 없음",
            "예외 내일 시작 안함",
            "예외 내일 시작 안 함",
            "예외 내일 시작 쉼",
            "exception set 2026-11-23 start None",
        ],
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((26, 0))),
        &[
            "예외 설정 오늘 중지 26:00",
            "예외 오늘 중지 새벽 2시",
            "예외 오늘 중지 26시",
            "예외 오늘 중지 2600",
        ],
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((24, 0))),
        &[
            "예외 오늘 중지 자정",
            "예외 오늘 중지 24:00",
            "예외 오늘 중지 밤 12시",
        ],
    );
    all_mean(
        &exception("2026-11-23", Turn::Stop, Some((47, 59))),
        &["예외 내일 중지 47:59"],
    );
    all_mean(
        &exception("2026-12-01", Turn::Stop, Some((5, 0))),
        &["예외 설정 12/1 중지 5시", "예외 설정 12/1 5시 중지"],
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((9, 0))),
        &["예외 오늘 중지 09:00", "예외 오늘 중지 오전 9시"],
    );
}

#[test]
fn an_exception_is_deleted() {
    let delete = Command::DeleteException {
        schedule: DEV.into(),
        date: day("2026-11-23"),
        action: Turn::Stop,
    };
    all_mean(
        &delete,
        &[
            "예외 삭제 내일 중지",
            "예외 취소 내일 중지",
            "예외 해제 내일 중지",
            "예외 제거 11/23 퇴근",
            "예외 내일 중지 원래대로",
            "exception del 2026-11-23 stop",
            "e d 2026-11-23 stop",
            "내일 중지 예외 취소해줘",
            "예외 내일 중지 원래 대로",
            "삭제 내일 중지",
        ],
    );
}

#[test]
fn servers_are_forced_until_the_plan_turns() {
    let start = force(Want::Run, ForceEnd::Plan);
    all_mean(
        &start,
        &[
            "시작",
            "강제시작",
            "강제 시작",
            "켜",
            "켜줘",
            "켜 줘",
            "기상",
            "실행",
            "가동",
            "on",
            "ON",
            "start",
            "force-start",
            "forcestart",
            "force_start",
            "Force Start",
            "forceStart",
            "시작해주세요",
            "서버 좀 켜주세요!",
            "지금 시작 부탁드립니다.",
        ],
    );
    let stop = force(Want::Stop, ForceEnd::Plan);
    all_mean(
        &stop,
        &[
            "중지",
            "강제중지",
            "강제 중지",
            "꺼",
            "꺼줘",
            "취침",
            "소등",
            "정지",
            "off",
            "stop",
            "force_stop",
            "중지를 해줘",
            "꺼 주세요 please",
        ],
    );
}

#[test]
fn a_forced_state_may_have_an_end() {
    let after = |minutes| force(Want::Run, ForceEnd::After(Duration::minutes(minutes)));
    all_mean(
        &after(240),
        &[
            "시작 4시간",
            "force_start 4h",
            "4시간 시작",
            "시작 4 시간",
            "시작 240분",
            "4시간만 켜줘",
            "4시간 동안 켜줘",
        ],
    );
    all_mean(
        &after(90),
        &[
            "시작 1시간 반",
            "시작 1.5시간",
            "시작 90m",
            "시작 1시간 30분",
            "켜 1h30m",
        ],
    );
    all_mean(
        &after(7 * 1440),
        &["시작 7일간", "시작 168시간", "켜 7d", "일주일 동안 켜줘"],
    );
    let until = |end| force(Want::Run, ForceEnd::At(end));
    all_mean(
        &until(moment("2026-11-22", 22, 0)),
        &[
            "시작 22시까지",
            "force_start 22:00",
            "22시까지 켜줘",
            "시작 22시까지로",
            "오후 10시까지 시작",
            "오늘 22시까지 켜줘",
            "시작 2200",
            "22시 까지 켜줘",
        ],
    );
    all_mean(
        &until(moment("2026-11-23", 2, 0)),
        &[
            "시작 02:00까지",
            "시작 새벽 2시까지",
            "시작 26:00",
            "내일 02:00까지 시작",
            "내일 새벽 2시까지 시작",
        ],
    );
    let stop = force(Want::Stop, ForceEnd::At(moment("2026-11-23", 9, 0)));
    all_mean(
        &stop,
        &[
            "중지 내일 9시까지",
            "내일 아침 9시까지 꺼줘",
            "중지 오전 9시까지",
            "stop 09:00",
        ],
    );
}

#[test]
fn a_forced_state_is_cancelled() {
    all_mean(
        &Command::Cancel {
            schedule: DEV.into(),
        },
        &[
            "취소",
            "강제 취소",
            "강제취소",
            "강제 해제",
            "해제",
            "cancel",
            "force cancel",
            "원래대로",
            "원래대로 해줘",
            "강제 시작 취소",
            "강제시작 해제",
        ],
    );
}

#[test]
fn the_stop_is_put_off() {
    let by = |minutes| extend(ExtendTo::By(Duration::minutes(minutes)));
    all_mean(
        &by(120),
        &[
            "연장 2시간",
            "2시간 더",
            "+2h",
            "+ 2h",
            "+2시간",
            "2시간 늦춰",
            "2시간 늦춰줘",
            "야근 2시간",
            "2시간 연장해주세요",
            "2시간만 더",
            "2 시간 더",
            "extend 2h",
            "두 시간 더",
        ],
    );
    all_mean(&by(720), &["연장 12시간"]);
    let until = |end| extend(ExtendTo::Until(end));
    all_mean(
        &until(moment("2026-11-22", 23, 0)),
        &[
            "23시까지",
            "연장 23시까지",
            "연장 23:00",
            "야근 23시",
            "23시로 늦춰줘",
            "밤 11시까지 야근",
            "오늘 23시까지",
        ],
    );
    all_mean(
        &until(moment("2026-11-23", 2, 0)),
        &[
            "연장 내일 02:00",
            "연장 26:00",
            "새벽 2시까지",
            "내일 02:00까지",
        ],
    );
    all_mean(
        &until(moment("2026-11-22", 24, 0)),
        &["자정까지", "연장 자정"],
    );
}

#[test]
fn why_is_answered() {
    all_mean(
        &Command::Why {
            schedule: DEV.into(),
        },
        &[
            "왜",
            "왜?",
            "이유",
            "why",
            "왜 중지",
            "이유를 알려줘",
            "이유가?",
        ],
    );
}

#[test]
fn a_command_that_lacks_something_says_so() {
    for (text, topic) in [
        ("연장", Topic::Extend),
        ("야근", Topic::Extend),
        ("내일 연장", Topic::Extend),
        ("예외 설정", Topic::ExceptionSet),
        ("예외 설정 내일", Topic::ExceptionSet),
        ("예외 설정 내일 중지", Topic::ExceptionSet),
        ("예외 내일 중지", Topic::ExceptionSet),
        ("예외 내일 23시", Topic::ExceptionSet),
        ("예외 중지 23시", Topic::ExceptionSet),
        ("예외 삭제", Topic::ExceptionDelete),
        ("예외 삭제 내일", Topic::ExceptionDelete),
    ] {
        assert_eq!(alone(text), Err(Refusal::Incomplete(topic)), "{text}");
    }
}

#[test]
fn a_change_is_never_guessed() {
    not_understood("개발 stpo", "stpo", Some("stop"));
    not_understood("개발 중자", "중자", Some("중지"));
    not_understood("개발 ㄴ새ㅔ", "ㄴ새ㅔ", Some("stop"));
    not_understood(
        "개발 랙ㅊㄷ_ㄴㅅㅁㄱㅅ",
        "랙ㅊㄷ_ㄴㅅㅁㄱㅅ",
        Some("force_start"),
    );
    not_understood("개발 ㄷㅌㅅ둥 2h", "ㄷㅌㅅ둥", Some("extend"));
    not_understood("개발 wndwl", "wndwl", Some("중지"));
    not_understood("개발 예외 ㅇ디 내일 중지", "ㅇ디", Some("del"));
    not_understood("개발 예외 ㄴㄷㅅ 내일 중지 23시", "ㄴㄷㅅ", Some("set"));
    not_understood("개발 꺼지마", "꺼지마", None);
    not_understood("개발 중지 하지 마", "하지", None);
    not_understood("개발 재시작", "재시작", Some("시작"));
    not_understood("개발 시작 중지", "중지", None);
    not_understood("개발 상태 중지", "중지", None);
    not_understood("개발 퇴근", "퇴근", Some("중지"));
    not_understood("개발 중지 취소", "개발 중지 취소", Some("강제 취소"));
    not_understood("개발 staging 중지", "staging", None);
}

#[test]
fn slips_in_a_question_are_offered() {
    not_understood("개발 stauts", "stauts", Some("status"));
    not_understood("개발 stat", "stat", Some("status"));
    not_understood("상테", "상테", Some("상태"));
    not_understood("개발 예와", "예와", Some("예외"));
    not_understood("개발 기록", "기록", Some("이유"));
    not_understood("개발 누가 로그", "누가", Some("이유"));
    not_understood("개발 휴일", "휴일", Some("예외 설정 내일 시작 없음"));
    not_understood("점심 뭐 먹지", "점심", None);
    not_understood("개발 정보 내일 9시", "9시", None);
}

#[test]
fn a_turn_at_a_time_is_offered_as_an_exception() {
    not_understood(
        "개발 중지 내일 23시",
        "개발 중지 내일 23시",
        Some("예외 설정 내일 중지 23시"),
    );
    not_understood(
        "개발 9시에 시작해줘",
        "개발 9시에 시작해줘",
        Some("예외 설정 오늘 시작 9시"),
    );
    not_understood(
        "개발 시작 22시부터",
        "개발 시작 22시부터",
        Some("예외 설정 오늘 시작 22시"),
    );
    not_understood("개발 오늘 꺼줘", "개발 오늘 꺼줘", Some("중지"));
    not_understood(
        "개발 내일까지 시작",
        "개발 내일까지 시작",
        Some("시작 내일 24:00까지"),
    );
    not_understood("개발 23시", "23시", Some("23시까지"));
    not_understood("개발 2시간", "2시간", Some("2시간 더"));
    not_understood("개발 시작 2시간 더", "개발 시작 2시간 더", Some("2시간 더"));
}

#[test]
fn a_schedule_is_asked_for_when_there_are_several() {
    for text in [
        "상태",
        "중지",
        "예외 목록",
        "내일",
        "2시간 더",
        "ㄴㅅㅁ션",
        "시작 4시간",
    ] {
        assert!(
            matches!(among(text), Err(Refusal::ScheduleNeeded(names)) if names.len() == 4),
            "{text}"
        );
    }
    assert_eq!(
        parse("상태", &context(&[])),
        Err(Refusal::ScheduleNeeded(Vec::new()))
    );
}

#[test]
fn a_part_of_a_name_is_enough_for_a_question_only() {
    assert_eq!(
        among("스테 상태"),
        Ok(Command::Status {
            schedule: "스테이징".into()
        })
    );
    assert_eq!(
        among("상태 stag"),
        Ok(Command::Status {
            schedule: "staging".into()
        })
    );
    assert_eq!(
        among("sta 상태"),
        Err(Refusal::AmbiguousSchedule {
            name: "sta".into(),
            candidates: vec!["staging".into(), "star team".into()],
        })
    );
    let unknown = |name: &str, suggestion: Option<&str>| {
        Err(Refusal::UnknownSchedule {
            name: name.into(),
            known: vec![
                DEV.into(),
                "staging".into(),
                "스테이징".into(),
                "star team".into(),
            ],
            suggestion: suggestion.map(Into::into),
        })
    };
    assert_eq!(among("스테 중지"), unknown("스테", Some("스테이징")));
    assert_eq!(among("개발서버 중지"), unknown("개발서버", Some(DEV)));
    assert_eq!(among("stagign 상태"), unknown("stagign", Some("staging")));
    assert_eq!(among("배포 중지"), unknown("배포", None));
    assert_eq!(among("rkqkf 중지"), unknown("rkqkf", Some(DEV)));
    assert_eq!(
        among("roqkf 상태"),
        Ok(Command::Status {
            schedule: DEV.into()
        })
    );
}

#[test]
fn a_particle_is_taken_off_a_name_only_where_that_is_one() {
    let names = context(&["개발서버", "가을"]);
    let stop = |schedule: &str| {
        Ok(Command::Force {
            schedule: schedule.into(),
            want: Want::Stop,
            end: ForceEnd::Plan,
        })
    };
    assert_eq!(parse("개발서버를 꺼줘", &names), stop("개발서버"));
    assert_eq!(parse("가을 꺼줘", &names), stop("가을"));
    assert!(matches!(
        parse("가를 꺼줘", &names),
        Err(Refusal::UnknownSchedule { .. })
    ));
}

#[test]
fn dates_that_cannot_be_are_refused() {
    let unclear = |text: &str, word: &str, expected: Option<&str>| match alone(text) {
        Err(Refusal::UnclearDate(unknown)) => {
            assert_eq!(unknown.text, word, "{text}");
            assert_eq!(unknown.suggestion.as_deref(), expected, "{text}");
        }
        other => assert_eq!(format!("{other:?}"), "UnclearDate", "{text}"),
    };
    unclear(
        "예외 설정 11/23(화) 중지 23시",
        "11/23(화)",
        Some("2026-11-23"),
    );
    unclear(
        "예외 설정 11월 23일 화요일 중지 23시",
        "11월 23일 화요일",
        Some("2026-11-23"),
    );
    unclear("예외 설정 익일 중지 23시", "익일", Some("내일"));
    unclear("정보 설날", "설날", None);
    unclear("추석 다음날", "추석 다음날", None);
    unclear("정보 1/5~1/7", "1/5~1/7", Some("2027-01-05"));
    unclear("1/5-7", "1/5-7", Some("2027-01-05"));
    unclear("내일부터 금요일까지", "금요일까지", Some("2026-11-23"));
    unclear(
        "예외 설정 내일부터 중지 23시",
        "내일부터",
        Some("2026-11-23"),
    );
    unclear("이번주", "이번주", Some("2026-11-22"));
    unclear("다음 주", "다음 주", Some("2026-11-23"));
    assert_eq!(
        alone("예외 설정 2027-2-30 중지 23시"),
        Err(Refusal::ImpossibleDate {
            text: "2027-2-30".into(),
            nearest: Some(day("2027-02-28")),
        })
    );
    for text in [
        "예외 설정 어제 중지 23시",
        "예외 삭제 2026-11-21 중지",
        "연장 어제 23시까지",
    ] {
        assert_eq!(
            alone(text),
            Err(Refusal::PastDate(day("2026-11-21"))),
            "{text}"
        );
    }
}

#[test]
fn times_that_cannot_be_are_refused_or_asked_about() {
    let ambiguous = |text: &str, word: &str, hours: &[u16]| {
        assert_eq!(
            alone(text),
            Err(Refusal::AmbiguousTime {
                text: word.into(),
                candidates: hours.iter().map(|hour| Minute(hour * 60)).collect(),
            }),
            "{text}"
        );
    };
    ambiguous("예외 설정 오늘 중지 9시", "9시", &[21, 33]);
    ambiguous("9시까지", "9시까지", &[21, 33]);
    ambiguous("시작 5시까지", "5시까지", &[29]);
    ambiguous("예외 내일 시작 오전 12시", "오전 12시", &[12, 24]);
    for text in [
        "예외 설정 내일 중지 48:00",
        "예외 설정 내일 중지 25:70",
        "시작 99시까지",
        "예외 내일 중지 9~18시",
        "예외 내일 중지 9시 18시",
    ] {
        assert!(
            matches!(alone(text), Err(Refusal::UnclearTime(_))),
            "{text}"
        );
    }
    let bare_number = alone("예외 설정 내일 중지 23").unwrap_err();
    assert!(
        matches!(bare_number, Refusal::UnclearTime(unknown) if unknown.suggestion.as_deref() == Some("23시"))
    );
    assert_eq!(
        alone("시작 17:00"),
        Err(Refusal::PastTime(moment("2026-11-22", 17, 0)))
    );
}

#[test]
fn lengths_of_time_have_an_end() {
    let too_long = |text: &str, word: &str, longest_minutes| {
        let text_of = Refusal::TooLong {
            text: word.into(),
            longest_minutes,
        };
        assert_eq!(alone(text), Err(text_of), "{text}");
    };
    too_long("시작 8일간", "8일간", 7 * 1440);
    too_long("시작 169시간", "169시간", 7 * 1440);
    too_long("시작 2026-12-24 23:00까지", "23:00까지", 7 * 1440);
    too_long("연장 13시간", "13시간", 720);
    too_long("+99999999999999h", "+99999999999999h", 720);
    for text in ["시작 반나절", "연장 0시간", "연장 +2", "2시간 3시간 더"] {
        assert!(
            matches!(alone(text), Err(Refusal::UnclearDuration(_))),
            "{text}"
        );
    }
}

#[test]
fn dates_are_counted_from_the_day_of_the_schedule() {
    let mut context = context(&["서울", "하와이"]);
    context.schedules[1].now = moment("2026-11-21", 23, 0);
    let tomorrow = |schedule: &str, date: &str| {
        Ok(Command::Info {
            schedule: schedule.into(),
            date: Some(day(date)),
        })
    };
    assert_eq!(parse("서울 내일", &context), tomorrow("서울", "2026-11-23"));
    assert_eq!(
        parse("내일 하와이", &context),
        tomorrow("하와이", "2026-11-22")
    );
}

#[test]
fn a_text_that_is_too_long_is_not_read() {
    let too_long = Err(Refusal::TextTooLong {
        longest_chars: MAX_TEXT_CHARS,
    });
    assert_eq!(alone(&"가".repeat(501)), too_long);
    assert_eq!(alone(&"\u{fdfa}".repeat(400)), too_long);
    assert_eq!(alone(&"a".repeat(1_000_000)), too_long);
    assert!(matches!(
        alone(&"가".repeat(500)),
        Err(Refusal::NotUnderstood(_))
    ));
}

#[test]
fn command_words_cannot_name_a_schedule() {
    for word in [
        "help",
        "상태",
        "Status",
        "i",
        "s",
        "d",
        "force-start",
        "내일",
        "1/5",
        "9시",
        "2h",
        "서버",
        "더",
        "?",
    ] {
        assert!(is_command_word(word), "{word}");
    }
    for name in [
        "개발",
        "dev",
        "web-1",
        "Development",
        "office-hours",
        "야간조",
        "on-call",
    ] {
        assert!(!is_command_word(name), "{name}");
    }
}

/// The schedule that `command` would change.
fn changed(command: &Command) -> Option<&str> {
    match command {
        Command::SetException { schedule, .. }
        | Command::DeleteException { schedule, .. }
        | Command::Force { schedule, .. }
        | Command::Cancel { schedule }
        | Command::Extend { schedule, .. } => Some(schedule),
        Command::Help
        | Command::Schedules
        | Command::Status { .. }
        | Command::Info { .. }
        | Command::ExceptionInfo { .. }
        | Command::ExceptionList { .. }
        | Command::Why { .. } => None,
    }
}

/// Sentences of words that the grammar knows, and of some that it does not.
fn sentence() -> impl Strategy<Value = String> {
    let known = words::WORDS.iter().map(|(word, _)| (*word).to_owned());
    let others = [
        "개발",
        "개발을",
        "개",
        "STAGING",
        "stag",
        "스테이징",
        "star",
        "team",
        "내일",
        "1/5",
        "2/30",
        "11/23(화)",
        "9시",
        "새벽",
        "2시까지",
        "26:00",
        "4시간",
        "+2h",
        "900",
        "안",
        "말고",
        "ㄴ새ㅔ",
        "wndwl",
        "부탁",
        "(",
        "~",
        "5",
        "일",
        "년",
        "다음주",
        "월",
        "/",
        "🙏",
        "0",
    ];
    let pool: Vec<String> = known.chain(others.map(str::to_owned)).collect();
    let glue = prop_oneof![4 => Just(" "), 1 => Just("")];
    prop::collection::vec((prop::sample::select(pool), glue), 0..8).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, glue)| [word, glue.to_owned()])
            .collect()
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), keyword in any::<String>()) {
        let _ = among(&text);
        let _ = parse(&text, &context(&[]));
        let _ = without_keyword(&text, &keyword);
        let _ = is_command_word(&text);
    }

    #[test]
    fn no_text_of_hangul_and_digits_makes_it_panic(text in "[0-9ㄱ-ㅣ가-힣년월일시분오전후까지부터~/:. +-]{0,24}") {
        let _ = among(&text);
        let _ = alone(&text);
    }

    #[test]
    fn nothing_is_changed_without_its_full_name(text in sentence()) {
        if let Ok(command) = among(&text)
            && let Some(schedule) = changed(&command)
        {
            let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            prop_assert!(words.join(" ").contains(schedule), "{command:?}");
        }
        let _ = alone(&text);
    }

    #[test]
    fn an_exception_is_read_back_as_it_was_written(days in 0_u64..400, minute in 0_u16..2880, start in any::<bool>()) {
        let date = day("2026-11-22") + chrono::Days::new(days);
        let (action, word) = if start { (Turn::Start, "시작") } else { (Turn::Stop, "중지") };
        let minute = Minute(minute);
        let expected = Command::SetException { schedule: DEV.into(), date, action, at: Some(minute) };
        prop_assert_eq!(among(&format!("개발 예외 설정 {date} {word} {minute}")), Ok(expected));
    }
}
