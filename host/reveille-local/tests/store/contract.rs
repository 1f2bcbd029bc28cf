//! The duties that the port states, one test each.

use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use reveille_core::{
    model::{AuditRecord, ServerId, Turn, Want},
    port::{Change, Lease, StoreError, TickRecord},
};

use crate::sample::{
    at, audit, barely_remembered, day, delivery, each_store, exception, force, key, office_hours,
    remembered, seoul,
};

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

#[tokio::test]
async fn items_come_back_as_they_were_put_sorted_by_key() {
    each_store(async |store| {
        store
            .commit(&[Change::PutItem(seoul()), Change::PutItem(office_hours())])
            .await
            .unwrap();
        assert_eq!(store.items().await.unwrap(), [office_hours(), seoul()]);
    })
    .await;
}

#[tokio::test]
async fn definitions_are_read_with_the_default_zone() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn definitions_are_the_same_until_an_item_changes() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn an_item_is_replaced_and_removed() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn an_exception_is_one_for_each_schedule_date_and_action() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn exceptions_are_asked_for_by_dates_and_sorted() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn a_schedule_has_one_order() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn a_commit_is_done_all_or_not_at_all() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn a_message_is_answered_once() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn the_newest_audit_records_come_first() {
    each_store(async |store| {
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
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_comes_back_until_it_is_forgotten() {
    each_store(async |store| {
        let lease = store
            .lease("a", at(0), Duration::minutes(2))
            .await
            .unwrap()
            .unwrap();
        store
            .remember(
                &lease,
                &[remembered("i-2", "seoul"), barely_remembered("i-1")],
                &[],
            )
            .await
            .unwrap();
        let first = store.remembered().await.unwrap();
        assert_eq!(
            *first,
            [barely_remembered("i-1"), remembered("i-2", "seoul")]
        );
        assert!(Arc::ptr_eq(&first, &store.remembered().await.unwrap()));
        store
            .remember(
                &lease,
                &[remembered("i-1", "paris")],
                &[ServerId::from("i-2"), ServerId::from("never")],
            )
            .await
            .unwrap();
        assert_eq!(
            *store.remembered().await.unwrap(),
            [remembered("i-1", "paris")]
        );
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_held_by_one_until_it_ends() {
    each_store(async |store| {
        let length = Duration::minutes(2);
        let lease = |fence, until| {
            Some(Lease {
                fence,
                until: at(until),
            })
        };
        assert_eq!(store.lease("a", at(0), length).await.unwrap(), lease(1, 2));
        assert_eq!(store.lease("b", at(1), length).await.unwrap(), None);
        assert_eq!(store.lease("a", at(1), length).await.unwrap(), lease(1, 3));
        assert_eq!(store.lease("b", at(2), length).await.unwrap(), None);
        assert_eq!(store.lease("b", at(3), length).await.unwrap(), lease(2, 5));
        assert_eq!(store.lease("a", at(4), length).await.unwrap(), None);
        assert_eq!(store.lease("b", at(5), length).await.unwrap(), lease(3, 7));
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_writes_nothing() {
    each_store(async |store| {
        let old = store
            .lease("a", at(0), Duration::minutes(2))
            .await
            .unwrap()
            .unwrap();
        let new = store
            .lease("b", at(2), Duration::minutes(2))
            .await
            .unwrap()
            .unwrap();
        assert!(new.fence > old.fence);
        let record = TickRecord { at: at(2) };
        assert!(is_conflict(
            &store.remember(&old, &[barely_remembered("i-1")], &[]).await
        ));
        assert!(is_conflict(&store.record_tick(&old, &record).await));
        assert!(store.remembered().await.unwrap().is_empty());
        assert_eq!(store.last_tick().await.unwrap(), None);
        store
            .remember(&new, &[barely_remembered("i-1")], &[])
            .await
            .unwrap();
        store.record_tick(&new, &record).await.unwrap();
        assert_eq!(store.last_tick().await.unwrap(), Some(record));
    })
    .await;
}

#[tokio::test]
async fn without_a_lease_nothing_is_remembered() {
    each_store(async |store| {
        let invented = Lease {
            fence: 1,
            until: at(9),
        };
        assert!(is_conflict(&store.remember(&invented, &[], &[]).await));
    })
    .await;
}

#[tokio::test]
async fn an_older_tick_is_not_recorded_over_a_later_one() {
    each_store(async |store| {
        let lease = store
            .lease("a", at(0), Duration::minutes(9))
            .await
            .unwrap()
            .unwrap();
        let record = |minute| TickRecord { at: at(minute) };
        store.record_tick(&lease, &record(5)).await.unwrap();
        assert!(is_conflict(&store.record_tick(&lease, &record(4)).await));
        store.record_tick(&lease, &record(5)).await.unwrap();
        store.record_tick(&lease, &record(6)).await.unwrap();
        assert_eq!(store.last_tick().await.unwrap(), Some(record(6)));
    })
    .await;
}
