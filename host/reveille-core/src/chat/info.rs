//! `info`: how a day will be.

use chrono::NaiveDate;

use crate::model::{
    Minute, Moment, Schedule, Span, Want,
    reply::{ForceView, InfoView, Reply},
};

use super::subject::{Subject, day};

/// Shows a day as it will really be: the plan, and over it the order while it stands.
pub(super) fn show(subject: &Subject<'_>, date: Option<NaiveDate>) -> Reply {
    let date = date.unwrap_or(subject.here.date);
    let schedule = &subject.schedule;
    let timeline = subject.timeline();
    let forced = subject.forced();
    let mut spans = day(&timeline, date);
    if let Some(forced) = &forced {
        spans = painted_over(spans, date, forced);
    }
    let after = before_day(subject, date);
    Reply::Info(InfoView {
        schedule: subject.name(),
        description: schedule.description.clone(),
        date,
        spans,
        notes: timeline
            .plan(date)
            .map(|plan| plan.notes.clone())
            .unwrap_or_default(),
        exceptions: subject.exceptions_reaching(date),
        override_status: schedule.override_status,
        next_start: subject.next_turn(after, Want::Run),
        next_stop: subject.next_turn(after, Want::Stop),
        forced,
        held: subject.held(date),
        options: options(schedule),
        faults: subject.faults(),
    })
}

/// From when on turns are those of `date`: now, or the minute before a day that lies ahead, so that a turn at its
/// 00:00 is seen.
pub(super) fn before_day(subject: &Subject<'_>, date: NaiveDate) -> Moment {
    match date.pred_opt() {
        Some(before) if date > subject.here.date => Moment {
            date: before,
            minute: Minute(Minute::DAY_END.0 - 1),
        },
        Some(_) | None => subject.here,
    }
}

/// Options that people ask about. Unset, maintenance windows are honoured for EC2 and not for RDS, as AWS Instance
/// Scheduler behaves.
fn options(schedule: &Schedule) -> Vec<(String, String)> {
    [
        ("enforced", schedule.enforced),
        ("retain-running", schedule.retain_running),
        (
            "maintenance-window-ec2",
            schedule.use_maintenance_window.unwrap_or(true),
        ),
        (
            "maintenance-window-rds",
            schedule.use_maintenance_window.unwrap_or(false),
        ),
    ]
    .map(|(name, is_on)| {
        let value = if is_on { "on" } else { "off" };
        (name.to_owned(), value.to_owned())
    })
    .to_vec()
}

/// `spans` of `date` with the order over its minutes of that day.
fn painted_over(spans: Vec<Span>, date: NaiveDate, forced: &ForceView) -> Vec<Span> {
    let minute_of = |moment: Moment| {
        if moment.date < date {
            Minute::MIDNIGHT
        } else if moment.date > date {
            Minute::DAY_END
        } else {
            moment.minute
        }
    };
    let (begin, end) = (minute_of(forced.since), minute_of(forced.until));
    if begin >= end {
        return spans;
    }
    let before = spans.iter().filter(|span| span.begin < begin);
    let after = spans.iter().filter(|span| span.end > end);
    let order = Span {
        begin,
        end,
        want: forced.want,
        instance_type: None,
        period: None,
        reason: format!("order by {}", forced.by),
    };
    before
        .map(|span| Span {
            end: span.end.min(begin),
            ..span.clone()
        })
        .chain([order])
        .chain(after.map(|span| Span {
            begin: span.begin.max(end),
            ..span.clone()
        }))
        .collect()
}
