//! What is left in AWS of a tick, over real HTTP.

use std::time::Duration as Span;

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, Utc};
use reveille_aws::{
    client::Patience,
    fleet::{AwsFleet, FleetSettings},
    target::Target,
    trace::TraceSettings,
};
use reveille_core::{
    model::Server,
    port::{ActError, ActErrorKind, Fleet, Order, OrderAction, Outcome, Trace},
    testing::utc,
};
use reveille_tests::fake_aws::FakeAws;
use serde_json::json;

use super::reach::{patient_sdk, sdk};

const SEOUL: &str = "ap-northeast-2";
const OTHER: &str = "444455556666";

fn all() -> TraceSettings {
    TraceSettings {
        tags: true,
        event_bus: Some("ops".to_owned()),
        metrics: Some("Reveille".to_owned()),
    }
}

async fn fleet(fake: &FakeAws, settings: &TraceSettings) -> AwsFleet {
    fleet_of(fake, &sdk(fake, SEOUL).await, settings).await
}

async fn fleet_of(fake: &FakeAws, sdk: &SdkConfig, settings: &TraceSettings) -> AwsFleet {
    let other = fake.account(OTHER).role("reveille");
    let target = |account: Option<&str>, role| Target {
        account: account.map(str::to_owned),
        role,
        external_id: None,
        regions: vec![SEOUL.to_owned()],
    };
    let places = FleetSettings {
        targets: vec![
            target(None, None),
            target(Some(OTHER), Some(other.role_arn("reveille"))),
        ],
        ..FleetSettings::default()
    };
    AwsFleet::new(sdk, places).await.with_traces(settings)
}

fn now() -> DateTime<Utc> {
    utc("2026-11-23 05:00")
}

async fn seen(fleet: &AwsFleet) -> Vec<Server> {
    let view = fleet.servers(now()).await.unwrap();
    assert_eq!(view.unseen.len(), 0, "{:?}", view.unseen);
    view.servers.to_vec()
}

/// A tick in which each server got this order.
async fn ticked(
    fleet: &AwsFleet,
    servers: &[Server],
    action: &OrderAction,
    result: Result<(), ActError>,
    now: DateTime<Utc>,
) {
    let orders: Vec<Order> = servers
        .iter()
        .map(|server| Order {
            server: server.id.clone(),
            action: action.clone(),
        })
        .collect();
    let outcomes: Vec<Outcome> = servers
        .iter()
        .map(|server| Outcome {
            server: server.id.clone(),
            result: result.clone(),
        })
        .collect();
    let trace = Trace {
        servers,
        unscheduled: &[],
        orders: &orders,
        outcomes: &outcomes,
        last: None,
    };
    fleet.trace(&trace, now).await;
}

/// A tick in which nothing was done.
async fn idle(fleet: &AwsFleet, servers: &[Server], unscheduled: &[&Server], now: DateTime<Utc>) {
    let trace = Trace {
        servers,
        unscheduled,
        orders: &[],
        outcomes: &[],
        last: None,
    };
    fleet.trace(&trace, now).await;
}

#[tokio::test]
async fn a_start_is_the_last_action_on_every_kind_of_server_in_every_account() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    let web = seoul
        .instance("web")
        .tag("Schedule", "office")
        .tag("IS-Error", "StartFailed 2026-11-23 04:00:00 UTC")
        .tag("IS-ErrorMessage", "none left");
    let orders = seoul
        .cluster("orders")
        .tag("Schedule", "office")
        .tag("IS-Error", "StartFailed x");
    let db = fake
        .account(OTHER)
        .region(SEOUL)
        .database("db")
        .tag("Schedule", "office");
    let there = fake
        .account(OTHER)
        .region(SEOUL)
        .instance("there")
        .tag("Schedule", "office");
    let tags = TraceSettings {
        tags: true,
        ..TraceSettings::default()
    };
    let fleet = fleet(&fake, &tags).await;
    let servers = seen(&fleet).await;
    assert_eq!(servers.len(), 4);
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    for tags in [web.tags(), orders.tags(), db.tags(), there.tags()] {
        let expected = "Started 2026-11-23 05:00:00 UTC";
        assert_eq!(
            tags.get("IS-LastAction").map(String::as_str),
            Some(expected)
        );
        assert_eq!(tags.get("IS-Error"), None);
        assert_eq!(tags.get("IS-ErrorMessage"), None);
        assert_eq!(tags["Schedule"], "office");
    }
}

#[tokio::test]
async fn one_that_cannot_hibernate_was_stopped() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    let tagged = |name| seoul.instance(name).tag("Schedule", "office").running();
    let (able, unable) = (tagged("able").can_hibernate(), tagged("unable"));
    let fleet = fleet(&fake, &all()).await;
    let servers = seen(&fleet).await;
    let hibernate = OrderAction::Stop { hibernate: true };
    ticked(&fleet, &servers, &hibernate, Ok(()), now()).await;
    assert_eq!(
        able.tags()["IS-LastAction"],
        "Hibernated 2026-11-23 05:00:00 UTC"
    );
    assert_eq!(
        unable.tags()["IS-LastAction"],
        "Stopped 2026-11-23 05:00:00 UTC"
    );
}

#[tokio::test]
async fn alike_instances_are_tagged_together() {
    let fake = FakeAws::start().unwrap();
    let crowd = fake
        .home()
        .region(SEOUL)
        .instances("crowd", 1_200)
        .tag("Schedule", "office");
    let tags = TraceSettings {
        tags: true,
        ..TraceSettings::default()
    };
    let fleet = fleet(&fake, &tags).await;
    let servers = seen(&fleet).await;
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert_eq!(fake.count("ec2", "CreateTags"), 3);
    assert_eq!(fake.count("ec2", "DeleteTags"), 0);
    assert!(crowd.tags().contains_key("IS-LastAction"));
}

#[tokio::test]
async fn one_that_is_gone_does_not_keep_the_others_from_their_tags() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    let web = seoul.instance("web").tag("Schedule", "office");
    let gone = seoul.instance("gone").tag("Schedule", "office");
    let fleet = fleet(&fake, &all()).await;
    let servers = seen(&fleet).await;
    gone.vanish();
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert!(web.tags().contains_key("IS-LastAction"));
}

#[tokio::test]
async fn a_failure_is_an_error_tag_and_an_event() {
    let fake = FakeAws::start().unwrap();
    let web = fake
        .home()
        .region(SEOUL)
        .instance("web")
        .tag("Schedule", "office");
    let fleet = fleet(&fake, &all()).await;
    let servers = seen(&fleet).await;
    let failed = ActError {
        kind: ActErrorKind::Capacity,
        code: "InsufficientInstanceCapacity".to_owned(),
        message: "there is none".to_owned(),
    };
    ticked(
        &fleet,
        &servers,
        &OrderAction::Start,
        Err(failed.clone()),
        now(),
    )
    .await;
    let tags = web.tags();
    assert_eq!(tags["IS-Error"], "StartFailed 2026-11-23 05:00:00 UTC");
    assert_eq!(
        tags["IS-ErrorMessage"],
        "InsufficientInstanceCapacity: there is none"
    );
    let events = fake.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].region, SEOUL);
    assert_eq!(events[0].entry["EventBusName"], "ops");
    assert_eq!(
        events[0].detail(),
        json!({
            "account": "111122223333", "region": SEOUL, "service": "ec2", "resource_id": web.id(),
            "requested_action": "Start", "action_taken": "Error", "schedule": "office",
        })
    );

    // The same again is nothing new for the tags.
    let written = fake.count("ec2", "CreateTags");
    let servers = seen(&fleet).await;
    let later = now() + Duration::minutes(1);
    ticked(&fleet, &servers, &OrderAction::Start, Err(failed), later).await;
    assert_eq!(fake.count("ec2", "CreateTags"), written);
}

#[tokio::test]
async fn an_unknown_schedule_is_told_once_and_taken_back() {
    let fake = FakeAws::start().unwrap();
    let web = fake
        .home()
        .region(SEOUL)
        .instance("web")
        .tag("Schedule", "nowhere");
    let fleet = fleet(&fake, &all()).await;
    for minute in 0..3 {
        let servers = seen(&fleet).await;
        let unscheduled: Vec<&Server> = servers.iter().collect();
        let now = now() + Duration::minutes(minute);
        idle(&fleet, &servers, &unscheduled, now).await;
    }
    assert_eq!(
        web.tags()["IS-Error"],
        "UnknownSchedule 2026-11-23 05:00:00 UTC"
    );
    assert_eq!(fake.count("ec2", "CreateTags"), 1);
    assert_eq!(fake.events().len(), 1);
    let servers = seen(&fleet).await;
    idle(&fleet, &servers, &[], now() + Duration::minutes(3)).await;
    assert!(!web.tags().contains_key("IS-Error"));
    assert_eq!(fake.count("ec2", "DeleteTags"), 1);
}

#[tokio::test]
async fn many_events_go_by_tens() {
    let fake = FakeAws::start().unwrap();
    let _crowd = fake
        .home()
        .region(SEOUL)
        .instances("crowd", 101)
        .tag("Schedule", "office");
    let settings = TraceSettings {
        event_bus: Some("arn:aws:events:eu-west-1:111122223333:event-bus/ops".to_owned()),
        ..TraceSettings::default()
    };
    let fleet = fleet(&fake, &settings).await;
    let servers = seen(&fleet).await;
    fake.forget_calls();
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert_eq!(fake.count("events", "PutEvents"), 11);
    assert_eq!(fake.calls().len(), 11);
    let events = fake.events();
    assert_eq!(events.len(), 101);
    assert!(events.iter().all(|event| event.region == "eu-west-1"));
}

#[tokio::test]
async fn figures_are_sent_every_five_minutes_and_nothing_else_when_idle() {
    let fake = FakeAws::start().unwrap();
    let seoul = fake.home().region(SEOUL);
    let _up = seoul
        .instance("up")
        .tag("Schedule", "office")
        .instance_type("t3.micro")
        .running();
    let _down = seoul
        .instance("down")
        .tag("Schedule", "office")
        .instance_type("t3.micro");
    let fleet = fleet(&fake, &all()).await;
    let servers = seen(&fleet).await;
    fake.forget_calls();
    for minute in 0..10 {
        idle(&fleet, &servers, &[], now() + Duration::minutes(minute)).await;
    }
    assert_eq!(fake.count("monitoring", "PutMetricData"), 2);
    assert_eq!(fake.calls().len(), 2);
    let value = |name: &str, key: &str| {
        let metrics = fake.metrics();
        let found = metrics
            .iter()
            .rfind(|it| it.name == name && it.dimensions.contains_key(key))
            .unwrap();
        assert_eq!(found.namespace, "Reveille");
        found.value
    };
    assert_eq!(value("ManagedInstances", "InstanceType"), 2.0);
    assert_eq!(value("RunningInstances", "InstanceType"), 1.0);
    assert_eq!(value("StoppedInstances", "Schedule"), 1.0);
    assert_eq!(value("HoursSaved", "Schedule"), 5.0 / 60.0);
}

#[tokio::test]
async fn without_settings_nothing_is_called() {
    let fake = FakeAws::start().unwrap();
    let _web = fake
        .home()
        .region(SEOUL)
        .instance("web")
        .tag("Schedule", "office");
    let fleet = fleet(&fake, &TraceSettings::default()).await;
    let servers = seen(&fleet).await;
    fake.forget_calls();
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert_eq!(fake.calls().len(), 0);
}

#[tokio::test]
async fn what_is_refused_or_never_answered_harms_nothing() {
    let fake = FakeAws::start().unwrap();
    let home = fake.home();
    let web = home.region(SEOUL).instance("web").tag("Schedule", "office");
    home.denies("ec2:CreateTags");
    let hasty = Patience {
        connect: Span::from_millis(500),
        attempt: Span::from_millis(300),
        call: Span::from_secs(1),
        attempts: 2,
    };
    let sdk = patient_sdk(&fake, SEOUL, hasty).await;
    let fleet = fleet_of(&fake, &sdk, &all()).await;
    let servers = seen(&fleet).await;
    fake.on("events", "*").times(1).hangs_up();
    fake.on("monitoring", "*").hangs();
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert!(!web.tags().contains_key("IS-LastAction"));
    assert_eq!(fake.events().len(), 1);
    assert_eq!(fake.metrics().len(), 0);
}

#[tokio::test]
async fn five_thousand_starts_leave_their_traces_in_511_calls() {
    let fake = FakeAws::start().unwrap();
    let _crowd = fake
        .home()
        .region(SEOUL)
        .instances("crowd", 5_000)
        .tag("Schedule", "office");
    let fleet = fleet(&fake, &all()).await;
    let servers = seen(&fleet).await;
    fake.forget_calls();
    ticked(&fleet, &servers, &OrderAction::Start, Ok(()), now()).await;
    assert_eq!(fake.count("ec2", "CreateTags"), 10);
    assert_eq!(fake.count("events", "PutEvents"), 500);
    assert_eq!(fake.count("monitoring", "PutMetricData"), 1);
    assert_eq!(fake.calls().len(), 511);
    assert_eq!(fake.events().len(), 5_000);
}
