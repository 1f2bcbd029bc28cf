//! What is committed: definitions, exceptions, orders, the audit, answers to messages.

#![expect(missing_docs, reason = "each is the sentence of its name")]

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::json;

use super::{
    Place, is_conflict,
    sample::{audit, day, delivery, exception, force, key, office_hours, seoul},
};
use crate::{
    model::{AuditRecord, Item, Turn, Want},
    port::Change,
};

pub async fn items_come_back_as_they_were_put_sorted_by_key(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::PutItem(seoul()), Change::PutItem(office_hours())])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), [office_hours(), seoul()]);
}

pub async fn definitions_are_read_with_the_default_zone(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::PutItem(seoul()), Change::PutItem(office_hours())])
        .await
        .unwrap();
    let definitions = store.definitions().await.unwrap();
    assert_eq!(definitions.schedules["seoul"].timezone, Tz::Asia__Seoul);
    assert_eq!(
        definitions.schedules["seoul"].rules[0].config,
        r#"{"a":"한","b":[1,null]}"#
    );
}

pub async fn definitions_are_the_same_until_an_item_changes(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::PutItem(seoul()), Change::PutItem(office_hours())])
        .await
        .unwrap();
    let first = store.definitions().await.unwrap();
    store
        .commit(&[Change::Audit(audit("seoul", "start"))])
        .await
        .unwrap();
    assert!(Arc::ptr_eq(&first, &store.definitions().await.unwrap()));
    store
        .commit(&[Change::DeleteItem(key("period", "office-hours"))])
        .await
        .unwrap();
    let second = store.definitions().await.unwrap();
    assert!(second.set_aside.contains_key("seoul"));
}

pub async fn an_item_is_replaced_and_removed(place: &Place) {
    let store = place.open();
    let mut other = office_hours();
    other.attributes.remove("endtime");
    store
        .commit(&[
            Change::PutItem(office_hours()),
            Change::PutItem(other.clone()),
        ])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), [other.clone()]);
    store
        .commit(&[
            Change::DeleteItem(other.key),
            Change::DeleteItem(key("period", "never")),
        ])
        .await
        .unwrap();
    assert!(store.items().await.unwrap().is_empty());
}

pub async fn an_exception_is_one_for_each_schedule_date_and_action(place: &Place) {
    let store = place.open();
    store
        .commit(&[
            Change::PutException(exception("seoul", day(23), Turn::Stop, Some(1380))),
            Change::PutException(exception("seoul", day(23), Turn::Stop, Some(2879))),
            Change::PutException(exception("seoul", day(23), Turn::Start, None)),
            Change::PutException(exception("paris", day(23), Turn::Stop, Some(0))),
        ])
        .await
        .unwrap();
    assert_eq!(
        store
            .exceptions(Some("seoul"), day(23), day(23))
            .await
            .unwrap(),
        [
            exception("seoul", day(23), Turn::Start, None),
            exception("seoul", day(23), Turn::Stop, Some(2879)),
        ]
    );
}

pub async fn exceptions_are_asked_for_by_dates_and_sorted(place: &Place) {
    let store = place.open();
    let all = [
        exception("a", day(24), Turn::Start, None),
        exception("a", day(25), Turn::Start, None),
        exception("b", day(22), Turn::Stop, None),
        exception("b", day(24), Turn::Stop, None),
    ];
    let changes: Vec<Change> = all
        .iter()
        .rev()
        .cloned()
        .map(Change::PutException)
        .collect();
    store.commit(&changes).await.unwrap();
    assert_eq!(
        store.exceptions(None, day(23), day(24)).await.unwrap(),
        [all[0].clone(), all[3].clone()]
    );
    assert_eq!(
        store
            .exceptions(None, NaiveDate::MIN, NaiveDate::MAX)
            .await
            .unwrap(),
        all
    );
    assert!(
        store
            .exceptions(None, day(25), day(24))
            .await
            .unwrap()
            .is_empty()
    );
    store
        .commit(&[Change::DeleteException {
            schedule: "b".into(),
            date: day(22),
            action: Turn::Stop,
        }])
        .await
        .unwrap();
    assert_eq!(
        store.exceptions(None, day(1), day(30)).await.unwrap().len(),
        3
    );
}

pub async fn a_schedule_has_one_order(place: &Place) {
    let store = place.open();
    store
        .commit(&[
            Change::PutForce(force("seoul", Want::Run)),
            Change::PutForce(force("paris", Want::Stop)),
            Change::PutForce(force("seoul", Want::Stop)),
        ])
        .await
        .unwrap();
    assert_eq!(
        store.forces().await.unwrap(),
        [force("paris", Want::Stop), force("seoul", Want::Stop)]
    );
    let gone = ["seoul", "never"].map(|schedule| Change::DeleteForce {
        schedule: schedule.into(),
    });
    store.commit(&gone).await.unwrap();
    assert_eq!(store.forces().await.unwrap(), [force("paris", Want::Stop)]);
}

pub async fn a_commit_is_done_all_or_not_at_all(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::Deliver(delivery("k"))])
        .await
        .unwrap();
    let refused = store
        .commit(&[
            Change::PutItem(office_hours()),
            Change::PutException(exception("seoul", day(23), Turn::Stop, None)),
            Change::PutForce(force("seoul", Want::Run)),
            Change::Audit(audit("seoul", "start")),
            Change::Deliver(delivery("new")),
            Change::Deliver(delivery("k")),
        ])
        .await;
    assert!(is_conflict(&refused));
    assert!(store.items().await.unwrap().is_empty());
    assert!(store.definitions().await.unwrap().periods.is_empty());
    assert!(
        store
            .exceptions(None, day(1), day(30))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.forces().await.unwrap().is_empty());
    assert!(store.audit("seoul", 10).await.unwrap().is_empty());
    assert_eq!(store.delivery("new").await.unwrap(), None);
}

pub async fn a_message_is_answered_once(place: &Place) {
    let store = place.open();
    assert_eq!(store.delivery("k").await.unwrap(), None);
    store
        .commit(&[Change::Deliver(delivery("k"))])
        .await
        .unwrap();
    assert_eq!(store.delivery("k").await.unwrap(), Some(delivery("k")));
    let twice = [
        Change::Deliver(delivery("l")),
        Change::Deliver(delivery("l")),
    ];
    assert!(is_conflict(&store.commit(&twice).await));
    assert_eq!(store.delivery("l").await.unwrap(), None);
}

pub async fn the_newest_audit_records_come_first(place: &Place) {
    let store = place.open();
    let mut failed = audit("seoul", "third");
    failed.error = Some("UnauthorizedOperation: no".into());
    store
        .commit(&[
            Change::Audit(audit("seoul", "first")),
            Change::Audit(audit("paris", "other")),
            Change::Audit(audit("seoul", "second")),
        ])
        .await
        .unwrap();
    store
        .commit(&[Change::Audit(failed.clone())])
        .await
        .unwrap();
    assert_eq!(
        store.audit("seoul", 2).await.unwrap(),
        [failed, audit("seoul", "second")]
    );
    let actions = |records: Vec<AuditRecord>| {
        records
            .into_iter()
            .map(|record| record.action)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        actions(store.audit("seoul", u32::MAX).await.unwrap()),
        ["third", "second", "first"]
    );
    assert!(store.audit("seoul", 0).await.unwrap().is_empty());
}

pub async fn a_later_change_of_a_commit_stands_over_an_earlier_one(place: &Place) {
    let store = place.open();
    store
        .commit(&[
            Change::PutItem(office_hours()),
            Change::DeleteItem(office_hours().key),
            Change::DeleteItem(seoul().key),
            Change::PutItem(seoul()),
            Change::PutForce(force("seoul", Want::Run)),
            Change::DeleteForce {
                schedule: "seoul".into(),
            },
        ])
        .await
        .unwrap();
    assert_eq!(store.items().await.unwrap(), [seoul()]);
    assert!(store.forces().await.unwrap().is_empty());
}

pub async fn an_empty_commit_does_nothing(place: &Place) {
    place.open().commit(&[]).await.unwrap();
}

pub async fn what_one_host_commits_the_other_sees(place: &Place) {
    let (one, other) = (place.open(), place.open());
    // Whatever either keeps of what it has read must not outlive what the other writes.
    for store in [&one, &other, &one, &other] {
        assert!(store.forces().await.unwrap().is_empty());
        assert!(store.items().await.unwrap().is_empty());
        assert!(
            store
                .exceptions(None, day(1), day(30))
                .await
                .unwrap()
                .is_empty()
        );
    }
    one.commit(&[
        Change::PutItem(office_hours()),
        Change::PutForce(force("seoul", Want::Run)),
        Change::PutException(exception("seoul", day(23), Turn::Stop, Some(1380))),
        Change::Deliver(delivery("k")),
    ])
    .await
    .unwrap();
    assert_eq!(other.items().await.unwrap(), [office_hours()]);
    assert_eq!(other.forces().await.unwrap(), [force("seoul", Want::Run)]);
    assert_eq!(
        other.exceptions(None, day(1), day(30)).await.unwrap(),
        [exception("seoul", day(23), Turn::Stop, Some(1380))]
    );
    assert!(is_conflict(
        &other.commit(&[Change::Deliver(delivery("k"))]).await
    ));
    other
        .commit(&[Change::DeleteForce {
            schedule: "seoul".into(),
        }])
        .await
        .unwrap();
    assert!(one.forces().await.unwrap().is_empty());
}

pub async fn what_was_read_is_written_back_only_while_it_stands(place: &Place) {
    let (one, other) = (place.open(), place.open());
    let expect = |item: &Item, stands: bool| Change::Expect {
        key: item.key.clone(),
        attributes: stands.then(|| item.attributes.clone()),
    };
    let mut changed = seoul();
    changed
        .attributes
        .insert("periods".to_owned(), json!(["night", "office-hours"]));
    let write = |expected: Change, item: &Item| {
        [
            expected,
            Change::PutItem(item.clone()),
            Change::Audit(audit("seoul", "start")),
        ]
    };

    // Where there was none, one host is the first.
    let first = write(expect(&seoul(), false), &seoul());
    one.commit(&first).await.unwrap();
    assert!(is_conflict(&other.commit(&first).await));

    // Both have read the same, and one is faster.
    for store in [&one, &other] {
        assert_eq!(store.items().await.unwrap(), [seoul()]);
    }
    let over = write(expect(&seoul(), true), &changed);
    other.commit(&over).await.unwrap();
    assert!(is_conflict(&one.commit(&over).await));
    assert_eq!(one.items().await.unwrap(), std::slice::from_ref(&changed));
    assert_eq!(one.audit("seoul", 9).await.unwrap().len(), 2);

    // It may also be said of what is not written.
    let beside = [expect(&seoul(), true), Change::PutItem(office_hours())];
    assert!(is_conflict(&one.commit(&beside).await));
    let beside = [expect(&changed, true), Change::PutItem(office_hours())];
    one.commit(&beside).await.unwrap();
    assert_eq!(other.items().await.unwrap(), [office_hours(), changed]);
}
