//! Commands as people type them, for help and for the example in a refusal.

use reveille_sdk::{
    formatter::replies::{Context, Topic},
    types::Date,
};

use crate::{text::name, when};

/// Stands in a command where a schedule's name belongs and none is known.
const ANY_SCHEDULE: &str = "<스케줄>";

/// `/서버`
pub(super) fn keyword(context: &Context) -> String {
    format!("/{}", name(&context.keyword))
}

/// The line with one right command.
pub(super) fn example(context: &Context, topic: Topic, schedule: Option<&str>) -> String {
    format!("예) {}", typed(context, topic, schedule))
}

/// The schedule of an example: `schedule`, else the one that the message is about.
pub(super) fn schedule(context: &Context, schedule: Option<&str>) -> String {
    schedule
        .or(context.schedule.as_deref())
        .map_or_else(|| ANY_SCHEDULE.to_owned(), name)
}

/// A right command about `topic`.
pub(super) fn typed(context: &Context, topic: Topic, schedule: Option<&str>) -> String {
    let keyword = keyword(context);
    let schedule = self::schedule(context, schedule);
    let tomorrow = when::iso(when::next_date(context.now.date));
    let words = match topic {
        Topic::Help => return format!("{keyword} 도움말"),
        Topic::Schedules => return format!("{keyword} 목록"),
        Topic::Status => "상태".to_owned(),
        Topic::Info => "정보 내일".to_owned(),
        Topic::ExceptionInfo => "예외 내일".to_owned(),
        Topic::ExceptionList => "예외 목록".to_owned(),
        Topic::ExceptionSet => format!("예외 설정 {tomorrow} 중지 23:00"),
        Topic::ExceptionDelete => format!("예외 삭제 {tomorrow} 중지"),
        Topic::ForceStart => "시작 4시간".to_owned(),
        Topic::ForceStop => "중지".to_owned(),
        Topic::Cancel => "취소".to_owned(),
        Topic::Extend => "연장 2시간".to_owned(),
        Topic::Why => "왜".to_owned(),
        Topic::HolidayList => "휴일 목록".to_owned(),
        Topic::HolidayAdd => format!("휴일 추가 {tomorrow} 창립기념일"),
        Topic::HolidayWork => format!("휴일 근무 {tomorrow}"),
        Topic::HolidayDelete => format!("휴일 삭제 {tomorrow}"),
    };
    format!("{keyword} {schedule} {words}")
}

/// The command that puts the stop of `schedule` off: by an hour, because whoever is told that a stop is near has not
/// planned for more.
pub(super) fn an_hour_more(context: &Context, schedule: &str) -> String {
    format!("{} {} 연장 1시간", keyword(context), name(schedule))
}

/// The command that makes `date` a day on which people work.
pub(super) fn work_on(context: &Context, date: Date, schedule: &str) -> String {
    format!(
        "{} {} 휴일 근무 {}",
        keyword(context),
        name(schedule),
        when::iso(date)
    )
}
