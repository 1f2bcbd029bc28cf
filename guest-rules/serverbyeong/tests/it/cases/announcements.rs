//! What is said unasked.

use reveille_sdk::{
    formatter::replies::{Announcement, ServerNote, Wave},
    types::{ServerState, Want},
};

use super::{hold, server, start_tomorrow, stop_tonight, strings, today};

pub(super) fn all() -> Vec<(&'static str, Announcement)> {
    let schedule = || "개발".to_owned();
    let started = Wave {
        schedule: schedule(),
        want: Want::Run,
        count: 36,
        groups: strings(&["ZOOKEEPER", "MONGODB"]),
        servers: strings(&["zk-1", "zk-2", "mongo-1"]),
        reason: "start: period office-hours".to_owned(),
        next: Some(stop_tonight()),
    };
    let late = server(
        "web-1",
        ServerState::Starting,
        "pending",
        Some(ServerNote::Stuck(Some(
            "InsufficientInstanceCapacity".to_owned(),
        ))),
    );
    let failed = server(
        "web-2",
        ServerState::Stopped,
        "stopped",
        Some(ServerNote::Failed((
            "UnauthorizedOperation".to_owned(),
            "not allowed".to_owned(),
        ))),
    );
    let database = server("주문 DB", ServerState::Running, "available", None);
    vec![
        ("announced-started", Announcement::Turned(started.clone())),
        (
            "announced-stopped",
            Announcement::Turned(Wave {
                want: Want::Stop,
                count: 1,
                groups: Vec::new(),
                servers: strings(&["web-1"]),
                reason: String::new(),
                next: Some(start_tomorrow()),
                ..started.clone()
            }),
        ),
        (
            "announced-ordered",
            Announcement::Turned(Wave {
                reason: "start, as t3.large: ordered by 하나, 성능 시험".to_owned(),
                ..started.clone()
            }),
        ),
        (
            "announced-in-maintenance",
            Announcement::Turned(Wave {
                reason: "start for its maintenance window".to_owned(),
                groups: Vec::new(),
                ..started.clone()
            }),
        ),
        (
            "announced-left",
            Announcement::Turned(Wave {
                want: Want::Hold,
                reason: "배포 동결".to_owned(),
                servers: Vec::new(),
                next: None,
                ..started
            }),
        ),
        (
            "announced-stop-near",
            Announcement::StopNear((schedule(), today(1200), 10)),
        ),
        (
            "announced-stuck",
            Announcement::Stuck((schedule(), vec![late])),
        ),
        (
            "announced-failed",
            Announcement::Failed((schedule(), vec![failed])),
        ),
        (
            "announced-restarted-by-provider",
            Announcement::RestartedByProvider((schedule(), vec![database])),
        ),
        (
            "announced-held",
            Announcement::Held((schedule(), hold("kr-holidays"))),
        ),
        ("announced-resumed", Announcement::Resumed(schedule())),
        (
            "announced-group-overdue",
            Announcement::GroupOverdue((schedule(), strings(&["MONGODB", "데이터베이스"]))),
        ),
    ]
}
