//! Messages about the calendar of a schedule.

use super::*;

fn holiday(first: &str, last: &str, name: Option<&str>, working: bool) -> Command {
    Command::SetHoliday {
        schedule: DEV.into(),
        first: day(first),
        last: day(last),
        name: name.map(str::to_owned),
        working,
    }
}

#[test]
fn the_calendar_is_shown() {
    all_mean(
        &Command::HolidayList {
            schedule: DEV.into(),
        },
        "휴일 | 휴일 목록 | 휴일목록 | 공휴일 | 쉬는 날 | 쉬는날 알려줘 | 휴무 | 휴무일 확인 | holiday | holidays |
         holiday list | 휴일 조회 | 휴일 정보 | ㅗㅐㅣㅑㅇ묘 ㅣㅑㄴㅅ",
    );
    all_mean(
        &info("2026-12-25"),
        "휴일 12/25 | 12/25 휴일 | 12월 25일 휴일?",
    );
}

#[test]
fn a_day_off_is_added_with_its_name() {
    all_mean(
        &holiday("2026-12-24", "2026-12-24", Some("창립기념일"), false),
        "휴일 추가 12/24 창립기념일 | 휴일추가 12/24 창립기념일 | 휴일 등록 12월 24일 창립기념일 |
         holiday add 2026-12-24 창립기념일 | 휴일 추가 12/24(목) 창립기념일 해주세요 |
         12/24 휴일 추가 창립기념일 | 휴일 12/24 추가 창립기념일 | 휴일 추가 창립기념일 12/24 |
         12/24 창립기념일 휴일 추가 | 휴무 추가 12/24 '창립기념일' | 공휴일 추가: 12/24 창립기념일!",
    );
    all_mean(
        &holiday(
            "2026-12-24",
            "2026-12-24",
            Some("서비스 중지 없는 날 9시"),
            false,
        ),
        "휴일 추가 12/24 서비스 중지 없는 날 9시",
    );
    all_mean(
        &holiday("2026-12-24", "2026-12-24", None, false),
        "휴일 추가 12/24 | holiday add 12/24 | 12/24 휴일 추가 부탁드립니다 | 12월 24일 휴일로 추가해줘",
    );
    assert_eq!(
        alone("휴일 추가 12/24 Foundation Day"),
        Ok(holiday(
            "2026-12-24",
            "2026-12-24",
            Some("Foundation Day"),
            false
        ))
    );
}

#[test]
fn several_days_are_added_at_once() {
    all_mean(
        &holiday("2026-12-29", "2026-12-31", Some("연말 휴무"), false),
        "휴일 추가 12/29~12/31 연말 휴무 | 휴일 추가 12/29 ~ 12/31 연말 휴무 | 휴일 추가 12/29-31 연말 휴무 |
         휴일 추가 12/29부터 12/31까지 연말 휴무 | 휴일 추가 12월 29일부터 31일까지 연말 휴무 |
         holiday add 2026-12-29~2026-12-31 연말 휴무 | 12/29~12/31 휴일 추가 연말 휴무",
    );
    all_mean(
        &holiday("2026-12-31", "2027-01-02", None, false),
        "휴일 추가 12/31~1/2 | 휴일 추가 12/31부터 1/2까지",
    );
    assert_eq!(
        alone("휴일 추가 12/1~1/1"),
        Err(Refusal::TooManyDays {
            text: "12/1~1/1".to_owned(),
            most: MOST_DAYS
        })
    );
}

#[test]
fn a_day_is_worked_on_though_it_would_be_off() {
    all_mean(
        &holiday("2026-12-25", "2026-12-25", Some("연말 배포"), true),
        "휴일 근무 12/25 연말 배포 | 휴일근무 12/25 연말 배포 | holiday work 12/25 연말 배포 |
         휴일 제외 12/25 연말 배포 | 12/25 휴일 근무 연말 배포",
    );
    all_mean(
        &holiday("2026-12-25", "2026-12-25", None, true),
        "휴일 근무 12/25 | 휴일 특근 12/25 | 휴일 12/25 근무 | holiday working 2026-12-25",
    );
}

#[test]
fn days_are_taken_out_again() {
    let delete = |first: &str, last: &str| Command::DeleteHoliday {
        schedule: DEV.into(),
        first: day(first),
        last: day(last),
    };
    all_mean(
        &delete("2026-12-24", "2026-12-24"),
        "휴일 삭제 12/24 | 휴일삭제 12/24 | holiday del 12/24 | 휴일 취소 12/24 | 12/24 휴일 삭제해줘 |
         휴일 제거 12월 24일 | holiday remove 2026-12-24",
    );
    all_mean(&delete("2026-12-29", "2026-12-31"), "휴일 삭제 12/29~31");
    all_mean(&delete("2026-01-01", "2026-01-01"), "휴일 삭제 2026-01-01");
}

#[test]
fn what_is_no_name_is_not_taken_for_one() {
    not_understood("개발 휴일 추가 12/24 취소", "취소", None);
    not_understood("개발 휴일 추가 12/24 중지", "중지", None);
    not_understood("개발 휴일 추거 12/24", "추거", Some("추가"));
    not_understood("개발 휴일 추가 12/24..26 휴무", "12/24..26", None);
    not_understood("개발쓰 개발 휴일 추가 12/24", "개발쓰", None);
    not_understood("개발 휴일 삭제 12/24 창립기념일", "창립기념일", None);
    assert_eq!(
        alone("휴일 추가 어제 휴무"),
        Err(Refusal::PastDate(day("2026-11-21")))
    );
    let long = "가".repeat(101);
    assert_eq!(
        alone(&format!("휴일 추가 12/24 {long}")),
        Err(Refusal::NameTooLong { longest_chars: 100 })
    );
    assert!(matches!(
        among("휴일 추가 12/24 창립기념일"),
        Err(Refusal::ScheduleNeeded(_))
    ));
}
