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
            .filter(|stop| at >= *stop)?,
    };
    Some(Moment::new(exception.date, other))
}

/// Whether there is no run on the day that `exception` could change. A start makes one itself.
fn is_without_effect(subject: &Subject<'_>, without: &Timeline<'_>, exception: &Exception) -> bool {
    let makes_run = exception.action == Turn::Start && exception.at.is_some();
    let has_no_run = without
        .runs_begun(exception.date)
        .is_ok_and(|runs| runs.is_empty());
    subject.schedule.override_status.is_some() || (has_no_run && !makes_run)
}

#[cfg(test)]
mod tests {
    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        port::Store,
        testing::{PaintedRules, date, plan_of, schedule},
    };

    const NOW: &str = "2026-11-23 10:00";

    fn command(day: u32, action: Turn, at: Option<u16>) -> Command {
        Command::SetException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, day),
            action,
            at: at.map(|hour| Minute(hour * 60)),
        }
    }

    async fn set(stage: &Stage, day: u32, action: Turn, at: Option<u16>) -> ExceptionSetView {
        the_view!(
            stage.reply(command(day, action, at), NOW).await,
            ExceptionSet
        )
    }

    async fn refused(stage: &Stage, day: u32, action: Turn, at: Option<u16>) -> Refusal {
        let refusal = stage.refusal(command(day, action, at), NOW).await;
        let kept = stage
            .memory
            .exceptions(None, date(2026, 1, 1), date(2027, 1, 1));
        assert_eq!(kept.await.unwrap(), []);
        refusal
    }

    fn night() -> PaintedRules {
        PaintedRules::new(|_, _| {
            Ok(plan_of(&[
                ("00:00", "06:00", Want::Run),
                ("22:00", "24:00", Want::Run),
            ]))
        })
    }

    #[tokio::test]
    async fn a_stop_is_moved_and_the_day_is_shown_as_it_is_now() {
        let stage = Stage::new(schedule("dev"));
        let view = set(&stage, 24, Turn::Stop, Some(26)).await;
        assert_eq!(view.spans.last().unwrap().want, Want::Run);
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-24 09:00");
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-25 02:00");
        assert_eq!((view.replaced, view.without_effect), (None, false));
    }

    #[tokio::test]
    async fn setting_again_replaces() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 24, Turn::Stop, Some(23)).await;
        let view = set(&stage, 24, Turn::Stop, Some(20)).await;
        assert_eq!(view.replaced.unwrap().at, Some(Minute(23 * 60)));
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-24 20:00");
    }

    #[tokio::test]
    async fn a_cancelled_stop_says_when_the_next_one_is() {
        let stage = Stage::new(schedule("dev"));
        let view = set(&stage, 24, Turn::Stop, None).await;
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-25 22:00");
    }

    #[tokio::test]
    async fn a_start_makes_a_free_day_active() {
        let stage = Stage::new(schedule("dev"));
        let view = set(&stage, 28, Turn::Start, Some(10)).await;
        assert!(!view.without_effect);
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-28 10:00");
    }

    #[tokio::test]
    async fn a_stop_on_a_day_without_a_run_is_kept_and_has_no_effect() {
        let stage = Stage::new(schedule("dev"));
        assert!(set(&stage, 28, Turn::Stop, Some(20)).await.without_effect);
        assert!(set(&stage, 29, Turn::Start, None).await.without_effect);
    }

    #[tokio::test]
    async fn a_stop_after_the_start_of_a_free_day_has_an_effect() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 28, Turn::Start, Some(10)).await;
        let view = set(&stage, 28, Turn::Stop, Some(20)).await;
        assert!(!view.without_effect);
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-28 20:00");
    }

    #[tokio::test]
    async fn nothing_has_an_effect_under_an_override_status() {
        let stage = Stage::new(schedule("dev").override_status(Want::Stop));
        assert!(set(&stage, 24, Turn::Start, Some(8)).await.without_effect);
    }

    #[tokio::test]
    async fn a_stop_at_or_before_the_start_is_refused_with_the_day() {
        let stage = Stage::new(schedule("dev"));
        for hour in [8, 9] {
            let Refusal::Contradiction { other, spans, .. } =
                refused(&stage, 24, Turn::Stop, Some(hour)).await
            else {
                panic!("not a contradiction");
            };
            assert_eq!(other.to_string(), "2026-11-24 09:00");
            assert_eq!(spans.len(), 3);
        }
    }

    #[tokio::test]
    async fn a_start_at_or_after_the_stop_is_refused() {
        let stage = Stage::new(schedule("dev"));
        for hour in [22, 23] {
            let Refusal::Contradiction { other, .. } =
                refused(&stage, 24, Turn::Start, Some(hour)).await
            else {
                panic!("not a contradiction");
            };
            assert_eq!(other.to_string(), "2026-11-24 22:00");
        }
    }

    #[tokio::test]
    async fn a_start_is_held_against_the_stop_that_was_set() {
        let stage = Stage::new(schedule("dev"));
        set(&stage, 28, Turn::Stop, Some(9)).await;
        let refusal = stage.refusal(command(28, Turn::Start, Some(10)), NOW).await;
        let Refusal::Contradiction { other, .. } = refusal else {
            panic!("not a contradiction");
        };
        assert_eq!(other.to_string(), "2026-11-28 09:00");
    }

    #[tokio::test]
    async fn a_run_that_began_the_day_before_is_not_the_start_of_this_one() {
        let stage = Stage::new(schedule("dev")).rules(night());
        let Refusal::Contradiction { other, .. } = refused(&stage, 24, Turn::Stop, Some(5)).await
        else {
            panic!("not a contradiction");
        };
        assert_eq!(other.to_string(), "2026-11-24 22:00");
        // The run of the 24th ends at 06:00 of the 25th; it may begin later, but not when it is over.
        assert!(!set(&stage, 24, Turn::Start, Some(23)).await.without_effect);
        let late = stage.refusal(command(25, Turn::Start, Some(30)), NOW).await;
        assert!(matches!(late, Refusal::Contradiction { .. }), "{late:?}");
    }

    #[tokio::test]
    async fn a_time_of_today_that_is_over_is_refused() {
        let stage = Stage::new(schedule("dev"));
        let refusal = refused(&stage, 23, Turn::Stop, Some(10)).await;
        let Refusal::PastTime(at) = refusal else {
            panic!("not past: {refusal:?}");
        };
        assert_eq!(at.to_string(), "2026-11-23 10:00");
    }

    #[tokio::test]
    async fn a_date_that_is_over_is_refused() {
        let stage = Stage::new(schedule("dev"));
        for at in [Some(23), None] {
            let refusal = refused(&stage, 22, Turn::Stop, at).await;
            assert_eq!(refusal, Refusal::PastDate(date(2026, 11, 22)));
        }
    }

    #[tokio::test]
    async fn the_stop_of_yesterday_can_be_set_while_it_lies_ahead() {
        let stage = Stage::new(schedule("dev"));
        let now = "2026-11-24 01:00";
        let command = command(23, Turn::Stop, Some(27));
        let view = the_view!(stage.reply(command, now).await, ExceptionSet);
        assert_eq!(view.set.date, date(2026, 11, 23));
    }

    #[tokio::test]
    async fn what_is_asked_while_a_rule_fails_is_kept() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let view = set(&stage, 24, Turn::Stop, Some(8)).await;
        assert_eq!(view.spans[0].want, Want::Hold);
        assert_eq!(view.next_stop, None);
    }
}
