//! Commits that are larger than a transaction, cut off at every step.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use chrono_tz::Tz;
use reveille_aws::dynamo::DynamoStore;
use reveille_core::{
    model::{Item, Want},
    port::{Change, Store, StoreError},
    testing::contract::sample::{at, day, force, item, office_hours},
};
use serde_json::json;
use tokio::sync::Notify;

use crate::{
    dynamo::{Tables, tables},
    wire::{Call, Fate, Wire},
};

/// More than a transaction holds, and not many more.
const ITEMS: usize = 240;

fn items() -> Vec<Item> {
    (0..ITEMS)
        .map(|number| {
            item(
                "period",
                &format!("p-{number:03}"),
                json!({"begintime": "09:00"}),
            )
        })
        .collect()
}

fn changes() -> Vec<Change> {
    let mut changes: Vec<Change> = items().into_iter().map(Change::PutItem).collect();
    changes.push(Change::DeleteItem(office_hours().key));
    changes.push(Change::PutForce(force("seoul", Want::Run)));
    changes
}

impl Tables {
    /// The store of a host that has this wire to DynamoDB.
    fn over(
        &self,
        fates: impl Fn(&Call) -> Fate + Send + Sync + 'static,
    ) -> (Wire, Arc<dyn Store>) {
        let (wire, sdk) = Wire::tap(&self.sdk, fates);
        let store = DynamoStore::new(&sdk, self.names.clone(), Tz::Asia__Seoul);
        (wire, Arc::new(store))
    }

    /// How many items of journals there are.
    async fn journalled(&self) -> usize {
        let scan = self
            .client()
            .scan()
            .table_name(&self.names.state)
            .filter_expression("begins_with(pk, :journal)")
            .expression_attribute_values(":journal", AttributeValue::S("journal#".into()));
        let pages = scan.send().await.unwrap();
        pages.items().len()
    }
}

/// Whoever looks first after the host has died, by each of the ways in which one can look.
async fn look(store: &dyn Store, way: usize) {
    match way % 5 {
        0 => drop(store.items().await.unwrap()),
        1 => drop(store.forces().await.unwrap()),
        2 => drop(store.exceptions(None, day(1), day(2)).await.unwrap()),
        3 => drop(
            store
                .lease("other", at(0), Duration::minutes(1))
                .await
                .unwrap(),
        ),
        _ => store
            .commit(&[Change::PutForce(force("paris", Want::Stop))])
            .await
            .unwrap(),
    }
}

/// A commit with one request of this fate, for each of its requests; those after it arrive or are lost.
async fn is_done_whole_or_not_at_all(fate: Fate, after: Fate) {
    let mut steps = 0;
    let mut undone = 0;
    loop {
        let Some(tables) = tables("journals").await else {
            return;
        };
        let before = tables.open();
        before
            .commit(&[Change::PutItem(office_hours())])
            .await
            .unwrap();
        let cut = steps + 1;
        let (fate, after) = (fate.clone(), after.clone());
        let (wire, dying) = tables.over(move |call| match call.number {
            number if number == cut => fate.clone(),
            number if number > cut => after.clone(),
            _ => Fate::Arrives,
        });
        let answered = dying.commit(&changes()).await;
        let other = tables.open();
        look(&*other, steps).await;
        for store in [other, before] {
            let forces = store.forces().await.unwrap();
            let is_done = forces.contains(&force("seoul", Want::Run));
            let expected = if is_done {
                items()
            } else {
                vec![office_hours()]
            };
            assert_eq!(store.items().await.unwrap(), expected, "cut at {cut}");
            assert!(is_done || answered.is_err(), "cut at {cut}: {answered:?}");
            undone += usize::from(!is_done);
        }
        if wire.take().len() < cut {
            assert_eq!(tables.journalled().await, 0);
            break;
        }
        steps += 1;
    }
    // Six batches, the name, the query, two parts, the end, six batches of deletions.
    assert!(steps >= 16, "{steps} steps");
    assert!(undone >= 12, "{undone} were not done");
}

#[tokio::test]
async fn a_commit_whose_host_dies_before_any_request_is_done_whole_or_not_at_all() {
    is_done_whole_or_not_at_all(Fate::IsLost, Fate::IsLost).await;
}

#[tokio::test]
async fn a_commit_whose_host_dies_before_any_answer_is_done_whole_or_not_at_all() {
    is_done_whole_or_not_at_all(Fate::IsUnanswered, Fate::IsLost).await;
}

#[tokio::test]
async fn a_commit_of_which_any_request_is_lost_is_done_whole_or_not_at_all() {
    is_done_whole_or_not_at_all(Fate::IsLost, Fate::Arrives).await;
}

#[tokio::test]
async fn a_commit_of_which_any_answer_is_lost_is_done_whole_or_not_at_all() {
    is_done_whole_or_not_at_all(Fate::IsUnanswered, Fate::Arrives).await;
}

#[tokio::test]
async fn a_large_commit_that_is_not_permitted_does_nothing() {
    let Some(tables) = tables("permissions").await else {
        return;
    };
    let (_, store) = tables.over(|call| match call.operation.as_str() {
        "TransactWriteItems" => Fate::IsRefused(400, "AccessDeniedException", "no"),
        _ => Fate::Arrives,
    });
    let refused = store.commit(&changes()).await;
    assert!(matches!(refused, Err(StoreError::Denied)), "{refused:?}");
    assert!(store.items().await.unwrap().is_empty());
    assert_eq!(tables.journalled().await, 0);
}

#[tokio::test]
async fn a_batch_that_is_done_in_part_is_done_to_its_end() {
    let Some(tables) = tables("batches").await else {
        return;
    };
    let halves = AtomicUsize::new(0);
    let (_, store) = tables.over(move |call| match call.operation.as_str() {
        "BatchWriteItem" if halves.fetch_add(1, Ordering::Relaxed) < 8 => Fate::IsHalfDone,
        _ => Fate::Arrives,
    });
    store.commit(&changes()).await.unwrap();
    assert_eq!(store.items().await.unwrap(), items());
    assert_eq!(tables.journalled().await, 0);
}

#[tokio::test]
async fn who_is_late_with_a_journal_undoes_nothing() {
    let Some(tables) = tables("late journals").await else {
        return;
    };
    // It has named its journal and read it, and falls asleep before it carries out a part.
    let (wake, parts) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (until, asleep) = (Arc::clone(&wake), Arc::clone(&parts));
    let (_, late) = tables.over(move |call| match call.operation.as_str() {
        "TransactWriteItems" if parts.fetch_add(1, Ordering::Relaxed) == 1 => {
            Fate::Waits(Arc::clone(&until))
        }
        _ => Fate::Arrives,
    });
    let sleeping = tokio::spawn(async move { late.commit(&changes()).await });
    while asleep.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    let other = tables.open();
    assert_eq!(other.items().await.unwrap(), items());
    let newer: Vec<Item> = items()
        .into_iter()
        .map(|mut item| {
            item.attributes.insert("begintime".into(), json!("10:00"));
            item
        })
        .collect();
    let newer_changes: Vec<Change> = newer.iter().cloned().map(Change::PutItem).collect();
    other.commit(&newer_changes).await.unwrap();
    wake.notify_one();
    sleeping.await.unwrap().unwrap();
    assert_eq!(other.items().await.unwrap(), newer);
    assert_eq!(tables.journalled().await, 0);
}
