//! Items of the config table: as AWS Instance Scheduler writes them, as people do, and as nobody should.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue as A};
use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use reveille_core::{
    model::{ItemKey, Want},
    port::{Change, StoreError},
    testing::contract::sample::{at, day, item, office_hours},
};
use serde_json::json;

use crate::dynamo::{Tables, tables};

type Raw = HashMap<String, A>;

fn s(text: &str) -> A {
    A::S(text.into())
}

fn ss(texts: &[&str]) -> A {
    A::Ss(texts.iter().map(|&text| text.to_owned()).collect())
}

fn raw<const N: usize>(kind: &str, name: &str, attributes: [(&str, A); N]) -> Raw {
    let mut raw: Raw = attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    raw.insert("type".into(), s(kind));
    raw.insert("name".into(), s(name));
    raw
}

impl Tables {
    async fn put(&self, raw: Raw) {
        let put = self.client().put_item().table_name(&self.names.config);
        put.set_item(Some(raw)).send().await.unwrap();
    }

    async fn raw(&self, kind: &str, name: &str) -> Option<Raw> {
        let get = self.client().get_item().table_name(&self.names.config);
        let get = get.key("type", s(kind)).key("name", s(name));
        get.send().await.unwrap().item
    }
}

#[tokio::test]
async fn every_spelling_of_the_original_is_read() {
    let Some(tables) = tables("every spelling").await else {
        return;
    };
    for item in [
        raw(
            "period",
            "sets",
            [
                ("begintime", s("9:00")),
                ("endtime", s("17:00")),
                ("weekdays", ss(&["mon-fri"])),
                ("monthdays", ss(&["1-15", "L"])),
                ("months", ss(&["jan", "jul-dec"])),
                ("description", s("as written today")),
                (
                    "configured_in_stack",
                    s("arn:aws:cloudformation:eu-west-1:111122223333:stack/x/y"),
                ),
            ],
        ),
        raw(
            "period",
            "lists",
            [
                ("begintime", s("09:00")),
                ("weekdays", s("mon,wed, fri")),
                ("monthdays", s("1,15")),
                ("months", s("1-6")),
            ],
        ),
        raw("period", "bare", [("endtime", s("20:00"))]),
        raw(
            "schedule",
            "today",
            [
                ("periods", ss(&["sets", "lists@t3.large"])),
                ("timezone", s("Europe/Paris")),
                ("stop_new_instances", A::Bool(false)),
                ("enforced", A::Bool(true)),
                ("hibernate", A::Bool(false)),
                ("retain_running", A::Bool(true)),
                ("use_maintenance_window", A::Bool(true)),
                ("ssm_maintenance_window", ss(&["one", "two"])),
                ("override_status", s("")),
            ],
        ),
        raw(
            "schedule",
            "before",
            [
                ("periods", s("sets,bare")),
                ("timezone", s("")),
                ("stop_new_instances", s("FALSE")),
                ("enforced", s("True")),
                ("ssm_maintenance_window", s("one")),
                ("use_metrics", A::Bool(true)),
                ("overwrite", A::Bool(true)),
            ],
        ),
        raw("schedule", "always", [("override_status", s("Running"))]),
    ] {
        tables.put(item).await;
    }
    let definitions = tables.open().definitions().await.unwrap();
    assert_eq!(definitions.faults, []);
    let schedule = |name: &str| &definitions.schedules[name];
    let types = |name: &str| -> Vec<(String, Option<String>)> {
        let uses = schedule(name).periods.iter();
        uses.map(|used| (used.period.name.clone(), used.instance_type.clone()))
            .collect()
    };
    assert_eq!(
        types("today"),
        [
            ("lists".into(), Some("t3.large".into())),
            ("sets".into(), None)
        ]
    );
    let names: Vec<_> = types("before").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["bare", "sets"]);
    assert_eq!(schedule("today").timezone, Tz::Europe__Paris);
    assert_eq!(schedule("before").timezone, Tz::Asia__Seoul);
    for name in ["today", "before"] {
        assert!(schedule(name).enforced);
        assert!(!schedule(name).stop_new_instances);
    }
    assert!(schedule("today").retain_running);
    assert_eq!(schedule("always").override_status, Some(Want::Run));
    assert_eq!(schedule("today").override_status, None);
}

#[tokio::test]
async fn what_has_a_wrong_type_is_set_aside_and_the_rest_goes_on() {
    let Some(tables) = tables("wrong types").await else {
        return;
    };
    let office_hours = || ("periods", ss(&["office-hours"]));
    for item in [
        raw(
            "period",
            "office-hours",
            [("begintime", s("09:00")), ("endtime", s("17:00"))],
        ),
        raw("schedule", "good", [office_hours()]),
        raw("schedule", "yes", [office_hours(), ("enforced", s("yes"))]),
        raw(
            "schedule",
            "a-list",
            [("periods", A::L(vec![A::N("5".into())]))],
        ),
        raw("schedule", "a-number", [("periods", A::N("5".into()))]),
        raw(
            "schedule",
            "bytes",
            [office_hours(), ("hibernate", A::B(Blob::new("yes")))],
        ),
        raw(
            "schedule",
            "zone",
            [office_hours(), ("timezone", A::Bool(true))],
        ),
        raw("schedule", "no-periods", []),
        raw(
            "period",
            "null",
            [
                ("begintime", A::Null(true)),
                ("weekdays", A::M(HashMap::new())),
            ],
        ),
        raw("schedule", "of-null", [("periods", ss(&["null"]))]),
    ] {
        tables.put(item).await;
    }
    let definitions = tables.open().definitions().await.unwrap();
    assert_eq!(definitions.schedules.keys().collect::<Vec<_>>(), ["good"]);
    let aside: Vec<_> = definitions.set_aside.keys().collect();
    assert_eq!(
        aside,
        [
            "a-list",
            "a-number",
            "bytes",
            "no-periods",
            "of-null",
            "yes",
            "zone"
        ]
    );
    let attribute = |name: &str| definitions.set_aside[name][0].attribute.clone();
    assert_eq!(attribute("yes"), "enforced");
    assert_eq!(attribute("bytes"), "hibernate");
    assert_eq!(attribute("a-list"), "periods");
    assert_eq!(attribute("zone"), "timezone");
}

#[tokio::test]
async fn a_schedule_is_left_alone_while_an_exception_or_order_of_it_cannot_be_read() {
    let Some(tables) = tables("unreadable exceptions and orders").await else {
        return;
    };
    let store = tables.open();
    let mut definitions = vec![Change::PutItem(office_hours())];
    for name in ["good", "of-exception", "of-order"] {
        let schedule = item("schedule", name, json!({"periods": ["office-hours"]}));
        definitions.push(Change::PutItem(schedule));
    }
    store.commit(&definitions).await.unwrap();
    let ended = (day(1) - TimeDelta::days(1)).and_time(NaiveTime::MIN);
    let gone = (ended.and_utc() + TimeDelta::days(30)).timestamp();
    for (pk, sk, expires_at) in [
        ("exceptions", format!("{}#stop#of-exception", day(2)), None),
        ("forces", "#of-order".to_owned(), None),
        ("forces", "#good".to_owned(), Some(gone)),
    ] {
        let broken = tables
            .client()
            .put_item()
            .table_name(&tables.names.state)
            .item("pk", s(pk))
            .item("sk", s(&sk))
            .item("schedule", A::Bool(true));
        let broken = match expires_at {
            Some(at) => broken.item("expires_at", A::N(at.to_string())),
            None => broken,
        };
        broken.send().await.unwrap();
    }
    let lease = store
        .lease("a", at(0), TimeDelta::minutes(1))
        .await
        .unwrap();
    let lease = lease.unwrap();
    // The second look is the one that is kept.
    for _ in 0..3 {
        let seen = store.snapshot(&lease, day(1), day(4)).await.unwrap();
        let schedules: Vec<_> = seen.definitions.schedules.keys().collect();
        assert_eq!(schedules, ["good"]);
        let aside: Vec<_> = seen.definitions.set_aside.keys().collect();
        assert_eq!(aside, ["of-exception", "of-order"]);
    }
}

#[tokio::test]
async fn what_is_written_can_be_read_by_the_original() {
    let Some(tables) = tables("what is written").await else {
        return;
    };
    let schedule = item(
        "schedule",
        "seoul",
        json!({"periods": ["office-hours", "night@t3.small"], "enforced": false, "timezone": "Asia/Seoul", "allow": ["b", "a"]}),
    );
    let changes = [office_hours(), schedule].map(Change::PutItem);
    tables.open().commit(&changes).await.unwrap();
    let sorted = |value: &A| {
        let mut texts = value.as_ss().unwrap().clone();
        texts.sort();
        texts
    };
    let period = tables.raw("period", "office-hours").await.unwrap();
    assert_eq!(period["weekdays"], ss(&["mon-fri"]));
    assert_eq!(period["begintime"], s("09:00"));
    let schedule = tables.raw("schedule", "seoul").await.unwrap();
    assert_eq!(
        sorted(&schedule["periods"]),
        ["night@t3.small", "office-hours"]
    );
    assert_eq!(sorted(&schedule["allow"]), ["a", "b"]);
    assert_eq!(schedule["enforced"], A::Bool(false));
}

#[tokio::test]
async fn what_is_somebody_elses_is_neither_seen_nor_touched() {
    let Some(tables) = tables("the item of the original").await else {
        return;
    };
    let theirs = [
        raw(
            "config",
            "scheduler",
            [
                ("organization_id", s("o-1")),
                ("remote_account_ids", ss(&["111122223333", "444455556666"])),
                ("trace", A::Bool(true)),
            ],
        ),
        raw("notes", "office-hours", [("text", s("ours"))]),
    ];
    for item in &theirs {
        tables.put(item.clone()).await;
    }
    let store = tables.open();
    store
        .commit(&[Change::PutItem(office_hours())])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), [office_hours()]);
    assert_eq!(store.definitions().await.unwrap().faults, []);
    store
        .commit(&[Change::DeleteItem(office_hours().key)])
        .await
        .unwrap();
    for item in theirs {
        let keys = ["type", "name"].map(|key| item[key].as_s().unwrap().clone());
        assert_eq!(tables.raw(&keys[0], &keys[1]).await, Some(item));
    }
}

#[tokio::test]
async fn attributes_that_nobody_knows_stay_what_they_are() {
    let Some(tables) = tables("unknown attributes").await else {
        return;
    };
    let before = raw(
        "period",
        "office-hours",
        [
            ("begintime", s("09:00")),
            ("bytes", A::B(Blob::new([0, 255]))),
            ("all-bytes", A::Bs(vec![Blob::new("a")])),
            ("numbers", A::Ns(vec!["1".into(), "2.5".into()])),
            ("texts", ss(&["a", "b"])),
            (
                "a-list",
                A::L(vec![
                    s("a"),
                    A::Null(true),
                    A::N("12345678901234567890123456789".into()),
                ]),
            ),
            ("map", A::M(HashMap::from([("B".into(), s("no bytes"))]))),
        ],
    );
    tables.put(before.clone()).await;
    let store = tables.open();
    let mut item = store.items().await.unwrap().remove(0);
    item.attributes.insert("endtime".into(), json!("18:00"));
    store.commit(&[Change::PutItem(item)]).await.unwrap();
    let mut after = tables.raw("period", "office-hours").await.unwrap();
    assert_eq!(after.remove("endtime"), Some(s("18:00")));
    let stored = |raw: &Raw| {
        let mut raw = raw.clone();
        for value in raw.values_mut() {
            if let A::Ss(texts) | A::Ns(texts) = value {
                texts.sort();
            }
        }
        raw
    };
    assert_eq!(stored(&after), stored(&before));
}

#[tokio::test]
async fn an_item_may_be_as_large_as_dynamodb_lets_it() {
    let Some(tables) = tables("large items").await else {
        return;
    };
    let store = tables.open();
    let largest = |bytes: usize| {
        item(
            "period",
            "large",
            json!({"begintime": "09:00", "description": "x".repeat(bytes)}),
        )
    };
    // 409,600 bytes with all names and keys.
    let room = 409_600 - "typeperiodnamelargebegintime09:00description".len();
    let most = largest(room);
    store
        .commit(&[Change::PutItem(most.clone())])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), std::slice::from_ref(&most));
    let refused = store
        .commit(&[
            Change::PutItem(largest(room + 1)),
            Change::PutItem(office_hours()),
        ])
        .await;
    let Err(StoreError::Other(error)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        error.to_string(),
        "`period large` has 409601 bytes, and an item of DynamoDB at most 409600: make it smaller"
    );
    assert_eq!(store.items().await.unwrap(), [most]);
}

#[tokio::test]
async fn a_name_that_cannot_be_a_key_is_refused_by_the_name() {
    let Some(tables) = tables("names").await else {
        return;
    };
    let store = tables.open();
    for name in [String::new(), "x".repeat(1025)] {
        let refused = store
            .commit(&[Change::PutItem(item("period", &name, json!({})))])
            .await;
        let Err(StoreError::Other(error)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            error.to_string(),
            format!(
                "`period {name}` cannot stand in a table of DynamoDB: a name has 1 to 1,024 bytes"
            )
        );
        let key = ItemKey {
            kind: "period".into(),
            name,
        };
        store.commit(&[Change::DeleteItem(key)]).await.unwrap();
    }
}
