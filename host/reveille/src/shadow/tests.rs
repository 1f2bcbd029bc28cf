#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use reveille_core::{
    model::{ServerKind, ServerState},
    testing::{server, utc},
};
use reveille_sandbox::Sandbox;
use serde_json::{Value, json};

use super::*;

const ACCOUNT: &str = "123456789012";

/// Servers with what AWS Instance Scheduler remembers of each.
#[derive(Default)]
struct Fleet {
    servers: Vec<Server>,
    registry: Registry,
}

impl Fleet {
    fn add(&mut self, kind: ServerKind, schedule: &str, state: ServerState, stored: Option<&str>) {
        let number = self.servers.len();
        let (service, resource) = match kind {
            ServerKind::Ec2 => ("ec2", format!("instance/i-{number:05}")),
            ServerKind::RdsInstance => ("rds", format!("db:d-{number:05}")),
            ServerKind::RdsCluster => ("rds", format!("cluster:c-{number:05}")),
        };
        let arn = format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}");
        let mut server = server(&arn, schedule).kind(kind).state(state).build();
        server.instance_type = Some("t3.small".into());
        if let Some(stored) = stored {
            let key = resource.replacen(['/', ':'], "#", 1);
            let key = format!("resource#us-east-1#{service}#{key}");
            self.registry.add(ACCOUNT, &key, schedule, stored);
        }
        self.servers.push(server);
        self.servers.sort_by(|one, other| one.id.cmp(&other.id));
    }
}

/// Minutes of one shadow, one after the other.
struct Days {
    shadow: Shadow,
    items: Vec<Item>,
}

impl Days {
    fn of(items: Value) -> Self {
        let rules = Arc::new(Sandbox::embedded().unwrap());
        Self {
            shadow: Shadow::new(rules, chrono_tz::UTC),
            items: serde_json::from_value(items).unwrap(),
        }
    }

    fn at(&self, time: &str, fleet: &Fleet) -> Report {
        let seen = Seen {
            items: self.items.clone(),
            definitions: Arc::new(Definitions::read(&self.items, chrono_tz::UTC)),
            fleet: FleetView {
                servers: fleet.servers.clone().into(),
                unseen: Vec::new(),
                seen: None,
            },
            registry: Some(fleet.registry.clone()),
        };
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(self.shadow.minute(seen, utc(time)))
            .unwrap()
    }
}

/// One server of one schedule, and what is said of it at 10:00 on a Monday.
#[track_caller]
fn differs(items: Value, fleet: &Fleet, [original, reveille]: [Action; 2], because: &str) {
    let report = Days::of(items).at("2026-11-23 10:00", fleet);
    let [mismatch] = report.mismatches.as_slice() else {
        unreachable!("{report:?}")
    };
    assert_eq!(
        (&mismatch.original, &mismatch.reveille),
        (&original, &reveille)
    );
    assert!(
        mismatch.because.iter().any(|it| it.contains(because)),
        "{mismatch:?}"
    );
    let is_told_twice = |it: &String| {
        let mut all = mismatch.because.iter();
        all.any(|other| !std::ptr::eq(other, it) && other.contains(it))
    };
    assert!(!mismatch.because.iter().any(is_told_twice), "{mismatch:?}");
}

fn ec2(state: ServerState, stored: Option<&str>) -> Fleet {
    let mut fleet = Fleet::default();
    fleet.add(ServerKind::Ec2, "s", state, stored);
    fleet
}

#[test]
fn the_two_agree_on_every_state_under_every_option() {
    let mut items = vec![
        json!({"type": "period", "name": "office", "begintime": "09:00", "endtime": "18:00"}),
        json!({"type": "period", "name": "begins", "begintime": "09:00"}),
        json!({"type": "period", "name": "ends", "endtime": "18:00"}),
    ];
    let mut fleet = Fleet::default();
    let stored = [
        "running",
        "stopped",
        "any",
        "unknown",
        "retain-running",
        "start_failed",
        "stop_failed",
        "whatever",
    ];
    for period in ["office", "begins", "ends"] {
        for options in 0..8 {
            let name = format!("{period}-{options}");
            items.push(json!({
                "type": "schedule", "name": name, "periods": [period], "enforced": options & 1 > 0,
                "retain_running": options & 2 > 0, "stop_new_instances": options & 4 > 0,
            }));
            for stored in stored {
                for state in [
                    ServerState::Running,
                    ServerState::Stopped,
                    ServerState::Starting,
                    ServerState::Stopping,
                ] {
                    for kind in [ServerKind::Ec2, ServerKind::RdsInstance] {
                        fleet.add(kind, &name, state, Some(stored));
                    }
                }
            }
            fleet.add(
                ServerKind::RdsInstance,
                &name,
                ServerState::Busy,
                Some("stopped"),
            );
        }
    }
    let days = Days::of(items.into());
    for time in [
        "2026-11-23 08:59",
        "2026-11-23 09:00",
        "2026-11-23 17:59",
        "2026-11-23 18:00",
    ] {
        let report = days.at(time, &fleet);
        assert_eq!(report.servers, 24 * 65);
        let unexplained: Vec<_> = report.mismatches.iter().map(Mismatch::as_text).collect();
        assert!(
            unexplained.is_empty(),
            "{time}: {} of them: {}",
            unexplained.len(),
            unexplained[0]
        );
    }
}

#[test]
fn what_the_original_sets_aside_is_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00", "endtime": "24:00"},
        {"type": "schedule", "name": "s", "periods": ["p"]},
    ]);
    let fleet = ec2(ServerState::Stopped, Some("stopped"));
    differs(
        items,
        &fleet,
        [Action::None, Action::Start],
        "24:00 is the end of the day here",
    );
}

#[test]
fn a_name_that_reveille_cannot_have_is_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "schedule", "name": "help", "periods": ["p"]},
    ]);
    let mut fleet = Fleet::default();
    fleet.add(
        ServerKind::Ec2,
        "help",
        ServerState::Stopped,
        Some("stopped"),
    );
    differs(
        items,
        &fleet,
        [Action::Start, Action::None],
        "Reveille sets the schedule aside",
    );
}

#[test]
fn a_server_that_is_not_registered_is_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "schedule", "name": "s", "periods": ["p"]},
    ]);
    let mut fleet = ec2(ServerState::Stopped, None);
    differs(
        items.clone(),
        &fleet,
        [Action::None, Action::Start],
        "neither registered this server",
    );
    // As soon as another one has the schedule it is taken along.
    fleet.add(ServerKind::Ec2, "s", ServerState::Running, Some("running"));
    assert!(
        Days::of(items)
            .at("2026-11-23 10:00", &fleet)
            .mismatches
            .is_empty()
    );
}

#[test]
fn a_resize_past_what_people_did_is_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "schedule", "name": "s", "periods": ["p@t3.large"]},
    ]);
    let large = || Action::Resize("t3.large".into());
    let fleet = ec2(ServerState::Stopped, Some("running"));
    differs(
        items.clone(),
        &fleet,
        [large(), Action::None],
        "leaves what people have stopped",
    );
    for (state, stored) in [
        (ServerState::Running, "running"),
        (ServerState::Stopped, "stopped"),
    ] {
        let report = Days::of(items.clone()).at("2026-11-23 10:00", &ec2(state, Some(stored)));
        assert!(report.mismatches.is_empty(), "{report:?}");
    }
}

#[test]
fn the_two_start_with_the_same_preferred_type() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "schedule", "name": "s", "periods": ["p"]},
    ]);
    for (tag, state, stored) in [
        ("t3.large, t3.small", ServerState::Stopped, "stopped"),
        ("t3.small,t3.large", ServerState::Stopped, "stopped"),
        ("", ServerState::Stopped, "start_failed"),
        ("t3.large", ServerState::Running, "stopped"),
        ("t3.large", ServerState::Stopped, "running"),
    ] {
        let mut fleet = ec2(state, Some(stored));
        let tags = [("IS-PreferredInstanceTypes".to_owned(), tag.to_owned())];
        fleet.servers[0].tags = Arc::new(tags.into());
        let report = Days::of(items.clone()).at("2026-11-23 10:00", &fleet);
        assert!(report.mismatches.is_empty(), "{tag}: {report:?}");
    }
}

#[test]
fn groups_that_wait_are_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "schedule", "name": "s", "periods": ["p"],
         "groups": [{"name": "DB"}, {"name": "WEB", "depends_on": ["DB"]}]},
    ]);
    let mut fleet = ec2(ServerState::Stopped, Some("stopped"));
    fleet.add(ServerKind::Ec2, "s", ServerState::Stopped, Some("stopped"));
    for (server, group) in fleet.servers.iter_mut().zip(["DB", "WEB"]) {
        server.group = Some(group.into());
    }
    differs(
        items,
        &fleet,
        [Action::Start, Action::None],
        "`groups`: is Reveille's",
    );
}

#[test]
fn a_day_that_breaks_the_originals_run_keeps_it_from_everything_there() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00"},
        {"type": "period", "name": "w", "monthdays": ["31W"]},
        {"type": "schedule", "name": "s", "periods": ["p"]},
        {"type": "schedule", "name": "t", "periods": ["w"]},
    ]);
    let mut fleet = ec2(ServerState::Stopped, Some("stopped"));
    fleet.add(ServerKind::Ec2, "t", ServerState::Stopped, Some("stopped"));
    differs(
        items,
        &fleet,
        [Action::None, Action::Start],
        "comes to nothing",
    );
}

#[test]
fn what_aws_starts_after_seven_days_is_named() {
    let items = json!([
        {"type": "period", "name": "p", "begintime": "09:00", "endtime": "10:00", "months": ["jan"]},
        {"type": "schedule", "name": "s", "periods": ["p"]},
    ]);
    let days = Days::of(items);
    let mut fleet = Fleet::default();
    fleet.add(
        ServerKind::RdsInstance,
        "s",
        ServerState::Stopped,
        Some("stopped"),
    );
    assert!(days.at("2026-11-01 00:00", &fleet).mismatches.is_empty());
    let mut started = Fleet::default();
    started.add(
        ServerKind::RdsInstance,
        "s",
        ServerState::Running,
        Some("stopped"),
    );
    let report = days.at("2026-11-08 00:00", &started);
    let [mismatch] = report.mismatches.as_slice() else {
        unreachable!("{report:?}")
    };
    assert_eq!(mismatch.reveille, Action::Stop);
    assert!(mismatch.because[0].contains("seven days"), "{mismatch:?}");
}

#[test]
fn what_nothing_explains_says_so() {
    let mismatch = Mismatch {
        server: "i-1".into(),
        name: "web-1".into(),
        schedule: "s".into(),
        original: Action::Start,
        reveille: Action::None,
        why: String::new(),
        because: Vec::new(),
    };
    assert!(mismatch.as_text().contains("please report it"));
    let report = Report {
        at: utc("2026-11-23 10:00"),
        servers: 3,
        mismatches: vec![mismatch],
        unseen: Vec::new(),
    };
    assert_eq!(
        report.summary(chrono_tz::UTC),
        "2026-11-23 10:00 UTC: the two agree on 2 of 3 servers; 1 of the rest unexplained\n"
    );
}
