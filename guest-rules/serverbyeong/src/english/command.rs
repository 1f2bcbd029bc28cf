//! Commands as people type them, for help and for the example in a refusal.

use reveille_sdk::{
    formatter::replies::{Context, Topic},
    types::Date,
};

use crate::{text::name, when};

/// Stands in a command where a schedule's name belongs and none is known.
const ANY_SCHEDULE: &str = "<schedule>";

/// `/server`
pub(super) fn keyword(context: &Context) -> String {
    format!("/{}", name(&context.keyword))
}

/// The line with one right command.
pub(super) fn example(context: &Context, topic: Topic, schedule: Option<&str>) -> String {
    format!("Example: {}", typed(context, topic, schedule))
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
        Topic::Help => return format!("{keyword} help"),
        Topic::Schedules => return format!("{keyword} list"),
        Topic::Status => "status".to_owned(),
        Topic::Info => "info tomorrow".to_owned(),
        Topic::ExceptionInfo => "exception info tomorrow".to_owned(),
        Topic::ExceptionList => "exception list".to_owned(),
        Topic::ExceptionSet => format!("exception set {tomorrow} stop 23:00"),
        Topic::ExceptionDelete => format!("exception del {tomorrow} stop"),
        Topic::ForceStart => "force_start 4h".to_owned(),
        Topic::ForceStop => "force_stop".to_owned(),
        Topic::Cancel => "cancel".to_owned(),
        Topic::Extend => "extend 2h".to_owned(),
        Topic::Why => "why".to_owned(),
        Topic::HolidayList => "holiday list".to_owned(),
        Topic::HolidayAdd => format!("holiday add {tomorrow} Foundation Day"),
        Topic::HolidayWork => format!("holiday work {tomorrow}"),
        Topic::HolidayDelete => format!("holiday del {tomorrow}"),
    };
    format!("{keyword} {schedule} {words}")
}

/// The command that puts the stop of `schedule` off: by an hour, because whoever is told that a stop is near has not
/// planned for more.
pub(super) fn an_hour_more(context: &Context, schedule: &str) -> String {
    format!("{} {} extend 1h", keyword(context), name(schedule))
}

/// The command that makes `date` a day on which people work.
pub(super) fn work_on(context: &Context, date: Date, schedule: &str) -> String {
    format!(
        "{} {} holiday work {}",
        keyword(context),
        name(schedule),
        when::iso(date)
    )
}
