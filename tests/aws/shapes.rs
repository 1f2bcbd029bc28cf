//! The adapters on moto: every call that they make has the shape that another reading of AWS's API expects, and reads
//! the answer that it gives; of two accounts and two regions. No figure, no contention, no state between.

use std::{collections::BTreeMap, time::Duration as Span};

use aws_config::SdkConfig;
use aws_sdk_ec2::types::{InstanceType, ResourceType, Tag, TagSpecification};
use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use reveille_aws::{
    client::Patience,
    dynamo::{DynamoStore, TableNames, check_tables, create_tables},
    fleet::{AwsFleet, FleetSettings},
    site::Site,
    target::Target,
};
use reveille_core::{
    model::{Exception, Item, ItemKey, Server, ServerKind, ServerState, Turn},
    port::{Change, Fleet, Order, OrderAction, Store, TickRecord},
    testing::utc,
};
use reveille_tests::ground::moto::moto;
use serde_json::json;

use super::reach::sdk_at;

const REGIONS: [&str; 2] = ["ap-northeast-2", "eu-west-1"];
/// moto's account for credentials that nobody gave.
const HOME: &str = "123456789012";
const OTHER: &str = "444455556666";
/// It is slow, and loads a service when it is first called.
const PATIENT: Patience = Patience {
    connect: Span::from_secs(10),
    attempt: Span::from_secs(60),
    call: Span::from_secs(120),
    attempts: 3,
};

async fn home() -> SdkConfig {
    sdk_at(
        &moto().endpoint,
        ("AKIAHOME", "secret"),
        REGIONS[0],
        PATIENT,
    )
    .await
}

fn targets() -> Vec<Target> {
    let regions = || REGIONS.map(str::to_owned).to_vec();
    vec![
        Target {
            account: Some(HOME.to_owned()),
            role: None,
            external_id: None,
            regions: regions(),
        },
        Target {
            account: Some(OTHER.to_owned()),
            role: Some(format!("arn:aws:iam::{OTHER}:role/reveille")),
            external_id: Some("shared words".to_owned()),
            regions: regions(),
        },
    ]
}

async fn run_instance(site: &Site, name: &str) {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let tags = TagSpecification::builder()
        .resource_type(ResourceType::Instance)
        .tags(tag("Name", name))
        .tags(tag("Schedule", "office"))
        .tags(tag("ScheduleGroup", "web"))
        .build();
    aws_sdk_ec2::Client::new(&site.sdk)
        .run_instances()
        .image_id("ami-12345678")
        .instance_type(InstanceType::T3Micro)
        .min_count(1)
        .max_count(1)
        .tag_specifications(tags)
        .send()
        .await
        .unwrap();
}

async fn create_databases(site: &Site, name: &str) {
    let tag = || {
        aws_sdk_rds::types::Tag::builder()
            .key("Schedule")
            .value("office")
            .build()
    };
    let client = aws_sdk_rds::Client::new(&site.sdk);
    client
        .create_db_instance()
        .db_instance_identifier(name)
        .engine("mysql")
        .db_instance_class("db.t3.micro")
        .allocated_storage(20)
        .master_username("operator")
        .master_user_password("not a secret")
        .tags(tag())
        .send()
        .await
        .unwrap();
    client
        .create_db_cluster()
        .db_cluster_identifier(format!("{name}-cluster"))
        .engine("aurora-mysql")
        .master_username("operator")
        .master_user_password("not a secret")
        .tags(tag())
        .send()
        .await
        .unwrap();
}

async fn seen(fleet: &AwsFleet) -> BTreeMap<String, Server> {
    let view = fleet.servers(utc("2026-11-23 00:00")).await.unwrap();
    assert!(view.unseen.is_empty(), "{:?}", view.unseen);
    let servers = view.servers.iter();
    servers
        .map(|server| (server.name.to_string(), server.clone()))
        .collect()
}

async fn act(fleet: &AwsFleet, servers: &BTreeMap<String, Server>, action: OrderAction) {
    let orders: Vec<Order> = servers
        .values()
        .map(|server| Order {
            server: server.id.clone(),
            action: action.clone(),
        })
        .collect();
    for outcome in fleet.act(&orders, utc("2026-11-23 00:00")).await {
        outcome.result.unwrap();
    }
}

#[tokio::test]
async fn the_fleet_sees_starts_and_stops_in_every_account_and_region() {
    let settings = FleetSettings {
        targets: targets(),
        snapshot_on_stop: Some("house".to_owned()),
        ..FleetSettings::default()
    };
    let fleet = AwsFleet::new(&home().await, settings).await;
    let mut expected = Vec::new();
    for (number, site) in fleet.sites().iter().enumerate() {
        let name = format!("web-{number}");
        run_instance(site, &name).await;
        expected.push(name);
    }
    for (name, number) in [("orders", 0), ("theirs", 3)] {
        create_databases(&fleet.sites()[number], name).await;
        expected.extend([name.to_owned(), format!("{name}-cluster")]);
    }
    expected.sort();

    let servers = seen(&fleet).await;
    assert_eq!(servers.keys().cloned().collect::<Vec<_>>(), expected);
    for server in servers.values() {
        assert_eq!(server.state, ServerState::Running, "{server:?}");
        assert_eq!(&*server.schedule, "office");
    }
    let web = &servers["web-3"];
    assert_eq!(web.kind, ServerKind::Ec2);
    assert_eq!(web.group.as_deref(), Some("web"));
    assert_eq!(web.instance_type.as_deref(), Some("t3.micro"));
    let prefix = format!("arn:aws:ec2:eu-west-1:{OTHER}:instance/i-");
    assert!(web.id.0.starts_with(&prefix), "{}", web.id);
    assert_eq!(
        &*servers["orders"].id.0,
        format!("arn:aws:rds:ap-northeast-2:{HOME}:db:orders")
    );
    assert_eq!(servers["theirs-cluster"].kind, ServerKind::RdsCluster);

    act(&fleet, &servers, OrderAction::Stop { hibernate: false }).await;
    for server in seen(&fleet).await.values() {
        assert_eq!(server.state, ServerState::Stopped, "{server:?}");
    }
    act(&fleet, &servers, OrderAction::Start).await;
    for server in seen(&fleet).await.values() {
        // A cluster that starts is `started` here, a word that AWS does not have.
        if server.kind != ServerKind::RdsCluster {
            assert_eq!(server.state, ServerState::Running, "{server:?}");
        }
    }
}

#[tokio::test]
async fn the_store_keeps_what_it_is_given() {
    let sdk = home().await;
    let names = TableNames {
        config: "config".to_owned(),
        state: "state".to_owned(),
    };
    create_tables(&sdk, &names).await.unwrap();
    let states = check_tables(&sdk, &names).await;
    assert_eq!(states.len(), 2, "{states:?}");
    let store = DynamoStore::new(&sdk, names, Tz::Asia__Seoul);
    let (now, day) = (
        utc("2026-11-23 00:00"),
        NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
    );
    let item = |kind: &str, name: &str, attributes: serde_json::Value| {
        Change::PutItem(Item {
            key: ItemKey {
                kind: kind.to_owned(),
                name: name.to_owned(),
            },
            attributes: serde_json::from_value(attributes).unwrap(),
        })
    };
    let exception = Exception {
        schedule: "office".to_owned(),
        date: day,
        action: Turn::Start,
        at: None,
        by: "minji".to_owned(),
        reason: None,
        created_at: now,
    };
    let changes = [
        item(
            "period",
            "days",
            json!({"begintime": "09:00", "endtime": "18:00"}),
        ),
        item(
            "schedule",
            "office",
            json!({"periods": ["days"], "timezone": "Asia/Seoul"}),
        ),
        Change::PutException(exception.clone()),
    ];
    store.commit(&changes).await.unwrap();
    let lease = store
        .lease("one", now, Duration::seconds(60))
        .await
        .unwrap()
        .unwrap();
    assert!(
        store
            .lease("two", now, Duration::seconds(60))
            .await
            .unwrap()
            .is_none()
    );
    let snapshot = store.snapshot(&lease, day, day).await.unwrap();
    assert_eq!(snapshot.exceptions, [exception]);
    let office = &snapshot.definitions.schedules["office"];
    assert_eq!(office.periods.len(), 1);
    store
        .record_tick(&lease, &TickRecord::new(now))
        .await
        .unwrap();
    assert_eq!(store.last_tick().await.unwrap(), Some(TickRecord::new(now)));
}
