//! `exception set`: changes a turn of a day.

use chrono::NaiveDate;

use crate::{
    model::{
        Exception, Minute, Moment, Turn, Want,
        reply::{ExceptionSetView, Refusal, Reply},
    },
    port::Change,
    timeline::Timeline,
};

use super::{
    done::Done,
    info::before_day,
    subject::{Subject, day},
    trouble::Trouble,
};

/// Keeps an exception, unless its time is over or it contradicts the day.
///
/// While a rule fails there is no day to contradict: what was asked is kept, and stands when the rule answers again.
pub(super) fn set(
    subject: &Subject<'_>,
    date: NaiveDate,
    action: Turn,
    at: Option<Minute>,
    by: &str,
) -> Result<Done, Trouble> {
    refuse_past(subject, date, at)?;
    let exception = Exception {
        schedule: subject.name(),
        date,
        action,
        at,
        by: by.to_owned(),
        reason: None,
        created_at: subject.now,
    };
    let replaced = subject.exception(date, action).cloned();
    let mut exceptions: Vec<Exception> = subject
        .exceptions
        .iter()
        .filter(|other| (other.date, other.action) != (date, action))
        .cloned()
        .collect();
    let without = subject.timeline_with(&exceptions);
    if let Some(other) = contradicted(&without, &exceptions, &exception) {
        return Err(Refusal::Contradiction {
            schedule: subject.name(),
            set: Box::new(exception),
            other,
            spans: day(&subject.timeline(), date),
        }
        .into());
    }
    let without_effect = is_without_effect(subject, &without, &exception);

    exceptions.push(exception.clone());
    exceptions.sort_by_key(|exception| (exception.date, exception.action));
    let with = subject.timeline_with(&exceptions);
    let after = before_day(subject, date);
    let next = |want| with.next_turn(after, want).ok().flatten();
    Ok(Done {
        reply: Reply::ExceptionSet(ExceptionSetView {
            schedule: subject.name(),
            set: exception.clone(),
            replaced,
            spans: day(&with, date),
            next_start: next(Want::Run),
            next_stop: next(Want::Stop),
            without_effect,
        }),
        changes: vec![Change::PutException(exception)],
    })
}

/// A turn of yesterday may still be set while it lies ahead: at 01:00, that yesterday's stop is at 26:00.
fn refuse_past(subject: &Subject<'_>, date: NaiveDate, at: Option<Minute>) -> Result<(), Refusal> {
    let is_over = match at {
        Some(at) => Moment::new(date, at) <= subject.here,
        None => date < subject.here.date,
    };
    match at {
        Some(at) if is_over && date >= subject.here.date => {
            Err(Refusal::PastTime(Moment::new(date, at)))
        }
        Some(_) | None if is_over => Err(Refusal::PastDate(date)),
        Some(_) | None => Ok(()),
    }
}

/// The turn that `exception` should come after, or before, and does not. `without` and `others` are the plan and the
/// exceptions that it comes to.
fn contradicted(
    without: &Timeline<'_>,
    others: &[Exception],
    exception: &Exception,
) -> Option<Moment> {
    let at = exception.at?;
    let begun = without.runs_begun(exception.date).unwrap_or_default();
    // On a day without a run only the other exception tells where its run would begin or end.
    let set_other = others
        .iter()
        .find(|other| other.date == exception.date && other.action != exception.action)
        .and_then(|other| other.at);
    let other = match exception.action {
        Turn::Stop => set_other
            .or_else(|| begun.first().map(|run| run.begin))
            .filter(|start| at <= *start)?,
        Turn::Start => set_other
            .or_else(|| begun.last().map(|run| run.end))
            .or(Some(Minute::DAY_END))
            .filter(|stop| at >= *stop)?,
    };
    Some(Moment::new(exception.date, other))
}

/// Whether there is no run on the day that `exception` could change. A start makes one itself.
fn is_without_effect(subject: &Subject<'_>, without: &Timeline<'_>, exception: &Exception) -> bool {
    let makes_run = exception.action == Turn::Start && exception.at.is_some();
    let has_no_run = without
        .runs(exception.date)
        .is_ok_and(|runs| runs.is_empty());
    subject.schedule.override_status.is_some() || (has_no_run && !makes_run)
}
