//! Random calls, to the store in memory and to the one in a file: both must answer alike.

use chrono::Duration;
use chrono_tz::Tz;
use proptest::prelude::*;
use reveille_core::{
    model::{Turn, Want},
    port::{Change, Lease, Store, TickRecord},
    testing::MemoryStore,
};
use serde_json::json;

use crate::sample::{
    at, audit, barely_remembered, day, delivery, exception, force, in_file, item, key, open,
    remembered,
};

/// A call, its small numbers chosen so that calls meet each other.
#[derive(Debug, Clone)]
enum Call {
    Commit(Vec<Change>),
    Lease {
        holder: u8,
        minute: i64,
        length: i64,
    },
    Remember {
        fence: u64,
        changed: Vec<u8>,
        gone: Vec<u8>,
    },
    RecordTick {
        fence: u64,
        minute: i64,
    },
    Reopen,
}

fn name(number: u8) -> String {
    // Names that sort differently as bytes, as letters and as lengths.
    ["a", "B", "aa", "하나", "z'\"; --", ""][usize::from(number % 6)].into()
}

fn turn(is_start: bool) -> Turn {
    if is_start { Turn::Start } else { Turn::Stop }
}

fn change() -> impl Strategy<Value = Change> {
    let names = || (0_u8..6).prop_map(name);
    prop_oneof![
        (names(), any::<i64>()).prop_map(|(name, x)| Change::PutItem(item(
            "schedule",
            &name,
            json!({"x": [x], "y": null})
        ))),
        names().prop_map(|name| Change::DeleteItem(key("schedule", &name))),
        (
            names(),
            1_u32..5,
            any::<bool>(),
            prop::option::of(0_u16..2880)
        )
            .prop_map(|(name, date, start, minute)| {
                Change::PutException(exception(&name, day(date), turn(start), minute))
            }),
        (names(), 1_u32..5, any::<bool>()).prop_map(|(schedule, date, start)| {
            Change::DeleteException {
                schedule,
                date: day(date),
                action: turn(start),
            }
        }),
        (names(), any::<bool>()).prop_map(|(name, run)| Change::PutForce(force(
            &name,
            if run { Want::Run } else { Want::Stop }
        ))),
        names().prop_map(|schedule| Change::DeleteForce { schedule }),
        (names(), names()).prop_map(|(schedule, action)| Change::Audit(audit(&schedule, &action))),
        names().prop_map(|name| Change::Deliver(delivery(&name))),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => prop::collection::vec(change(), 0..4).prop_map(Call::Commit),
        3 => (0_u8..3, 0_i64..30, 1_i64..5)
            .prop_map(|(holder, minute, length)| Call::Lease { holder, minute, length }),
        3 => (0_u64..5, prop::collection::vec(0_u8..6, 0..3), prop::collection::vec(0_u8..6, 0..3))
            .prop_map(|(fence, changed, gone)| Call::Remember { fence, changed, gone }),
        2 => (0_u64..5, 0_i64..30).prop_map(|(fence, minute)| Call::RecordTick { fence, minute }),
        1 => Just(Call::Reopen),
    ]
}

/// What the store answers, in words: errors by their code.
async fn answer(store: &dyn Store, call: &Call) -> String {
    match call {
        Call::Commit(changes) => format!(
            "{:?}",
            store.commit(changes).await.map_err(|error| error.code())
        ),
        Call::Lease {
            holder,
            minute,
            length,
        } => {
            let lease = store
                .lease(&name(*holder), at(*minute), Duration::minutes(*length))
                .await;
            format!("{:?}", lease.map_err(|error| error.code()))
        }
        Call::Remember {
            fence,
            changed,
            gone,
        } => {
            let lease = Lease {
                fence: *fence,
                until: at(0),
            };
            let changed: Vec<_> = changed
                .iter()
                .map(|number| match number % 2 {
                    0 => remembered(&name(*number), "seoul"),
                    _ => barely_remembered(&name(*number)),
                })
                .collect();
            let gone: Vec<_> = gone
                .iter()
                .map(|number| name(*number).as_str().into())
                .collect();
            let remembered = store.remember(&lease, &changed, &gone).await;
            format!("{:?}", remembered.map_err(|error| error.code()))
        }
        Call::RecordTick { fence, minute } => {
            let lease = Lease {
                fence: *fence,
                until: at(0),
            };
            let recorded = store
                .record_tick(&lease, &TickRecord { at: at(*minute) })
                .await;
            format!("{:?}", recorded.map_err(|error| error.code()))
        }
        Call::Reopen => String::new(),
    }
}

/// Everything that the store holds, in words.
async fn everything(store: &dyn Store) -> String {
    let mut all = format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        store.items().await.unwrap(),
        store.definitions().await.unwrap(),
        store.exceptions(None, day(2), day(3)).await.unwrap(),
        store.forces().await.unwrap(),
        store.remembered().await.unwrap(),
        store.last_tick().await.unwrap(),
    );
    for number in 0..6 {
        let name = name(number);
        all += &format!(
            "{:?}\n{:?}\n{:?}\n",
            store
                .exceptions(Some(&name), day(1), day(30))
                .await
                .unwrap(),
            store.audit(&name, 3).await.unwrap(),
            store.delivery(&name).await.unwrap(),
        );
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_alike(calls in prop::collection::vec(call(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStore::new(Tz::Asia__Seoul);
            let mut file = in_file();
            for call in &calls {
                if let Call::Reopen = call {
                    file.store = open(&file.folder);
                }
                assert_eq!(answer(&*file.store, call).await, answer(&memory, call).await, "{call:?}");
            }
            assert_eq!(everything(&*file.store).await, everything(&memory).await);
        });
    }
}
