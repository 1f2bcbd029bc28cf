//! `list`: all schedules, a line each.

use chrono_tz::Tz;

use crate::model::{
    Fault, local_moment,
    reply::{Counts, ForceView, ScheduleLine, Turning},
};

use super::{roster::Roster, subject::Subject};

/// The line of a schedule. Its times are in `zone`, because one list has schedules of many. `unseen` is what to say
/// when no server can be seen.
pub(super) fn line(
    subject: &Subject<'_>,
    roster: Result<&Roster<'_>, &str>,
    zone: Tz,
) -> ScheduleLine {
    let mut faults = subject.faults();
    let counts = match roster {
        Ok(roster) => {
            faults.extend(roster.unseen.iter().cloned());
            roster.counts()
        }
        Err(unseen) => {
            faults.push(unseen.to_owned());
            Counts::default()
        }
    };
    let wanted = subject.timeline().wanted_at(subject.here);
    ScheduleLine {
        name: subject.name(),
        want: wanted.ok().map(|wanted| wanted.want),
        next: subject.next().map(|turning| Turning {
            at: local_moment(subject.timeline().instant(turning.at), zone),
            ..turning
        }),
        counts,
        forced: subject.force.as_ref().map(|force| ForceView {
            since: local_moment(force.since, zone),
            until: local_moment(force.until, zone),
            ..subject.view_of(force)
        }),
        faults,
    }
}

/// The line of a schedule that is set aside: what is wrong with it.
pub(super) fn set_aside(name: &str, faults: &[Fault]) -> ScheduleLine {
    ScheduleLine {
        name: name.to_owned(),
        want: None,
        next: None,
        counts: Counts::default(),
        forced: None,
        faults: faults.iter().map(ToString::to_string).collect(),
    }
}
