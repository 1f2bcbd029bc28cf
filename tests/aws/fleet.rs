//! The fleet on EC2 and RDS, through AWS's own clients and over the wire.

use std::{collections::BTreeMap, time::Duration as Span};

use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    client::Patience,
    fleet::{AwsFleet, FleetSettings},
    target::Target,
};
use reveille_core::{
    model::{LeftOut, MaintenanceWindow, Server, ServerId, ServerKind, ServerState},
    port::{ActErrorKind, Fleet, FleetView, Order, OrderAction, Outcome},
    testing::utc,
};
use reveille_tests::fake_aws::{FakeAws, HOME, Refill, Region, Servers};

use super::reach::patient_sdk;

const SEOUL: &str = "ap-northeast-2";
const TOKYO: &str = "ap-northeast-1";
const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";
/// Two attempts, and none of them waits for long.
const HASTY: Patience = Patience {
    connect: Span::from_millis(500),
    attempt: Span::from_millis(500),
    call: Span::from_secs(3),
    attempts: 2,
};
/// What fails is seen as it is.
const ONCE: Patience = Patience {
    attempts: 1,
    ..HASTY
};

/// A Monday.
fn now() -> DateTime<Utc> {
    utc("2026-11-23 00:00")
}

fn seoul(fake: &FakeAws) -> Region {
    fake.home().region(SEOUL)
}

/// The account of the credentials, in these regions.
fn home(regions: &[&str]) -> Target {
    Target {
        account: None,
        role: None,
        external_id: None,
        regions: regions.iter().map(|&it| it.to_owned()).collect(),
    }
}

/// Another account, in Seoul, by its role `scheduler`.
fn other(fake: &FakeAws, account: &str) -> Target {
    Target {
        account: Some(account.to_owned()),
        role: Some(fake.account(account).role_arn("scheduler")),
        external_id: None,
        regions: vec![SEOUL.to_owned()],
    }
}

async fn reach(fake: &FakeAws, targets: Vec<Target>, patience: Patience) -> AwsFleet {
    let settings = FleetSettings {
        targets,
        ..FleetSettings::default()
    };
    AwsFleet::new(&patient_sdk(fake, SEOUL, patience).await, settings).await
}

/// The home account in Seoul.
async fn fleet(fake: &FakeAws) -> AwsFleet {
    reach(fake, vec![home(&[SEOUL])], ONCE).await
}

async fn look(fleet: &AwsFleet) -> FleetView {
    fleet.servers(now()).await.unwrap()
}

/// All servers by name.
async fn seen(fleet: &AwsFleet) -> BTreeMap<String, Server> {
    let view = look(fleet).await;
    assert!(view.unseen.is_empty(), "{:?}", view.unseen);
    let servers = view.servers.iter();
    servers
        .map(|server| (server.name.to_string(), server.clone()))
        .collect()
}

/// What cannot be seen: target, code and cause.
fn unseen(view: &FleetView) -> Vec<(String, &'static str, String)> {
    let unseen = view.unseen.iter();
    unseen
        .map(|it| (it.target.clone(), it.code, it.source.to_string()))
        .collect()
}

fn order(id: &str, action: &OrderAction) -> Order {
    Order {
        server: id.into(),
        action: action.clone(),
    }
}

fn arn(id: &str) -> String {
    format!("arn:aws:ec2:{SEOUL}:{HOME}:instance/{id}")
}

async fn act_on(fleet: &AwsFleet, servers: &Servers, action: OrderAction) -> Vec<Outcome> {
    let orders: Vec<Order> = servers
        .ids()
        .iter()
        .map(|id| order(&arn(id), &action))
        .collect();
    let outcomes = fleet.act(&orders, now()).await;
    let ids = |of: Vec<&ServerId>| of.into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(
        ids(outcomes.iter().map(|it| &it.server).collect()),
        ids(orders.iter().map(|it| &it.server).collect()),
    );
    outcomes
}

/// What was refused: the id and why.
fn refused(outcomes: &[Outcome]) -> Vec<(&str, ActErrorKind, &str)> {
    outcomes
        .iter()
        .filter_map(|outcome| {
            let error = outcome.result.as_ref().err()?;
            Some((outcome.server.resource(), error.kind, error.code.as_str()))
        })
        .collect()
}

const STOP: OrderAction = OrderAction::Stop { hibernate: false };
const HIBERNATE: OrderAction = OrderAction::Stop { hibernate: true };

mod seeing {
    use super::*;

    #[tokio::test]
    async fn an_instance_is_seen_as_it_is() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake)
            .instance("web-1")
            .tag("ScheduleName", "office")
            .tag("ScheduleGroup", "front")
            .instance_type("t3.medium")
            .running();
        let _ = seoul(&fake).instance("bystander").running();
        let seen = seen(&fleet(&fake).await).await;
        assert_eq!(seen.len(), 1);
        let server = &seen["web-1"];
        assert_eq!(*server.id.0, *arn(web.id()));
        assert_eq!(server.kind, ServerKind::Ec2);
        assert_eq!(server.state, ServerState::Running);
        assert_eq!(&*server.native_state, "running");
        assert_eq!(server.instance_type.as_deref(), Some("t3.medium"));
        assert_eq!(&*server.schedule, "office");
        assert_eq!(server.group.as_deref(), Some("front"));
        assert_eq!(server.tags["Name"], "web-1");
        assert_eq!(server.left_out, None);
    }

    #[tokio::test]
    async fn every_state_is_told_and_what_goes_is_gone() {
        let fake = FakeAws::start().unwrap();
        let instance = |name: &str| seoul(&fake).instance(name).tag("Schedule", "office");
        let _ = instance("a").running();
        let _ = instance("b").stopped();
        let _ = instance("c").pending();
        let _ = instance("d").stopping();
        instance("e").running().terminate();
        for (name, status) in [
            ("f", "available"),
            ("g", "backing-up"),
            ("h", "storage-full"),
            ("i", "deleting"),
            ("j", "starting"),
        ] {
            let database = seoul(&fake).database(name).tag("Schedule", "office");
            let _ = database.status(status);
        }
        let states: Vec<_> = seen(&fleet(&fake).await)
            .await
            .into_iter()
            .map(|(name, server)| (name, server.state))
            .collect();
        let expected = [
            ("a", ServerState::Running),
            ("b", ServerState::Stopped),
            ("c", ServerState::Starting),
            ("d", ServerState::Stopping),
            ("f", ServerState::Running),
            ("g", ServerState::Busy),
            ("h", ServerState::Problem),
            ("j", ServerState::Starting),
        ];
        let expected = expected.map(|(name, state)| (name.to_owned(), state));
        assert_eq!(states, expected);
    }

    #[tokio::test]
    async fn a_reason_for_the_state_is_kept() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake)
            .instance("web")
            .tag("Schedule", "office")
            .falls_back("Server.InsufficientInstanceCapacity", "no room today");
        let fleet = fleet(&fake).await;
        let outcomes = act_on(&fleet, &web, OrderAction::Start).await;
        assert_eq!(refused(&outcomes), []);
        fake.set_now(now() + Duration::minutes(2));
        let seen = seen(&fleet).await;
        assert_eq!(seen["web"].state, ServerState::Stopped);
        let reason = "Server.InsufficientInstanceCapacity: no room today";
        assert_eq!(seen["web"].state_reason.as_deref(), Some(reason));
    }

    #[tokio::test]
    async fn ten_thousand_instances_are_ten_calls() {
        let fake = FakeAws::start().unwrap();
        let _ = seoul(&fake)
            .instances("crowd", 10_000)
            .tag("Schedule", "office")
            .launched_together();
        let home = vec![home(&[SEOUL])];
        let fleet = reach(&fake, home, Patience::default()).await;
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 10_000);
        assert!(view.servers.is_sorted_by(|one, next| one.id < next.id));
        assert_eq!(fake.count("ec2", "DescribeInstances"), 10);
        assert_eq!(fake.calls().len(), 12, "and one each for databases");
    }

    #[tokio::test]
    async fn databases_come_in_pages_with_their_tags() {
        let fake = FakeAws::start().unwrap();
        for number in 0..150 {
            let database = seoul(&fake).database(&format!("db-{number:03}"));
            let _ = database.tag("Schedule", "office").available();
        }
        let cluster = seoul(&fake).cluster("orders").tag("Schedule", "nights");
        let seen = seen(&fleet(&fake).await).await;
        assert_eq!(seen.len(), 151);
        assert_eq!(fake.calls().len(), 4);
        assert_eq!(seen["orders"].kind, ServerKind::RdsCluster);
        assert_eq!(*seen["orders"].id.0, cluster.arn());
        assert_eq!(seen["db-000"].kind, ServerKind::RdsInstance);
    }

    #[tokio::test]
    async fn what_cannot_be_scheduled_is_left_out_with_the_reason() {
        let fake = FakeAws::start().unwrap();
        let _ = seoul(&fake)
            .instance("grouped")
            .tag("Schedule", "office")
            .in_group("workers");
        let database = |name: &str| seoul(&fake).database(name).tag("Schedule", "office");
        let _ = database("source");
        let _ = database("copy").replica_of("source");
        let _ = database("plain");
        let _ = seoul(&fake).cluster("orders").tag("Schedule", "office");
        let _ = database("orders-1").member_of("orders");
        let _ = database("graph-1").engine("neptune");
        let left_out: Vec<_> = seen(&fleet(&fake).await)
            .await
            .into_iter()
            .filter_map(|(name, server)| Some((name, server.left_out?)))
            .collect();
        let expected = [
            ("copy", LeftOut::ReadReplica),
            ("graph-1", LeftOut::ClusterMember),
            ("grouped", LeftOut::AutoScaling),
            ("orders-1", LeftOut::ClusterMember),
            ("source", LeftOut::Replicated),
        ];
        let expected = expected.map(|(name, why)| (name.to_owned(), why));
        assert_eq!(left_out, expected);
    }

    #[tokio::test]
    async fn a_preferred_window_is_open_from_ten_minutes_before() {
        let fake = FakeAws::start().unwrap();
        let database = |name: &str| seoul(&fake).database(name).tag("Schedule", "office");
        let _ = database("soon").window("mon:00:10-mon:00:40");
        let _ = database("later").window("mon:00:11-mon:00:41");
        let _ = database("none").window("");
        let seen = seen(&fleet(&fake).await).await;
        assert_eq!(seen["soon"].open_windows, [MaintenanceWindow::Preferred]);
        assert_eq!(seen["later"].open_windows, []);
        assert_eq!(seen["none"].open_windows, []);
    }

    #[tokio::test]
    async fn a_server_to_which_two_targets_lead_is_seen_once() {
        let fake = FakeAws::start().unwrap();
        let _ = seoul(&fake).instance("web").tag("Schedule", "office");
        let named = Target {
            account: Some(HOME.to_owned()),
            ..home(&[SEOUL])
        };
        let fleet = reach(&fake, vec![home(&[SEOUL]), named], ONCE).await;
        assert_eq!(look(&fleet).await.servers.len(), 1);
    }

    #[tokio::test]
    async fn every_account_and_region_is_seen_with_one_session_an_account() {
        let fake = FakeAws::start().unwrap();
        let _ = fake.account(OTHER).role("scheduler");
        for account in [HOME, OTHER] {
            for region in [SEOUL, TOKYO] {
                let region = fake.account(account).region(region);
                let _ = region.instance("web").tag("Schedule", "office");
            }
        }
        let mut abroad = other(&fake, OTHER);
        abroad.regions.push(TOKYO.to_owned());
        let fleet = reach(&fake, vec![home(&[SEOUL, TOKYO]), abroad], ONCE).await;
        assert_eq!(fleet.sites().len(), 4);
        assert_eq!(look(&fleet).await.servers.len(), 4);
        look(&fleet).await;
        assert_eq!(fake.count("sts", "AssumeRole"), 1);
    }
}

mod acting {
    use super::*;

    #[tokio::test]
    async fn a_thousand_starts_are_four_calls() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 1_000)
            .tag("Schedule", "office");
        let fleet = fleet(&fake).await;
        look(&fleet).await;
        fake.forget_calls();
        let outcomes = act_on(&fleet, &crowd, OrderAction::Start).await;
        assert_eq!(refused(&outcomes), []);
        assert_eq!(fake.calls().len(), 4);
        assert!(seoul(&fake).states().values().all(|it| it == "pending"));
    }

    #[tokio::test]
    async fn nothing_is_ever_stopped_by_force() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake)
            .instances("web", 3)
            .tag("Schedule", "office")
            .running();
        let outcomes = act_on(&fleet(&fake).await, &web, STOP).await;
        assert_eq!(refused(&outcomes), []);
        assert_eq!(web.state(), "stopping");
        assert!(fake.calls().iter().all(|call| !call.forced));
    }

    #[tokio::test]
    async fn one_that_is_there_already_is_accepted() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake)
            .instance("web")
            .tag("Schedule", "office")
            .running();
        let database = seoul(&fake)
            .database("db")
            .tag("Schedule", "office")
            .available();
        let cluster = seoul(&fake).cluster("orders").status("starting");
        let fleet = fleet(&fake).await;
        let orders = [arn(web.id()), database.arn(), cluster.arn()]
            .map(|id| order(&id, &OrderAction::Start));
        assert_eq!(refused(&fleet.act(&orders, now()).await), []);
    }

    #[tokio::test]
    async fn what_is_shown_late_may_be_ordered_again() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake).instance("web").tag("Schedule", "office");
        let fleet = fleet(&fake).await;
        look(&fleet).await;
        seoul(&fake).shows_late(2);
        for _ in 0..2 {
            let outcomes = act_on(&fleet, &web, OrderAction::Start).await;
            assert_eq!(refused(&outcomes), []);
            assert_eq!(seen(&fleet).await["web"].state, ServerState::Stopped);
        }
        assert_eq!(web.state(), "pending");
    }

    #[tokio::test]
    async fn one_bad_member_does_not_hold_up_its_batch() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 100)
            .tag("Schedule", "office");
        let bad = seoul(&fake).instance("crowd-00042").stopping();
        let fleet = fleet(&fake).await;
        let outcomes = act_on(&fleet, &crowd, OrderAction::Start).await;
        let expected = (bad.id(), ActErrorKind::WrongState, "IncorrectInstanceState");
        assert_eq!(refused(&outcomes), [expected]);
        assert_eq!(fake.count("ec2", "StartInstances"), 2);
    }

    #[tokio::test]
    async fn instances_that_vanish_between_look_and_start_are_gone_and_the_others_start() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 10)
            .tag("Schedule", "office");
        let fleet = fleet(&fake).await;
        look(&fleet).await;
        seoul(&fake).instance("crowd-00003").vanish();
        seoul(&fake).instance("crowd-00007").vanish();
        let outcomes = act_on(&fleet, &crowd, OrderAction::Start).await;
        let refused = refused(&outcomes);
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|(_, kind, code)| {
            (*kind, *code) == (ActErrorKind::Gone, "InvalidInstanceID.NotFound")
        }));
        assert_eq!(fake.count("ec2", "StartInstances"), 2);
    }

    #[tokio::test]
    async fn those_without_capacity_are_found_and_the_others_start() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 100)
            .tag("Schedule", "office");
        for name in ["crowd-00013", "crowd-00077"] {
            let _ = seoul(&fake).instance(name).instance_type("p5.48xlarge");
        }
        seoul(&fake).no_capacity("p5.48xlarge");
        let fleet = reach(&fake, vec![home(&[SEOUL])], HASTY).await;
        look(&fleet).await;
        let outcomes = act_on(&fleet, &crowd, OrderAction::Start).await;
        let refused = refused(&outcomes);
        assert_eq!(refused.len(), 2);
        assert!(refused.iter().all(|(_, kind, code)| {
            (*kind, *code) == (ActErrorKind::Capacity, "InsufficientInstanceCapacity")
        }));
        let states = seoul(&fake).states();
        assert_eq!(states.values().filter(|it| *it == "pending").count(), 98);
        let calls = fake.count("ec2", "StartInstances");
        assert!(calls <= 15, "{calls}: no call is made twice");
    }

    #[tokio::test]
    async fn who_cannot_hibernate_is_stopped() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 4)
            .tag("Schedule", "office")
            .running();
        let _ = seoul(&fake).instance("crowd-00000").can_hibernate();
        let fleet = fleet(&fake).await;
        look(&fleet).await;
        let outcomes = act_on(&fleet, &crowd, HIBERNATE).await;
        assert_eq!(refused(&outcomes), []);
        assert!(seoul(&fake).states().values().all(|it| it == "stopping"));
        let stops: Vec<_> = fake
            .calls()
            .into_iter()
            .filter(|call| call.is("ec2", "StopInstances"))
            .map(|call| (call.hibernates, call.ids.len()))
            .collect();
        assert!(stops.contains(&(true, 1)) && stops.contains(&(false, 3)));
    }

    #[tokio::test]
    async fn who_turns_out_not_to_hibernate_is_stopped_all_the_same() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 4)
            .tag("Schedule", "office")
            .running();
        let _ = seoul(&fake).instance("crowd-00000").can_hibernate();
        // Nobody has looked: it is not known who can.
        let outcomes = act_on(&fleet(&fake).await, &crowd, HIBERNATE).await;
        assert_eq!(refused(&outcomes), []);
        assert!(seoul(&fake).states().values().all(|it| it == "stopping"));
    }

    #[tokio::test]
    async fn a_type_is_changed_step_by_step() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake)
            .instance("web")
            .tag("Schedule", "office")
            .running();
        let fleet = fleet(&fake).await;
        let resize = OrderAction::Resize("c5.large".to_owned());
        let mut steps = Vec::new();
        for minute in 0..6 {
            fake.set_now(now() + Duration::minutes(minute));
            look(&fleet).await;
            fake.forget_calls();
            let outcomes = act_on(&fleet, &web, resize.clone()).await;
            assert_eq!(refused(&outcomes), []);
            let calls = fake.calls().into_iter().map(|call| call.action);
            steps.push(calls.collect::<Vec<_>>().join(" "));
        }
        assert_eq!(
            steps,
            [
                "StopInstances",
                "ModifyInstanceAttribute StartInstances",
                "",
                "",
                "",
                ""
            ]
        );
        assert_eq!(
            (web.state(), web.type_now().as_str()),
            ("running", "c5.large")
        );
    }

    #[tokio::test]
    async fn a_resize_of_an_unknown_server_is_looked_up_first() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake).instances("web", 2).tag("Schedule", "office");
        seoul(&fake).instance("web-00001").vanish();
        let resize = OrderAction::Resize("c5.large".to_owned());
        let outcomes = act_on(&fleet(&fake).await, &web, resize).await;
        let gone = (
            &*web.ids()[1],
            ActErrorKind::Gone,
            "InvalidInstanceID.NotFound",
        );
        assert_eq!(refused(&outcomes), [gone]);
        assert_eq!(
            (web.state(), web.type_now().as_str()),
            ("pending", "c5.large")
        );
    }

    #[tokio::test]
    async fn a_type_that_does_not_exist_is_the_blame_of_its_server_alone() {
        let fake = FakeAws::start().unwrap();
        let web = seoul(&fake).instance("web").tag("Schedule", "office");
        let bad = seoul(&fake).instance("bad").tag("Schedule", "office");
        let fleet = fleet(&fake).await;
        look(&fleet).await;
        let orders = [
            order(&arn(web.id()), &OrderAction::Resize("c5.large".to_owned())),
            order(&arn(bad.id()), &OrderAction::Resize("huge".to_owned())),
        ];
        let outcomes = fleet.act(&orders, now()).await;
        let expected = (
            bad.id(),
            ActErrorKind::Other,
            "InvalidInstanceAttributeValue",
        );
        assert_eq!(refused(&outcomes), [expected]);
        assert_eq!(web.state(), "pending");
    }

    #[tokio::test]
    async fn databases_and_clusters_turn_each_by_a_call() {
        let fake = FakeAws::start().unwrap();
        let database = seoul(&fake).database("db").available();
        let cluster = seoul(&fake).cluster("orders").available();
        let sleeper = seoul(&fake).database("sleeper");
        let resting = seoul(&fake).cluster("resting");
        let fleet = fleet(&fake).await;
        let orders = [
            order(&database.arn(), &STOP),
            order(&cluster.arn(), &STOP),
            order(&sleeper.arn(), &OrderAction::Start),
            order(&resting.arn(), &OrderAction::Start),
        ];
        assert_eq!(refused(&fleet.act(&orders, now()).await), []);
        let states = [database, cluster, sleeper, resting].map(|it| it.state());
        assert_eq!(states, ["stopping", "stopping", "starting", "starting"]);
        assert_eq!(fake.calls().len(), 4);
        assert!(seoul(&fake).snapshots().is_empty());
    }

    #[tokio::test]
    async fn a_database_that_is_backed_up_waits_and_one_that_vanished_is_gone() {
        let fake = FakeAws::start().unwrap();
        let busy = seoul(&fake).database("busy").status("backing-up");
        let lost = seoul(&fake).database("lost").available();
        let lost_arn = lost.arn();
        lost.vanish();
        let moving = seoul(&fake).cluster("moving").status("modifying");
        let fleet = fleet(&fake).await;
        let orders = [busy.arn(), lost_arn, moving.arn()].map(|id| order(&id, &STOP));
        let outcomes = fleet.act(&orders, now()).await;
        assert_eq!(
            refused(&outcomes),
            [
                ("busy", ActErrorKind::WrongState, "InvalidDBInstanceState"),
                ("lost", ActErrorKind::Gone, "DBInstanceNotFound"),
                (
                    "moving",
                    ActErrorKind::WrongState,
                    "InvalidDBClusterStateFault"
                ),
            ]
        );
    }

    #[tokio::test]
    async fn a_stop_leaves_one_snapshot_of_an_instance_and_none_of_a_cluster() {
        let fake = FakeAws::start().unwrap();
        let database = seoul(&fake).database("db").available();
        let cluster = seoul(&fake).cluster("orders").available();
        let settings = FleetSettings {
            targets: vec![home(&[SEOUL])],
            snapshot_on_stop: Some("my hub".to_owned()),
            ..FleetSettings::default()
        };
        let fleet = AwsFleet::new(&patient_sdk(&fake, SEOUL, ONCE).await, settings).await;
        let orders = [database.arn(), cluster.arn()].map(|id| order(&id, &STOP));
        let snapshot = BTreeMap::from([("myhub-stopped-db".to_owned(), "db".to_owned())]);
        for _ in 0..2 {
            let database = seoul(&fake).database("db").available();
            let _ = seoul(&fake).cluster("orders").available();
            assert_eq!(refused(&fleet.act(&orders, now()).await), []);
            assert_eq!(database.state(), "stopping");
            assert_eq!(seoul(&fake).snapshots(), snapshot);
        }
    }

    #[tokio::test]
    async fn a_server_of_an_account_that_is_not_configured_is_refused() {
        let fake = FakeAws::start().unwrap();
        let named = Target {
            account: Some(HOME.to_owned()),
            ..home(&[SEOUL])
        };
        let fleet = reach(&fake, vec![named], ONCE).await;
        let orders = [
            format!("arn:aws:ec2:{SEOUL}:{OTHER}:instance/i-0abc"),
            format!("arn:aws:ec2:{TOKYO}:{HOME}:instance/i-0abc"),
            "web-1".to_owned(),
        ];
        let orders = orders.map(|id| order(&id, &OrderAction::Start));
        let outcomes = fleet.act(&orders, now()).await;
        let codes: Vec<_> = refused(&outcomes).iter().map(|it| it.2).collect();
        assert_eq!(codes, ["UnknownServer"; 3]);
        assert!(fake.calls().is_empty());
    }
}

mod failing {
    use super::*;

    /// Three accounts with an instance each; the calls of the one that fails are the test's.
    async fn three(fake: &FakeAws, patience: Patience) -> AwsFleet {
        for account in [HOME, OTHER, THIRD] {
            let account = fake.account(account).role("scheduler");
            let region = account.region(SEOUL);
            let _ = region.instance("web").tag("Schedule", "office").running();
            let _ = region.database("db").tag("Schedule", "office").available();
        }
        let targets = vec![home(&[SEOUL]), other(fake, OTHER), other(fake, THIRD)];
        reach(fake, targets, patience).await
    }

    #[track_caller]
    fn check(view: &FleetView, target: &str, code: &str, words: &[&str]) {
        let unseen = unseen(view);
        assert_eq!(unseen.len(), 1, "{unseen:?}");
        let (what, why, cause) = &unseen[0];
        assert_eq!((what.as_str(), *why), (target, code), "{cause}");
        for word in words {
            assert!(cause.contains(word), "{word} in {cause}");
        }
    }

    #[tokio::test]
    async fn a_role_that_may_not_be_assumed_is_told_as_that() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        let denied = Target {
            role: Some(fake.account(OTHER).role_arn("misspelt")),
            ..other(&fake, OTHER)
        };
        let _ = fleet;
        let targets = vec![home(&[SEOUL]), denied, other(&fake, THIRD)];
        let fleet = reach(&fake, targets, ONCE).await;
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 4);
        check(
            &view,
            &format!("{OTHER} {SEOUL}"),
            "fleet.denied",
            &["AWS refused sts:AssumeRole: AccessDenied", "role/misspelt"],
        );
        let denied = fake
            .calls()
            .into_iter()
            .filter(|call| call.refused.is_some());
        assert_eq!(denied.count(), 1, "one answer is enough for all its calls");
    }

    #[tokio::test]
    async fn a_role_that_takes_for_ever_to_assume_holds_nobody_else_up() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        fake.on("sts", "AssumeRole").hangs();
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 2);
        let unseen = unseen(&view);
        let codes: Vec<_> = unseen.iter().map(|(_, code, _)| *code).collect();
        assert_eq!(codes, ["fleet.unreachable"; 2], "{unseen:?}");
    }

    #[tokio::test]
    async fn a_missing_permission_is_told_by_its_name_and_the_role() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        fake.account(OTHER).denies("ec2:DescribeInstances");
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 5, "its databases are still seen");
        let role = fake.account(OTHER).role_arn("scheduler");
        check(
            &view,
            &format!("{OTHER} {SEOUL} (EC2)"),
            "fleet.denied",
            &[
                "AWS refused ec2:DescribeInstances: UnauthorizedOperation",
                &format!("Give the role {role} the permission ec2:DescribeInstances."),
            ],
        );
        assert!(!unseen(&view)[0].2.contains("Encoded"));
    }

    #[tokio::test]
    async fn a_region_that_is_not_enabled_is_told_as_that() {
        let fake = FakeAws::start().unwrap();
        let _ = seoul(&fake).instance("web").tag("Schedule", "office");
        fake.home().region("me-south-1").not_enabled();
        let fleet = reach(&fake, vec![home(&[SEOUL, "me-south-1"])], ONCE).await;
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 1);
        check(&view, "me-south-1", "fleet.region", &["AuthFailure"]);
    }

    #[tokio::test]
    async fn a_throttled_site_is_told_and_the_others_are_seen() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        fake.on("*", "*").in_account(OTHER).throttles();
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 4);
        let target = format!("{OTHER} {SEOUL}");
        check(&view, &target, "fleet.throttled", &["RequestLimitExceeded"]);
    }

    #[tokio::test]
    async fn what_passes_by_itself_is_tried_again_at_once() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, HASTY).await;
        fake.on("ec2", "*").in_account(HOME).times(1).breaks();
        fake.on("ec2", "*").in_account(OTHER).times(1).resets();
        fake.on("ec2", "*")
            .in_account(THIRD)
            .times(1)
            .truncates_the_answer();
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 6, "{:?}", unseen(&view));
    }

    #[tokio::test]
    async fn a_site_that_breaks_resets_or_hangs_is_unreachable() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        let target = format!("{OTHER} {SEOUL}");
        let script = || fake.on("*", "*").in_account(OTHER);
        for (harm, code) in [
            ("breaks", "Unavailable"),
            ("resets", "Unreachable"),
            ("hangs", "Timeout"),
        ] {
            fake.heal();
            match harm {
                "breaks" => script().breaks(),
                "resets" => script().resets(),
                _ => script().hangs(),
            }
            let view = look(&fleet).await;
            assert_eq!(view.servers.len(), 4, "{harm}");
            check(&view, &target, "fleet.unreachable", &[code]);
        }
        fake.heal();
        assert_eq!(look(&fleet).await.servers.len(), 6);
    }

    #[tokio::test]
    async fn expired_sessions_are_told_as_credentials() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        look(&fleet).await;
        fake.on("*", "*").in_account(THIRD).expires();
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 4);
        let target = format!("{THIRD} {SEOUL}");
        check(&view, &target, "fleet.credentials", &["xpired"]);
    }

    #[tokio::test]
    async fn a_look_ends_before_the_lease_and_goes_on_where_it_ended() {
        let fake = FakeAws::start().unwrap();
        let _tokyo = fake
            .home()
            .region(TOKYO)
            .instance("web")
            .tag("Schedule", "office")
            .running();
        fake.on("*", "*").in_region(SEOUL).hangs();
        let settings = FleetSettings {
            targets: vec![home(&[SEOUL, TOKYO])],
            at_once: 1,
            look: Span::from_secs(2),
            ..FleetSettings::default()
        };
        let sdk = patient_sdk(&fake, SEOUL, Patience::default()).await;
        let fleet = AwsFleet::new(&sdk, settings).await;
        let nothing = fleet.servers(now()).await.unwrap_err();
        assert_eq!(
            (nothing.target.as_str(), nothing.code),
            (SEOUL, "fleet.unreachable")
        );
        let view = look(&fleet).await;
        assert_eq!(view.servers.len(), 1);
        check(&view, SEOUL, "fleet.unreachable", &["Timeout"]);
    }

    #[tokio::test]
    async fn nothing_seen_at_all_is_an_error() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        fake.on("*", "*").breaks();
        let error = fleet.servers(now()).await.unwrap_err();
        assert_eq!(error.code, "fleet.unreachable");
    }

    #[tokio::test]
    async fn orders_to_a_site_that_fails_leave_the_others_alone() {
        let fake = FakeAws::start().unwrap();
        let fleet = three(&fake, ONCE).await;
        let view = look(&fleet).await;
        fake.account(OTHER)
            .denies("ec2:StopInstances")
            .denies("rds:StopDBInstance");
        fake.on("*", "*").in_account(THIRD).hangs();
        let orders: Vec<_> = view
            .servers
            .iter()
            .map(|server| order(&server.id.0, &STOP))
            .collect();
        let outcomes = fleet.act(&orders, now()).await;
        let mut results: Vec<_> = outcomes
            .iter()
            .map(|outcome| {
                let account = outcome.server.0.split(':').nth(4).unwrap();
                let result = outcome.result.as_ref();
                (
                    account,
                    result.map_err(|error| (error.kind, error.code.as_str())),
                )
            })
            .collect();
        results.sort_by_key(|(account, _)| *account);
        assert_eq!(
            results,
            [
                (HOME, Ok(&())),
                (HOME, Ok(&())),
                (OTHER, Err((ActErrorKind::Denied, "UnauthorizedOperation"))),
                (OTHER, Err((ActErrorKind::Denied, "AccessDenied"))),
                (THIRD, Err((ActErrorKind::Throttled, "Timeout"))),
                (THIRD, Err((ActErrorKind::Throttled, "Timeout"))),
            ]
        );
        let denied = outcomes.iter().find_map(|outcome| {
            let error = outcome.result.as_ref().err()?;
            (error.kind == ActErrorKind::Denied).then(|| error.to_string())
        });
        assert!(denied.unwrap().contains("ec2:StopInstances"));
    }

    #[tokio::test]
    async fn a_throttled_start_is_not_asked_again_for_every_batch() {
        let fake = FakeAws::start().unwrap();
        let crowd = seoul(&fake)
            .instances("crowd", 3_000)
            .tag("Schedule", "office");
        fake.throttle(Refill::TestClock);
        let outcomes = act_on(&fleet(&fake).await, &crowd, OrderAction::Start).await;
        let refused = refused(&outcomes);
        assert!(refused.iter().all(|(_, kind, code)| {
            (*kind, *code) == (ActErrorKind::Throttled, "RequestLimitExceeded")
        }));
        let started = seoul(&fake).states();
        let started = started.values().filter(|it| *it == "pending").count();
        assert_eq!((started, refused.len()), (1_000, 2_000));
        assert!(fake.count("ec2", "StartInstances") <= 8);
    }
}
