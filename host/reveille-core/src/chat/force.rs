//! `force_start` and `force_stop`: an order above the plan.

use chrono::{DateTime, Duration, Timelike, Utc};

use crate::{
    model::{
        Force, LONGEST_FORCE, Want,
        reply::{ForcedView, Refusal, Reply, UntilSource},
    },
    port::Change,
};

use super::{
    command::ForceEnd,
    done::Done,
    roster::Roster,
    subject::{Subject, opposite},
    trouble::Trouble,
};

/// How long an order stands that is to end with the plan while a rule fails: a night or a working day, in which
/// somebody will have looked.
pub const HELD_FORCE: Duration = Duration::hours(12);

/// Gives an order. The intent comes first: it is kept even when `roster` is none, because no server can be seen.
pub(super) fn order(
    subject: &Subject<'_>,
    roster: Option<&Roster<'_>>,
    want: Want,
    end: ForceEnd,
    by: &str,
) -> Result<Done, Trouble> {
    let (until, until_source) = end_of(subject, want, end)?;
    let force = Force {
        schedule: subject.name(),
        want,
        since: subject.now,
        until,
        by: by.to_owned(),
        reason: None,
    };
    let mut groups = roster.map_or_else(
        || {
            let groups = subject.schedule.groups.iter();
            groups.map(|group| group.name.clone()).collect()
        },
        Roster::group_names,
    );
    if want == Want::Stop {
        groups.reverse();
    }
    let (to_change, already) = roster.map_or((0, 0), |roster| roster.turning(want));
    Ok(Done {
        reply: Reply::Forced(ForcedView {
            schedule: subject.name(),
            forced: subject.view_of(&force),
            until_source,
            replaced: subject.forced(),
            groups,
            to_change,
            already,
        }),
        changes: vec![Change::PutForce(force)],
    })
}

fn end_of(
    subject: &Subject<'_>,
    want: Want,
    end: ForceEnd,
) -> Result<(DateTime<Utc>, UntilSource), Refusal> {
    // People are told minutes, and a tick looks at minutes.
    let now = whole_minute(subject.now);
    match end {
        ForceEnd::Plan => {
            let timeline = subject.timeline();
            let Ok(turn) = timeline.next_turn(subject.here, opposite(want)) else {
                return Ok((now + HELD_FORCE, UntilSource::Limit));
            };
            let turns_at = turn.map(|turn| timeline.instant_after(turn.at, subject.now));
            let limit = now + LONGEST_FORCE;
            Ok(turns_at
                .filter(|at| *at <= limit)
                .map_or((limit, UntilSource::Limit), |at| (at, UntilSource::Plan)))
        }
        ForceEnd::After(length) if length <= Duration::zero() => {
            Err(Refusal::PastTime(subject.here))
        }
        ForceEnd::After(length) if length > LONGEST_FORCE => {
            Err(too_long(in_words(length), LONGEST_FORCE))
        }
        ForceEnd::After(length) => Ok((now + length, UntilSource::Asked)),
        ForceEnd::At(moment) => {
            let until = subject.timeline().instant_after(moment, subject.now);
            if until <= subject.now {
                return Err(Refusal::PastTime(moment));
            }
            if until - now > LONGEST_FORCE {
                return Err(too_long(moment.to_string(), LONGEST_FORCE));
            }
            Ok((until, UntilSource::Asked))
        }
    }
}

pub(super) fn too_long(text: String, longest: Duration) -> Refusal {
    Refusal::TooLong {
        text,
        longest_minutes: u32::try_from(longest.num_minutes()).unwrap_or_default(),
    }
}

/// `2h`, `90m`: short, and understood when it is typed again.
pub(super) fn in_words(length: Duration) -> String {
    let minutes = length.num_minutes();
    if minutes % 60 == 0 {
        format!("{}h", minutes / 60)
    } else {
        format!("{minutes}m")
    }
}

fn whole_minute(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant
        .with_second(0)
        .and_then(|instant| instant.with_nanosecond(0))
        .unwrap_or(instant)
}
