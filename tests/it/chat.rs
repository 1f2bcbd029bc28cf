//! What people in chat are answered, word for word: the conversations in `tests/golden/`.

use reveille_local::SimulatedServer;
use serde_json::json;

use crate::{
    component::component,
    conversation::{Conversation, holds, put, seed, server},
    house::{Place, data},
};

#[test]
fn a_day_in_the_office() {
    holds("weekday", Conversation::demo());
}

#[test]
fn a_saturday() {
    holds("weekend", Conversation::demo());
}

#[test]
fn orders_and_their_ends() {
    holds("force", Conversation::teams());
}

#[test]
fn exceptions_of_every_kind() {
    holds("exceptions", Conversation::teams());
}

#[test]
fn what_is_not_understood() {
    holds("mistakes", Conversation::teams());
}

#[test]
fn a_schedule_that_speaks_english() {
    holds("english", Conversation::teams());
}

#[test]
fn servers_that_do_not_do_as_they_are_told() {
    holds("troubles", Conversation::teams());
}

#[test]
fn an_order_outlives_the_process_that_took_it() {
    holds("restarts", Conversation::teams());
}

#[test]
fn after_an_outage_what_is_wanted_now_is_done() {
    holds("outage", Conversation::teams());
}

#[test]
fn a_rule_that_is_not_there_holds_its_schedule_and_no_other() {
    let talk = Conversation::teams();
    // When it was applied the rule was there.
    put(
        talk.place(),
        json!({
            "type": "schedule", "name": "lonely", "timezone": "Asia/Seoul", "periods": ["office"],
            "rules": ["team-calendar"],
        }),
    );
    seed(talk.place(), &[server("only-1", "lonely", None)]);
    let config = "[[rules]]\nname = \"team-calendar\"\nlocation = \"team-calendar.wasm\"\n";
    holds("failing-rule", talk.with_config(config));
}

/// A house with the rule `package`, its definitions applied, and with the servers.
fn with_rule(package: &str, definitions: &str, servers: &[SimulatedServer]) -> Conversation {
    let config = format!("[[rules]]\nname = \"{package}\"\nlocation = \"rule.wasm\"\n");
    let place = Place::new();
    std::fs::write(place.folder.path().join("rule.wasm"), component(package)).unwrap();
    place.file("definitions.yaml", &data(definitions));
    let talk = Conversation::new(place).with_config(&config);
    talk.place().ok(&[
        "--config",
        "reveille.toml",
        "apply",
        "-f",
        "definitions.yaml",
    ]);
    seed(talk.place(), servers);
    talk
}

#[test]
fn days_off_of_people_and_of_a_rule() {
    let servers = ["dev", "seoul", "busan", "plain", "english"]
        .map(|schedule| server(&format!("{schedule}-1"), schedule, None));
    let talk = with_rule("kr-holidays", "golden/holidays.yaml", &servers);
    holds("holidays", talk);
}

#[test]
fn a_server_that_a_rule_keeps_is_told_with_its_reason() {
    let servers = ["web-1", "web-2", "web-3"].map(|name| server(name, "dev", None));
    holds("kept", with_rule("stagger", "golden/kept.yaml", &servers));
}

/// Every conversation belongs to a test.
#[test]
fn no_conversation_is_forgotten() {
    let tests = data("it/chat.rs") + &data("it/rule_diff.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("a file").file_name();
        let name = name.to_str().expect("UTF-8");
        if let Some(name) = name.strip_suffix(".txt") {
            assert!(tests.contains(&format!("holds(\"{name}\"")), "{name}");
        }
    }
}

/// What is typed, and how its answer begins: after the greeting, which is another one for each command.
const TYPED: &[(&str, &str)] = &[
    // The ten commands and their synonyms.
    ("shop status", "총 4대"),
    ("shop 상태", "총 4대"),
    ("shop 현황", "총 4대"),
    ("shop 조회", "총 4대"),
    ("shop 살았니", "총 4대"),
    ("shop st", "총 4대"),
    ("shop s", "총 4대"),
    ("상태 shop", "총 4대"),
    ("shop", "총 4대"),
    ("shop info", "일과표"),
    ("shop 일정", "일과표"),
    ("shop 스케쥴", "일과표"),
    ("shop 시간표", "일과표"),
    ("shop 오늘", "일과표"),
    ("shop i", "일과표"),
    ("shop 정보 내일", "내일(11/24 화): 실행하는 날"),
    ("shop 모레", "모레(11/25 수): 실행하는 날"),
    ("shop 다음주 월", "2026-11-30(월): 실행하는 날"),
    ("shop info 1/5", "2027-01-05(화): 실행하는 날"),
    ("shop info 2026. 12. 5.", "2026-12-05(토): 쉬는 날(토)"),
    ("shop info 20261205", "2026-12-05(토): 쉬는 날(토)"),
    ("shop info 12월 5일", "2026-12-05(토): 쉬는 날(토)"),
    ("shop info 5일", "2026-12-05(토): 쉬는 날(토)"),
    ("shop 글피는", "2026-11-26(목): 실행하는 날"),
    ("shop 예외", "앞으로: 예외가 없습니다"),
    ("shop e", "앞으로: 예외가 없습니다"),
    ("shop 예외 확인", "앞으로: 예외가 없습니다"),
    ("shop 예외 내일", "내일(11/24 화): 예외가 없습니다"),
    ("shop 예외 목록", "앞으로: 예외가 없습니다"),
    ("shop 이유", "지금 목표: 실행"),
    ("왜 shop", "지금 목표: 실행"),
    ("목록", "스케줄은 모두 8개"),
    ("스케줄 목록", "스케줄은 모두 8개"),
    ("도움말", "이렇게 말씀하시면"),
    ("?", "이렇게 말씀하시면"),
    ("h", "이렇게 말씀하시면"),
    ("사용법", "이렇게 말씀하시면"),
    ("shop 휴일", "등록된 날이 없습니다"),
    ("shop 공휴일 목록", "등록된 날이 없습니다"),
    ("shop 쉬는날", "등록된 날이 없습니다"),
    ("shop holiday list", "등록된 날이 없습니다"),
    (
        "shop 휴일 추가 12/24 창립기념일",
        "2026-12-24(목) 창립기념일",
    ),
    (
        "shop 휴일추가 12월 24일 창립기념일",
        "2026-12-24(목) 창립기념일",
    ),
    ("shop 휴일 등록 내일", "내일(11/24 화) 휴일"),
    ("shop 휴일 근무 12/25 배포", "2026-12-25(금) 근무일, 배포"),
    ("shop 휴일 삭제 12/24", "없는 날입니다: 2026-12-24(목)"),
    // Orders.
    ("shop force_start", "강제 시작: 이미"),
    ("shop force-start", "강제 시작: 이미"),
    ("shop Force Start", "강제 시작: 이미"),
    ("shop FORCESTART", "강제 시작: 이미"),
    ("shop 강제시작", "강제 시작: 이미"),
    ("shop 켜줘", "강제 시작: 이미"),
    ("shop 기상", "강제 시작: 이미"),
    ("shop 시작 4시간", "오늘(11/23 월) 17:00까지"),
    ("shop 시작 22시까지", "오늘(11/23 월) 22:00까지"),
    ("shop 시작 1시간 반", "오늘(11/23 월) 14:30까지"),
    ("shop 시작 90분", "오늘(11/23 월) 14:30까지"),
    ("shop 시작 1.5h", "오늘(11/23 월) 14:30까지"),
    ("shop 꺼주세요", "강제 중지: 3개 그룹"),
    ("shop 소등", "강제 중지: 3개 그룹"),
    ("shop off please", "강제 중지: 3개 그룹"),
    ("shop 지금 좀 중지 부탁드립니다", "강제 중지: 3개 그룹"),
    ("shop 연장 2시간", "오늘(11/23 월) 20:00 (2시간 연장)"),
    ("shop 2시간 더", "오늘(11/23 월) 20:00 (2시간 연장)"),
    ("shop +2h", "오늘(11/23 월) 20:00 (2시간 연장)"),
    ("shop 23시까지", "오늘(11/23 월) 23:00 (5시간 연장)"),
    ("shop 야근 밤 10시까지", "오늘(11/23 월) 22:00 (4시간 연장)"),
    // Exceptions.
    ("shop 예외 설정 내일 중지 23시", "내일(11/24 화) 중지 23:00"),
    (
        "shop 예외설정 내일 퇴근 오후 11시",
        "내일(11/24 화) 중지 23:00",
    ),
    ("shop e s 내일 stop 2300", "내일(11/24 화) 중지 23:00"),
    ("shop exception set 2026-1-5 stop 23:00", "이미 지난 날짜"),
    (
        "shop exception set 27-1-5 stop 9pm",
        "2027-01-05(화) 중지 21:00",
    ),
    ("shop 변경 내일 출근 8시반", "내일(11/24 화) 시작 08:30"),
    (
        "shop 예외 추가 내일 시작 안 함",
        "내일(11/24 화) 시작 안 함",
    ),
    ("shop 예외 설정 내일 중지 자정", "내일(11/24 화) 중지 24:00"),
    (
        "shop 예외 설정 내일 중지 새벽 2시",
        "중지 다음 날(11/25 수) 02:00",
    ),
    ("shop 예외 삭제 내일 중지", "삭제할 중지 예외가 없습니다"),
    ("shop 예외 취소 내일 중지", "삭제할 중지 예외가 없습니다"),
    // How keyboards and phones type it.
    ("shop \u{1109}\u{1161}\u{11bc}\u{1110}\u{1162}", "총 4대"),
    ("ｓｈｏｐ　ｓｔａｔｕｓ", "총 4대"),
    ("shop\u{a0}status\u{200b}", "총 4대"),
    ("SHOP STATUS!", "총 4대"),
    (
        "shop 예외 설정 내일 중지 ２３：００",
        "내일(11/24 화) 중지 23:00",
    ),
    ("shop info 2026–12–05", "2026-12-05(토): 쉬는 날(토)"),
    ("shop ㅑㅜ래", "일과표"),
    ("shop ㄷㅌㅊ데샤ㅐㅜ", "예외가 없습니다"),
    ("ㅗ디ㅔ", "이렇게 말씀하시면"),
    ("ehdnaakf", "이렇게 말씀하시면"),
    ("shop ㄴㅅㅁㄱㅅ", "알아듣지 못했습니다"),
    // The beginning of a name does to look, and not to change anything.
    ("lega 상태", "총 1대"),
    ("lega 중지", "'legacy'"),
    ("실험 상태", "총 1대"),
];

#[test]
fn commands_are_understood_however_they_are_typed() {
    let mut talk = Conversation::teams().at("2026-11-23 12:00");
    // Three groups come up, one after the other.
    for minute in ["12:00", "12:06", "12:07", "12:08"] {
        talk.move_to(&format!("2026-11-23 {minute}"));
        talk.run("tick");
    }
    talk.move_to("2026-11-23 13:00");
    let mut wrong = Vec::new();
    for (typed, expected) in TYPED {
        // What it changes is taken back, so that each line stands for itself.
        let shown = talk.try_out(typed).message();
        if !shown.contains(expected) {
            wrong.push(format!("`{typed}` is answered with\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
