//! Hosts that ask at the same moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono::Duration;
use chrono_tz::Tz;
use reveille_aws::dynamo::DynamoStore;
use reveille_core::{
    model::{ServerId, Turn, Want},
    port::{Change, Intent, Store, StoreError, TickRecord},
    testing::contract::sample::{at, audit, day, delivery, exception, force, remembered},
};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    dynamo::{Tables, tables},
    wire::{Fate, Wire},
};

/// Hosts at once.
const HOSTS: usize = 8;

/// What `ask` answers each of the hosts, all asked at once.
async fn all<T, F>(tables: &Tables, ask: impl Fn(usize, Arc<dyn Store>) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut asked = JoinSet::new();
    for host in 0..HOSTS {
        asked.spawn(ask(host, tables.open()));
    }
    asked.join_all().await
}

/// What could be done; everything else had met another and said so.
fn done<T>(answers: Vec<Result<T, StoreError>>) -> Vec<T> {
    let done = answers.into_iter().filter_map(|answer| match answer {
        Ok(done) => Some(done),
        Err(StoreError::Conflict | StoreError::Busy) => None,
        Err(error @ (StoreError::Denied | StoreError::Other(_))) => panic!("{error:?}"),
    });
    done.collect()
}

#[tokio::test]
async fn a_lease_that_all_ask_for_goes_to_one() {
    let Some(tables) = tables("leases").await else {
        return;
    };
    for round in 0..20 {
        let now = at(round * 2);
        let answers = all(&tables, |host, store| async move {
            store
                .lease(&format!("host-{host}"), now, Duration::minutes(1))
                .await
        });
        let leases: Vec<_> = done(answers.await).into_iter().flatten().collect();
        let fences: Vec<u64> = leases.iter().map(|lease| lease.fence).collect();
        assert_eq!(fences, [u64::try_from(round).unwrap() + 1]);
    }
}

#[tokio::test]
async fn a_message_that_reaches_all_is_answered_by_one() {
    let Some(tables) = tables("messages").await else {
        return;
    };
    for round in 0..10 {
        let answers = all(&tables, |host, store| async move {
            let changes = [
                Change::PutForce(force(&format!("s-{round}-{host}"), Want::Run)),
                Change::Deliver(delivery(&format!("k-{round}"))),
            ];
            store.commit(&changes).await
        });
        assert_eq!(done(answers.await).len(), 1);
    }
    assert_eq!(tables.open().forces().await.unwrap().len(), 10);
}

#[tokio::test]
async fn of_commits_at_once_none_is_lost() {
    let Some(tables) = tables("commits").await else {
        return;
    };
    let answers = all(&tables, |host, store| async move {
        let mut committed = Vec::new();
        for number in 0..10 {
            let schedule = format!("s-{host}-{number}");
            let changes = [
                Change::PutException(exception(&schedule, day(23), Turn::Stop, None)),
                Change::Audit(audit("all", &schedule)),
            ];
            match store.commit(&changes).await {
                Ok(()) => committed.push(schedule),
                Err(StoreError::Busy) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        committed
    });
    let mut committed: Vec<String> = answers.await.into_iter().flatten().collect();
    committed.sort_unstable();
    let store = tables.open();
    let found: Vec<String> = store
        .exceptions(None, day(1), day(30))
        .await
        .unwrap()
        .into_iter()
        .map(|exception| exception.schedule)
        .collect();
    assert_eq!(found, committed);
    assert_eq!(
        store.audit("all", 1000).await.unwrap().len(),
        committed.len()
    );
    eprintln!("{} of {} commits were done", committed.len(), HOSTS * 10);
    assert!(
        committed.len() >= HOSTS * 10 / 2,
        "{} commits",
        committed.len()
    );
}

#[tokio::test]
async fn who_holds_an_old_lease_never_writes_beside_the_new_holder() {
    let Some(tables) = tables("fences").await else {
        return;
    };
    let mut holder = tables.open();
    let mut old = holder
        .lease("0", at(0), Duration::minutes(1))
        .await
        .unwrap()
        .unwrap();
    for round in 1..10 {
        let (late, next) = (holder, tables.open());
        let memory = [remembered("i-1", "late")];
        let record = TickRecord::new(at(round));
        // The new holder takes over while the old one is writing.
        let intent = Intent::of(&memory, &[]);
        let (written, recorded, new) = tokio::join!(
            late.remember(&old, &intent),
            late.record_tick(&old, &record),
            next.lease("next", at(round), Duration::minutes(1)),
        );
        let new = new.unwrap().unwrap();
        assert_eq!(new.fence, old.fence + 1);
        done(vec![written, recorded]);
        let memory = [remembered("i-1", "next")];
        next.remember(&new, &Intent::of(&memory, &[]))
            .await
            .unwrap();
        let gone = [ServerId::from("i-1")];
        for refused in [
            late.remember(&old, &Intent::of(&[], &gone)).await,
            late.record_tick(&old, &record).await,
        ] {
            assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
        }
        assert_eq!(*tables.open().remembered().await.unwrap(), memory);
        (holder, old) = (next, new);
    }
}

#[tokio::test]
async fn who_meets_a_transaction_tries_again_and_says_busy_when_it_does_not_end() {
    let Some(tables) = tables("meetings").await else {
        return;
    };
    for meetings in [3, usize::MAX] {
        let (wire, sdk) = Wire::tap(&tables.sdk, move |call| {
            if call.number <= meetings {
                Fate::MeetsAnother
            } else {
                Fate::Arrives
            }
        });
        let store = DynamoStore::new(&sdk, tables.names.clone(), Tz::UTC);
        let ends = meetings < usize::MAX;
        let answered = store
            .commit(&[Change::PutForce(force("s", Want::Run))])
            .await;
        assert_eq!(done(vec![answered]).len(), usize::from(ends));
        assert!(wire.take().len() < 10);
        let leased = store.lease("a", at(0), Duration::minutes(1)).await;
        assert_eq!(done(vec![leased]).len(), usize::from(ends));
        assert!(wire.take().len() < 10);
        // An hour later nobody holds it.
        let lease = tables.open().lease("b", at(60), Duration::minutes(1)).await;
        let lease = lease.unwrap().unwrap();
        let record = TickRecord::new(at(60));
        let recorded = store.record_tick(&lease, &record).await;
        assert_eq!(done(vec![recorded]).len(), usize::from(ends));
    }
}

#[tokio::test]
async fn who_reads_beside_a_tick_does_not_make_it_forget_what_it_has_written() {
    let Some(tables) = tables("readers").await else {
        return;
    };
    // The reader's look at the house is answered, and heard of only when the tick has written.
    let (wake, looks) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (until, heard) = (Arc::clone(&wake), Arc::clone(&looks));
    let (_, sdk) = Wire::tap(&tables.sdk, move |call| match call.operation.as_str() {
        "GetItem" if heard.fetch_add(1, Ordering::Relaxed) == 0 => {
            Fate::IsHeardLate(Arc::clone(&until))
        }
        _ => Fate::Arrives,
    });
    let store = Arc::new(DynamoStore::new(&sdk, tables.names.clone(), Tz::UTC));
    let lease = store.lease("a", at(0), Duration::minutes(1)).await;
    let lease = lease.unwrap().unwrap();
    let reader = Arc::clone(&store);
    let reading = tokio::spawn(async move { reader.forces().await });
    while looks.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    let first = [remembered("i-1", "seoul")];
    store
        .remember(&lease, &Intent::of(&first, &[]))
        .await
        .unwrap();
    wake.notify_one();
    reading.await.unwrap().unwrap();
    let second = [remembered("i-2", "seoul")];
    store
        .remember(&lease, &Intent::of(&second, &[]))
        .await
        .unwrap();
    assert_eq!(store.remembered().await.unwrap().len(), 2);
}
