//! What one can say, with the caller's own keyword and one of the caller's schedules.

use reveille_sdk::formatter::replies::{Context, Topic};

use super::{command, words};
use crate::message::{Colour, Draft};

/// The commands by what they are for.
const SEEING: [(Topic, &str); 7] = [
    (Topic::Schedules, "all schedules"),
    (Topic::Status, "how the servers are"),
    (Topic::Info, "how a day will be (today without a date)"),
    (Topic::ExceptionInfo, "the exceptions of a day"),
    (Topic::ExceptionList, "all exceptions ahead"),
    (Topic::Why, "why the servers are on or off"),
    (Topic::Help, "this help"),
];
const CHANGING_A_DAY: [(Topic, &str); 2] = [
    (Topic::ExceptionSet, "another start or stop on one day"),
    (Topic::ExceptionDelete, "take that back"),
];
const DAYS_OFF: [(Topic, &str); 4] = [
    (Topic::HolidayList, "the days off that were added"),
    (Topic::HolidayAdd, "add a day off"),
    (Topic::HolidayWork, "work on a day that would be off"),
    (Topic::HolidayDelete, "take that back"),
];
const CHANGING_NOW: [(Topic, &str); 4] = [
    (
        Topic::ForceStart,
        "start now (without an end: until the next stop)",
    ),
    (
        Topic::ForceStop,
        "stop now (without an end: until the next start)",
    ),
    (Topic::Extend, "put off the next stop"),
    (Topic::Cancel, "end a forced start or stop"),
];
const TIMES: [&str; 3] = [
    "Dates: today, tomorrow, monday, 11/23, 2026-11-23",
    "Times: 23:00, 11pm. 26:00 is 02:00 on the next day.",
    "Lengths: 2h, 90m",
];

/// The help.
pub(super) fn help(context: &Context, schedules: &[String]) -> Draft {
    let schedule = schedules.first().map(String::as_str);
    let mut draft = Draft::new(Colour::Ok, "This is what you can say.");
    draft.line(format!(
        "A message must begin with {} and a space.",
        command::keyword(context)
    ));
    draft.line(if schedules.is_empty() {
        "There are no schedules that you can see.".to_owned()
    } else {
        format!("Schedules: {}", words::listed(schedules))
    });
    let block = |commands: &[(Topic, &str)]| -> Vec<String> {
        commands
            .iter()
            .map(|(topic, what)| format!("{} : {what}", command::typed(context, *topic, schedule)))
            .collect()
    };
    draft.block("See", &block(&SEEING), words::more);
    let mut day = block(&CHANGING_A_DAY);
    day.push("Write 'none' for the time, and that day has no start or no stop.".to_owned());
    draft.block("Change one day", &day, words::more);
    draft.block("Change now", &block(&CHANGING_NOW), words::more);
    draft.block("Days off", &block(&DAYS_OFF), words::more);
    draft.block("Dates and times", &TIMES.map(str::to_owned), words::more);
    draft.block("Korean words", &KOREAN.map(str::to_owned), words::more);
    draft
}

/// The Korean words that mean the same.
const KOREAN: [&str; 4] = [
    "도움말 help · 목록 list · 상태 status · 정보 info · 왜 why",
    "예외 exception · 설정 set · 삭제 del · 시작 start · 중지 stop · 없음 none",
    "시작 force_start · 중지 force_stop · 연장 extend · 취소 cancel",
    "휴일 holiday · 추가 add · 근무 work",
];
