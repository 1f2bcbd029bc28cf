//! What is remembered of servers, written under a lease.

use std::{collections::BTreeMap, sync::Arc};

use reveille_core::{
    model::{Remembered, ServerId},
    port::{Intent, Lease, StoreError},
};

use super::{
    attributes::number,
    house::House,
    notices::{self, Entry},
    query::{Tables, records},
    state,
    transaction::{ATTEMPTS, MOST_ACTIONS, MOST_BYTES, Refusal, Table, Transaction, Write},
};

/// What to remember of a server; none forgets it.
pub(super) type Memories = BTreeMap<ServerId, Option<Remembered>>;

/// What one transaction writes of an intent.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// What it says of servers.
    pub(super) memories: Memories,
    writes: Vec<Write>,
    notices: Vec<Entry>,
    bytes: usize,
}

impl Part {
    /// Whether so many more actions of so many bytes fit into it.
    fn takes(&self, actions: usize, bytes: usize) -> bool {
        // One action is the house's.
        let taken = 1 + self.writes.len() + self.notices.len() * notices::ACTIONS;
        taken + actions <= MOST_ACTIONS && self.bytes + bytes <= MOST_BYTES
    }
}

/// `changed` and `gone` in one; of two for one server the later one stands, and one that is gone is gone.
fn memories(changed: &[Remembered], gone: &[ServerId]) -> Memories {
    let changed = changed
        .iter()
        .map(|remembered| (remembered.server.clone(), Some(remembered.clone())));
    let gone = gone.iter().map(|server| (server.clone(), None));
    changed.chain(gone).collect()
}

/// `intent` in parts that each fit into a transaction, in the order that the port asks for: notices and audit, then
/// memories. One part that is empty when there is nothing.
pub(super) fn parts(intent: &Intent<'_>) -> Result<Vec<Part>, StoreError> {
    let ours = |error| StoreError::Other(Arc::new(error));
    let (mut parts, mut part) = (Vec::new(), Part::default());
    for entry in Entry::all(intent.notices)? {
        let bytes = entry.size();
        if !part.takes(notices::ACTIONS, bytes) {
            parts.push(std::mem::take(&mut part));
        }
        part.bytes += bytes;
        part.notices.push(entry);
    }
    for record in intent.audit {
        let write = Write::Put(Table::State, state::audit(record).map_err(ours)?);
        let bytes = write.size();
        if !part.takes(1, bytes) {
            parts.push(std::mem::take(&mut part));
        }
        part.bytes += bytes;
        part.writes.push(write);
    }
    for (server, memory) in memories(intent.changed, intent.gone) {
        let write = match &memory {
            Some(memory) => Write::Put(Table::State, state::remembered(memory).map_err(ours)?),
            None => Write::Delete(Table::State, state::remembered_key(&server.0)),
        };
        let bytes = write.size();
        if !part.takes(1, bytes) {
            parts.push(std::mem::take(&mut part));
        }
        part.bytes += bytes;
        part.memories.insert(server, memory);
        part.writes.push(write);
    }
    parts.push(part);
    Ok(parts)
}

/// `all`, which is sorted by server, with `memories` over it.
pub(super) fn merged(all: &[Remembered], memories: Memories) -> Vec<Remembered> {
    let mut merged = Vec::with_capacity(all.len() + memories.len());
    let mut left = all.iter().peekable();
    for (server, memory) in memories {
        while let Some(before) = left.next_if(|remembered| remembered.server < server) {
            merged.push(before.clone());
        }
        left.next_if(|remembered| remembered.server == server);
        merged.extend(memory);
    }
    merged.extend(left.cloned());
    merged
}

impl Tables {
    /// Everything that is remembered, sorted by server.
    pub(super) async fn remembered(&self) -> Result<Vec<Remembered>, StoreError> {
        let mut all: Vec<Remembered> = records(&self.shards(state::shard).await?);
        all.sort_unstable_by(|one, other| one.server.cmp(&other.server));
        Ok(all)
    }

    /// Writes one of the [`parts`] under `lease`, and, when it is known, upon the memory of this number.
    pub(super) async fn remember(
        &self,
        lease: &Lease,
        known: Option<u64>,
        part: &mut Part,
    ) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let done = Transaction::new(&self.client, &self.names)
                .update(|house| {
                    let house = house
                        .set_key(Some(House::key()))
                        .update_expression("ADD #memory :one")
                        .expression_attribute_names("#memory", "memory")
                        .expression_attribute_names("#fence", "fence")
                        .expression_attribute_values(":one", number(1))
                        .expression_attribute_values(":fence", number(lease.fence));
                    match known {
                        None => house.condition_expression("#fence = :fence"),
                        Some(0) => house.condition_expression(
                            "#fence = :fence AND attribute_not_exists(#memory)",
                        ),
                        Some(known) => house
                            .condition_expression("#fence = :fence AND #memory = :memory")
                            .expression_attribute_values(":memory", number(known)),
                    }
                })
                .writes(part.writes.iter().cloned())
                .notices(&part.notices)
                .carry_out()
                .await;
            match done {
                // A tick before this one has told some of it, and died.
                Err(Refusal::Condition(action, _)) if action > part.writes.len() => {
                    part.notices = self.unknown(std::mem::take(&mut part.notices)).await?;
                }
                done_or_refused => return Ok(done_or_refused?),
            }
        }
        Err(StoreError::Busy)
    }
}
