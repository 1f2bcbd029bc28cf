//! What the day brings, a line a schedule.

use reveille_sdk::{
    formatter::replies::{Context, MorningLine, MorningView},
    types::Date,
};

use super::words;
use crate::{
    message::{Colour, Draft, names},
    text::{name, sentence},
    when,
};

/// The message of the morning.
pub(super) fn morning(context: &Context, view: &MorningView) -> Draft {
    let date = words::date(context.now.date, view.date);
    if view.schedules.is_empty() {
        return Draft::new(Colour::Ok, format!("No schedules, {date}."));
    }
    let troubled =
        |line: &MorningLine| line.held.is_some() || line.want.is_none() || !line.faults.is_empty();
    let colour = if view.schedules.iter().any(troubled) {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "{}, {date}.",
            words::counted(view.schedules.len(), "schedule")
        ),
    );
    draft.lines(
        view.schedules
            .iter()
            .map(|line| schedule(context, view.date, line)),
    );
    draft
}

/// `dev : start 09:30, stop 22:00 · 36 servers: 0 running, 36 stopped`
fn schedule(context: &Context, today: Date, line: &MorningLine) -> String {
    let turns: Vec<String> = line
        .turns
        .iter()
        .map(|turn| {
            let at = when::carried(turn.at);
            let clock = when::clock(at.minute);
            let at = if at.date == today {
                clock
            } else {
                format!("{} {clock}", words::full_date(at.date))
            };
            format!("{} {at}", words::turn_to(turn.want))
        })
        .collect();
    let day = match (line.want, turns.as_slice()) {
        (None, _) => "no plan".to_owned(),
        (Some(want), []) => format!("{} all day", words::want(want)),
        (Some(_), turns) => format!(
            "{}{}",
            names(turns, words::more),
            words::zone(context, &line.timezone)
        ),
    };
    let mut text = format!(
        "{} : {day} · {}",
        name(&line.schedule),
        words::counts(&line.counts)
    );
    if !line.notes.is_empty() {
        let notes: Vec<String> = line.notes.iter().map(|note| sentence(note)).collect();
        text.push_str(&format!(" · note: {}", names(&notes, words::more)));
    }
    if !line.exceptions.is_empty() {
        let changes: Vec<String> = line.exceptions.iter().map(words::change).collect();
        text.push_str(&format!(" · exceptions: {}", names(&changes, words::more)));
    }
    if let Some(forced) = &line.forced {
        text.push_str(&format!(
            " · {} until {}",
            words::order(forced.want),
            words::moment_in(context, &line.timezone, forced.until)
        ));
    }
    if let Some(held) = &line.held {
        text.push_str(&format!(" · on hold (rule '{}')", name(&held.rule)));
    }
    if !line.faults.is_empty() {
        text.push_str(" · faults: ");
        text.push_str(&names(&words::faults(&line.faults), words::more));
    }
    text
}
