//! What is remembered of servers, written under a lease.

use std::{collections::BTreeMap, sync::Arc};

use reveille_core::{
    model::{Remembered, ServerId},
    port::{Lease, StoreError},
};

use super::{
    attributes::number,
    house::House,
    query::{Tables, records},
    state,
    transaction::{MOST_ACTIONS, MOST_BYTES, Table, Transaction, Write},
};

/// What to remember of a server; none forgets it.
pub(super) type Memories = BTreeMap<ServerId, Option<Remembered>>;

/// `changed` and `gone` in one; of two for one server the later one stands, and one that is gone is gone.
pub(super) fn memories(changed: &[Remembered], gone: &[ServerId]) -> Memories {
    let changed = changed
        .iter()
        .map(|remembered| (remembered.server.clone(), Some(remembered.clone())));
    let gone = gone.iter().map(|server| (server.clone(), None));
    changed.chain(gone).collect()
}

/// `memories` in parts that each fit into a transaction; one that is empty when there is nothing.
pub(super) fn parts(memories: Memories) -> Result<Vec<(Memories, Vec<Write>)>, StoreError> {
    let mut parts: Vec<(Memories, Vec<Write>)> = vec![Default::default()];
    let mut bytes = 0;
    for (server, memory) in memories {
        let write = match &memory {
            Some(memory) => Write::Put(
                Table::State,
                state::remembered(memory).map_err(|error| StoreError::Other(Arc::new(error)))?,
            ),
            None => Write::Delete(Table::State, state::remembered_key(&server.0)),
        };
        bytes += write.size();
        // One action is the house's.
        if parts
            .last()
            .is_some_and(|(_, writes)| writes.len() + 1 == MOST_ACTIONS)
            || bytes > MOST_BYTES
        {
            parts.push(Default::default());
            bytes = write.size();
        }
        if let Some((memories, writes)) = parts.last_mut() {
            memories.insert(server, memory);
            writes.push(write);
        }
    }
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
        part: Vec<Write>,
    ) -> Result<(), StoreError> {
        Transaction::new(&self.client, &self.names)
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
                    Some(0) => house
                        .condition_expression("#fence = :fence AND attribute_not_exists(#memory)"),
                    Some(known) => house
                        .condition_expression("#fence = :fence AND #memory = :memory")
                        .expression_attribute_values(":memory", number(known)),
                }
            })
            .writes(part)
            .carry_out()
            .await?;
        Ok(())
    }
}
