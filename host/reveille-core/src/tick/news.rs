//! What a tick tells people: each thing once.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::settings::MAX_TOLD_NAMES;
use crate::{
    model::{
        Remembered, Schedule, Server, Want, local_moment,
        reply::{Announcement, ServerNote, ServerView, Turning, Wave},
    },
    timeline::Timeline,
};

/// An announcement and the schedule that it is about.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) schedule: Arc<Schedule>,
    pub(super) announcement: Announcement,
}

/// A server as an announcement shows it.
pub(super) fn view(server: &Server, note: Option<ServerNote>) -> ServerView {
    ServerView {
        name: server.name.to_string(),
        id: server.id.to_string(),
        kind: server.kind,
        state: server.state,
        native_state: server.native_state.to_string(),
        note,
    }
}

/// A server that does not arrive.
pub(super) fn stuck_view(server: &Server, memory: &Remembered) -> ServerView {
    let reason = server
        .state_reason
        .clone()
        .or_else(|| memory.error.as_ref().map(|error| error.message.clone()));
    view(server, Some(ServerNote::Stuck(reason)))
}

/// Servers that turn together.
pub(super) fn wave(
    schedule: &Schedule,
    want: Want,
    servers: &[&Server],
    reason: &str,
    next: Option<Turning>,
) -> Announcement {
    let is_in = |group: &str| {
        servers
            .iter()
            .any(|server| server.group.as_deref() == Some(group))
    };
    let mut groups: Vec<String> = schedule
        .groups
        .iter()
        .filter(|group| is_in(&group.name))
        .map(|group| group.name.clone())
        .collect();
    if want == Want::Stop {
        groups.reverse();
    }
    Announcement::Turned(Wave {
        schedule: schedule.name.clone(),
        want,
        count: u32::try_from(servers.len()).unwrap_or(u32::MAX),
        groups,
        servers: servers
            .iter()
            .take(MAX_TOLD_NAMES)
            .map(|server| server.name.to_string())
            .collect(),
        reason: reason.to_owned(),
        next,
    })
}

/// A stop that is near.
pub(super) fn stop_near(
    schedule: &Arc<Schedule>,
    stop: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Event {
    // As the clock on the wall counts, which shows no seconds.
    let minutes = ((stop - now).num_seconds() + 59) / 60;
    Event {
        schedule: Arc::clone(schedule),
        announcement: Announcement::StopNear {
            schedule: schedule.name.clone(),
            at: local_moment(stop, schedule.timezone),
            minutes: u32::try_from(minutes).unwrap_or_default(),
        },
    }
}

/// When the servers turn the other way, as far as it is known: after `forced_until` when a force stands.
pub(super) fn next_after(
    timeline: &Timeline<'_>,
    schedule: &Schedule,
    want: Want,
    forced_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Turning> {
    let opposite = match want {
        Want::Run => Want::Stop,
        Want::Stop => Want::Run,
        Want::Hold => return None,
    };
    let from = local_moment(forced_until.unwrap_or(now), schedule.timezone);
    if forced_until.is_some()
        && let Ok(then) = timeline.wanted_at(from)
        && then.want == opposite
    {
        return Some(Turning {
            at: from,
            want: opposite,
            reason: then.reason,
        });
    }
    timeline.next_turn(from, opposite).ok().flatten()
}
