//! `extend`: puts off the next stop.

use chrono::{Duration, NaiveDate};

use crate::{
    model::{
        Exception, Force, LATEST_EXCEPTION_MINUTE, LONGEST_FORCE, Minute, Moment, RuleFailure,
        Turn, Want,
        reply::{ExtendedView, Refusal, Reply, Topic, UnknownWord},
    },
    port::Change,
};

use super::{
    command::ExtendTo,
    done::Done,
    force::{in_words, too_long},
    subject::Subject,
    trouble::Trouble,
};

/// The farthest that a stop is put off at once: an evening and a night. Whoever needs more knows the date and sets
/// an exception.
pub const LONGEST_EXTENSION: Duration = Duration::hours(12);
/// How many days ahead the end of a run is looked for.
const RUN_DAYS: usize = 7;

/// Puts off the end of an order to run, else of the run that is on, else of the last one that is to begin today.
pub(super) fn put_off(subject: &Subject<'_>, to: ExtendTo, by: &str) -> Result<Done, Trouble> {
    match &subject.force {
        Some(force) if force.want == Want::Run => Ok(put_off_order(subject, force, to)?),
        Some(_) => Err(nothing_to_extend(subject).into()),
        None => match stop_ahead(subject)? {
            Some((date, end)) => Ok(put_off_stop(subject, date, end, to, by)?),
            None => Err(nothing_to_extend(subject).into()),
        },
    }
}

fn put_off_order(subject: &Subject<'_>, force: &Force, to: ExtendTo) -> Result<Done, Refusal> {
    let from = subject.local(force.until);
    let beyond = match to {
        ExtendTo::By(length) => length,
        ExtendTo::Until(moment) => {
            let until = subject.timeline().instant_after(moment, subject.now);
            if until <= subject.now {
                return Err(Refusal::PastTime(moment));
            }
            until - force.until
        }
    };
    let longest = LONGEST_EXTENSION.min(subject.now + LONGEST_FORCE - force.until);
    check(subject, from, beyond, longest, to)?;
    let force = Force {
        until: force.until + beyond,
        ..force.clone()
    };
    Ok(Done {
        reply: Reply::Extended(ExtendedView {
            schedule: subject.name(),
            from,
            to: subject.local(force.until),
            forced: true,
        }),
        changes: vec![Change::PutForce(force)],
    })
}

/// Moves the stop at `end` of `date` by an exception of that date.
fn put_off_stop(
    subject: &Subject<'_>,
    date: NaiveDate,
    end: Minute,
    to: ExtendTo,
    by: &str,
) -> Result<Done, Refusal> {
    let from = Moment::new(date, end);
    let beyond = match to {
        ExtendTo::By(length) => length,
        ExtendTo::Until(moment) if moment <= subject.here => {
            return Err(Refusal::PastTime(moment));
        }
        ExtendTo::Until(moment) => {
            (moment.date - from.date)
                + Duration::minutes(i64::from(moment.minute.0) - i64::from(from.minute.0))
        }
    };
    let latest = Duration::minutes(i64::from(LATEST_EXCEPTION_MINUTE.0) - i64::from(end.0));
    check(subject, from, beyond, LONGEST_EXTENSION.min(latest), to)?;
    let at = u16::try_from(beyond.num_minutes())
        .ok()
        .and_then(|beyond| end.0.checked_add(beyond))
        .map_or(LATEST_EXCEPTION_MINUTE, Minute);
    Ok(Done {
        reply: Reply::Extended(ExtendedView {
            schedule: subject.name(),
            from,
            to: Moment::new(date, at),
            forced: false,
        }),
        changes: vec![Change::PutException(Exception {
            schedule: subject.name(),
            date,
            action: Turn::Stop,
            at: Some(at),
            by: by.to_owned(),
            reason: None,
            created_at: subject.now,
        })],
    })
}

/// Refuses what would not put the stop off, or too far. Somebody who asks for 21:00 where the stop is at 22:00 does
/// not know that it is, and would not want it earlier.
fn check(
    subject: &Subject<'_>,
    from: Moment,
    beyond: Duration,
    longest: Duration,
    to: ExtendTo,
) -> Result<(), Refusal> {
    let text = match to {
        ExtendTo::By(length) => in_words(length),
        ExtendTo::Until(moment) => moment.to_string(),
    };
    if beyond > longest {
        return Err(too_long(text, longest));
    }
    if beyond < Duration::minutes(1) {
        let an_hour_later = Moment::new(from.date, Minute(from.minute.0 + 60));
        return Err(Refusal::UnclearTime(UnknownWord {
            text,
            suggestion: Some(an_hour_later.minute.to_string()),
            topic: Topic::Extend,
            schedule: Some(subject.name()),
        }));
    }
    Ok(())
}

fn nothing_to_extend(subject: &Subject<'_>) -> Refusal {
    Refusal::NothingToExtend {
        schedule: subject.name(),
        next: subject.next_turn(subject.here, Want::Run),
    }
}

/// The stop that lies ahead, as the day whose last run it ends and the minute of that day: over 24:00 when the run
/// goes on past midnight. A stop exception of that day moves it. None where nothing runs and nothing will today, where
/// the stop is cancelled, and where the run does not end within [`RUN_DAYS`].
fn stop_ahead(subject: &Subject<'_>) -> Result<Option<(NaiveDate, Minute)>, RuleFailure> {
    let timeline = subject.timeline();
    let today = subject.here.date;
    let mut first_day = today;
    if let Some(yesterday) = today.pred_opt()
        && let Some(last) = timeline.runs(yesterday)?.last()
        && last.end > Minute(Minute::DAY_END.0 + subject.here.minute.0)
    {
        first_day = yesterday;
    }
    for date in first_day.iter_days().take(RUN_DAYS) {
        let Some(last) = timeline.runs(date)?.last().copied() else {
            return Ok(None);
        };
        if last.end >= Minute(2 * Minute::DAY_END.0) {
            continue;
        }
        let is_over = Moment::new(date, last.end) <= subject.here;
        let is_cancelled = subject
            .exception(date, Turn::Stop)
            .is_some_and(|exception| exception.at.is_none());
        return Ok((!is_over && !is_cancelled).then_some((date, last.end)));
    }
    Ok(None)
}
