//! Messages to people on DynamoDB: what each costs, what is left of it, and what a lost answer does.

use std::time::Duration as Pause;

use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use chrono_tz::Tz;
use reveille_aws::dynamo::DynamoStore;
use reveille_core::{
    model::{NOTICE_MEMORY, Notice, Settled},
    port::{Change, Intent, Store as _},
    testing::contract::sample::{at, audit, notice, remembered},
};

use crate::{
    dynamo::{Tables, tables},
    wire::{Call, Fate, Wire},
};

impl Tables {
    /// Keys and times at which they may go of the items that are about notices.
    async fn about_notices(&self) -> Vec<(String, i64)> {
        let scan = self.client().scan().table_name(&self.names.state);
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        let mut about: Vec<(String, i64)> = items
            .iter()
            .filter(|item| text(&item["pk"]).contains("notice"))
            .map(|item| {
                let until = item["expires_at"].as_n().unwrap().parse().unwrap();
                (text(&item["pk"]), until)
            })
            .collect();
        about.sort();
        about
    }
}

fn operations(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.operation.as_str()).collect()
}

#[tokio::test]
async fn a_message_costs_one_write_with_what_it_tells_and_three_calls_to_send() {
    let Some(tables) = tables("what a message costs").await else {
        return;
    };
    let (wire, sdk) = Wire::tap(&tables.sdk, |_| Fate::Arrives);
    let store = DynamoStore::new(&sdk, tables.names, Tz::UTC);
    let lease = store
        .lease("a", at(0), Duration::minutes(1))
        .await
        .unwrap()
        .unwrap();
    wire.take();
    let intent = Intent {
        changed: &[remembered("i-1", "seoul")],
        gone: &[],
        audit: &[audit("seoul", "start")],
        notices: &[notice("k", 0)],
    };
    store.remember(&lease, &intent).await.unwrap();
    assert_eq!(operations(&wire.take()), ["TransactWriteItems"]);
    assert_eq!(store.notices(at(0), 9).await.unwrap().len(), 1);
    assert!(store.claim_notice("k", at(0)).await.unwrap());
    store
        .settle_notice("k", &Settled::Sent, at(0))
        .await
        .unwrap();
    assert_eq!(
        operations(&wire.take()),
        ["Query", "UpdateItem", "DeleteItem"]
    );
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_found_when_the_client_asks_again() {
    let Some(tables) = tables("a claim whose answer is lost").await else {
        return;
    };
    let store = tables.open();
    store
        .commit(&[Change::Enqueue(notice("k", 0))])
        .await
        .unwrap();
    let (wire, sdk) = Wire::tap(&tables.sdk, |call| match call.number {
        1 => Fate::IsUnanswered,
        _ => Fate::Arrives,
    });
    // As the program's own clients are.
    let sdk = sdk
        .into_builder()
        .retry_config(RetryConfig::standard().with_initial_backoff(Pause::from_millis(1)))
        .build();
    let unheard = DynamoStore::new(&sdk, tables.names.clone(), Tz::UTC);
    assert!(unheard.claim_notice("k", at(0)).await.unwrap());
    assert_eq!(operations(&wire.take()), ["UpdateItem", "UpdateItem"]);
    assert!(!store.claim_notice("k", at(0)).await.unwrap());
    let kept = store.kept_notices().await.unwrap();
    assert_eq!(kept[0].notice.attempts, 1);
}

#[tokio::test]
async fn of_what_was_sent_the_key_is_left_and_everything_ages() {
    let Some(tables) = tables("what was sent").await else {
        return;
    };
    let store = tables.open();
    let forgotten = (at(0) + NOTICE_MEMORY).timestamp();
    let made = |key: &str| Change::Enqueue(notice(key, 0));
    store.commit(&[made("lost"), made("sent")]).await.unwrap();
    let waits = (notice("sent", 0).expires + Duration::days(1)).timestamp();
    assert_eq!(
        tables.about_notices().await,
        [
            ("notice#lost".to_owned(), forgotten),
            ("notice#sent".to_owned(), forgotten),
            ("notices".to_owned(), waits),
            ("notices".to_owned(), waits),
        ]
    );
    for key in ["lost", "sent"] {
        assert!(store.claim_notice(key, at(0)).await.unwrap());
    }
    store
        .settle_notice("sent", &Settled::Sent, at(1))
        .await
        .unwrap();
    let cause = String::from("refused");
    store
        .settle_notice("lost", &Settled::Lost { cause }, at(1))
        .await
        .unwrap();
    assert_eq!(
        tables.about_notices().await,
        [
            ("lost-notices".to_owned(), forgotten),
            ("notice#lost".to_owned(), forgotten),
            ("notice#sent".to_owned(), forgotten),
        ]
    );
    // One that nobody sends for days is kept until it is pointless.
    let late = Notice {
        due: at(0) + Duration::days(9),
        expires: at(0) + Duration::days(10),
        ..notice("late", 0)
    };
    store.commit(&[Change::Enqueue(late)]).await.unwrap();
    let until = (at(0) + Duration::days(11)).timestamp();
    assert!(
        tables
            .about_notices()
            .await
            .contains(&("notices".to_owned(), until))
    );
}

#[tokio::test]
async fn a_notice_that_somebody_has_made_unreadable_does_not_hold_up_the_others() {
    let Some(tables) = tables("an unreadable notice").await else {
        return;
    };
    let store = tables.open();
    store
        .commit(&[Change::Enqueue(notice("k", 0))])
        .await
        .unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    tables
        .client()
        .put_item()
        .table_name(&tables.names.state)
        .item("pk", text("notices"))
        .item("sk", text("#a"))
        .item("due", text("yesterday"))
        .send()
        .await
        .unwrap();
    assert_eq!(store.notices(at(0), 9).await.unwrap(), [notice("k", 0)]);
    assert_eq!(store.kept_notices().await.unwrap().len(), 1);
}
