//! What the plan wants in a tick, and the wave that is on its way.

use chrono::{DateTime, Utc};

use super::{
    round::Inputs,
    settings::WAVE_LASTS,
    standing::{direction, is_in_maintenance},
};
use crate::{
    model::{Remembered, RuleFailure, Schedule, Server, Want, Wanted},
    timeline::Timeline,
};

/// What was on its way in one direction when the tick began, and nobody has been told that it fails.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    /// Whether anything was.
    pub(super) is_taken: bool,
    /// When the first of it was ordered, maintenance left aside: that says nothing about the plan.
    since: Option<DateTime<Utc>>,
}

/// The waves that were on their way when the tick began.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Underway {
    pub(super) up: Way,
    pub(super) down: Way,
}

impl Underway {
    pub(super) fn of(schedule: &Schedule, servers: &[(&Server, Option<&Remembered>)]) -> Self {
        let mut underway = Self::default();
        for (server, was) in servers {
            let Some(was) = was.filter(|was| was.schedule == schedule.name) else {
                continue;
            };
            let Some(request) = was.request.as_ref().filter(|request| !request.reported) else {
                continue;
            };
            let way = match direction(&request.action) {
                Want::Run => &mut underway.up,
                Want::Stop => &mut underway.down,
                Want::Hold => continue,
            };
            way.is_taken = true;
            if !is_in_maintenance(server, schedule) {
                let since = way.since.unwrap_or(request.since);
                way.since = Some(since.min(request.since));
            }
        }
        underway
    }
}

/// What the plan wants. While it holds, what it wanted last still counts for what came after the last tick, for what
/// a failing rule kept back, and for a wave that is on its way.
pub(super) fn wanted(
    inputs: &Inputs<'_>,
    timeline: &Timeline<'_>,
    underway: &Underway,
) -> Result<Wanted, RuleFailure> {
    let after = match (inputs.last, inputs.held_since) {
        (Some(last), Some(held)) => Some(last.min(held)),
        (last, _) => last,
    };
    let wanted = timeline.latest_wanted(after, inputs.now)?;
    if wanted.want != Want::Hold {
        return Ok(wanted);
    }
    for (want, way) in [(Want::Run, underway.up), (Want::Stop, underway.down)] {
        let Some(since) = way.since else { continue };
        let before = timeline.latest_wanted(Some(since - WAVE_LASTS), inputs.now)?;
        if before.want == want {
            return Ok(before);
        }
    }
    Ok(wanted)
}
