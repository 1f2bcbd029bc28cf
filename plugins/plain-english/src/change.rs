//! What was done.

use reveille_sdk::{
    formatter::replies::{
        CancelledView, Context, ExceptionDeletedView, ExceptionSetView, ExtendedView, ForcedView,
        HolidaysChangedView, Topic, Turning, UntilSource,
    },
    types::Want,
};

use crate::{
    message::{Draft, Tone},
    words::{
        because, counted, data, date, example, exception, forced as in_force, holiday, moment,
        names, next, order, spans, turn, wanted,
    },
};

fn turns(context: &Context, start: Option<&Turning>, stop: Option<&Turning>) -> Vec<String> {
    let line = |name: &str, turning: &Turning| {
        format!(
            "{name} {}{}",
            moment(context, turning.at),
            because(&turning.reason)
        )
    };
    let start = start.map(|turning| line("Starts", turning));
    let stop = stop.map(|turning| line("Stops", turning));
    start.into_iter().chain(stop).collect()
}

pub(crate) fn exception_set(context: &Context, of: &ExceptionSetView) -> Draft {
    let careful = of.without_effect || of.next_stop.is_none();
    let tone = if careful { Tone::Careful } else { Tone::Good };
    let mut draft = Draft::new(
        tone,
        format!(
            "{}, {}: {}",
            data(&of.schedule),
            date(of.set.date),
            exception(&of.set)
        ),
    );
    if of.without_effect {
        draft = draft.line("Saved, but that day has no run to change.");
    }
    if of.next_stop.is_none() {
        draft = draft.line("No stop is planned.");
    }
    draft
        .lines(
            of.replaced
                .as_ref()
                .map(|old| format!("Was: {}", exception(old))),
        )
        .lines(turns(
            context,
            of.next_start.as_ref(),
            of.next_stop.as_ref(),
        ))
        .block("Plan", spans(&of.spans))
}

pub(crate) fn exception_deleted(_context: &Context, of: &ExceptionDeletedView) -> Draft {
    let day = format!("{}, {}", data(&of.schedule), date(of.date));
    let draft = match &of.deleted {
        Some(old) => Draft::new(Tone::Good, format!("{day}: deleted {}", exception(old))),
        None => Draft::new(
            Tone::Careful,
            format!("{day}: no {} exception to delete", turn(of.action)),
        ),
    };
    draft.block("Plan", spans(&of.spans))
}

pub(crate) fn forced(context: &Context, of: &ForcedView) -> Draft {
    let verb = match of.forced.want {
        Want::Run => "starting",
        Want::Stop => "stopping",
        Want::Hold => "leaving alone",
    };
    let source = match of.until_source {
        UntilSource::Plan => "as planned",
        UntilSource::Asked => "as asked",
        UntilSource::Limit => "the longest allowed",
    };
    let tone = match of.forced.want {
        Want::Run => Tone::Good,
        Want::Stop | Want::Hold => Tone::Careful,
    };
    let mut draft = Draft::new(
        tone,
        format!(
            "{}: {verb} {}, {} already there",
            data(&of.schedule),
            counted(of.to_change, "server"),
            of.already
        ),
    )
    .line(format!(
        "Until {} ({source})",
        moment(context, of.forced.until)
    ));
    if of.groups.len() > 1 {
        let groups: Vec<String> = of.groups.iter().map(|group| data(group)).collect();
        draft = draft.line(format!("Order: {}", groups.join(" → ")));
    }
    draft
        .lines(
            of.forced
                .reason
                .iter()
                .map(|reason| format!("Reason: {}", data(reason))),
        )
        .lines(
            of.replaced
                .iter()
                .map(|old| format!("Replaces: {}", in_force(context, old))),
        )
        .line(format!(
            "End it: {}",
            example(context, Some(&of.schedule), Topic::Cancel)
        ))
}

pub(crate) fn cancelled(context: &Context, of: &CancelledView) -> Draft {
    let name = data(&of.schedule);
    let draft = match &of.cancelled {
        Some(old) => Draft::new(
            Tone::Good,
            format!("{name}: ended {}", order(old.want).to_lowercase()),
        ),
        None => Draft::new(Tone::Careful, format!("{name}: no order to end")),
    };
    draft
        .line(format!("By plan: {}", wanted(of.want)))
        .line(next(context, of.next.as_ref()))
}

pub(crate) fn extended(context: &Context, of: &ExtendedView) -> Draft {
    let what = if of.forced { "order ends" } else { "stops" };
    Draft::new(
        Tone::Good,
        format!("{}: {what} {}", data(&of.schedule), moment(context, of.to)),
    )
    .line(format!("Was {}", moment(context, of.from)))
}

pub(crate) fn holidays(_context: &Context, of: &HolidaysChangedView, done: &str) -> Draft {
    let tone = if of.without_effect {
        Tone::Careful
    } else {
        Tone::Good
    };
    let mut draft = Draft::new(
        tone,
        format!(
            "{done} in {} for {}",
            data(&of.calendar),
            data(&of.schedule)
        ),
    );
    for change in &of.changes {
        let before: Vec<String> = change.before.iter().map(holiday).collect();
        let was = if before.is_empty() {
            String::new()
        } else {
            format!(", was {}", before.join(", "))
        };
        let after = change.after.as_ref().map_or("no line".to_owned(), holiday);
        draft = draft.line(format!("{} {after}{was}", date(change.date)));
    }
    if of.without_effect {
        draft = draft.line("No rule of the schedule reads it.");
    }
    if !of.shared_with.is_empty() {
        draft = draft.line(format!("Also changed: {}", names(&of.shared_with, 0)));
    }
    for change in &of.changes {
        draft = draft.block(format!("Plan, {}", date(change.date)), spans(&change.spans));
    }
    draft
}
