//! Warnings of a stop: once for each, and only where servers run that it would stop.

use chrono::{DateTime, Duration, Utc};

use super::{
    group,
    member::Member,
    round::{Inputs, asked},
    settings::DRIFT_LOOK,
    standing::is_up,
};
use crate::{
    model::{Action, Want, local_moment},
    port::DecideRequest,
    timeline::Timeline,
};

/// What there is to say of the next stop of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Warning {
    /// Nothing yet; it is worth a look then.
    From(DateTime<Utc>),
    /// That it comes at this time.
    Of(DateTime<Utc>),
}

/// The warning of the next stop, `ahead` of it: of the plan with its exceptions, or of the end of an order.
pub(super) fn warning(
    inputs: &Inputs<'_>,
    timeline: &Timeline<'_>,
    members: &[Member<'_>],
    ahead: Duration,
) -> Option<Warning> {
    if !members.iter().any(|member| is_up(member.server.state)) {
        return None;
    }
    // A host that sleeps until something can change looks again before that.
    let stop = next_stop(inputs, timeline, inputs.now + ahead + DRIFT_LOOK)?;
    let from = stop - ahead;
    if inputs.now < from {
        return Some(Warning::From(from));
    }
    let is_news = inputs.warned != Some(stop) && would_stop(inputs, timeline, members, stop);
    is_news.then_some(Warning::Of(stop))
}

/// When servers are to be stopped next, if that is not after `latest`.
fn next_stop(
    inputs: &Inputs<'_>,
    timeline: &Timeline<'_>,
    latest: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let zone = inputs.schedule.timezone;
    let from = match inputs.force {
        Some(force) if force.want != Want::Run || latest < force.until => return None,
        Some(force) => {
            let then = timeline.wanted_at(local_moment(force.until, zone)).ok()?;
            if then.want == Want::Stop {
                return Some(force.until);
            }
            force.until
        }
        None => inputs.now,
    };
    let by = local_moment(latest, zone).date;
    let turn = timeline
        .next_turn_by(local_moment(from, zone), Want::Stop, by)
        .ok()??;
    let stop = timeline.instant_after(turn.at, from);
    (inputs.now < stop && stop <= latest).then_some(stop)
}

/// Whether anything would be stopped at `stop` if all were as it is now: the rules that decide are asked, as they will
/// be then.
fn would_stop(
    inputs: &Inputs<'_>,
    timeline: &Timeline<'_>,
    members: &[Member<'_>],
    stop: DateTime<Utc>,
) -> bool {
    let then = Inputs {
        force: None,
        now: stop,
        ..*inputs
    };
    let schedule = inputs.schedule;
    let Ok(wanted) = timeline.wanted_at(local_moment(stop, schedule.timezone)) else {
        return false;
    };
    let (groups, _) = group::views(&then, members, wanted.want);
    let ask = |request: &DecideRequest<'_>| inputs.rules.decide(request);
    let decisions = asked(&then, &wanted, &groups, members, ask).unwrap_or_default();
    members.iter().zip(&decisions).any(|(member, decision)| {
        decision.action == Action::Stop
            && is_up(member.server.state)
            && !member.is_protected_from(&Action::Stop, schedule)
    })
}
