//! What one can say, with the caller's own keyword and one of the caller's schedules.

use reveille_sdk::formatter::replies::{Context, Topic};

use super::{command, words};
use crate::{
    message::{Colour, Draft},
    text::name,
};

/// The commands by what they are for.
const SEEING: [(Topic, &str); 7] = [
    (Topic::Schedules, "스케줄 목록"),
    (Topic::Status, "서버 상태"),
    (Topic::Info, "그날의 시간표 (날짜를 빼면 오늘)"),
    (Topic::ExceptionInfo, "그날의 예외"),
    (Topic::ExceptionList, "앞으로 있을 모든 예외"),
    (Topic::Why, "지금 왜 켜져 있는지, 왜 꺼져 있는지"),
    (Topic::Help, "이 도움말"),
];
const CHANGING_A_DAY: [(Topic, &str); 2] = [
    (Topic::ExceptionSet, "그날만 시작이나 중지 시각을 바꾸기"),
    (Topic::ExceptionDelete, "바꾼 것을 되돌리기"),
];
const DAYS_OFF: [(Topic, &str); 4] = [
    (Topic::HolidayList, "등록한 휴일"),
    (Topic::HolidayAdd, "쉬는 날을 등록하기"),
    (Topic::HolidayWork, "휴일이지만 근무하는 날로 정하기"),
    (Topic::HolidayDelete, "등록한 날을 지우기"),
];
const CHANGING_NOW: [(Topic, &str); 4] = [
    (
        Topic::ForceStart,
        "지금 시작 (기한을 빼면 다음 중지 시각까지)",
    ),
    (
        Topic::ForceStop,
        "지금 중지 (기한을 빼면 다음 시작 시각까지)",
    ),
    (Topic::Extend, "다음 중지를 늦추기"),
    (Topic::Cancel, "강제 시작이나 강제 중지를 해제"),
];

/// The help.
pub(super) fn help(context: &Context, schedules: &[String]) -> Draft {
    let schedule = schedules.first().map(String::as_str);
    let keyword = command::keyword(context);
    let mut draft = Draft::new(Colour::Ok, "이렇게 말씀하시면 됩니다.");
    draft.line(format!(
        "메시지는 반드시 {keyword} 뒤에 한 칸 띄고 시작해 주십시오."
    ));
    if schedules.is_empty() {
        draft.line("볼 수 있는 스케줄이 없습니다.");
    } else {
        draft.line(format!(
            "스케줄: {}",
            words::listed(schedules, words::more_things)
        ));
    }
    let block = |commands: &[(Topic, &str)]| -> Vec<String> {
        commands
            .iter()
            .map(|(topic, what)| format!("{} : {what}", command::typed(context, *topic, schedule)))
            .collect()
    };
    draft.block("보기", &block(&SEEING), words::more_lines);
    let mut day = block(&CHANGING_A_DAY);
    day.push("시각 대신 '없음'이라고 쓰면 그날은 시작하지 않거나 중지하지 않습니다.".to_owned());
    draft.block("하루만 바꾸기", &day, words::more_lines);
    draft.block("지금 바꾸기", &block(&CHANGING_NOW), words::more_lines);
    draft.block("휴일", &block(&DAYS_OFF), words::more_lines);
    draft.block("날짜와 시각", &TIMES.map(str::to_owned), words::more_lines);
    draft.block("영어 명령", &english(&keyword, schedule), words::more_lines);
    draft
}

const TIMES: [&str; 3] = [
    "날짜: 오늘, 내일, 모레, 월요일, 다음 주 월, 11/23, 2026-11-23",
    "시각: 23:00, 23시, 오후 11시, 새벽 2시. 26:00은 다음 날 02:00입니다.",
    "길이: 2시간, 90분, 1시간 반",
];

/// The commands of the first version, which go on working.
fn english(keyword: &str, schedule: Option<&str>) -> Vec<String> {
    let schedule = schedule.map_or_else(|| "<스케줄>".to_owned(), name);
    let start = format!("{keyword} {schedule}");
    [
        format!("{keyword} help"),
        format!("{start} status"),
        format!("{start} info [날짜]"),
        format!("{start} exception info [날짜]"),
        format!("{start} exception set <날짜> start|stop <시각>"),
        format!("{start} exception del <날짜> start|stop"),
        format!("{start} force_start"),
        format!("{start} force_stop"),
    ]
    .to_vec()
}
