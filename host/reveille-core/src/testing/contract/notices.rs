//! Messages to people: each is made once, and sent by one.

#![expect(missing_docs, reason = "each is the sentence of its name")]

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    Place, is_conflict,
    sample::{at, audit, delivery, notice, office_hours, remembered},
};
use crate::{
    model::{FailureKind, KeptNotice, NOTICE_MEMORY, Notice, NoticeStanding, Settled},
    port::{Change, Held, Intent, Store, TickRecord},
};

async fn enqueue(store: &dyn Store, notices: &[Notice]) {
    let changes: Vec<Change> = notices.iter().cloned().map(Change::Enqueue).collect();
    store.commit(&changes).await.unwrap();
}

/// The keys of those that are due.
async fn due(store: &dyn Store, now: DateTime<Utc>) -> Vec<String> {
    let notices = store.notices(now, 10).await.unwrap();
    notices.into_iter().map(|notice| notice.key).collect()
}

fn lost(cause: &str) -> Settled {
    Settled::Lost {
        cause: cause.into(),
    }
}

pub async fn a_notice_comes_back_as_it_was_made(place: &Place) {
    let store = place.open();
    let mut of_the_house = notice("b", 0);
    of_the_house.schedule = None;
    of_the_house.message.connect_info.clear();
    let all = [notice("a", 0), of_the_house];
    enqueue(&*store, &all).await;
    for store in [store, place.open()] {
        assert_eq!(store.notices(at(0), 10).await.unwrap(), all);
    }
}

pub async fn notices_wait_until_they_are_due_and_the_first_due_goes_first(place: &Place) {
    let store = place.open();
    let second_made = Notice {
        at: at(0) + Duration::microseconds(1),
        ..notice("a", 2)
    };
    let expired = Notice {
        expires: at(2),
        ..notice("c", 1)
    };
    let of_a_whole_second = Notice {
        due: at(2) + Duration::milliseconds(750),
        ..notice("0", 0)
    };
    let all = [second_made, notice("b", 2), expired, of_a_whole_second];
    enqueue(&*store, &all).await;
    assert!(due(&*store, at(0)).await.is_empty());
    assert_eq!(due(&*store, at(1)).await, ["c"]);
    assert_eq!(due(&*store, at(2)).await, ["c", "b", "a"]);
    assert_eq!(due(&*store, at(9)).await, ["c", "b", "a", "0"]);
    let first = store.notices(at(9), 1).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].key, "c");
}

pub async fn a_key_is_taken_once_sent_or_not(place: &Place) {
    let store = place.open();
    let keys = ["claimed", "lost", "sent", "waits"];
    enqueue(&*store, &keys.map(|key| notice(key, 0))).await;
    for key in &keys[..3] {
        assert!(store.claim_notice(key, at(0)).await.unwrap());
    }
    store
        .settle_notice("sent", &Settled::Sent, at(0))
        .await
        .unwrap();
    store
        .settle_notice("lost", &lost("no"), at(0))
        .await
        .unwrap();
    // Another event of the same key, and the rest of the commit is done all the same.
    let again = |key: &str| {
        Change::Enqueue(Notice {
            target: "others".into(),
            at: at(0) + NOTICE_MEMORY - Duration::minutes(1),
            ..notice(key, 0)
        })
    };
    let mut changes: Vec<Change> = keys.iter().map(|key| again(key)).collect();
    changes.extend([
        Change::Enqueue(notice("new", 1)),
        again("new"),
        Change::Audit(audit("seoul", "start")),
        Change::PutItem(office_hours()),
    ]);
    store.commit(&changes).await.unwrap();
    store.commit(&keys.map(again)).await.unwrap();
    let later = at(0) + NOTICE_MEMORY;
    let waiting = store.notices(later, 10).await.unwrap();
    assert_eq!(waiting, [notice("waits", 0), notice("new", 1)]);
    assert_eq!(store.kept_notices().await.unwrap().len(), 4);
    assert_eq!(store.audit("seoul", 9).await.unwrap().len(), 1);
    assert_eq!(store.items().await.unwrap(), [office_hours()]);
}

pub async fn a_key_is_free_when_it_is_no_longer_remembered(place: &Place) {
    let store = place.open();
    enqueue(&*store, &[notice("k", 0)]).await;
    assert!(store.claim_notice("k", at(0)).await.unwrap());
    store
        .settle_notice("k", &Settled::Sent, at(0))
        .await
        .unwrap();
    let later = Notice {
        at: at(0) + NOTICE_MEMORY,
        ..notice("k", 0)
    };
    enqueue(&*store, std::slice::from_ref(&later)).await;
    assert_eq!(store.notices(at(0), 9).await.unwrap(), [later]);
}

pub async fn a_notice_is_claimed_by_one(place: &Place) {
    let (one, other) = (place.open(), place.open());
    for round in 0..6 {
        let key = format!("k{round}");
        enqueue(&*one, &[notice(&key, 1)]).await;
        assert!(!one.claim_notice(&key, at(0)).await.unwrap(), "not due");
        let claim = |store: std::sync::Arc<dyn Store>| {
            let key = key.clone();
            async move { store.claim_notice(&key, at(1)).await.unwrap() }
        };
        let (first, second) = both(claim(one.clone()), claim(other.clone())).await;
        assert!(first != second, "round {round}: {first} and {second}");
        for store in [&one, &other] {
            assert!(!store.claim_notice(&key, at(2)).await.unwrap());
            assert!(due(&**store, at(2)).await.is_empty());
        }
    }
    assert!(!one.claim_notice("never", at(9)).await.unwrap());
}

/// Both at once, in whatever runtime.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (Box::pin(one), Box::pin(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|context| {
        if first.is_none()
            && let std::task::Poll::Ready(done) = one.as_mut().poll(context)
        {
            first = Some(done);
        }
        if second.is_none()
            && let std::task::Poll::Ready(done) = other.as_mut().poll(context)
        {
            second = Some(done);
        }
        if first.is_some() && second.is_some() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

pub async fn what_was_not_sent_is_tried_again_when_it_is_due(place: &Place) {
    let store = place.open();
    enqueue(&*store, &[notice("k", 0)]).await;
    for attempt in 1..4 {
        let now = at(attempt * 10);
        assert!(store.claim_notice("k", now).await.unwrap());
        let again = Settled::Again {
            due: now + Duration::minutes(5),
        };
        store.settle_notice("k", &again, now).await.unwrap();
        assert!(due(&*store, now + Duration::minutes(4)).await.is_empty());
        assert!(
            !store
                .claim_notice("k", now + Duration::minutes(4))
                .await
                .unwrap()
        );
        let waiting = store.notices(now + Duration::minutes(5), 9).await.unwrap();
        let expected = Notice {
            due: now + Duration::minutes(5),
            attempts: u32::try_from(attempt).unwrap(),
            ..notice("k", 0)
        };
        assert_eq!(waiting, [expected]);
    }
}

pub async fn what_was_sent_is_gone_and_stays_it(place: &Place) {
    let store = place.open();
    enqueue(&*store, &[notice("k", 0)]).await;
    assert!(store.claim_notice("k", at(0)).await.unwrap());
    let settle = async |settled: Settled| store.settle_notice("k", &settled, at(1)).await.unwrap();
    settle(Settled::Sent).await;
    settle(Settled::Again { due: at(1) }).await;
    settle(lost("late")).await;
    settle(Settled::Sent).await;
    assert!(store.kept_notices().await.unwrap().is_empty());
    assert!(due(&*store, at(9)).await.is_empty());
    assert!(!store.claim_notice("k", at(9)).await.unwrap());
    // Nor does it come from nowhere.
    let again = Settled::Again { due: at(1) };
    store.settle_notice("never", &again, at(1)).await.unwrap();
    assert!(store.kept_notices().await.unwrap().is_empty());
}

pub async fn operators_see_what_waits_what_is_claimed_and_what_is_lost(place: &Place) {
    let store = place.open();
    let all = [notice("a", 0), notice("b", 1), notice("c", 2)];
    enqueue(&*store, &all).await;
    assert!(store.claim_notice("b", at(1)).await.unwrap());
    store
        .settle_notice("a", &lost("expired"), at(3))
        .await
        .unwrap();
    // It is lost since then, and for that reason.
    store
        .settle_notice("a", &lost("again"), at(4))
        .await
        .unwrap();
    let kept = |notice: Notice, standing| KeptNotice { notice, standing };
    let [a, b, c] = all;
    let b = Notice { attempts: 1, ..b };
    assert_eq!(
        place.open().kept_notices().await.unwrap(),
        [
            kept(
                a,
                NoticeStanding::Lost {
                    at: at(3),
                    cause: "expired".into()
                }
            ),
            kept(b, NoticeStanding::Claimed { at: at(1) }),
            kept(c, NoticeStanding::Waits),
        ]
    );
    assert_eq!(due(&*store, at(9)).await, ["c"]);
}

pub async fn what_is_lost_may_be_tried_again_or_turn_out_to_be_sent(place: &Place) {
    let store = place.open();
    enqueue(&*store, &[notice("again", 0), notice("sent", 0)]).await;
    for key in ["again", "sent"] {
        assert!(store.claim_notice(key, at(0)).await.unwrap());
        store.settle_notice(key, &lost("no"), at(1)).await.unwrap();
        assert!(!store.claim_notice(key, at(2)).await.unwrap());
    }
    store
        .settle_notice("again", &Settled::Again { due: at(3) }, at(2))
        .await
        .unwrap();
    store
        .settle_notice("sent", &Settled::Sent, at(2))
        .await
        .unwrap();
    let expected = Notice {
        due: at(3),
        attempts: 1,
        ..notice("again", 0)
    };
    assert_eq!(
        store.kept_notices().await.unwrap(),
        [KeptNotice {
            notice: expected,
            standing: NoticeStanding::Waits
        }]
    );
    assert!(store.claim_notice("again", at(3)).await.unwrap());
    assert!(!store.claim_notice("sent", at(3)).await.unwrap());
}

pub async fn a_commit_that_fails_makes_no_notice(place: &Place) {
    let store = place.open();
    store
        .commit(&[Change::Deliver(delivery("k"))])
        .await
        .unwrap();
    let changes = [
        Change::Enqueue(notice("n", 0)),
        Change::Deliver(delivery("k")),
    ];
    assert!(is_conflict(&store.commit(&changes).await));
    assert!(store.kept_notices().await.unwrap().is_empty());
    enqueue(&*store, &[notice("n", 0)]).await;
    assert_eq!(due(&*store, at(0)).await, ["n"]);
}

pub async fn a_large_commit_makes_notices_that_are_new(place: &Place) {
    let store = place.open();
    enqueue(&*store, &[notice("000", 0), notice("007", 0)]).await;
    assert!(store.claim_notice("007", at(0)).await.unwrap());
    let all: Vec<Notice> = (0..150)
        .map(|number| notice(&format!("{number:03}"), 0))
        .collect();
    enqueue(&*store, &all).await;
    enqueue(&*store, &all).await;
    assert_eq!(store.kept_notices().await.unwrap().len(), 150);
    assert_eq!(store.notices(at(0), 999).await.unwrap().len(), 149);
}

pub async fn a_tick_writes_what_it_will_do_and_what_it_tells_at_once(place: &Place) {
    let (store, other) = (place.open(), place.open());
    let lease = store
        .lease("a", at(0), Duration::minutes(1))
        .await
        .unwrap()
        .unwrap();
    let changed = [remembered("i-1", "seoul")];
    let audited = [audit("seoul", "start")];
    let notices = [notice("a", 0), notice("b", 0), notice("a", 0)];
    let intent = Intent {
        changed: &changed,
        gone: &[],
        audit: &audited,
        notices: &notices,
    };
    store.remember(&lease, &intent).await.unwrap();
    assert_eq!(*other.remembered().await.unwrap(), changed);
    assert_eq!(other.audit("seoul", 9).await.unwrap(), audited);
    assert_eq!(due(&*other, at(0)).await, ["a", "b"]);

    // Who lost the lease neither does nor tells anything.
    other
        .lease("b", at(2), Duration::minutes(1))
        .await
        .unwrap()
        .unwrap();
    let notices = [notice("c", 0)];
    let late = Intent {
        notices: &notices,
        audit: &audited,
        ..Intent::default()
    };
    assert!(is_conflict(&store.remember(&lease, &late).await));
    assert_eq!(due(&*other, at(0)).await, ["a", "b"]);
    assert_eq!(other.audit("seoul", 9).await.unwrap().len(), 1);
}

pub async fn a_tick_that_is_made_again_tells_nothing_twice(place: &Place) {
    let store = place.open();
    let lease = store
        .lease("a", at(0), Duration::minutes(9))
        .await
        .unwrap()
        .unwrap();
    let server = |number: usize| remembered(&format!("i-{number:03}"), "seoul");
    let told = |number: usize| notice(&format!("n-{number:03}"), 0);
    // More than one transaction of DynamoDB holds; the second time some of it is known.
    for count in [40, 130] {
        let changed: Vec<_> = (0..count).map(server).collect();
        let notices: Vec<_> = (0..count).map(told).collect();
        let audited: Vec<_> = (0..30).map(|_| audit("seoul", "start")).collect();
        let intent = Intent {
            changed: &changed,
            gone: &[],
            audit: &audited,
            notices: &notices,
        };
        store.remember(&lease, &intent).await.unwrap();
        assert_eq!(*store.remembered().await.unwrap(), changed);
        assert_eq!(*place.open().remembered().await.unwrap(), changed);
        assert_eq!(store.notices(at(0), 999).await.unwrap(), notices);
    }
}

pub async fn what_people_were_told_stands_in_the_record_of_the_tick(place: &Place) {
    let (store, other) = (place.open(), place.open());
    let lease = store
        .lease("a", at(0), Duration::minutes(9))
        .await
        .unwrap()
        .unwrap();
    let held = Held {
        rule: "kr-holidays".into(),
        kind: FailureKind::Deadline,
        since: at(0),
    };
    let record = TickRecord {
        at: at(1),
        held: BTreeMap::from([("하나".to_owned(), held)]),
        warned: BTreeMap::from([("seoul".to_owned(), at(7))]),
    };
    for record in [record, TickRecord::new(at(2))] {
        store.record_tick(&lease, &record).await.unwrap();
        for store in [&store, &other] {
            assert_eq!(store.last_tick().await.unwrap().as_ref(), Some(&record));
        }
        let seen = store
            .snapshot(&lease, at(0).date_naive(), at(0).date_naive())
            .await
            .unwrap();
        assert_eq!(seen.last_tick, Some(record));
    }
}
