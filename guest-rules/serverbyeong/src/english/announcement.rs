//! What is said unasked. Each message stands alone: it names what it is about and says what comes next.

use reveille_sdk::{
    formatter::replies::{Announcement, Context, ServerView, Wave},
    types::Want,
};

use super::{command, morning, rule, words};
use crate::{
    message::{Colour, Draft},
    text::name,
};

/// Something that happened, or is about to.
pub(super) fn announced(context: &Context, announcement: &Announcement) -> Draft {
    let now = context.now;
    match announcement {
        Announcement::Turned(wave) => turned(context, wave),
        Announcement::StopNear((schedule, at, minutes)) => {
            let mut draft = Draft::new(
                Colour::Warning,
                format!(
                    "Schedule {} stops in {}: {}",
                    name(schedule),
                    words::counted(minutes, "minute"),
                    words::moment(now, *at)
                ),
            );
            draft.line(format!(
                "To go on: {}",
                command::an_hour_more(context, schedule)
            ));
            draft
        }
        Announcement::Stuck((schedule, servers)) => about_servers(
            format!(
                "Schedule {}: {} not started or stopped in time. It is tried again at growing intervals.",
                name(schedule),
                words::counted(servers.len(), "server")
            ),
            servers,
        ),
        Announcement::Failed((schedule, servers)) => about_servers(
            format!(
                "Schedule {}: {} could not be started or stopped. It is tried again at growing intervals.",
                name(schedule),
                words::counted(servers.len(), "server")
            ),
            servers,
        ),
        Announcement::RestartedByProvider((schedule, servers)) => about_servers(
            format!(
                "Schedule {}: stopping {} again that AWS started by itself. RDS comes up by itself after 7 days stopped.",
                name(schedule),
                words::counted(servers.len(), "server")
            ),
            servers,
        ),
        Announcement::Held((schedule, held)) => {
            let mut draft = Draft::new(
                Colour::Warning,
                format!("Schedule {} is put on hold.", name(schedule)),
            );
            draft.lines(words::hold_lines(now, held));
            draft
        }
        Announcement::Resumed(schedule) => Draft::new(
            Colour::Ok,
            format!(
                "Schedule {}: the rule answers again. The hold is over and the plan is followed.",
                name(schedule)
            ),
        ),
        Announcement::GroupOverdue((schedule, groups)) => Draft::new(
            Colour::Warning,
            format!(
                "Schedule {}, groups not ready in time: {}",
                name(schedule),
                words::listed(groups)
            ),
        ),
        Announcement::RuleTaken(change) => rule::taken(change),
        Announcement::RuleRejected(rejection) => rule::rejected(rejection),
        Announcement::RuleUnreachable(distance) => rule::unreachable(context, distance),
        Announcement::RuleReachable(rule) => rule::reachable(rule),
        Announcement::DataStale(trouble) => rule::data_stale(context, trouble),
        Announcement::DataFresh((data, schedules)) => rule::data_fresh(data, schedules),
        Announcement::Morning(view) => morning::morning(context, view),
    }
}

/// Servers were started or stopped.
fn turned(context: &Context, wave: &Wave) -> Draft {
    let now = context.now;
    let servers = words::counted(wave.count, "server");
    let done = match wave.want {
        Want::Run => format!("starting {servers}"),
        Want::Stop => format!("stopping {servers}"),
        Want::Hold => format!("leaving {servers} as is"),
    };
    let mut draft = Draft::new(
        Colour::Ok,
        format!("Schedule {}: {done}.", name(&wave.schedule)),
    );
    if !wave.groups.is_empty() {
        draft.line(format!("Groups: {}", words::listed(&wave.groups)));
    }
    if !wave.servers.is_empty() {
        draft.line(format!(
            "Servers: {}",
            words::some_servers(&wave.servers, wave.count)
        ));
    }
    if let Some(reason) = words::decided(&wave.reason) {
        draft.line(format!("Reason: {reason}"));
    }
    draft.line(words::next_line(now, wave.next.as_ref()));
    draft
}

fn about_servers(line: String, servers: &[ServerView]) -> Draft {
    let mut draft = Draft::new(Colour::Warning, line);
    draft.block_of_any("Servers", &words::servers(servers), words::more);
    draft
}
