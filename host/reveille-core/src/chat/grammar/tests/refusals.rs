//! Messages that are not understood, and what is offered instead.

use super::*;

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
        ("휴일 추가", Topic::HolidayAdd),
        ("휴일 추가 창립기념일", Topic::HolidayAdd),
        ("휴일 근무", Topic::HolidayWork),
        ("휴일 삭제", Topic::HolidayDelete),
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
    not_understood(
        "개발 23시 중지",
        "개발 23시 중지",
        Some("예외 설정 오늘 중지 23시"),
    );
    not_understood(
        "개발 중지 23시",
        "개발 중지 23시",
        Some("예외 설정 오늘 중지 23시"),
    );
    not_understood(
        "개발 22시 시작",
        "개발 22시 시작",
        Some("예외 설정 오늘 시작 22시"),
    );
    not_understood("개발 시작 3일", "개발 시작 3일", Some("시작 3일간"));
    not_understood("개발 내일 4시간 시작", "개발 내일 4시간 시작", None);
    not_understood("개발 연장 - 2h", "-", None);
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
    ambiguous("12시까지 야근", "12시까지", &[24, 36]);
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
fn a_second_date_does_not_take_the_blame_of_the_first() {
    match alone("정보 2/30 내일") {
        Err(Refusal::ImpossibleDate { text, nearest }) => {
            assert_eq!((text.as_str(), nearest), ("2/30", Some(day("2027-02-28"))));
        }
        other => assert_eq!(format!("{other:?}"), "ImpossibleDate"),
    }
    match alone("중지 9 10시까지") {
        Err(Refusal::UnclearTime(unknown)) => {
            assert_eq!(unknown.text, "9");
            assert_eq!(unknown.suggestion.as_deref(), Some("9시"));
        }
        other => assert_eq!(format!("{other:?}"), "UnclearTime"),
    }
}

#[test]
fn a_date_is_not_offered_in_place_of_itself() {
    assert_eq!(
        alone("정보 11/23 월요일 2026-11-23"),
        Ok(info("2026-11-23"))
    );
    match alone("정보 20261123 오늘 모레") {
        Err(Refusal::UnclearDate(unknown)) => {
            assert_eq!(unknown.text, "오늘");
            assert_eq!(unknown.suggestion.as_deref(), Some("2026-11-23"));
        }
        other => assert_eq!(format!("{other:?}"), "UnclearDate"),
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
