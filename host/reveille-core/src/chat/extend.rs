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
    grammar::LONGEST_EXTEND,
    subject::Subject,
    trouble::Trouble,
};

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
    let longest = LONGEST_EXTEND.min(subject.now + LONGEST_FORCE - force.until);
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
    check(subject, from, beyond, LONGEST_EXTEND.min(latest), to)?;
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
        // It goes on without a stop.
        if last.end == Minute::DAY_END
            && let Some(next) = date.succ_opt()
            && timeline.runs_all_day(next)?
        {
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

#[cfg(test)]
mod tests {
    use super::super::{
        Command, ForceEnd,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        port::Store,
        testing::{PaintedRules, date, plan_of, schedule, utc},
    };

    fn extend(to: ExtendTo) -> Command {
        Command::Extend {
            schedule: "dev".to_owned(),
            to,
        }
    }

    fn by(hours: i64) -> ExtendTo {
        ExtendTo::By(Duration::hours(hours))
    }

    fn until(day: u32, hour: u16) -> ExtendTo {
        ExtendTo::Until(november(day, hour))
    }

    fn november(day: u32, hour: u16) -> Moment {
        Moment {
            date: date(2026, 11, day),
            minute: Minute(hour * 60),
        }
    }

    async fn extended(stage: &Stage, to: ExtendTo, now: &str) -> ExtendedView {
        let answer = stage.answer(extend(to), now).await;
        assert!(answer.changed);
        the_view!(answer.reply.unwrap(), Extended)
    }

    async fn the_exception(stage: &Stage) -> Exception {
        let kept = stage
            .memory
            .exceptions(None, date(2026, 1, 1), date(2027, 1, 1));
        let kept = kept.await.unwrap();
        assert_eq!(kept.len(), 1);
        kept[0].clone()
    }

    async fn force(stage: &Stage, want: Want, now: &str) {
        let command = Command::Force {
            schedule: "dev".to_owned(),
            want,
            end: ForceEnd::Plan,
        };
        assert!(stage.answer(command, now).await.changed);
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
    async fn the_stop_of_the_run_that_is_on_is_put_off() {
        let stage = Stage::new(schedule("dev"));
        let view = extended(&stage, by(2), "2026-11-23 21:00").await;
        assert_eq!((view.from, view.to), (november(23, 22), november(23, 24)));
        assert!(!view.forced);
        let exception = the_exception(&stage).await;
        assert_eq!(exception.date, date(2026, 11, 23));
        assert_eq!(
            (exception.action, exception.at),
            (Turn::Stop, Some(Minute::DAY_END))
        );
    }

    #[tokio::test]
    async fn a_stop_is_put_off_past_midnight_and_again_from_there() {
        let stage = Stage::new(schedule("dev"));
        let view = extended(&stage, until(24, 1), "2026-11-23 21:00").await;
        assert_eq!(view.to, november(24, 1));
        assert_eq!(the_exception(&stage).await.at, Some(Minute(25 * 60)));
        // It is Tuesday, and the run is still Monday's.
        let view = extended(&stage, by(1), "2026-11-24 00:30").await;
        assert_eq!((view.from, view.to), (november(24, 1), november(24, 2)));
        let exception = the_exception(&stage).await;
        assert_eq!(exception.date, date(2026, 11, 23));
        assert_eq!(exception.at, Some(Minute(26 * 60)));
    }

    #[tokio::test]
    async fn a_night_run_belongs_to_the_day_on_which_it_began() {
        let stage = Stage::new(schedule("dev")).rules(night());
        for now in ["2026-11-23 23:00", "2026-11-24 02:00"] {
            let view = extended(&stage, until(24, 8), now).await;
            assert_eq!(view.to, november(24, 8));
            let exception = the_exception(&stage).await;
            assert_eq!(exception.date, date(2026, 11, 23));
            assert_eq!(exception.at, Some(Minute(32 * 60)));
            let delete = Command::DeleteException {
                schedule: "dev".to_owned(),
                date: date(2026, 11, 23),
                action: Turn::Stop,
            };
            assert!(stage.answer(delete, now).await.changed);
        }
    }

    #[tokio::test]
    async fn the_run_that_begins_later_today_can_be_extended() {
        let stage = Stage::new(schedule("dev"));
        let view = extended(&stage, by(1), "2026-11-23 08:00").await;
        assert_eq!(view.from, november(23, 22));
    }

    #[tokio::test]
    async fn a_run_of_days_is_extended_at_its_end() {
        let stage = Stage::new(schedule("dev")).rules(PaintedRules::weekdays("00:00", "24:00"));
        let view = extended(&stage, by(2), "2026-11-25 10:00").await;
        assert_eq!(view.to, november(28, 2));
        assert_eq!(the_exception(&stage).await.date, date(2026, 11, 27));
    }

    #[tokio::test]
    async fn an_order_to_run_is_extended_itself() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Run, "2026-11-23 21:00").await;
        let view = extended(&stage, by(2), "2026-11-23 21:30").await;
        assert_eq!((view.from, view.to), (november(23, 22), november(24, 0)));
        assert!(view.forced);
        let kept = stage.memory.forces().await.unwrap();
        assert_eq!(kept[0].until, utc("2026-11-24 00:00"));
        assert_eq!(kept[0].since, utc("2026-11-23 21:00"));
    }

    #[tokio::test]
    async fn where_nothing_runs_any_more_today_the_next_start_is_said() {
        let stage = Stage::new(schedule("dev"));
        for now in ["2026-11-23 22:00", "2026-11-23 23:00"] {
            let Refusal::NothingToExtend { next, .. } = stage.refusal(extend(by(1)), now).await
            else {
                panic!("not nothing to extend");
            };
            assert_eq!(next.unwrap().at, november(24, 9));
        }
    }

    #[tokio::test]
    async fn under_an_order_to_stop_there_is_nothing_to_extend() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Stop, "2026-11-23 14:00").await;
        let refusal = stage.refusal(extend(by(1)), "2026-11-23 15:00").await;
        let Refusal::NothingToExtend { next, .. } = refusal else {
            panic!("not nothing to extend: {refusal:?}");
        };
        assert_eq!(next.unwrap().at, november(24, 9));
    }

    #[tokio::test]
    async fn a_cancelled_stop_cannot_be_put_off() {
        let stage = Stage::new(schedule("dev"));
        let set = Command::SetException {
            schedule: "dev".to_owned(),
            date: date(2026, 11, 23),
            action: Turn::Stop,
            at: None,
        };
        stage.answer(set, "2026-11-23 10:00").await;
        let refusal = stage.refusal(extend(by(1)), "2026-11-23 21:00").await;
        assert!(matches!(refusal, Refusal::NothingToExtend { .. }));
    }

    #[tokio::test]
    async fn a_schedule_that_always_runs_has_nothing_to_extend() {
        let stage = Stage::new(schedule("dev").override_status(Want::Run));
        let refusal = stage.refusal(extend(by(1)), "2026-11-23 21:00").await;
        assert!(matches!(
            refusal,
            Refusal::NothingToExtend { next: None, .. }
        ));
    }

    #[tokio::test]
    async fn a_stop_is_put_off_by_twelve_hours_at_most() {
        let stage = Stage::new(schedule("dev"));
        let now = "2026-11-23 21:00";
        for (to, text) in [(by(13), "13h"), (until(24, 11), "2026-11-24 11:00")] {
            let expected = Refusal::TooLong {
                text: text.to_owned(),
                longest_minutes: 720,
            };
            assert_eq!(stage.refusal(extend(to), now).await, expected);
        }
        force(&stage, Want::Run, now).await;
        let refusal = stage.refusal(extend(by(13)), now).await;
        assert!(matches!(refusal, Refusal::TooLong { .. }), "{refusal:?}");
        extended(&stage, by(12), now).await;
    }

    #[tokio::test]
    async fn an_order_is_not_extended_past_a_week_from_now() {
        let stage = Stage::new(schedule("dev"));
        let now = "2026-11-23 21:00";
        let command = Command::Force {
            schedule: "dev".to_owned(),
            want: Want::Run,
            end: ForceEnd::After(Duration::hours(7 * 24 - 1)),
        };
        assert!(stage.answer(command, now).await.changed);
        let expected = Refusal::TooLong {
            text: "2h".to_owned(),
            longest_minutes: 60,
        };
        assert_eq!(stage.refusal(extend(by(2)), now).await, expected);
        extended(&stage, by(1), now).await;
    }

    #[tokio::test]
    async fn a_moment_that_is_over_is_refused() {
        let stage = Stage::new(schedule("dev"));
        let now = "2026-11-23 21:00";
        let past = Refusal::PastTime(november(23, 20));
        assert_eq!(stage.refusal(extend(until(23, 20)), now).await, past);
        force(&stage, Want::Run, now).await;
        assert_eq!(stage.refusal(extend(until(23, 20)), now).await, past);
    }

    #[tokio::test]
    async fn a_moment_before_the_stop_is_not_an_extension() {
        let stage = Stage::new(schedule("dev"));
        let refusal = stage
            .refusal(extend(until(23, 21)), "2026-11-23 20:00")
            .await;
        let Refusal::UnclearTime(word) = refusal else {
            panic!("not unclear: {refusal:?}");
        };
        assert_eq!(word.suggestion.as_deref(), Some("23:00"));
        assert_eq!(word.topic, Topic::Extend);
    }

    #[tokio::test]
    async fn a_failing_rule_leaves_no_stop_to_put_off() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let refusal = stage.refusal(extend(by(1)), "2026-11-23 20:00").await;
        assert!(
            matches!(refusal, Refusal::Failed { ref code, .. } if code == "rule.failed"),
            "{refusal:?}"
        );
    }
}
