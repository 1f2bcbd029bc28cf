//! Much at once, and large things.

#![expect(missing_docs, reason = "each is the sentence of its name")]

use chrono::Duration;
use serde_json::json;

use super::{
    Place, is_conflict,
    sample::{at, audit, barely_remembered, delivery, force, item, office_hours, remembered},
};
use crate::{
    model::{Item, ServerId, Want},
    port::{Change, Intent, Store},
};

/// A definition of about this many bytes.
fn large(number: usize, bytes: usize) -> Item {
    let name = format!("large-{number:04}");
    item(
        "period",
        &name,
        json!({"begintime": "09:00", "description": "x".repeat(bytes)}),
    )
}

/// Whether nothing of a commit is there.
async fn is_empty(store: &dyn Store) -> bool {
    store.items().await.unwrap().is_empty()
        && store.forces().await.unwrap().is_empty()
        && store.audit("seoul", 10).await.unwrap().is_empty()
        && store.delivery("new").await.unwrap().is_none()
}

pub async fn three_hundred_items_are_one_commit(place: &Place) {
    let store = place.open();
    let items: Vec<Item> = (0..300).map(|number| large(number, 10)).collect();
    let mut changes: Vec<Change> = items.iter().cloned().map(Change::PutItem).collect();
    changes.extend([
        Change::PutForce(force("seoul", Want::Run)),
        Change::Audit(audit("seoul", "first")),
        Change::Deliver(delivery("new")),
    ]);
    store.commit(&changes).await.unwrap();
    for store in [store, place.open()] {
        assert_eq!(store.items().await.unwrap(), items);
        assert_eq!(store.forces().await.unwrap(), [force("seoul", Want::Run)]);
        assert_eq!(store.audit("seoul", 10).await.unwrap().len(), 1);
        assert_eq!(store.delivery("new").await.unwrap(), Some(delivery("new")));
        assert_eq!(store.definitions().await.unwrap().periods.len(), 300);
    }
}

pub async fn a_large_commit_that_fails_leaves_nothing(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::Deliver(delivery("k"))])
        .await
        .unwrap();
    let mut changes: Vec<Change> = (0..300)
        .map(|number| Change::PutItem(large(number, 10)))
        .collect();
    changes.extend([
        Change::PutForce(force("seoul", Want::Run)),
        Change::Audit(audit("seoul", "first")),
        Change::Deliver(delivery("new")),
        Change::Deliver(delivery("k")),
    ]);
    assert!(is_conflict(&store.commit(&changes).await));
    assert!(is_empty(&*store).await);
    assert!(is_empty(&*place.open()).await);
    // And nothing stands in the way of the next one.
    store
        .commit(&[Change::PutItem(office_hours())])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), [office_hours()]);
}

pub async fn twenty_large_items_are_one_commit(place: &Place) {
    let store = place.open();
    let items: Vec<Item> = (0..20).map(|number| large(number, 350_000)).collect();
    let changes: Vec<Change> = items.iter().cloned().map(Change::PutItem).collect();
    store.commit(&changes).await.unwrap();
    assert_eq!(store.items().await.unwrap(), items);
    assert_eq!(place.open().items().await.unwrap(), items);
    let gone: Vec<Change> = items
        .into_iter()
        .map(|item| Change::DeleteItem(item.key))
        .collect();
    store.commit(&gone).await.unwrap();
    assert!(store.items().await.unwrap().is_empty());
}

pub async fn definitions_of_more_than_a_megabyte_are_read_whole(place: &Place) {
    let store = place.open();
    let items: Vec<Item> = (0..60).map(|number| large(number, 30_000)).collect();
    for part in items.chunks(10) {
        let changes: Vec<Change> = part.iter().cloned().map(Change::PutItem).collect();
        store.commit(&changes).await.unwrap();
    }
    assert_eq!(store.items().await.unwrap(), items);
    assert_eq!(store.definitions().await.unwrap().periods.len(), 60);
}

pub async fn a_thousand_servers_are_remembered_at_once(place: &Place) {
    let store = place.open();
    let lease = store
        .lease("a", at(0), Duration::minutes(2))
        .await
        .unwrap()
        .unwrap();
    let name = |number: usize| format!("i-{number:04}");
    let all: Vec<_> = (0..1000)
        .map(|number| remembered(&name(number), "seoul"))
        .collect();
    store
        .remember(&lease, &Intent::of(&all, &[]))
        .await
        .unwrap();
    assert_eq!(*store.remembered().await.unwrap(), all);
    assert_eq!(*place.open().remembered().await.unwrap(), all);
    let gone: Vec<ServerId> = (1..1000)
        .map(|number| ServerId::from(name(number).as_str()))
        .collect();
    let changed = [barely_remembered(&name(0))];
    store
        .remember(&lease, &Intent::of(&changed, &gone))
        .await
        .unwrap();
    assert_eq!(*store.remembered().await.unwrap(), changed);
    assert_eq!(*place.open().remembered().await.unwrap(), changed);
}
