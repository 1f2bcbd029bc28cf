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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{
        Command, ForceEnd,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::Turn,
        testing::{PaintedRules, date, plan_of, schedule},
    };

    async fn shown(stage: &Stage, day: Option<u32>, now: &str) -> InfoView {
        let command = Command::Info {
            schedule: "dev".to_owned(),
            date: day.map(|day| date(2026, 11, day)),
        };
        the_view!(stage.reply(command, now).await, Info)
    }

    #[track_caller]
    fn check_spans(view: &InfoView, expected: &[&str]) {
        let spans: Vec<String> = view
            .spans
            .iter()
            .map(|span| format!("{}-{} {}", span.begin, span.end, span.want.as_str()))
            .collect();
        assert_eq!(spans, expected);
    }

    async fn force(stage: &Stage, want: Want, now: &str) {
        let command = Command::Force {
            schedule: "dev".to_owned(),
            want,
            end: ForceEnd::Plan,
        };
        assert!(stage.answer(command, now).await.changed);
    }

    #[tokio::test]
    async fn a_day_is_shown_from_midnight_to_midnight() {
        let stage = Stage::new(schedule("dev"));
        let view = shown(&stage, None, "2026-11-23 10:00").await;
        check_spans(
            &view,
            &["00:00-09:00 stop", "09:00-22:00 run", "22:00-24:00 stop"],
        );
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-24 09:00");
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-23 22:00");
    }

    #[tokio::test]
    async fn the_turns_of_a_day_that_lies_ahead_are_its_own() {
        let stage = Stage::new(schedule("dev"));
        let view = shown(&stage, Some(26), "2026-11-23 10:00").await;
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-26 09:00");
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-26 22:00");
    }

    #[tokio::test]
    async fn a_start_at_midnight_belongs_to_its_day() {
        let stage = Stage::new(schedule("dev")).rules(PaintedRules::weekdays("00:00", "22:00"));
        let view = shown(&stage, Some(26), "2026-11-23 10:00").await;
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-26 00:00");
    }

    #[tokio::test]
    async fn an_order_is_painted_over_the_minutes_in_which_it_stands() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Stop, "2026-11-23 14:00").await;
        let view = shown(&stage, None, "2026-11-23 15:00").await;
        check_spans(
            &view,
            &["00:00-09:00 stop", "09:00-14:00 run", "14:00-24:00 stop"],
        );
        assert_eq!(view.spans[2].reason, "order by Hana");
        let view = shown(&stage, Some(24), "2026-11-23 15:00").await;
        check_spans(
            &view,
            &["00:00-09:00 stop", "09:00-22:00 run", "22:00-24:00 stop"],
        );
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-24 22:00");
    }

    #[tokio::test]
    async fn turns_under_an_order_do_not_happen() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Run, "2026-11-23 23:00").await;
        // Until Tuesday 22:00: Tuesday's start finds the servers running.
        let view = shown(&stage, None, "2026-11-23 23:30").await;
        assert_eq!(view.next_start.unwrap().at.to_string(), "2026-11-25 09:00");
        assert_eq!(view.next_stop.unwrap().at.to_string(), "2026-11-24 22:00");
        assert_eq!(view.forced.unwrap().until.to_string(), "2026-11-24 22:00");
    }

    #[tokio::test]
    async fn an_exception_of_the_day_before_that_reaches_over_midnight_is_shown() {
        let stage = Stage::new(schedule("dev"));
        for (action, at) in [(Turn::Start, Minute(600)), (Turn::Stop, Minute(1560))] {
            let command = Command::SetException {
                schedule: "dev".to_owned(),
                date: date(2026, 11, 24),
                action,
                at: Some(at),
            };
            assert!(stage.answer(command, "2026-11-23 10:00").await.changed);
        }
        let view = shown(&stage, Some(25), "2026-11-23 10:00").await;
        assert_eq!(view.exceptions.len(), 1);
        assert_eq!(view.exceptions[0].at, Some(Minute(1560)));
        check_spans(
            &view,
            &[
                "00:00-02:00 run",
                "02:00-09:00 stop",
                "09:00-22:00 run",
                "22:00-24:00 stop",
            ],
        );
    }

    #[tokio::test]
    async fn unset_maintenance_windows_are_on_for_ec2_and_off_for_rds() {
        let unset = Stage::new(schedule("dev"));
        let view = shown(&unset, None, "2026-11-23 10:00").await;
        let option = |name: &str| {
            let found = view.options.iter().find(|(option, _)| option == name);
            found.unwrap().1.clone()
        };
        assert_eq!(option("maintenance-window-ec2"), "on");
        assert_eq!(option("maintenance-window-rds"), "off");
        assert_eq!(option("enforced"), "off");
    }

    #[tokio::test]
    async fn a_day_that_cannot_be_planned_is_held() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let view = shown(&stage, None, "2026-11-23 10:00").await;
        check_spans(&view, &["00:00-24:00 hold"]);
        assert!(view.held.is_some());
        assert_eq!(view.next_start, None);
    }

    #[tokio::test]
    async fn an_override_status_has_no_turns() {
        let stage = Stage::new(schedule("dev").override_status(Want::Run));
        let view = shown(&stage, None, "2026-11-23 10:00").await;
        check_spans(&view, &["00:00-24:00 run"]);
        assert_eq!(view.override_status, Some(Want::Run));
        assert_eq!((view.next_start, view.next_stop), (None, None));
    }

    #[tokio::test]
    async fn the_zone_of_the_schedule_says_which_day_is_today() {
        let stage =
            Stage::new(schedule("dev").zone("Asia/Seoul")).rules(PaintedRules::new(|_, _| {
                Ok(plan_of(&[("09:00", "18:00", Want::Run)]))
            }));
        let view = shown(&stage, None, "2026-11-23 16:00").await;
        assert_eq!(view.date, date(2026, 11, 24));
    }

    proptest! {
        #[test]
        fn an_order_leaves_the_day_covered_and_changes_nothing_else(
            cuts in prop::collection::btree_set(1_u16..1440, 0..6),
            since in (22_u32..=24, 0_u16..1440),
            until in (22_u32..=24, 0_u16..1440),
        ) {
            let edges: Vec<u16> = [0].into_iter().chain(cuts).chain([1440]).collect();
            let spans: Vec<Span> = edges
                .windows(2)
                .map(|edge| Span {
                    begin: Minute(edge[0]),
                    end: Minute(edge[1]),
                    want: Want::Run,
                    instance_type: None,
                    period: None,
                    reason: String::new(),
                })
                .collect();
            let moment = |(day, minute): (u32, u16)| Moment {
                date: date(2026, 11, day),
                minute: Minute(minute),
            };
            let forced = ForceView {
                want: Want::Stop,
                by: "Hana".to_owned(),
                reason: None,
                since: moment(since.min(until)),
                until: moment(since.max(until)),
            };
            let today = date(2026, 11, 23);
            let painted = painted_over(spans, today, &forced);
            let mut covered = Minute::MIDNIGHT;
            for span in &painted {
                prop_assert_eq!(span.begin, covered);
                prop_assert!(span.begin < span.end);
                covered = span.end;
                let begin = Moment { date: today, minute: span.begin };
                let is_forced = forced.since <= begin && begin < forced.until;
                prop_assert_eq!(span.want == Want::Stop, is_forced);
            }
            prop_assert_eq!(covered, Minute::DAY_END);
        }
    }
}
