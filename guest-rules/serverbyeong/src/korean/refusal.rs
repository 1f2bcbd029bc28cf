//! Why a command was not carried out: what was wrong, and one command that is right.

use reveille_sdk::{
    formatter::replies::{
        Context, Contradiction, Refusal, Topic, Turning, UnknownSchedule, UnknownWord,
    },
    types::{Date, Minute, Turn},
};

use super::{command, holiday, particle::Particle, words};
use crate::{
    message::{Colour, Draft},
    reason::RULE_FAILED,
    text::name,
    when::{self, DAY_MINUTES, Length, consistent},
};

/// A command that was not carried out.
pub(super) fn refused(context: &Context, refusal: &Refusal) -> Draft {
    let today = context.now.date;
    match refusal {
        Refusal::NotUnderstood(word) => unknown(context, word, "알아듣지 못했습니다"),
        Refusal::UnclearDate(word) => unknown(context, word, "날짜로 알아듣지 못했습니다"),
        Refusal::UnclearTime(word) => unknown(context, word, "시각으로 알아듣지 못했습니다"),
        Refusal::UnclearDuration(word) => {
            unknown(context, word, "시간의 길이로 알아듣지 못했습니다")
        }
        Refusal::UnknownSchedule(unknown) => unknown_schedule(context, unknown),
        Refusal::ScheduleNeeded(known) => {
            if known.is_empty() {
                return warning("볼 수 있는 스케줄이 없습니다.");
            }
            let mut draft = warning("어느 스케줄인지 말씀해 주십시오.");
            choose(context, &mut draft, known);
            draft
        }
        Refusal::AmbiguousSchedule((text, fitting)) => {
            let text = name(text);
            let line = Particle::Direction.after(&text).map_or_else(
                || format!("앞부분이 '{text}'인 스케줄이 여럿입니다."),
                |particle| format!("'{text}'{particle} 시작하는 스케줄이 여럿입니다."),
            );
            let mut draft = warning(line);
            choose(context, &mut draft, fitting);
            draft
        }
        Refusal::ImpossibleDate((text, nearest)) => {
            let mut line = about(text, "없는 날짜입니다.");
            if let Some(nearest) = nearest {
                line.push_str(&format!(" 가까운 날짜: {}", words::full_date(*nearest)));
            }
            let mut draft = warning(line);
            let is_ahead = |date: &Date| {
                (date.year, date.month, date.day) > (today.year, today.month, today.day)
            };
            let date = nearest
                .filter(is_ahead)
                .unwrap_or_else(|| when::next_date(today));
            draft.line(stop_example(context, date, ANY_STOP));
            draft
        }
        Refusal::AmbiguousTime((text, times)) => ambiguous_time(context, text, times),
        Refusal::TooLong((text, longest)) => {
            let longest = words::length(Length::of(*longest));
            let mut draft = warning(about(text, &format!("너무 깁니다. 최대 {longest}입니다.")));
            draft.line(command::example(context, Topic::Extend, None));
            draft
        }
        Refusal::PastDate(date) => {
            let mut draft = warning(format!(
                "이미 지난 날짜입니다: {}",
                words::date(today, *date)
            ));
            draft.line(format!(
                "오늘이나 앞으로 올 날짜가 필요합니다. 예) 내일, {}",
                when::iso(when::next_date(today))
            ));
            draft
        }
        Refusal::PastTime(moment) => {
            let mut draft = warning(format!(
                "이미 지난 시각입니다: {} (지금 {})",
                words::moment(context.now, *moment),
                when::clock(context.now.minute)
            ));
            draft.line(command::example(context, Topic::ExceptionSet, None));
            draft
        }
        Refusal::Contradiction(contradiction) => contradicted(context, contradiction),
        Refusal::Incomplete(topic) => {
            let mut draft = warning(format!(
                "명령에 빠진 것이 있습니다. 필요한 것: {}",
                needed(*topic)
            ));
            draft.line(command::example(context, *topic, None));
            draft
        }
        Refusal::NothingToExtend((schedule, next)) => {
            nothing_to_extend(context, schedule, next.as_ref())
        }
        Refusal::NotAllowed((schedule, who)) => {
            let mut draft = warning(format!(
                "'{}' 스케줄을 바꿀 권한이 없습니다.",
                name(schedule)
            ));
            draft.line(if who.is_empty() {
                "채팅으로는 누구도 바꿀 수 없습니다. 운영자에게 문의해 주십시오.".to_owned()
            } else {
                format!(
                    "바꿀 수 있는 사람이나 대화방: {}",
                    words::listed(who, words::more_people)
                )
            });
            draft
        }
        Refusal::SetAside((schedule, faults)) => {
            let mut draft = warning(format!(
                "'{}' 스케줄은 설정 문제가 있어 움직이지 않습니다. 문제를 고치면 다시 움직입니다.",
                name(schedule)
            ));
            draft.block_of_any("설정 문제", &words::faults(faults), words::more_things);
            draft
        }
        Refusal::TextTooLong(most) => {
            let mut draft = warning(format!("메시지가 너무 깁니다. 최대 {most}자까지 읽습니다."));
            draft.line(command::example(context, Topic::Help, None));
            draft
        }
        Refusal::NoSuchHoliday(none) => holiday::none_such(context, none),
        Refusal::TooManyDays((text, most)) => {
            let mut draft = warning(about(
                text,
                &format!("너무 깁니다. 한 번에 최대 {most}일입니다."),
            ));
            draft.line(command::example(context, Topic::HolidayAdd, None));
            draft
        }
        Refusal::NameTooLong(most) => {
            let mut draft = warning(format!("날의 이름이 너무 깁니다. 최대 {most}자입니다."));
            draft.line(command::example(context, Topic::HolidayAdd, None));
            draft
        }
        Refusal::CalendarFull((calendar, most)) => {
            let mut draft = warning(format!(
                "휴일 달력 '{}'에 더 적을 수 없습니다. 최대 {most}일입니다. 지난 날부터 삭제해 주십시오.",
                name(calendar)
            ));
            draft.line(command::example(context, Topic::HolidayList, None));
            draft
        }
        Refusal::CalendarUnreadable((calendar, faults)) => {
            let mut draft = warning(format!(
                "휴일 달력 '{}'에 읽을 수 없는 것이 있어 바꾸지 않았습니다. 운영자가 먼저 고쳐야 합니다.",
                name(calendar)
            ));
            draft.block_of_any("달력 문제", &words::faults(faults), words::more_things);
            draft
        }
        Refusal::Failed((code, number)) => {
            let mut draft = Draft::new(
                Colour::Error,
                if code == RULE_FAILED {
                    "이 스케줄의 규칙이 답하지 않아 시간표를 알 수 없습니다. 그동안에도 강제 시작과 강제 중지는 할 수 있습니다."
                } else {
                    "저희 쪽 문제로 요청을 처리하지 못했습니다. 잠시 뒤 다시 시도해 주십시오."
                },
            );
            draft.line(format!(
                "계속되면 운영자에게 이 번호를 알려 주십시오: {}",
                name(number)
            ));
            draft
        }
    }
}

fn warning(line: impl Into<String>) -> Draft {
    Draft::new(Colour::Warning, line)
}

/// `'상테'는 알 수 없는 말입니다.`, and with a colon after what is not Hangul.
fn about(text: &str, what: &str) -> String {
    let text = name(text);
    Particle::Topic.after(&text).map_or_else(
        || format!("'{text}': {what}"),
        |particle| format!("'{text}'{particle} {what}"),
    )
}

/// `혹시 '상태'를 말씀하셨습니까?`
fn did_you_mean(suggestion: &str) -> String {
    let suggestion = name(suggestion);
    Particle::Object.after(&suggestion).map_or_else(
        || format!("혹시 이 말씀입니까? '{suggestion}'"),
        |particle| format!("혹시 '{suggestion}'{particle} 말씀하셨습니까?"),
    )
}

fn unknown(context: &Context, word: &UnknownWord, what: &str) -> Draft {
    let mut line = about(&word.text, &format!("{what}."));
    if let Some(suggestion) = &word.suggestion {
        line.push(' ');
        line.push_str(&did_you_mean(suggestion));
    }
    let mut draft = warning(line);
    draft.line(command::example(
        context,
        word.topic,
        word.schedule.as_deref(),
    ));
    draft
}

fn unknown_schedule(context: &Context, unknown: &UnknownSchedule) -> Draft {
    let mut line = format!("'{}' 스케줄이 없습니다.", name(&unknown.name));
    if let Some(suggestion) = &unknown.suggestion {
        line.push(' ');
        line.push_str(&did_you_mean(suggestion));
    }
    let mut draft = warning(line);
    if unknown.known.is_empty() {
        draft.line("볼 수 있는 스케줄이 없습니다.");
        return draft;
    }
    draft.line(format!(
        "있는 스케줄: {}",
        words::listed(&unknown.known, words::more_things)
    ));
    let schedule = unknown.suggestion.as_ref().or(unknown.known.first());
    draft.line(command::example(
        context,
        Topic::Status,
        schedule.map(String::as_str),
    ));
    draft
}

/// The schedules that there are to choose from, and a command with the first.
fn choose(context: &Context, draft: &mut Draft, schedules: &[String]) {
    draft.line(format!(
        "스케줄: {}",
        words::listed(schedules, words::more_things)
    ));
    draft.line(command::example(
        context,
        Topic::Status,
        schedules.first().map(String::as_str),
    ));
}

/// A time for examples about any stop.
const ANY_STOP: Minute = 23 * 60;

/// An example of a stop on `date`.
fn stop_example(context: &Context, date: Date, at: Minute) -> String {
    format!(
        "예) {} {} 예외 설정 {} 중지 {}",
        command::keyword(context),
        command::schedule(context, None),
        when::iso(date),
        when::clock(at)
    )
}

fn ambiguous_time(context: &Context, text: &str, times: &[Minute]) -> Draft {
    let readings: Vec<String> = times
        .iter()
        .map(|time| match time.checked_sub(DAY_MINUTES) {
            None | Some(0) => when::clock(*time),
            Some(late) => format!("다음 날 {}", when::clock(late)),
        })
        .collect();
    let mut draft = warning(about(
        text,
        &format!(
            "오전인지 오후인지 알 수 없습니다. 둘 중 하나로 말씀해 주십시오: {}",
            readings.join(", ")
        ),
    ));
    let within_the_day = times.iter().rfind(|time| **time <= DAY_MINUTES);
    let time = within_the_day.copied().unwrap_or(ANY_STOP);
    draft.line(stop_example(
        context,
        when::next_date(context.now.date),
        time,
    ));
    draft
}

fn contradicted(context: &Context, view: &Contradiction) -> Draft {
    let now = context.now;
    let set = &view.set;
    let at = set
        .at
        .map_or_else(|| "안 함".to_owned(), |at| words::minute_of(set.date, at));
    let other = if view.other.date == set.date {
        words::minute_of(set.date, view.other.minute)
    } else {
        words::moment(now, view.other)
    };
    let line = match set.action {
        Turn::Start => format!("시작({at})은 중지({other})보다 빨라야 합니다."),
        Turn::Stop => format!("중지({at})는 시작({other})보다 늦어야 합니다."),
    };
    let mut draft = warning(format!(
        "{} 스케줄, {}: {line}",
        name(&view.schedule),
        words::date(now.date, set.date)
    ));
    draft.line(format!(
        "예) {} {} 예외 설정 {} {} {}",
        command::keyword(context),
        name(&view.schedule),
        when::iso(set.date),
        words::turn(set.action),
        when::clock(consistent(view))
    ));
    draft.block_of_any(
        format!("{} 시간표", words::date(now.date, set.date)),
        &words::spans(&view.spans),
        words::more_lines,
    );
    draft
}

/// What a command about `topic` must have.
fn needed(topic: Topic) -> &'static str {
    match topic {
        Topic::Help | Topic::Schedules => "명령",
        Topic::Status
        | Topic::Info
        | Topic::ExceptionInfo
        | Topic::ExceptionList
        | Topic::ForceStart
        | Topic::ForceStop
        | Topic::Cancel
        | Topic::Why
        | Topic::HolidayList => "스케줄",
        Topic::HolidayAdd => "스케줄, 날짜, 휴일 이름",
        Topic::HolidayWork | Topic::HolidayDelete => "스케줄, 날짜",
        Topic::ExceptionSet => "스케줄, 날짜, 시작 또는 중지, 시각",
        Topic::ExceptionDelete => "스케줄, 날짜, 시작 또는 중지",
        Topic::Extend => "스케줄, 얼마나 또는 언제까지",
    }
}

fn nothing_to_extend(context: &Context, schedule: &str, next: Option<&Turning>) -> Draft {
    let mut draft = warning(format!(
        "{} 스케줄, 지금 실행 시간이 아니어서 연장할 것이 없습니다.",
        name(schedule)
    ));
    draft.line(words::next_turn_line(context.now, Turn::Start, next));
    draft.line(format!(
        "지금 쓰시려면: {}",
        command::typed(context, Topic::ForceStart, Some(schedule))
    ));
    draft
}
