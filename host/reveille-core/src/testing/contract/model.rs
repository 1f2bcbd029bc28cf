//! Random calls, to a store and to the one in memory: both must answer alike.

use chrono::Duration;
use chrono_tz::Tz;
use serde_json::json;

use super::{
    Place,
    sample::{
        at, audit, barely_remembered, day, delivery, exception, force, item, key, notice,
        remembered,
    },
};
use crate::{
    model::{Settled, Turn, Want},
    port::{Change, Intent, Lease, Store, TickRecord},
    testing::MemoryStore,
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
    Claim {
        notice: u8,
        minute: i64,
    },
    Settle {
        notice: u8,
        minute: i64,
        settled: Settled,
    },
    Reopen,
}

/// Reads calls out of bytes: any bytes are calls, and fewer or smaller bytes are fewer or plainer ones.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// A number below `end`.
    fn below(&mut self, end: u8) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        first % end
    }

    fn several(&mut self) -> Vec<u8> {
        (0..self.below(3)).map(|_| self.below(6)).collect()
    }

    fn call(&mut self) -> Call {
        match self.below(17) {
            0..4 => Call::Commit((0..self.below(4)).map(|_| self.change()).collect()),
            4..7 => Call::Lease {
                holder: self.below(3),
                minute: self.below(30).into(),
                length: (self.below(4) + 1).into(),
            },
            7..10 => Call::Remember {
                fence: self.below(5).into(),
                changed: self.several(),
                gone: self.several(),
            },
            10..12 => Call::RecordTick {
                fence: self.below(5).into(),
                minute: self.below(30).into(),
            },
            12..14 => Call::Claim {
                notice: self.below(6),
                minute: self.below(30).into(),
            },
            14..16 => Call::Settle {
                notice: self.below(6),
                minute: self.below(30).into(),
                settled: match self.below(3) {
                    0 => Settled::Sent,
                    1 => Settled::Again {
                        due: at(self.below(30).into()),
                    },
                    _ => Settled::Lost {
                        cause: name(self.below(6)),
                    },
                },
            },
            _ => Call::Reopen,
        }
    }

    fn change(&mut self) -> Change {
        let kind = self.below(10);
        let named = name(self.below(6));
        match kind {
            0 => {
                let x: [u8; 8] = std::array::from_fn(|_| self.below(u8::MAX));
                let attributes = json!({"x": [i64::from_le_bytes(x)], "y": null});
                Change::PutItem(item("schedule", &named, attributes))
            }
            1 => Change::DeleteItem(key("schedule", &named)),
            2 => {
                let (date, turn) = (self.date(), self.turn());
                let minute = u16::from(self.below(48)) * 60;
                Change::PutException(exception(
                    &named,
                    date,
                    turn,
                    (minute > 0).then_some(minute),
                ))
            }
            3 => Change::DeleteException {
                schedule: named,
                date: self.date(),
                action: self.turn(),
            },
            4 => Change::PutForce(force(
                &named,
                [Want::Run, Want::Stop][usize::from(self.below(2))],
            )),
            5 => Change::DeleteForce { schedule: named },
            6 => Change::Audit(audit(&named, &name(self.below(6)))),
            7 => Change::Deliver(delivery(&named)),
            _ => Change::Enqueue(notice(&named, self.below(30).into())),
        }
    }

    fn date(&mut self) -> chrono::NaiveDate {
        day(u32::from(self.below(4)) + 1)
    }

    fn turn(&mut self) -> Turn {
        [Turn::Start, Turn::Stop][usize::from(self.below(2))]
    }
}

fn name(number: u8) -> String {
    // Names that sort differently as bytes, as letters and as lengths.
    ["a", "B", "aa", "하나", "z'\"; --", " "][usize::from(number % 6)].into()
}

/// Reads calls out of `bytes`, makes them in an empty `place` and in a store in memory, and compares every answer and
/// in the end everything that both hold.
///
/// # Panics
/// When they differ.
pub async fn answers_like_the_one_in_memory(place: &Place, bytes: &[u8]) {
    let memory = MemoryStore::new(Tz::Asia__Seoul);
    let mut store = place.open();
    let mut bytes = Bytes(bytes);
    while !bytes.0.is_empty() {
        let call = bytes.call();
        if let Call::Reopen = call {
            store = place.open();
        }
        let answered = answer(&*store, &call).await;
        assert_eq!(answered, answer(&memory, &call).await, "{call:?}");
    }
    assert_eq!(everything(&*store).await, everything(&memory).await);
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
            let remembered = store.remember(&lease, &Intent::of(&changed, &gone)).await;
            format!("{:?}", remembered.map_err(|error| error.code()))
        }
        Call::RecordTick { fence, minute } => {
            let lease = Lease {
                fence: *fence,
                until: at(0),
            };
            let recorded = store
                .record_tick(&lease, &TickRecord::new(at(*minute)))
                .await;
            format!("{:?}", recorded.map_err(|error| error.code()))
        }
        Call::Claim { notice, minute } => {
            let claimed = store.claim_notice(&name(*notice), at(*minute)).await;
            format!("{:?}", claimed.map_err(|error| error.code()))
        }
        Call::Settle {
            notice,
            minute,
            settled,
        } => {
            let done = store
                .settle_notice(&name(*notice), settled, at(*minute))
                .await;
            format!("{:?}", done.map_err(|error| error.code()))
        }
        Call::Reopen => String::new(),
    }
}

/// Everything that the store holds, in words.
async fn everything(store: &dyn Store) -> String {
    let mut all = format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        store.items().await.unwrap(),
        store.definitions().await.unwrap(),
        store.exceptions(None, day(2), day(3)).await.unwrap(),
        store.forces().await.unwrap(),
        store.remembered().await.unwrap(),
        store.last_tick().await.unwrap(),
        store.notices(at(15), 3).await.unwrap(),
        store.kept_notices().await.unwrap(),
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
