//! The morning line: what today brings, schedule by schedule.

use chrono_tz::Tz;

use crate::model::{
    Fault, Minute, Moment, Server, Want,
    reply::{MorningLine, Turning},
};

use super::{
    roster::{Roster, counted, waiting},
    subject::Subject,
};

/// Most turns of a schedule that are told: more than a day of half hours is nobody's plan.
const MOST_TURNS: usize = 48;

/// The line of a schedule, its times in its own zone. `unseen` is what to say when no server can be seen.
pub(super) fn line(subject: &Subject<'_>, roster: Result<&Roster<'_>, &str>) -> MorningLine {
    let today = subject.here.date;
    let timeline = subject.timeline();
    let mut faults = subject.faults();
    let counts = counted(roster, &mut faults);
    MorningLine {
        schedule: subject.name(),
        timezone: subject.schedule.timezone.name().to_owned(),
        want: subject.wanted(),
        turns: turns(subject),
        notes: timeline
            .plan(today)
            .map(|plan| plan.notes.clone())
            .unwrap_or_default(),
        exceptions: subject.exceptions_reaching(today),
        counts,
        forced: subject.forced(),
        held: subject.held(today),
        faults,
    }
}

/// The line of a schedule that is set aside.
pub(super) fn set_aside(name: &str, zone: Tz, faults: &[Fault], servers: &[Server]) -> MorningLine {
    MorningLine {
        schedule: name.to_owned(),
        timezone: zone.name().to_owned(),
        want: None,
        turns: Vec::new(),
        notes: Vec::new(),
        exceptions: Vec::new(),
        counts: waiting(name, servers),
        forced: None,
        held: None,
        faults: faults.iter().map(ToString::to_string).collect(),
    }
}

/// The starts and stops from now to 24:00 that will really happen: under an order the plan turns nothing, and where it
/// ends the plan may turn at once.
fn turns(subject: &Subject<'_>) -> Vec<Turning> {
    let timeline = subject.timeline();
    let mut turns = Vec::new();
    let mut after = subject.here;
    if let Some(force) = &subject.force {
        after = subject.local(force.until);
        let then = timeline.wanted_at(after).ok();
        let then = then.filter(|then| then.want != force.want && then.want != Want::Hold);
        turns.extend(then.map(|then| Turning {
            at: after,
            want: then.want,
            reason: then.reason,
        }));
    }
    while turns.len() < MOST_TURNS
        && of_today(subject, after).is_some()
        && let Ok(Some(next)) = timeline.next_change(after)
    {
        after = next.at;
        turns.push(next);
    }
    let today = turns.into_iter().filter_map(|turn| {
        Some(Turning {
            at: of_today(subject, turn.at)?,
            ..turn
        })
    });
    today.collect()
}

/// `at` as a moment of today, the coming midnight as its 24:00; none when it is later.
fn of_today(subject: &Subject<'_>, at: Moment) -> Option<Moment> {
    let today = subject.here.date;
    if at.date <= today {
        return Some(at);
    }
    (today.succ_opt() == Some(at.date) && at.minute == Minute::MIDNIGHT).then_some(Moment {
        date: today,
        minute: Minute::DAY_END,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Command, ForceEnd, stage::Stage};
    use super::*;
    use crate::{
        model::reply::MorningView,
        testing::{
            FailingFleet, FleetCall, PaintedRules, definitions, plan_of, schedule, server, utc,
        },
    };

    const MORNING: &str = "2026-11-23 08:50";

    async fn told(stage: &Stage, now: &str) -> MorningView {
        let view = stage.chat().morning(&|_| true, utc(now)).await;
        view.unwrap()
    }

    async fn turns(stage: &Stage, now: &str) -> Vec<String> {
        let view = told(stage, now).await;
        let turns = view.schedules[0].turns.iter();
        turns
            .map(|turn| format!("{} {}", turn.want.as_str(), turn.at))
            .collect()
    }

    async fn force(stage: &Stage, want: Want, minutes: i64, now: &str) {
        let command = Command::Force {
            schedule: "dev".to_owned(),
            want,
            end: ForceEnd::After(chrono::Duration::minutes(minutes)),
        };
        assert!(stage.answer(command, now).await.changed);
    }

    #[tokio::test]
    async fn the_turns_of_the_day_are_told() {
        let stage = Stage::new(schedule("dev")).servers([server("a", "dev"), server("b", "dev")]);
        assert_eq!(
            turns(&stage, MORNING).await,
            ["run 2026-11-23 09:00", "stop 2026-11-23 22:00"]
        );
        assert_eq!(
            turns(&stage, "2026-11-23 09:00").await,
            ["stop 2026-11-23 22:00"]
        );
        assert!(turns(&stage, "2026-11-22 08:50").await.is_empty());
        let view = told(&stage, MORNING).await;
        assert_eq!(view.schedules[0].want, Some(Want::Stop));
        assert_eq!(view.schedules[0].counts.stopped, 2);
    }

    #[tokio::test]
    async fn a_stop_at_midnight_is_that_of_the_day() {
        let late = PaintedRules::every_day("09:00", "24:00");
        let stage = Stage::new(schedule("dev")).rules(late);
        assert_eq!(
            turns(&stage, MORNING).await,
            ["run 2026-11-23 09:00", "stop 2026-11-23 24:00"]
        );
        let always = PaintedRules::every_day("00:00", "24:00");
        let stage = Stage::new(schedule("dev")).rules(always);
        assert!(turns(&stage, MORNING).await.is_empty());
    }

    #[tokio::test]
    async fn no_more_turns_are_told_than_anybody_reads() {
        let restless = PaintedRules::new(|_, _| {
            let times: Vec<(String, String)> = (0..1440)
                .step_by(4)
                .map(|minute| (Minute(minute).to_string(), Minute(minute + 2).to_string()))
                .collect();
            let spans: Vec<(&str, &str, Want)> = times
                .iter()
                .map(|(begin, end)| (begin.as_str(), end.as_str(), Want::Run))
                .take(200)
                .collect();
            Ok(plan_of(&spans))
        });
        let stage = Stage::new(schedule("dev")).rules(restless);
        assert_eq!(turns(&stage, "2026-11-23 00:01").await.len(), MOST_TURNS);
    }

    #[tokio::test]
    async fn an_order_lies_over_the_turns_until_it_ends() {
        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Stop, 180, "2026-11-23 08:00").await;
        assert_eq!(
            turns(&stage, MORNING).await,
            ["run 2026-11-23 11:00", "stop 2026-11-23 22:00"]
        );
        let view = told(&stage, MORNING).await;
        assert_eq!(view.schedules[0].want, Some(Want::Stop));
        assert!(view.schedules[0].forced.is_some());

        let stage = Stage::new(schedule("dev"));
        force(&stage, Want::Run, 2 * 1440, "2026-11-23 08:00").await;
        assert!(turns(&stage, MORNING).await.is_empty());
    }

    #[tokio::test]
    async fn what_is_broken_is_told() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let mut known = definitions([schedule("dev").build()]);
        let fault = Fault {
            item: "schedule broken".to_owned(),
            attribute: "groups".to_owned(),
            message: "`api` depends on itself".to_owned(),
        };
        known.set_aside.insert("broken".to_owned(), vec![fault]);
        stage.memory.define(known);
        let view = told(&stage, MORNING).await;
        assert_eq!(
            view.schedules[0].faults,
            ["schedule broken: `groups`: `api` depends on itself"]
        );
        let held = view.schedules[1].held.as_ref().unwrap();
        assert_eq!(held.rule, "kr-holidays");
        assert_eq!(view.schedules[1].want, None);
    }

    #[tokio::test]
    async fn a_target_is_told_of_its_own_schedules() {
        let stage = Stage::new(schedule("dev"));
        stage.memory.define(definitions([
            schedule("dev").build(),
            schedule("prod").build(),
        ]));
        let view = stage
            .chat()
            .morning(&|name| name == "prod", utc(MORNING))
            .await
            .unwrap();
        assert_eq!(view.schedules.len(), 1);
        assert_eq!(view.schedules[0].schedule, "prod");
        // The house is in Seoul, where it is evening.
        assert_eq!(view.date.to_string(), "2026-11-23");
    }

    #[tokio::test]
    async fn the_line_stands_though_no_server_can_be_seen() {
        let mut stage = Stage::new(schedule("dev"));
        stage.fleet = Arc::new(FailingFleet::on(stage.fleet, FleetCall::Servers));
        let view = told(&stage, MORNING).await;
        assert_eq!(view.schedules[0].turns.len(), 2);
        assert!(view.schedules[0].faults[0].contains("fleet.failed"));
    }
}
