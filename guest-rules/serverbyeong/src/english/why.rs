//! Why the servers are as they are: who painted what, who ordered what, what was done.

use reveille_sdk::formatter::replies::{Context, Layer, PastAction, WhyView};

use super::words;
use crate::{
    message::{Colour, Draft},
    text::{name, sentence},
    when,
};

/// `<schedule> why`.
pub(super) fn why(context: &Context, view: &WhyView) -> Draft {
    let now = context.now;
    let calm = view.forced.is_none() && view.held.is_none() && view.differing.is_empty();
    let colour = if calm { Colour::Ok } else { Colour::Warning };
    let mut draft = Draft::new(
        colour,
        format!(
            "Schedule {}, wanted now: {}",
            name(&view.schedule),
            view.want.map_or("not known", words::want)
        ),
    );
    draft.line(words::counts(&view.counts));
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
    draft.line(words::next_line(now, view.next.as_ref()));
    draft.block_of_any(
        "Rule by rule (later ones paint over)",
        &view.layers.iter().map(layer).collect::<Vec<_>>(),
        words::more,
    );
    draft.block_of_any(
        "Exceptions",
        &words::exceptions(now.date, &view.exceptions),
        words::more,
    );
    draft.block_of_any(
        "Servers that are not as wanted",
        &words::servers(&view.differing),
        words::more,
    );
    let actions: Vec<String> = view
        .actions
        .iter()
        .map(|action| past(context, &view.schedule, action))
        .collect();
    draft.block_of_any("Last actions (newest first)", &actions, words::more);
    draft
}

/// `kr-holidays: stopped 00:00–24:00 (추석) · covered`
fn layer(layer: &Layer) -> String {
    let covered = if layer.covered { " · covered" } else { "" };
    let version = layer
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" {}", name(version)));
    format!(
        "{}{version}: {} {}–{}{}{covered}",
        name(&layer.rule),
        words::want(layer.want),
        when::clock(layer.begin),
        when::clock(layer.end),
        words::because(&layer.reason)
    )
}

/// `today (Sun 2026-11-22) 09:30 start, 36 servers: web-1, web-2 and 34 more · the schedule · period office-hours`
fn past(context: &Context, schedule: &str, past: &PastAction) -> String {
    let mut text = format!(
        "{} {}",
        words::moment(context.now, past.at),
        name(&past.action)
    );
    if past.count > 0 {
        text.push_str(&format!(", {}", words::counted(past.count, "server")));
    }
    if !past.servers.is_empty() {
        text.push_str(&format!(
            ": {}",
            words::some_servers(&past.servers, past.count)
        ));
    }
    if past.by == schedule {
        text.push_str(" · the schedule");
    } else if !past.by.is_empty() {
        text.push_str(&format!(" · {}", name(&past.by)));
    }
    if let Some(reason) = words::decided(&past.reason) {
        text.push_str(&format!(" · {reason}"));
    }
    if let Some(error) = &past.error {
        text.push_str(&match refusal(error) {
            Some(why) => format!(" · refused: {why}"),
            None => format!(" · failed: {}", sentence(error)),
        });
    }
    text
}

/// The words for a refusal, of which the audit has the contract's name.
fn refusal(code: &str) -> Option<&'static str> {
    Some(match code {
        "not-understood" => "not understood",
        "unknown-schedule" => "no such schedule",
        "schedule-needed" => "no schedule was named",
        "ambiguous-schedule" => "several schedules fit",
        "impossible-date" => "no such date",
        "unclear-date" => "the date is not clear",
        "unclear-time" => "the time is not clear",
        "ambiguous-time" => "morning or evening is not clear",
        "unclear-duration" => "the length is not clear",
        "too-long" => "too long",
        "past-date" => "the date is over",
        "past-time" => "the time is over",
        "contradiction" => "it does not fit the day",
        "incomplete" => "something is missing",
        "nothing-to-extend" => "there is no run to extend",
        "not-allowed" => "not permitted",
        "set-aside" => "the schedule is set aside",
        "text-too-long" => "too much text",
        "no-such-holiday" => "not in the calendar",
        "too-many-days" => "too many days at once",
        "name-too-long" => "the name is too long",
        "calendar-full" => "the calendar is full",
        "calendar-unreadable" => "the calendar cannot be read",
        "failed" => "a fault of ours",
        _ => return None,
    })
}
