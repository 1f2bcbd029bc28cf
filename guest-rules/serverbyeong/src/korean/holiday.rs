//! The calendar of a schedule: the days that people have added to it and taken out of it.

use reveille_sdk::{
    formatter::replies::{
        Context, Holiday, HolidayChange, HolidaysChangedView, HolidaysView, NoSuchHoliday, Topic,
    },
    types::{Date, Want},
};

use super::{command, day::day_block, words};
use crate::{
    message::{Colour, Draft},
    text::{name, sentence},
};

const WITHOUT_EFFECT: &str = "효과 없음: 이 스케줄에는 휴일 달력을 읽는 규칙이 없습니다.";

/// `<schedule> holiday list`.
pub(super) fn holidays(context: &Context, view: &HolidaysView) -> Draft {
    let today = context.now.date;
    let calm = view.faults.is_empty() && !view.read_by.is_empty();
    let colour = if calm { Colour::Ok } else { Colour::Warning };
    let count = if view.days.is_empty() {
        "등록된 날이 없습니다.".to_owned()
    } else {
        format!("등록된 날 {}일", view.days.len())
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "{} 스케줄, 휴일 달력 '{}', {}부터: {count}",
            name(&view.schedule),
            name(&view.calendar),
            words::date(today, view.from)
        ),
    );
    draft.lines(view.days.iter().map(|day| holiday(today, day)));
    if view.read_by.is_empty() {
        draft.line(WITHOUT_EFFECT);
    } else {
        draft.line(format!(
            "이 달력을 읽는 규칙: {}. 규칙이 아는 공휴일은 이 목록에 없습니다.",
            words::listed(&view.read_by, words::more_things)
        ));
    }
    if !view.shared_with.is_empty() {
        draft.line(format!(
            "같은 달력을 쓰는 다른 스케줄: {}",
            words::listed(&view.shared_with, words::more_things)
        ));
    }
    let of_all: Vec<String> = view
        .days_of_all
        .iter()
        .map(|day| holiday(today, day))
        .collect();
    draft.block_of_any("모든 스케줄의 휴일", &of_all, words::more_lines);
    draft.block_of_any(
        "달력 문제",
        &words::faults(&view.faults),
        words::more_things,
    );
    draft
}

/// `2026-12-24(목) 창립기념일`, `2026-10-09(금) 근무일, 배포`
fn holiday(today: Date, holiday: &Holiday) -> String {
    let mut text = words::date(today, holiday.date);
    if holiday.working {
        text.push_str(" 근무일");
    }
    if let Some(called) = &holiday.name {
        text.push_str(if holiday.working { ", " } else { " " });
        text.push_str(&sentence(called));
    }
    text
}

/// `<schedule> holiday add …` or `work …` was done.
pub(super) fn added(context: &Context, view: &HolidaysChangedView) -> Draft {
    let is_working = |change: &HolidayChange| change.after.as_ref().is_some_and(|day| day.working);
    let done = if view.changes.iter().any(is_working) {
        "달력에 적었습니다"
    } else {
        "휴일을 추가했습니다"
    };
    let mut draft = changed(context, view, done, |change| change.after.iter().collect());
    let today = context.now.date;
    let before: Vec<String> = view
        .changes
        .iter()
        .flat_map(|change| &change.before)
        .map(|day| holiday(today, day))
        .collect();
    if !before.is_empty() {
        draft.line(format!(
            "바꾸기 전: {}",
            crate::message::names(&before, words::more_things)
        ));
    }
    followed(draft, context, view)
}

/// `<schedule> holiday del …` was done.
pub(super) fn deleted(context: &Context, view: &HolidaysChangedView) -> Draft {
    let draft = changed(context, view, "달력에서 삭제했습니다", |change| {
        change.before.iter().collect()
    });
    followed(draft, context, view)
}

/// What was done, with its days.
fn changed(
    context: &Context,
    view: &HolidaysChangedView,
    done: &str,
    days: impl Fn(&HolidayChange) -> Vec<&Holiday>,
) -> Draft {
    let today = context.now.date;
    let colour = if view.without_effect {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let days: Vec<String> = view
        .changes
        .iter()
        .flat_map(days)
        .map(|day| holiday(today, day))
        .collect();
    let schedule = name(&view.schedule);
    match days.as_slice() {
        [only] => Draft::new(colour, format!("{schedule} 스케줄, {done}: {only}")),
        several => {
            let mut draft = Draft::new(
                colour,
                format!("{schedule} 스케줄, {done}: {}일", view.changes.len()),
            );
            draft.lines(several.iter().cloned());
            draft
        }
    }
}

/// What follows from it.
fn followed(mut draft: Draft, context: &Context, view: &HolidaysChangedView) -> Draft {
    if view.without_effect {
        draft.line(WITHOUT_EFFECT);
    }
    if !view.shared_with.is_empty() {
        draft.line(format!(
            "휴일 달력 '{}', 함께 바뀌는 다른 스케줄: {}",
            name(&view.calendar),
            words::listed(&view.shared_with, words::more_things)
        ));
    }
    for change in &view.changes {
        day_block(&mut draft, context.now.date, change.date, &change.spans);
    }
    draft
}

/// A day that the calendar does not have.
pub(super) fn none_such(context: &Context, none: &NoSuchHoliday) -> Draft {
    let today = context.now.date;
    let mut day = words::date(today, none.from);
    if none.to != none.from {
        day.push_str(&format!("부터 {}까지", words::date(today, none.to)));
    }
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "{} 스케줄, 휴일 달력 '{}'에 없는 날입니다: {day}",
            name(&none.schedule),
            name(&none.calendar)
        ),
    );
    let is_day_off = !none.spans.is_empty() && none.spans.iter().all(|span| span.want != Want::Run);
    draft.line(if is_day_off {
        format!(
            "규칙이 아는 휴일에 근무하려면: {}",
            command::work_on(context, none.from, &none.schedule)
        )
    } else {
        command::example(context, Topic::HolidayList, Some(&none.schedule))
    });
    let days: Vec<String> = none.days.iter().map(|day| holiday(today, day)).collect();
    draft.block_of_any("등록된 날", &days, words::more_things);
    draft
}
