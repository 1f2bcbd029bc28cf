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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::{DayPlan, Minute, Moment, ServerState},
        port::Store,
        testing::{
            FailingFleet, FleetCall, PaintedRules, ScheduleBuilder, daily, date, schedule, server,
            utc,
        },
    };

    fn command(want: Want, end: ForceEnd) -> Command {
        Command::Force {
            schedule: "dev".to_owned(),
            want,
            end,
        }
    }

    async fn ordered(stage: &Stage, want: Want, end: ForceEnd, now: &str) -> ForcedView {
        let answer = stage.answer(command(want, end), now).await;
        assert!(answer.changed);
        the_view!(answer.reply.unwrap(), Forced)
    }

    fn november(day: u32, hour: u16) -> Moment {
        Moment {
            date: date(2026, 11, day),
            minute: Minute(hour * 60),
        }
    }

    fn groups() -> ScheduleBuilder {
        schedule("dev").group("db", &[]).group("api", &["db"])
    }

    #[tokio::test]
    async fn a_start_in_the_night_ends_at_the_next_scheduled_stop() {
        let stage = Stage::new(schedule("dev"));
        let view = ordered(&stage, Want::Run, ForceEnd::Plan, "2026-11-23 22:30").await;
        assert_eq!(view.forced.until, november(24, 22));
        assert_eq!(view.until_source, UntilSource::Plan);
        let kept = stage.memory.forces().await.unwrap();
        assert_eq!(kept[0].until, utc("2026-11-24 22:00"));
        assert_eq!((kept[0].want, kept[0].by.as_str()), (Want::Run, "Hana"));
    }

    #[tokio::test]
    async fn a_stop_in_the_afternoon_ends_at_the_next_scheduled_start() {
        let stage = Stage::new(schedule("dev"));
        let view = ordered(&stage, Want::Stop, ForceEnd::Plan, "2026-11-27 14:00").await;
        assert_eq!(view.forced.until, november(30, 9));
    }

    #[tokio::test]
    async fn an_order_lasts_as_long_as_was_asked() {
        let stage = Stage::new(schedule("dev"));
        let end = ForceEnd::After(Duration::hours(4));
        let view = ordered(&stage, Want::Run, end, "2026-11-23 22:00").await;
        assert_eq!(view.forced.until, november(24, 2));
        assert_eq!(view.until_source, UntilSource::Asked);
        let end = ForceEnd::At(november(24, 5));
        let view = ordered(&stage, Want::Run, end, "2026-11-23 23:00").await;
        assert_eq!(view.forced.until, november(24, 5));
        assert_eq!(view.replaced.unwrap().until, november(24, 2));
    }

    #[tokio::test]
    async fn a_moment_that_is_over_is_refused() {
        let stage = Stage::new(schedule("dev"));
        for moment in [november(23, 10), november(22, 23)] {
            let command = command(Want::Run, ForceEnd::At(moment));
            let refusal = stage.refusal(command, "2026-11-23 10:00").await;
            assert_eq!(refusal, Refusal::PastTime(moment));
        }
    }

    #[tokio::test]
    async fn an_order_stands_for_a_week_at_most() {
        let stage = Stage::new(schedule("dev"));
        let now = "2026-11-23 10:00";
        let week = ForceEnd::After(Duration::days(7));
        let view = ordered(&stage, Want::Run, week, now).await;
        assert_eq!(view.forced.until, november(30, 10));
        for (end, text) in [
            (ForceEnd::After(Duration::minutes(10_081)), "10081m"),
            (ForceEnd::At(november(30, 11)), "2026-11-30 11:00"),
        ] {
            let refusal = stage.refusal(command(Want::Run, end), now).await;
            let expected = Refusal::TooLong {
                text: text.to_owned(),
                longest_minutes: 10_080,
            };
            assert_eq!(refusal, expected);
        }
    }

    #[tokio::test]
    async fn a_plan_that_does_not_turn_ends_an_order_after_a_week() {
        let stage = Stage::new(schedule("dev")).rules(PaintedRules::new(|_, day| {
            Ok(if day == date(2026, 12, 14) {
                daily("09:00", "18:00")
            } else {
                DayPlan::default()
            })
        }));
        let view = ordered(&stage, Want::Stop, ForceEnd::Plan, "2026-11-23 10:00").await;
        assert_eq!(view.until_source, UntilSource::Limit);
        assert_eq!(view.forced.until, november(30, 10));
    }

    #[tokio::test]
    async fn while_a_rule_fails_an_order_that_ends_with_the_plan_ends_after_half_a_day() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let view = ordered(&stage, Want::Run, ForceEnd::Plan, "2026-11-23 10:00").await;
        assert_eq!(view.until_source, UntilSource::Limit);
        assert_eq!(view.forced.until, november(23, 22));
    }

    #[tokio::test]
    async fn groups_start_in_their_order_and_stop_in_reverse() {
        let stage = Stage::new(groups()).servers([
            server("db-1", "dev").group("db").running(),
            server("api-1", "dev").group("api"),
            server("api-2", "dev")
                .group("api")
                .state(ServerState::Starting),
            server("broken", "dev").state(ServerState::Problem),
        ]);
        let now = "2026-11-23 10:00";
        let start = ordered(&stage, Want::Run, ForceEnd::Plan, now).await;
        assert_eq!(start.groups, ["db", "api"]);
        assert_eq!((start.to_change, start.already), (2, 1));
        let stop = ordered(&stage, Want::Stop, ForceEnd::Plan, now).await;
        assert_eq!(stop.groups, ["api", "db"]);
        assert_eq!((stop.to_change, stop.already), (2, 1));
    }

    #[tokio::test]
    async fn a_protected_server_is_not_told_to_stop() {
        let stage = Stage::new(schedule("dev").protect("web")).servers([
            server("web", "dev").running(),
            server("api", "dev").running(),
        ]);
        let view = ordered(&stage, Want::Stop, ForceEnd::Plan, "2026-11-23 10:00").await;
        assert_eq!((view.to_change, view.already), (1, 0));
    }

    #[tokio::test]
    async fn an_order_is_kept_though_no_server_can_be_seen() {
        let mut stage = Stage::new(groups());
        stage.fleet = Arc::new(FailingFleet::on(stage.fleet, FleetCall::Servers));
        let view = ordered(&stage, Want::Run, ForceEnd::Plan, "2026-11-23 10:00").await;
        assert_eq!((view.to_change, view.already), (0, 0));
        assert_eq!(view.groups, ["db", "api"]);
        assert_eq!(stage.memory.forces().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn servers_are_left_to_the_next_tick() {
        let stage = Stage::new(schedule("dev")).servers([server("web", "dev")]);
        ordered(&stage, Want::Run, ForceEnd::Plan, "2026-11-23 10:00").await;
        assert_eq!(stage.servers.orders(), []);
    }

    #[tokio::test]
    async fn a_moment_of_the_hour_that_happens_twice_is_the_one_ahead() {
        // In New York 01:30 of 2026-11-01 is at 05:30 and at 06:30 UTC.
        let stage = Stage::new(schedule("dev").zone("America/New_York"));
        let at = Moment {
            date: date(2026, 11, 1),
            minute: Minute(90),
        };
        ordered(&stage, Want::Run, ForceEnd::At(at), "2026-11-01 04:00").await;
        assert_eq!(
            stage.memory.forces().await.unwrap()[0].until,
            utc("2026-11-01 05:30")
        );
        ordered(&stage, Want::Run, ForceEnd::At(at), "2026-11-01 06:00").await;
        assert_eq!(
            stage.memory.forces().await.unwrap()[0].until,
            utc("2026-11-01 06:30")
        );
    }
}
