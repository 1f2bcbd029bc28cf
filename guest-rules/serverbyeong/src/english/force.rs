//! Orders that stand above the plan: given, ended, extended.

use reveille_sdk::{
    formatter::replies::{CancelledView, Context, ExtendedView, ForcedView, Topic, UntilSource},
    types::Want,
};

use super::{command, words};
use crate::{
    message::{Colour, Draft, sequence},
    text::{name, sentence},
    when::{Length, carried},
};

/// `<schedule> force_start` or `force_stop` was accepted.
pub(super) fn forced(context: &Context, view: &ForcedView) -> Draft {
    let now = context.now;
    let forced = &view.forced;
    // An order that no turn of the plan ends is the one that is forgotten.
    let nobody = view.to_change == 0 && view.already == 0;
    let colour = match view.until_source {
        UntilSource::Plan | UntilSource::Asked if !nobody => Colour::Ok,
        UntilSource::Plan | UntilSource::Asked | UntilSource::Limit => Colour::Warning,
    };
    let mut draft = Draft::new(
        colour,
        format!(
            "Schedule {}, {}: {}",
            name(&view.schedule),
            words::order(forced.want),
            extent(view)
        ),
    );
    draft.line(format!(
        "Until: {} ({})",
        words::moment(now, forced.until),
        words::until_source(forced.want, view.until_source)
    ));
    if let Some(reason) = &forced.reason {
        draft.line(format!("Reason: {}", sentence(reason)));
    }
    if view.to_change > 0 && view.groups.len() > 1 {
        draft.line(format!("Order: {}", in_order(&view.groups)));
    }
    if let Some(replaced) = &view.replaced {
        draft.line(format!(
            "It was: {} {}",
            words::order(replaced.want),
            words::force_facts(now, replaced)
        ));
    }
    draft.line(format!(
        "To end it: {}",
        command::typed(context, Topic::Cancel, Some(&view.schedule))
    ));
    draft
}

/// How much there is to do: `starting 36 servers.`
fn extent(view: &ForcedView) -> String {
    let (change, already) = (view.to_change, view.already);
    if change == 0 && already == 0 {
        // There are none, or the fleet does not answer: the order is kept in both cases.
        return "no servers can be seen now. The order stands all the same.".to_owned();
    }
    let (there, verb) = match view.forced.want {
        Want::Run => ("running", "starting"),
        Want::Stop => ("stopped", "stopping"),
        Want::Hold => return "every server stays as it is.".to_owned(),
    };
    if change == 0 {
        return format!(
            "{} already {there}, nothing to do.",
            words::counted(already, "server")
        );
    }
    let in_groups = match view.groups.len() {
        0 | 1 => String::new(),
        groups => format!(" of {groups} groups in order"),
    };
    let rest = if already == 0 {
        String::new()
    } else {
        format!(" {already} already {there}.")
    };
    format!(
        "{verb} {}{in_groups}.{rest}",
        words::counted(change, "server")
    )
}

fn in_order(groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| name(group)).collect();
    sequence(&groups, words::more)
}

/// `<schedule> cancel` was done, or there was nothing to cancel.
pub(super) fn cancelled(context: &Context, view: &CancelledView) -> Draft {
    let now = context.now;
    let schedule = name(&view.schedule);
    let mut draft = match &view.cancelled {
        Some(forced) => {
            let mut draft = Draft::new(
                Colour::Ok,
                format!(
                    "Schedule {schedule}, {} cancelled: the plan is followed again.",
                    words::order(forced.want)
                ),
            );
            draft.line(format!("It was: {}", words::force_facts(now, forced)));
            draft
        }
        None => Draft::new(
            Colour::Warning,
            format!(
                "Schedule {schedule}: there is no forced start or stop to cancel. Nothing has changed."
            ),
        ),
    };
    draft.line(format!(
        "Planned now: {}",
        view.want.map_or("not known", words::want)
    ));
    draft.line(words::next_line(now, view.next.as_ref()));
    draft
}

/// `<schedule> extend …` was done.
pub(super) fn extended(context: &Context, view: &ExtendedView) -> Draft {
    let now = context.now;
    let what = if view.forced {
        "forced start extended"
    } else {
        "stop put off"
    };
    let by = Length::between(carried(view.from), carried(view.to))
        .map_or_else(String::new, |by| format!(" (by {})", words::length(by)));
    let mut draft = Draft::new(
        Colour::Ok,
        format!(
            "Schedule {}, {what}: {} → {}{by}",
            name(&view.schedule),
            words::moment(now, view.from),
            words::moment(now, view.to)
        ),
    );
    draft.line(format!(
        "Next stop: {} ({})",
        words::moment(now, view.to),
        words::time_until(now, view.to)
    ));
    draft
}
