//! `status`: how the servers are.

use crate::model::reply::{Reply, StatusView};

use super::{roster::Roster, subject::Subject};

/// Shows the servers, and what is next for them. Parts of the fleet that cannot be seen are among the faults.
pub(super) fn show(subject: &Subject<'_>, roster: &Roster<'_>) -> Reply {
    let mut faults = subject.faults();
    faults.extend(roster.unseen.iter().cloned());
    Reply::Status(StatusView {
        schedule: subject.name(),
        counts: roster.counts(),
        groups: roster.groups(subject.wanted()),
        next: subject.next(),
        forced: subject.forced(),
        held: subject.held(subject.here.date),
        faults,
        seen: roster.seen.map(|at| subject.local(at)),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::Duration;

    use super::super::{
        Command,
        stage::{Stage, the_view},
    };
    use crate::{
        model::{
            Action, LeftOut, Remembered, Request, ServerError, ServerId, ServerKind, ServerState,
            Stored, Want,
            reply::{Counts, Refusal, Reply, ServerNote, StatusView},
        },
        port::{Intent, Store},
        testing::{FailingFleet, FleetCall, schedule, server, utc},
    };

    fn status() -> Command {
        Command::Status {
            schedule: "dev".to_owned(),
        }
    }

    fn remembered(id: &str) -> Remembered {
        Remembered {
            server: ServerId::from(id),
            schedule: "dev".to_owned(),
            stored: Stored::RUNNING,
            wanted: None,
            applied_at: None,
            reason: String::new(),
            request: None,
            error: None,
            seen: ServerState::Stopped,
            seen_since: utc("2026-11-23 08:00"),
        }
    }

    async fn remember(stage: &Stage, memories: &[Remembered]) {
        let length = Duration::minutes(1);
        let lease = stage.memory.lease("test", utc("2026-11-23 09:00"), length);
        let lease = lease.await.unwrap().unwrap();
        stage
            .memory
            .remember(&lease, &Intent::of(memories, &[]))
            .await
            .unwrap();
    }

    async fn shown(stage: &Stage, now: &str) -> StatusView {
        the_view!(stage.reply(status(), now).await, Status)
    }

    fn note_of(view: &StatusView, name: &str) -> Option<ServerNote> {
        let mut servers = view.groups.iter().flat_map(|group| &group.servers);
        servers
            .find(|server| server.name == name)
            .unwrap()
            .note
            .clone()
    }

    #[tokio::test]
    async fn servers_stand_in_groups_in_dependency_order_and_by_natural_name() {
        let stage = Stage::new(schedule("dev").group("db", &[]).group("api", &["db"])).servers([
            server("api-10", "dev").group("api").running(),
            server("api-9", "dev").group("api").running(),
            server("alone", "dev"),
            server("db-1", "dev").group("db").running(),
            server("odd-1", "dev").group("a-typo").running(),
            server("other", "prod"),
        ]);
        let view = shown(&stage, "2026-11-23 10:00").await;
        let groups: Vec<(Option<&str>, Vec<&str>)> = view
            .groups
            .iter()
            .map(|group| {
                let servers = group.servers.iter().map(|server| server.name.as_str());
                (group.name.as_deref(), servers.collect())
            })
            .collect();
        assert_eq!(
            groups,
            [
                (Some("db"), vec!["db-1"]),
                (Some("api"), vec!["api-9", "api-10"]),
                (Some("a-typo"), vec!["odd-1"]),
                (None, vec!["alone"]),
            ]
        );
        assert_eq!(view.groups[1].depends_on, ["db"]);
        assert_eq!(
            view.counts,
            Counts {
                total: 5,
                running: 4,
                moving: 0,
                stopped: 1,
                problem: 0
            }
        );
    }

    #[tokio::test]
    async fn gone_servers_are_not_shown_and_left_out_ones_do_not_count() {
        let stage = Stage::new(schedule("dev")).servers([
            server("gone", "dev").state(ServerState::Gone),
            server("replica", "dev")
                .kind(ServerKind::RdsInstance)
                .left_out(LeftOut::ReadReplica)
                .state(ServerState::Problem),
            server("web", "dev").state(ServerState::Busy),
        ]);
        let view = shown(&stage, "2026-11-23 10:00").await;
        assert_eq!(view.counts.total, 1);
        assert_eq!((view.counts.running, view.counts.problem), (1, 0));
        assert_eq!(view.groups[0].servers.len(), 2);
        assert_eq!(
            note_of(&view, "replica"),
            Some(ServerNote::LeftOut("read-replica".to_owned()))
        );
    }

    #[tokio::test]
    async fn notes_tell_what_is_stuck_failed_retained_or_busy() {
        let stage = Stage::new(schedule("dev")).servers([
            server("stuck", "dev").state(ServerState::Starting),
            server("failed", "dev"),
            server("kept", "dev").running(),
            server("busy", "dev")
                .kind(ServerKind::RdsInstance)
                .state(ServerState::Busy),
            server("fine", "dev"),
        ]);
        stage.servers.edit("stuck", |server| {
            server.state_reason = Some("Server.InsufficientInstanceCapacity".to_owned());
        });
        let at = utc("2026-11-23 09:00");
        let request = Request {
            action: Action::Start,
            instance_type: None,
            since: at,
            at,
            attempts: 1,
            not_before: None,
            reported: true,
        };
        let error = ServerError {
            code: "UnauthorizedOperation".to_owned(),
            message: "not permitted".to_owned(),
            at,
        };
        remember(
            &stage,
            &[
                Remembered {
                    request: Some(request),
                    ..remembered("stuck")
                },
                Remembered {
                    error: Some(error),
                    ..remembered("failed")
                },
                Remembered {
                    stored: Stored::RETAIN_RUNNING,
                    ..remembered("kept")
                },
            ],
        )
        .await;
        let view = shown(&stage, "2026-11-23 23:00").await;
        assert_eq!(
            note_of(&view, "stuck"),
            Some(ServerNote::Stuck(Some(
                "Server.InsufficientInstanceCapacity".to_owned()
            )))
        );
        assert_eq!(
            note_of(&view, "failed"),
            Some(ServerNote::Failed {
                code: "UnauthorizedOperation".to_owned(),
                message: "not permitted".to_owned()
            })
        );
        assert_eq!(note_of(&view, "kept"), Some(ServerNote::Retained));
        assert_eq!(note_of(&view, "busy"), Some(ServerNote::Busy));
        assert_eq!(note_of(&view, "fine"), None);
    }

    #[tokio::test]
    async fn a_refusal_is_told_with_its_code_though_it_was_announced() {
        let stage =
            Stage::new(schedule("dev")).servers([server("denied", "dev"), server("late", "dev")]);
        let at = utc("2026-11-23 09:00");
        let failed = |id, code: &str| Remembered {
            request: Some(Request {
                action: Action::Start,
                instance_type: None,
                since: at,
                at,
                attempts: 1,
                not_before: None,
                reported: true,
            }),
            error: Some(ServerError {
                code: code.to_owned(),
                message: "a message".to_owned(),
                at,
            }),
            ..remembered(id)
        };
        let memories = [
            failed("denied", "UnauthorizedOperation"),
            failed("late", ServerError::STUCK),
        ];
        remember(&stage, &memories).await;
        let view = shown(&stage, "2026-11-23 10:00").await;
        assert!(matches!(
            note_of(&view, "denied"),
            Some(ServerNote::Failed { .. })
        ));
        assert_eq!(note_of(&view, "late"), Some(ServerNote::Stuck(None)));
    }

    #[tokio::test]
    async fn a_server_waits_for_the_groups_before_it_until_it_was_ordered_itself() {
        let stage = Stage::new(schedule("dev").group("db", &[]).group("api", &["db"])).servers([
            server("db-1", "dev")
                .group("db")
                .state(ServerState::Starting),
            server("api-1", "dev").group("api"),
            server("api-2", "dev").group("api"),
        ]);
        let ordered = Remembered {
            wanted: Some(Want::Run),
            ..remembered("api-2")
        };
        remember(&stage, &[ordered]).await;
        let view = shown(&stage, "2026-11-23 09:00").await;
        assert_eq!(
            note_of(&view, "api-1"),
            Some(ServerNote::WaitsFor(vec!["db".to_owned()]))
        );
        assert_eq!(note_of(&view, "api-2"), None);
    }

    #[tokio::test]
    async fn on_the_way_down_a_server_waits_for_the_groups_that_depend_on_its_own() {
        let stage = Stage::new(schedule("dev").group("db", &[]).group("api", &["db"])).servers([
            server("db-1", "dev").group("db").running(),
            server("api-1", "dev")
                .group("api")
                .state(ServerState::Stopping),
        ]);
        let view = shown(&stage, "2026-11-23 22:00").await;
        assert_eq!(
            note_of(&view, "db-1"),
            Some(ServerNote::WaitsFor(vec!["api".to_owned()]))
        );
    }

    #[tokio::test]
    async fn the_next_turn_is_shown() {
        let stage = Stage::new(schedule("dev"));
        let next = shown(&stage, "2026-11-27 23:00").await.next.unwrap();
        assert_eq!(next.at.to_string(), "2026-11-30 09:00");
        assert_eq!(next.want, Want::Run);
    }

    #[tokio::test]
    async fn a_failing_rule_is_shown_as_what_the_schedule_holds_for() {
        let stage = Stage::new(schedule("dev")).failing_rule();
        let view = shown(&stage, "2026-11-23 10:00").await;
        let held = view.held.unwrap();
        assert_eq!(held.rule, "kr-holidays");
        assert_eq!(held.cause, "it ran out of fuel");
        assert_eq!(view.next, None);
    }

    #[tokio::test]
    async fn a_part_of_the_fleet_that_cannot_be_seen_is_said() {
        let stage = Stage::new(schedule("dev")).servers([server("web", "dev")]);
        stage.servers.hide("account 1, eu-west-1");
        let view = shown(&stage, "2026-11-23 10:00").await;
        assert_eq!(view.counts.total, 1);
        assert!(view.faults[0].contains("account 1, eu-west-1"), "{view:?}");
    }

    #[tokio::test]
    async fn a_fleet_of_which_nothing_can_be_seen_is_a_failure() {
        let mut stage = Stage::new(schedule("dev"));
        stage.fleet = Arc::new(FailingFleet::on(stage.fleet, FleetCall::Servers));
        let refusal = stage.refusal(status(), "2026-11-23 10:00").await;
        assert!(
            matches!(refusal, Refusal::Failed { ref code, .. } if code == "fleet.failed"),
            "{refusal:?}"
        );
    }
}
