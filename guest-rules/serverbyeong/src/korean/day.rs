//! One day of a schedule: how it will be, and the exceptions that change it.

use reveille_sdk::{
    formatter::replies::{
        Context, ExceptionDeletedView, ExceptionSetView, ExceptionsView, InfoView,
    },
    types::{Date, Span, Turn, Want},
};

use super::words;
use crate::{
    message::{Colour, Draft},
    reason::{self, Reason, is_fixed},
    text::{name, sentence},
};

/// `<schedule> info [date]`.
pub(super) fn info(context: &Context, view: &InfoView) -> Draft {
    let now = context.now;
    let calm = view.forced.is_none() && view.held.is_none() && view.faults.is_empty();
    let colour = if calm { Colour::Ok } else { Colour::Warning };
    let mut draft = Draft::new(
        colour,
        format!(
            "{} 스케줄, {}: {}",
            name(&view.schedule),
            words::date(now.date, view.date),
            kind_of_day(view.date, &view.spans)
        ),
    );
    if let Some(description) = &view.description {
        draft.line(format!("설명: {}", sentence(description)));
    }
    if !view.notes.is_empty() {
        let notes: Vec<String> = view.notes.iter().map(|note| sentence(note)).collect();
        draft.line(format!(
            "비고: {}",
            crate::message::names(&notes, words::more_things)
        ));
    }
    if let Some(want) = view.override_status {
        draft.line(format!(
            "고정: 시간표와 관계없이 늘 {} (override_status)",
            words::want(want)
        ));
    }
    if let Some(forced) = &view.forced {
        draft.line(words::force_line(now, forced));
    }
    if let Some(held) = &view.held {
        draft.lines(words::hold_lines(now, held));
    }
    draft.line(words::next_turn_line(
        now,
        Turn::Start,
        view.next_start.as_ref(),
    ));
    draft.line(words::next_turn_line(
        now,
        Turn::Stop,
        view.next_stop.as_ref(),
    ));
    draft.block_of_any("시간표", &words::spans(&view.spans), words::more_lines);
    draft.block_of_any(
        "예외",
        &words::exceptions(now.date, &view.exceptions),
        words::more_things,
    );
    let mut options: Vec<String> = view
        .options
        .iter()
        .map(|(option, value)| self::option(option, value))
        .collect();
    options.insert(
        0,
        format!(
            "시각은 모두 {} 기준입니다 (timezone)",
            name(&context.timezone)
        ),
    );
    draft.block_of_any("설정", &options, words::more_things);
    draft.block_of_any(
        "설정 문제",
        &words::faults(&view.faults),
        words::more_things,
    );
    draft
}

/// What a day is on the whole: `쉬는 날(토)`, `쉬는 날(추석)`.
fn kind_of_day(date: Date, spans: &[Span]) -> String {
    let has = |want| spans.iter().any(|span| span.want == want);
    if spans.is_empty() {
        "시간표를 알 수 없음".to_owned()
    } else if has(Want::Run) {
        "실행하는 날".to_owned()
    } else if has(Want::Hold) {
        "시작하지 않고 현재 상태를 유지하는 날".to_owned()
    } else {
        format!("쉬는 날({})", day_off(date, spans))
    }
}

/// What makes a day off one: the reason that a rule gives, else its weekday.
fn day_off(date: Date, spans: &[Span]) -> String {
    spans
        .iter()
        .find_map(|span| match reason::read(&span.reason) {
            Reason::Other(other) => Some(sentence(other)),
            Reason::None
            | Reason::Period(_)
            | Reason::Fixed
            | Reason::Exception(..)
            | Reason::Order(..) => None,
        })
        .unwrap_or_else(|| words::weekday(date).to_owned())
}

/// An option of the schedule as a sentence.
fn option(option: &str, value: &str) -> String {
    match (option, value) {
        ("enforced", "on") => "손으로 켜거나 끈 서버를 시간표대로 되돌립니다 (enforced)",
        ("enforced", "off") => "손으로 켜거나 끈 서버는 그대로 둡니다 (enforced)",
        ("retain-running", "on") => {
            "시작 시각 전에 손으로 켠 서버는 중지하지 않습니다 (retain_running)"
        }
        ("retain-running", "off") => {
            "시작 시각 전에 손으로 켠 서버도 제시간에 중지합니다 (retain_running)"
        }
        ("maintenance-window-ec2", "on") => {
            "EC2: 유지 관리 기간에는 중지 시간에도 실행합니다 (use_maintenance_window)"
        }
        ("maintenance-window-ec2", "off") => {
            "EC2: 유지 관리 기간을 고려하지 않습니다 (use_maintenance_window)"
        }
        ("maintenance-window-rds", "on") => {
            "RDS: 유지 관리 기간에는 중지 시간에도 실행합니다 (use_maintenance_window)"
        }
        ("maintenance-window-rds", "off") => {
            "RDS: 유지 관리 기간을 고려하지 않습니다 (use_maintenance_window)"
        }
        (option, value) => return format!("{}: {}", name(option), name(value)),
    }
    .to_owned()
}

/// `<schedule> exception info [date]` and `exception list`.
pub(super) fn exceptions(context: &Context, view: &ExceptionsView) -> Draft {
    let today = context.now.date;
    let schedule = name(&view.schedule);
    let when = view
        .date
        .map_or_else(|| "앞으로".to_owned(), |date| words::date(today, date));
    if view.exceptions.is_empty() {
        return Draft::new(
            Colour::Ok,
            format!("{schedule} 스케줄, {when}: 예외가 없습니다."),
        );
    }
    let mut draft = Draft::new(
        Colour::Ok,
        format!(
            "{schedule} 스케줄, {when}: 예외 {}개",
            view.exceptions.len()
        ),
    );
    draft.lines(words::exceptions(today, &view.exceptions));
    draft
}

/// `<schedule> exception set …` was done.
pub(super) fn exception_set(context: &Context, view: &ExceptionSetView) -> Draft {
    let now = context.now;
    let set = &view.set;
    let endless = set.action == Turn::Stop && set.at.is_none() && view.next_stop.is_none();
    let colour = if view.without_effect || endless {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "{} 스케줄, 예외를 설정했습니다: {} {}",
            name(&view.schedule),
            words::date(now.date, set.date),
            words::change(set)
        ),
    );
    if let Some(reason) = &set.reason {
        draft.line(format!("사유: {}", sentence(reason)));
    }
    if let Some(replaced) = &view.replaced {
        draft.line(format!(
            "바꾸기 전: {}",
            words::change_with_author(replaced)
        ));
    }
    if view.without_effect {
        draft.line(if is_fixed(&view.spans) {
            "효과 없음: 시간표와 관계없이 고정된 스케줄이라 바뀌는 것이 없습니다."
        } else {
            "효과 없음: 이날은 실행 시간이 없어 바뀌는 것이 없습니다."
        });
    }
    if set.action == Turn::Stop && set.at.is_none() && !view.without_effect {
        draft.line(match &view.next_stop {
            Some(_) => "이날은 중지하지 않으므로 다음 중지까지 켜진 서버는 계속 실행됩니다.",
            None => "이날은 중지하지 않고, 그 뒤에 예정된 중지도 없어 켜진 서버는 계속 실행됩니다.",
        });
    }
    draft.line(words::next_turn_line(
        now,
        Turn::Start,
        view.next_start.as_ref(),
    ));
    draft.line(words::next_turn_line(
        now,
        Turn::Stop,
        view.next_stop.as_ref(),
    ));
    day_block(&mut draft, now.date, set.date, &view.spans);
    draft
}

/// `<schedule> exception del …` was done, or there was nothing to delete.
pub(super) fn exception_deleted(context: &Context, view: &ExceptionDeletedView) -> Draft {
    let today = context.now.date;
    let schedule = name(&view.schedule);
    let date = words::date(today, view.date);
    let mut draft = match &view.deleted {
        Some(deleted) => Draft::new(
            Colour::Ok,
            format!(
                "{schedule} 스케줄, 예외를 삭제했습니다: {date} {}",
                words::change_with_author(deleted)
            ),
        ),
        None => Draft::new(
            Colour::Warning,
            format!(
                "{schedule} 스케줄, {date}: 삭제할 {} 예외가 없습니다. 바뀐 것은 없습니다.",
                words::turn(view.action)
            ),
        ),
    };
    day_block(&mut draft, today, view.date, &view.spans);
    draft
}

/// The day as it is now.
pub(super) fn day_block(draft: &mut Draft, today: Date, date: Date, spans: &[Span]) {
    draft.block_of_any(
        format!(
            "{} 시간표: {}",
            words::date(today, date),
            kind_of_day(date, spans)
        ),
        &words::spans(spans),
        words::more_lines,
    );
}
