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

const WITHOUT_EFFECT: &str = "Without effect: no rule of this schedule reads the calendar.";

/// `<schedule> holiday list`.
pub(super) fn holidays(context: &Context, view: &HolidaysView) -> Draft {
    let today = context.now.date;
    let calm = view.faults.is_empty() && !view.read_by.is_empty();
    let colour = if calm { Colour::Ok } else { Colour::Warning };
    let count = if view.days.is_empty() {
        "no days".to_owned()
    } else {
        words::counted(view.days.len(), "day")
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "Schedule {}, calendar '{}', from {} on: {count}",
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
            "Rules that read it: {}. Public holidays that a rule knows are not listed here.",
            words::listed(&view.read_by)
        ));
    }
    if !view.shared_with.is_empty() {
        draft.line(format!(
            "Other schedules with this calendar: {}",
            words::listed(&view.shared_with)
        ));
    }
    let of_all: Vec<String> = view
        .days_of_all
        .iter()
        .map(|day| holiday(today, day))
        .collect();
    draft.block_of_any("Days of all schedules", &of_all, words::more);
    draft.block_of_any(
        "Faults of the calendar",
        &words::faults(&view.faults),
        words::more,
    );
    draft
}

/// `2026-12-24 (Thu): Foundation Day`, `2026-10-09 (Fri): worked on, release`
fn holiday(today: Date, holiday: &Holiday) -> String {
    let mut text = format!("{}:", words::date(today, holiday.date));
    if holiday.working {
        text.push_str(" worked on");
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
        "written into the calendar"
    } else {
        "days off added"
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
            "It was: {}",
            crate::message::names(&before, words::more)
        ));
    }
    followed(draft, context, view)
}

/// `<schedule> holiday del …` was done.
pub(super) fn deleted(context: &Context, view: &HolidaysChangedView) -> Draft {
    let draft = changed(context, view, "deleted from the calendar", |change| {
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
        [only] => Draft::new(colour, format!("Schedule {schedule}, {done}: {only}")),
        several => {
            let mut draft = Draft::new(
                colour,
                format!(
                    "Schedule {schedule}, {done}: {}",
                    words::counted(view.changes.len(), "day")
                ),
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
            "Calendar '{}', other schedules that change with it: {}",
            name(&view.calendar),
            words::listed(&view.shared_with)
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
        day.push_str(&format!(" to {}", words::date(today, none.to)));
    }
    let mut draft = Draft::new(
        Colour::Warning,
        format!(
            "Schedule {}: the calendar '{}' does not have that day: {day}",
            name(&none.schedule),
            name(&none.calendar)
        ),
    );
    let is_day_off = !none.spans.is_empty() && none.spans.iter().all(|span| span.want != Want::Run);
    draft.line(if is_day_off {
        format!(
            "To work on a holiday that a rule knows: {}",
            command::work_on(context, none.from, &none.schedule)
        )
    } else {
        command::example(context, Topic::HolidayList, Some(&none.schedule))
    });
    let days: Vec<String> = none.days.iter().map(|day| holiday(today, day)).collect();
    draft.block_of_any("Days in the calendar", &days, words::more);
    draft
}
