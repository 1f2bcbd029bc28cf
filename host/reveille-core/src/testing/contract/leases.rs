//! What one host at a time may do: remember, record its ticks.

#![expect(missing_docs, reason = "each is the sentence of its name")]

use std::sync::Arc;

use chrono::Duration;

use super::{
    Place, is_conflict,
    sample::{at, barely_remembered, day, exception, force, office_hours, remembered, seoul},
};
use crate::{
    model::{ServerId, Turn, Want},
    port::{Change, Intent, Lease, TickRecord},
};

pub async fn what_is_remembered_comes_back_until_it_is_forgotten(place: &Place) {
    let store = place.open();
    let lease = store
        .lease("a", at(0), Duration::minutes(2))
        .await
        .unwrap()
        .unwrap();
    store
        .remember(
            &lease,
            &Intent::of(&[remembered("i-2", "seoul"), barely_remembered("i-1")], &[]),
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
            &Intent::of(
                &[remembered("i-1", "paris")],
                &[ServerId::from("i-2"), ServerId::from("never")],
            ),
        )
        .await
        .unwrap();
    assert_eq!(
        *store.remembered().await.unwrap(),
        [remembered("i-1", "paris")]
    );
}

pub async fn a_lease_is_held_by_one_until_it_ends(place: &Place) {
    let store = place.open();
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
}

pub async fn who_lost_the_lease_writes_nothing(place: &Place) {
    let store = place.open();
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
    let record = TickRecord::new(at(2));
    assert!(is_conflict(
        &store
            .remember(&old, &Intent::of(&[barely_remembered("i-1")], &[]))
            .await
    ));
    assert!(is_conflict(&store.record_tick(&old, &record).await));
    assert!(store.remembered().await.unwrap().is_empty());
    assert_eq!(store.last_tick().await.unwrap(), None);
    store
        .remember(&new, &Intent::of(&[barely_remembered("i-1")], &[]))
        .await
        .unwrap();
    store.record_tick(&new, &record).await.unwrap();
    assert_eq!(store.last_tick().await.unwrap(), Some(record));
}

pub async fn without_a_lease_nothing_is_remembered(place: &Place) {
    let store = place.open();
    let invented = Lease {
        fence: 1,
        until: at(9),
    };
    assert!(is_conflict(
        &store.remember(&invented, &Intent::of(&[], &[])).await
    ));
}

pub async fn an_older_tick_is_not_recorded_over_a_later_one(place: &Place) {
    let store = place.open();
    let lease = store
        .lease("a", at(0), Duration::minutes(9))
        .await
        .unwrap()
        .unwrap();
    let record = |minute| TickRecord::new(at(minute));
    store.record_tick(&lease, &record(5)).await.unwrap();
    assert!(is_conflict(&store.record_tick(&lease, &record(4)).await));
    store.record_tick(&lease, &record(5)).await.unwrap();
    store.record_tick(&lease, &record(6)).await.unwrap();
    assert_eq!(store.last_tick().await.unwrap(), Some(record(6)));
}

pub async fn a_lease_of_no_length_gives_it_back(place: &Place) {
    let store = place.open();
    let length = Duration::minutes(2);
    let first = store.lease("a", at(0), length).await.unwrap().unwrap();
    store.lease("a", at(1), Duration::zero()).await.unwrap();
    let second = store.lease("b", at(1), length).await.unwrap().unwrap();
    assert!(second.fence > first.fence);
}

pub async fn of_two_hosts_one_takes_over_when_the_other_is_silent(place: &Place) {
    let (one, other) = (place.open(), place.open());
    let length = Duration::seconds(60);
    let old = one.lease("a", at(0), length).await.unwrap().unwrap();
    assert_eq!(other.lease("b", at(0), length).await.unwrap(), None);
    let new = other.lease("b", at(1), length).await.unwrap().unwrap();
    assert!(new.fence > old.fence);
    other
        .remember(&new, &Intent::of(&[remembered("i-1", "seoul")], &[]))
        .await
        .unwrap();
    let late = TickRecord::new(at(1));
    let memory = [barely_remembered("i-1"), barely_remembered("i-2")];
    assert!(is_conflict(
        &one.remember(&old, &Intent::of(&memory, &[])).await
    ));
    assert!(is_conflict(
        &one.remember(&old, &Intent::of(&[], &[ServerId::from("i-1")]))
            .await
    ));
    assert!(is_conflict(&one.record_tick(&old, &late).await));
    for store in [&one, &other] {
        assert_eq!(
            *store.remembered().await.unwrap(),
            [remembered("i-1", "seoul")]
        );
        assert_eq!(store.last_tick().await.unwrap(), None);
    }
    assert_eq!(one.lease("a", at(1), length).await.unwrap(), None);
    let third = one.lease("a", at(2), length).await.unwrap().unwrap();
    assert!(third.fence > new.fence);
    one.remember(&third, &Intent::of(&memory, &[]))
        .await
        .unwrap();
    one.record_tick(&third, &late).await.unwrap();
    assert_eq!(*other.remembered().await.unwrap(), memory);
    assert_eq!(other.last_tick().await.unwrap(), Some(late));
}

pub async fn a_snapshot_is_what_the_calls_answer(place: &Place) {
    let (store, other) = (place.open(), place.open());
    let length = Duration::minutes(2);
    for minute in 0..6 {
        // People and the ticks before change things in between.
        let number = u32::try_from(minute).unwrap() + 1;
        other
            .commit(&[
                Change::PutItem(if minute < 3 { office_hours() } else { seoul() }),
                Change::PutException(exception("seoul", day(number), Turn::Stop, None)),
                Change::PutForce(force(&format!("s{minute}"), Want::Run)),
            ])
            .await
            .unwrap();
        let lease = store.lease("a", at(minute), length).await.unwrap().unwrap();
        for _ in 0..2 {
            let seen = store.snapshot(&lease, day(2), day(4)).await.unwrap();
            assert_eq!(seen.last_tick, other.last_tick().await.unwrap());
            assert_eq!(*seen.definitions, *other.definitions().await.unwrap());
            let exceptions = other.exceptions(None, day(2), day(4)).await.unwrap();
            assert_eq!(seen.exceptions, exceptions);
            assert_eq!(seen.forces, other.forces().await.unwrap());
            assert_eq!(*seen.remembered, *other.remembered().await.unwrap());
        }
        let changed = [remembered(&format!("i-{minute}"), "seoul")];
        let gone = [ServerId::from(format!("i-{}", minute - 2).as_str())];
        store
            .remember(&lease, &Intent::of(&changed, &gone))
            .await
            .unwrap();
        store
            .record_tick(&lease, &TickRecord::new(at(minute)))
            .await
            .unwrap();
    }
}
