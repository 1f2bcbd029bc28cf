//! Messages that change something.

use super::*;

#[test]
fn an_exception_is_set_in_any_order() {
    all_mean(
        &exception("2026-11-23", Turn::Stop, Some((23, 0))),
        "예외 설정 내일 중지 23시 | 예외 내일 중지 23시 | exception set 2026-11-23 stop 23:00 |
         e s 11/23 stop 23:00 | 예외 변경 내일 정지 오후 11시 | 예외 등록 11/23(월) 끄기 23:00 |
         예외추가 내일 퇴근 2300 | 변경 내일 중지 밤 11시 |
         내일 23시에 중지 예외 설정 부탁드립니다 | 설정 내일 중지 11pm |
         exception-set 2026.11.23 off 11:00 PM | 예외 설정: 내일 중지 ２３：００ |
         예외 설정 내일 중지 23시로 해줘",
    );
    all_mean(
        &exception("2026-11-23", Turn::Start, Some((9, 30))),
        "예외 설정 내일 시작 9시 반 | 예외 설정 내일 출근 9시30분 | 예외 내일 기동 아침 9시 30분 |
         예외 내일 켜기 0930 | 예외 내일 on 930",
    );
    all_mean(
        &exception("2026-11-23", Turn::Start, None),
        "예외 설정 내일 시작 없음 | 예외 내일 시작 안함 | 예외 내일 시작 안 함 |
         예외 내일 시작 쉼 | exception set 2026-11-23 start None",
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((26, 0))),
        "예외 설정 오늘 중지 26:00 | 예외 오늘 중지 새벽 2시 | 예외 오늘 중지 26시 |
         예외 오늘 중지 2600",
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((24, 0))),
        "예외 오늘 중지 자정 | 예외 오늘 중지 24:00 | 예외 오늘 중지 밤 12시",
    );
    all_mean(
        &exception("2026-11-23", Turn::Stop, Some((47, 59))),
        "예외 내일 중지 47:59",
    );
    all_mean(
        &exception("2026-12-01", Turn::Stop, Some((5, 0))),
        "예외 설정 12/1 중지 5시 | 예외 설정 12/1 5시 중지",
    );
    all_mean(
        &exception("2026-11-22", Turn::Stop, Some((9, 0))),
        "예외 오늘 중지 09:00 | 예외 오늘 중지 오전 9시",
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
        "예외 삭제 내일 중지 | 예외 취소 내일 중지 | 예외 해제 내일 중지 | 예외 제거 11/23 퇴근 |
         예외 내일 중지 원래대로 | exception del 2026-11-23 stop | e d 2026-11-23 stop |
         내일 중지 예외 취소해줘 | 예외 내일 중지 원래 대로 | 삭제 내일 중지",
    );
}

#[test]
fn servers_are_forced_until_the_plan_turns() {
    let start = force(Want::Run, ForceEnd::Plan);
    all_mean(
        &start,
        "시작 | 강제시작 | 강제 시작 | 켜 | 켜줘 | 켜 줘 | 기상 | 실행 | 가동 | on | ON | start |
         force-start | forcestart | force_start | Force Start | forceStart | 시작해주세요 |
         서버 좀 켜주세요! | 지금 시작 부탁드립니다.",
    );
    let stop = force(Want::Stop, ForceEnd::Plan);
    all_mean(
        &stop,
        "중지 | 강제중지 | 강제 중지 | 꺼 | 꺼줘 | 취침 | 소등 | 정지 | off | stop | force_stop |
         중지를 해줘 | 꺼 주세요 please",
    );
}

#[test]
fn a_forced_state_may_have_an_end() {
    let after = |minutes| force(Want::Run, ForceEnd::After(Duration::minutes(minutes)));
    all_mean(
        &after(240),
        "시작 4시간 | force_start 4h | 4시간 시작 | 시작 4 시간 | 오늘 4시간 켜줘 | 시작 240분 | 4시간만 켜줘 |
         4시간 동안 켜줘",
    );
    all_mean(
        &after(90),
        "시작 1시간 반 | 시작 1.5시간 | 시작 90m | 시작 1시간 30분 | 켜 1h30m",
    );
    all_mean(
        &after(7 * 1440),
        "시작 7일간 | 시작 168시간 | 켜 7d | 일주일 동안 켜줘",
    );
    let until = |end| force(Want::Run, ForceEnd::At(end));
    all_mean(
        &until(moment("2026-11-22", 22, 0)),
        "시작 22시까지 | force_start 22:00 | 22시까지 켜줘 | 시작 22시까지로 | 오후 10시까지 시작 |
         오늘 22시까지 켜줘 | 시작 2200 | 22시 까지 켜줘",
    );
    all_mean(
        &until(moment("2026-11-23", 2, 0)),
        "시작 02:00까지 | 시작 새벽 2시까지 | 시작 26:00 | 내일 02:00까지 시작 |
         내일 새벽 2시까지 시작",
    );
    let stop = force(Want::Stop, ForceEnd::At(moment("2026-11-23", 9, 0)));
    all_mean(
        &stop,
        "중지 내일 9시까지 | 내일 아침 9시까지 꺼줘 | 중지 오전 9시까지 | force_stop 09:00",
    );
}

#[test]
fn a_forced_state_is_cancelled() {
    all_mean(
        &Command::Cancel {
            schedule: DEV.into(),
        },
        "취소 | 강제 취소 | 강제취소 | 강제 해제 | 해제 | cancel | force cancel | 원래대로 |
         원래대로 해줘 | 강제 시작 취소 | 강제시작 해제",
    );
}

#[test]
fn the_stop_is_put_off() {
    let by = |minutes| extend(ExtendTo::By(Duration::minutes(minutes)));
    all_mean(
        &by(120),
        "연장 2시간 | 2시간 더 | 오늘 2시간 더 부탁드립니다 | +2h | + 2h | +2시간 | 2시간 늦춰 | 2시간 늦춰줘 | 야근 2시간 |
         2시간 연장해주세요 | 2시간만 더 | 2 시간 더 | extend 2h | 두 시간 더",
    );
    all_mean(&by(720), "연장 12시간");
    let until = |end| extend(ExtendTo::Until(end));
    all_mean(
        &until(moment("2026-11-22", 23, 0)),
        "23시까지 | 연장 23시까지 | 연장 23:00 | 야근 23시 | 23시로 늦춰줘 | 밤 11시까지 야근 |
         오늘 23시까지",
    );
    all_mean(
        &until(moment("2026-11-23", 2, 0)),
        "연장 내일 02:00 | 연장 26:00 | 새벽 2시까지 | 내일 02:00까지",
    );
    all_mean(&until(moment("2026-11-22", 24, 0)), "자정까지 | 연장 자정");
}

#[test]
fn why_is_answered() {
    all_mean(
        &Command::Why {
            schedule: DEV.into(),
        },
        "왜 | 왜? | 이유 | why | 왜 중지 | 이유를 알려줘 | 이유가?",
    );
}
