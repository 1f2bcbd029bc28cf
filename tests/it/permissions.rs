//! Who may see what, and who may change it.

use serde_json::{Value, json};

use crate::{
    conversation::{put, seed, server},
    house::{House, Place},
};

const DEFINITIONS: &str = "\
periods:
  office: { begintime: \"09:00\", endtime: \"18:00\", weekdays: mon-fri }
schedules:
  mobile: { timezone: Asia/Seoul, periods: [office] }
  mobilepay: { timezone: Asia/Seoul, periods: [office], allow: [boss@example.com, 민수, 운영실] }
  payroll: { timezone: Asia/Seoul, periods: [office] }
";

const CONFIG: &str = "\
[jandi]
tokens = [
  { token = \"everything\" },
  { token = \"mobile-only\", schedules = [\"mobile\"] },
  { token = \"pay-only\", schedules = [\"mobilepay\", \"payroll\"] },
  { token = \"nothing\", schedules = [] },
]
";

/// A house on a Monday afternoon, its tokens configured.
fn house() -> House {
    let place = Place::new();
    let config = place.file("reveille.toml", CONFIG);
    place.file("house.yaml", DEFINITIONS);
    place.ok(&["apply", "-f", "house.yaml"]);
    put(
        &place,
        json!({"type": "schedule", "name": "payroll-old", "periods": ["lunch"]}),
    );
    seed(
        &place,
        &[
            server("mobile-1", "mobile", None),
            server("mobilepay-1", "mobilepay", None),
            server("payroll-1", "payroll", None),
        ],
    );
    let config = config.display().to_string();
    House::start(
        place,
        &[
            "--config",
            &config,
            "--at",
            "2026-11-23 13:00",
            "--freeze",
            "serve",
            "--no-timer",
            "--listen",
            "127.0.0.1:0",
        ],
    )
}

/// What a token is answered.
fn ask(house: &House, token: &str, words: &str) -> String {
    let answer = house
        .post(&json!({"token": token, "text": format!("/서버 {words}"), "keyword": "서버", "writerName": "하나"}));
    answer.message()
}

/// What somebody is answered who may see everything.
fn ask_as(house: &House, writer: Value, words: &str) -> String {
    let mut payload =
        json!({"token": "everything", "data": words, "keyword": "서버", "roomName": "개발"});
    for (key, value) in writer.as_object().expect("an object") {
        payload[key] = value.clone();
    }
    house.post(&payload).message()
}

#[test]
fn a_schedule_that_a_token_may_not_see_does_not_exist_for_it() {
    let house = house();
    for words in [
        "",
        "help",
        "목록",
        "상태",
        "mobilepay 상태",
        "mobilepa 상태",
        "payroll 중지",
        "payrol 상태",
        "pay 정보",
        "payroll-old 상태",
        "mobilepay 예외 설정 내일 중지 23시",
        "급여 상태",
    ] {
        let shown = ask(&house, "mobile-only", words);
        // What was typed may be said back; nothing else may be known.
        let told = shown.replace(
            &format!("'{}'", words.split(' ').next().unwrap_or_default()),
            "",
        );
        assert!(!told.contains("pay"), "`{words}`: {shown}");
    }
    let asked = ask(&house, "mobile-only", "mobilepay 상태");
    assert_eq!(
        asked,
        ask(&house, "mobile-only", "mobilepax 상태").replace("mobilepax", "mobilepay"),
        "one that is hidden is answered as one that is not there"
    );
}

#[test]
fn what_a_token_may_see_is_listed_and_counted() {
    let house = house();
    assert!(ask(&house, "everything", "목록").contains("스케줄은 모두 4개입니다"));
    let seen = ask(&house, "pay-only", "목록");
    assert!(seen.contains("스케줄은 모두 2개입니다"), "{seen}");
    assert!(
        seen.contains("mobilepay") && seen.contains("payroll :"),
        "{seen}"
    );
    assert!(
        !seen.contains("mobile :") && !seen.contains("payroll-old"),
        "{seen}"
    );
}

#[test]
fn the_only_schedule_of_a_token_need_not_be_named() {
    let house = house();
    let shown = ask(&house, "mobile-only", "상태");
    assert!(shown.contains("mobile 스케줄, 총 1대"), "{shown}");
    let shown = ask(&house, "mobile-only", "연장 1시간");
    assert!(
        shown.contains("mobile 스케줄, 중지 시각을 늦췄습니다"),
        "{shown}"
    );
    assert!(ask(&house, "pay-only", "상태").contains("어느 스케줄인지"));
}

#[test]
fn a_prefix_that_is_unique_among_what_is_seen_is_enough() {
    let house = house();
    assert!(ask(&house, "everything", "mobi 상태").contains("mobile, mobilepay"));
    assert!(ask(&house, "mobile-only", "mobi 상태").contains("mobile 스케줄"));
    assert!(ask(&house, "pay-only", "mobi 상태").contains("mobilepay 스케줄"));
}

#[test]
fn a_token_without_schedules_sees_that_there_are_none() {
    let house = house();
    for words in ["", "목록", "mobile 상태", "상태"] {
        let shown = ask(&house, "nothing", words);
        assert!(shown.contains("스케줄이 없습니다"), "`{words}`: {shown}");
        assert!(!shown.contains("pay"), "`{words}`: {shown}");
    }
}

#[test]
fn who_may_not_change_a_schedule_is_told_who_may() {
    let house = house();
    let stranger = || json!({"writerName": "하나", "writerEmail": "hana@example.com"});
    for words in [
        "mobilepay 시작",
        "mobilepay 중지",
        "mobilepay 연장 1시간",
        "mobilepay 취소",
        "mobilepay 예외 설정 내일 중지 23시",
        "mobilepay 예외 삭제 내일 중지",
    ] {
        let shown = ask_as(&house, stranger(), words);
        assert!(shown.contains("바꿀 권한이 없습니다"), "`{words}`: {shown}");
        for allowed in ["boss@example.com", "민수", "운영실"] {
            assert!(shown.contains(allowed), "`{words}`: {shown}");
        }
    }
    for words in [
        "mobilepay 상태",
        "mobilepay 정보",
        "mobilepay 이유",
        "mobilepay 예외",
    ] {
        let shown = ask_as(&house, stranger(), words);
        // What it tells of others' refusals is no refusal.
        let answered = shown.replace("거절: 권한 없음", "");
        assert!(!answered.contains("권한"), "`{words}`: {shown}");
    }
    assert!(ask_as(&house, stranger(), "mobilepay 상태").contains("실행 0, 중지 1"));
    assert!(!ask_as(&house, stranger(), "mobilepay 상태").contains("강제"));
}

#[test]
fn an_address_a_name_or_a_room_opens_a_schedule() {
    for writer in [
        json!({"writerName": "아무나", "writerEmail": "Boss@Example.com"}),
        json!({"writer": {"id": 7, "name": "아무나", "email": "boss@example.com"}}),
        json!({"writerName": "민수"}),
        json!({"writerName": "아무나", "roomName": "운영실"}),
    ] {
        let shown = ask_as(&house(), writer.clone(), "mobilepay 시작 1시간");
        assert!(shown.contains("강제 시작"), "{writer}: {shown}");
    }
}

#[test]
fn an_address_cannot_be_claimed_by_a_name_or_a_room() {
    let house = house();
    for writer in [
        json!({"writerName": "boss@example.com"}),
        json!({"writerName": "boss@example.com", "writerEmail": "hana@example.com"}),
        json!({"writerName": "하나", "roomName": "boss@example.com"}),
        json!({"writerName": "하나", "writerEmail": "boss@example.com.evil.example"}),
    ] {
        let shown = ask_as(&house, writer.clone(), "mobilepay 중지");
        assert!(shown.contains("바꿀 권한이 없습니다"), "{writer}: {shown}");
    }
}

#[test]
fn a_refusal_is_kept_with_who_tried() {
    let house = house();
    let boss = || json!({"writerName": "사장", "writerEmail": "boss@example.com"});
    ask_as(
        &house,
        json!({"writerName": "하나", "writerEmail": "hana@example.com"}),
        "mobilepay 중지",
    );
    let shown = ask_as(&house, boss(), "mobilepay 이유");
    assert!(
        shown.contains("강제 중지 · 하나 · mobilepay 중지 · 거절: 권한 없음"),
        "{shown}"
    );
}

#[test]
fn a_token_that_nobody_gave_out_is_answered_with_nothing() {
    let house = house();
    for token in ["", "Everything", "everything ", "mobile"] {
        let answer = house.post(&json!({"token": token, "data": "목록"}));
        assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{token}");
    }
}
