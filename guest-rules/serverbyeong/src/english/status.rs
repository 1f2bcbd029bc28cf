//! How the servers are: of one schedule, and of all of them at a glance.

use reveille_sdk::formatter::replies::{Context, GroupView, ScheduleLine, StatusView};

use super::words;
use crate::{
    message::{Colour, Draft, names},
    servers::{self, counted, is_left_out},
    text::name,
};

/// `<schedule> status`.
pub(super) fn status(context: &Context, view: &StatusView) -> Draft {
    let now = context.now;
    let mut draft = Draft::new(
        servers::colour(view),
        format!(
            "Schedule {}, {}",
            name(&view.schedule),
            words::counts(&view.counts)
        ),
    );
    if let Some(forced) = &view.forced {
        draft.line(words::force_line(now, forced));
    }
    if let Some(held) = &view.held {
        draft.lines(words::hold_lines(now, held));
    }
    draft.line(words::next_line(now, view.next.as_ref()));
    if let Some(seen) = view.seen {
        draft.line(format!(
            "The servers cannot be seen now; this is how they were {}.",
            words::moment(now, seen)
        ));
    }
    for group in &view.groups {
        let only = view.groups.len() == 1;
        draft.block(
            title(group, only),
            &words::servers(&group.servers),
            words::more,
        );
    }
    draft.block_of_any("Faults", &words::faults(&view.faults), words::more);
    draft
}

fn title(group: &GroupView, only: bool) -> String {
    let label = match &group.name {
        Some(group) => name(group),
        None if only => "Servers".to_owned(),
        None => "Servers in no group".to_owned(),
    };
    let counts = counted(&group.servers);
    let left_out = match group.servers.iter().filter(|one| is_left_out(one)).count() {
        0 => String::new(),
        left_out => format!(", {left_out} not scheduled"),
    };
    if counts.total == 0 {
        return format!("{label} (no servers{left_out})");
    }
    format!(
        "{label} ({}: {}{left_out})",
        counts.total,
        words::shares(&counts)
    )
}

/// The list of schedules.
pub(super) fn schedules(context: &Context, lines: &[ScheduleLine]) -> Draft {
    if lines.is_empty() {
        return Draft::new(Colour::Warning, "There are no schedules that you can see.");
    }
    let troubled = lines
        .iter()
        .any(|line| !line.faults.is_empty() || line.want.is_none());
    let colour = if troubled {
        Colour::Warning
    } else {
        Colour::Ok
    };
    let mut draft = Draft::new(
        colour,
        format!("{}.", words::counted(lines.len(), "schedule")),
    );
    draft.lines(lines.iter().map(|line| schedule(context, line)));
    draft
}

/// `dev : running · 36 servers: 30 running, 6 stopped · next stop today (Sun 2026-11-22) 22:00`
fn schedule(context: &Context, line: &ScheduleLine) -> String {
    let want = line.want.map_or("no plan", words::want);
    let mut text = format!(
        "{} : {want} · {}",
        name(&line.name),
        words::counts(&line.counts)
    );
    if let Some(forced) = &line.forced {
        text.push_str(&format!(
            " · {} until {}",
            words::order(forced.want),
            words::moment_in(context, &line.timezone, forced.until)
        ));
    }
    if let Some(next) = &line.next {
        text.push_str(&format!(
            " · next {} {}",
            words::turn_to(next.want),
            words::moment_in(context, &line.timezone, next.at)
        ));
    }
    if !line.faults.is_empty() {
        text.push_str(" · faults: ");
        text.push_str(&names(&words::faults(&line.faults), words::more));
    }
    text
}
