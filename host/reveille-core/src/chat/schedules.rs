//! `list`: all schedules, a line each.

use chrono_tz::Tz;

use crate::model::{Fault, Server, reply::ScheduleLine};

use super::{
    roster::{Roster, counted, waiting},
    subject::Subject,
};

/// The line of a schedule, its times in its own zone. `unseen` is what to say when no server can be seen.
pub(super) fn line(subject: &Subject<'_>, roster: Result<&Roster<'_>, &str>) -> ScheduleLine {
    let mut faults = subject.faults();
    let counts = counted(roster, &mut faults);
    let wanted = subject.timeline().wanted_at(subject.here);
    ScheduleLine {
        name: subject.name(),
        timezone: subject.schedule.timezone.name().to_owned(),
        want: wanted.ok().map(|wanted| wanted.want),
        next: subject.next(),
        counts,
        forced: subject.forced(),
        faults,
    }
}

/// The line of a schedule that is set aside: what is wrong with it, and how many servers wait for that to be mended.
pub(super) fn set_aside(
    name: &str,
    zone: Tz,
    faults: &[Fault],
    servers: &[Server],
) -> ScheduleLine {
    ScheduleLine {
        name: name.to_owned(),
        timezone: zone.name().to_owned(),
        want: None,
        next: None,
        counts: waiting(name, servers),
        forced: None,
        faults: faults.iter().map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use super::super::{
        Command, ForceEnd,
        stage::{Stage, the_view},
    };
    use super::*;
    use crate::{
        model::{
            Want,
            reply::{Refusal, Reply},
        },
        testing::{FailingFleet, FleetCall, definitions, schedule, server, utc},
    };

    const NOW: &str = "2026-11-23 10:00";

    /// `dev-2` and `dev-10` are used, `broken` is set aside.
    fn stage() -> Stage {
        let stage = Stage::new(schedule("dev-2"));
        let mut known = definitions([
            schedule("dev-2").build(),
            schedule("dev-10").zone("Asia/Seoul").build(),
        ]);
        let fault = Fault {
            item: "schedule broken".to_owned(),
            attribute: "groups".to_owned(),
            message: "`api` depends on itself".to_owned(),
        };
        known.set_aside.insert("broken".to_owned(), vec![fault]);
        stage.memory.define(known);
        stage.servers([
            server("a", "dev-2").running(),
            server("b", "dev-10"),
            server("c", "broken").running(),
        ])
    }

    async fn listed(stage: &Stage) -> Vec<ScheduleLine> {
        the_view!(stage.reply(Command::Schedules, NOW).await, Schedules)
    }

    #[tokio::test]
    async fn all_schedules_are_listed_those_that_are_set_aside_too() {
        let lines = listed(&stage()).await;
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["broken", "dev-2", "dev-10"]);
        assert_eq!(
            lines[0].faults,
            ["schedule broken: `groups`: `api` depends on itself"]
        );
        assert_eq!((lines[0].want, lines[0].counts.running), (None, 1));
        assert_eq!(lines[1].want, Some(Want::Run));
        assert_eq!((lines[1].counts.running, lines[2].counts.stopped), (1, 1));
    }

    #[tokio::test]
    async fn the_times_of_a_schedule_are_in_its_own_zone() {
        let stage = stage();
        let force = Command::Force {
            schedule: "dev-2".to_owned(),
            want: Want::Stop,
            end: ForceEnd::Plan,
        };
        stage.answer(force, NOW).await;
        let lines = listed(&stage).await;
        let forced = lines[1].forced.as_ref().unwrap();
        assert_eq!(forced.until.to_string(), "2026-11-24 09:00");
        assert_eq!(lines[1].timezone, "UTC");
        let next = lines[2].next.as_ref().unwrap();
        assert_eq!(next.at.to_string(), "2026-11-23 22:00");
        assert_eq!(lines[2].timezone, "Asia/Seoul");
    }

    #[tokio::test]
    async fn a_token_sees_its_own_schedules_only() {
        let stage = stage();
        let mut message = stage.message("");
        message.sees = Some(BTreeSet::from(["dev-2".to_owned()]));
        let chat = stage.chat();
        let answer = chat.obey(Command::Schedules, &message, utc(NOW)).await;
        let lines = the_view!(answer.reply.unwrap(), Schedules);
        assert_eq!(lines.len(), 1);
        let status = Command::Status {
            schedule: "dev-10".to_owned(),
        };
        let answer = chat.obey(status, &message, utc(NOW)).await;
        let refusal = the_view!(answer.reply.unwrap(), Refused);
        let expected = Refusal::UnknownSchedule {
            name: "dev-10".to_owned(),
            known: vec!["dev-2".to_owned()],
            suggestion: None,
        };
        assert_eq!(refusal, expected);
    }

    #[tokio::test]
    async fn a_schedule_that_is_set_aside_can_only_be_listed() {
        let refusal = stage()
            .refusal(
                Command::Status {
                    schedule: "broken".to_owned(),
                },
                NOW,
            )
            .await;
        assert!(matches!(refusal, Refusal::SetAside { ref faults, .. } if faults.len() == 1));
    }

    #[tokio::test]
    async fn the_list_stands_though_no_server_can_be_seen() {
        let mut stage = stage();
        stage.fleet = Arc::new(FailingFleet::on(stage.fleet, FleetCall::Servers));
        let lines = listed(&stage).await;
        assert_eq!(lines.len(), 3);
        assert!(lines[1].faults[0].contains("fleet.failed"), "{lines:?}");
    }
}
