//! One day of a schedule: how it will be, and the exceptions that change it.

use reveille_sdk::{
    formatter::replies::{
        Context, ExceptionDeletedView, ExceptionSetView, ExceptionsView, InfoView,
    },
    types::{Date, Span, Turn, Want},
};

use super::words;
use crate::{
    message::{Colour, Draft, names},
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
            "Schedule {}, {}: {}",
            name(&view.schedule),
            words::date(now.date, view.date),
            kind_of_day(view.date, &view.spans)
        ),
    );
    if let Some(description) = &view.description {
        draft.line(format!("Description: {}", sentence(description)));
    }
    if !view.notes.is_empty() {
        let notes: Vec<String> = view.notes.iter().map(|note| sentence(note)).collect();
        draft.line(format!("Note: {}", names(&notes, words::more)));
    }
    if let Some(want) = view.override_status {
        draft.line(format!(
            "Fixed: always {}, whatever the plan says (override_status)",
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
    draft.block_of_any("The day", &words::spans(&view.spans), words::more);
    draft.block_of_any(
        "Exceptions",
        &words::exceptions(now.date, &view.exceptions),
        words::more,
    );
    let mut options: Vec<String> = view
        .options
        .iter()
        .map(|(option, value)| self::option(option, value))
        .collect();
    options.insert(
        0,
        format!(
            "All times are those of {} (timezone)",
            name(&context.timezone)
        ),
    );
    draft.block_of_any("Options", &options, words::more);
    draft.block_of_any("Faults", &words::faults(&view.faults), words::more);
    draft
}

/// What a day is on the whole: `a day off (Sat)`, `a day off (Chuseok)`.
fn kind_of_day(date: Date, spans: &[Span]) -> String {
    let has = |want| spans.iter().any(|span| span.want == want);
    if spans.is_empty() {
        "the plan is not known".to_owned()
    } else if has(Want::Run) {
        "a working day".to_owned()
    } else if has(Want::Hold) {
        "nothing is started, servers are left as they are".to_owned()
    } else {
        format!("a day off ({})", day_off(date, spans))
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
        ("enforced", "on") => "What is started or stopped by hand is undone (enforced)",
        ("enforced", "off") => "What is started or stopped by hand is left as it is (enforced)",
        ("retain-running", "on") => {
            "A server started by hand before the start is not stopped (retain_running)"
        }
        ("retain-running", "off") => {
            "A server started by hand before the start is stopped in time (retain_running)"
        }
        ("maintenance-window-ec2", "on") => {
            "EC2: runs during maintenance windows, outside the plan too (use_maintenance_window)"
        }
        ("maintenance-window-ec2", "off") => {
            "EC2: maintenance windows are not looked at (use_maintenance_window)"
        }
        ("maintenance-window-rds", "on") => {
            "RDS: runs during maintenance windows, outside the plan too (use_maintenance_window)"
        }
        ("maintenance-window-rds", "off") => {
            "RDS: maintenance windows are not looked at (use_maintenance_window)"
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
        .map_or_else(|| "from now on".to_owned(), |date| words::date(today, date));
    if view.exceptions.is_empty() {
        return Draft::new(
            Colour::Ok,
            format!("Schedule {schedule}, {when}: no exceptions."),
        );
    }
    let mut draft = Draft::new(
        Colour::Ok,
        format!(
            "Schedule {schedule}, {when}: {}",
            words::counted(view.exceptions.len(), "exception")
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
            "Schedule {}, exception set: {}, {}",
            name(&view.schedule),
            words::date(now.date, set.date),
            words::change(set)
        ),
    );
    if let Some(reason) = &set.reason {
        draft.line(format!("Reason: {}", sentence(reason)));
    }
    if let Some(replaced) = &view.replaced {
        draft.line(format!("It was: {}", words::change_with_author(replaced)));
    }
    if view.without_effect {
        draft.line(if is_fixed(&view.spans) {
            "Without effect: the schedule is fixed, whatever its periods say, so nothing changes."
        } else {
            "Without effect: nothing runs on that day, so there is nothing to change."
        });
    }
    if set.action == Turn::Stop && set.at.is_none() && !view.without_effect {
        draft.line(match &view.next_stop {
            Some(_) => "That day has no stop: what runs goes on running until the next one.",
            None => "That day has no stop and none is planned after it: what runs goes on running.",
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
                "Schedule {schedule}, exception deleted: {date}, {}",
                words::change_with_author(deleted)
            ),
        ),
        None => Draft::new(
            Colour::Warning,
            format!(
                "Schedule {schedule}, {date}: there is no {} exception to delete. Nothing has changed.",
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
            "Plan for {}: {}",
            words::date(today, date),
            kind_of_day(date, spans)
        ),
        &words::spans(spans),
        words::more,
    );
}
