//! Commits that are larger than a transaction.
//!
//! Most of it is first written beside the state, where nobody looks. One transaction then writes the rest to where it
//! belongs and names that journal in the house: with it the commit is done. What the journal says is carried out
//! afterwards, by whoever finds its name there: each part in a transaction that holds only while the name stands, so
//! that one who is late undoes nothing.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use chrono::{DateTime, Utc};
use reveille_core::port::StoreError;

use super::{
    attributes::{Attributes, number, text, text_of},
    failure::{TableError, failed},
    house::House,
    query::Tables,
    state::{self, KEPT_LONG, unique},
    transaction::{MOST_ACTIONS, MOST_BYTES, Refusal, Table, Transaction, Write, pause},
};

/// Most items of one batch. Source: "BatchWriteItem", Amazon DynamoDB API Reference, read 2026-11-23.
const BATCH: usize = 25;
/// Most bytes of one batch that are sent: DynamoDB takes 16 MB, and slow lines take less within one attempt.
const BATCH_BYTES: usize = 4_000_000;
/// How often what a batch has left undone is tried again.
const ATTEMPTS: u32 = 8;
/// How often a commit is tried that finds another's journal before it.
const JOURNALS: u32 = 4;

impl Tables {
    /// Does `writes`, and adds `answers`, which must not be there yet.
    pub(super) async fn commit_by_journal(
        &self,
        writes: Vec<Write>,
        answers: Vec<Attributes>,
    ) -> Result<(), StoreError> {
        if answers.len() >= MOST_ACTIONS {
            return Err(TableError::Answers.into());
        }
        let (first, later) = split(writes, answers.len());
        let id = unique();
        let journal = partition(&id);
        let entries: Vec<Attributes> = later
            .iter()
            .enumerate()
            .map(|(number, write)| entry(&journal, number, write))
            .collect();
        let keys: Vec<Attributes> = entries.iter().map(key_of).collect();
        if let Err(error) = self.batch(entries.into_iter().map(put)).await {
            self.forget(keys).await;
            return Err(error);
        }
        if let Err(error) = self.name_journal(&id, &first, &answers).await {
            // Whoever was not heard may have been understood: a journal that is named must not be lost.
            if matches!(error, StoreError::Conflict | StoreError::Denied) {
                self.forget(keys).await;
            }
            return Err(error);
        }
        // The commit is done, whatever happens now: whoever reads carries it out first.
        if let Err(error) = self.carry_out(&id).await {
            tracing::warn!(%error, "a commit is done and waits to be carried out");
        }
        Ok(())
    }

    /// The point at which the commit is done.
    async fn name_journal(
        &self,
        id: &str,
        first: &[Write],
        answers: &[Attributes],
    ) -> Result<(), StoreError> {
        for _ in 0..JOURNALS {
            let named = Transaction::new(&self.client, &self.names)
                .update(|house| {
                    house
                        .set_key(Some(House::key()))
                        .update_expression("SET #pending = :id")
                        .condition_expression("attribute_not_exists(#pending)")
                        .expression_attribute_names("#pending", "pending")
                        .expression_attribute_values(":id", text(id))
                })
                .writes(first.iter().cloned())
                .additions(answers.iter().cloned())
                .carry_out()
                .await;
            match named {
                Err(Refusal::Condition(0, house)) => self.carry_out_other(house).await?,
                done_or_refused => return Ok(done_or_refused?),
            }
        }
        Err(StoreError::Busy)
    }

    /// Carries out the journal that `house` names.
    pub(super) async fn carry_out_other(
        &self,
        house: Option<Attributes>,
    ) -> Result<(), StoreError> {
        match house.and_then(|house| House::read(&house).pending) {
            Some(id) => self.carry_out(&id).await,
            None => Ok(()),
        }
    }

    /// Carries out the journal of this id, unless that has been done.
    pub(super) async fn carry_out(&self, id: &str) -> Result<(), StoreError> {
        let entries = self.query(&partition(id), None).await?;
        let keys: Vec<Attributes> = entries.iter().map(key_of).collect();
        let mut part = Vec::new();
        let mut bytes = 0;
        for write in entries.into_iter().filter_map(write_of) {
            // One action is the house's.
            if part.len() + 1 == MOST_ACTIONS || bytes + write.size() > MOST_BYTES {
                if !self.carry_out_part(id, std::mem::take(&mut part)).await? {
                    return Ok(());
                }
                bytes = 0;
            }
            bytes += write.size();
            part.push(write);
        }
        if self.carry_out_part(id, part).await? && self.close(id).await? {
            self.forget(keys).await;
        }
        Ok(())
    }

    /// Whether it was still to be done.
    async fn carry_out_part(&self, id: &str, part: Vec<Write>) -> Result<bool, StoreError> {
        let done = Transaction::new(&self.client, &self.names)
            .check(|house| {
                house
                    .set_key(Some(House::key()))
                    .condition_expression("#pending = :id")
                    .expression_attribute_names("#pending", "pending")
                    .expression_attribute_values(":id", text(id))
            })
            .writes(part)
            .carry_out()
            .await;
        match done {
            Ok(()) => Ok(true),
            Err(Refusal::Condition(..)) => Ok(false),
            Err(refused @ (Refusal::Contended | Refusal::Failed(_))) => Err(refused.into()),
        }
    }

    /// Whether it was still open.
    async fn close(&self, id: &str) -> Result<bool, StoreError> {
        let closed = Transaction::new(&self.client, &self.names)
            .update(|house| {
                house
                    .set_key(Some(House::key()))
                    .update_expression("REMOVE #pending ADD #revision :one")
                    .condition_expression("#pending = :id")
                    .expression_attribute_names("#pending", "pending")
                    .expression_attribute_names("#revision", "revision")
                    .expression_attribute_values(":id", text(id))
                    .expression_attribute_values(":one", number(1))
            })
            .carry_out()
            .await;
        match closed {
            Ok(()) => Ok(true),
            Err(Refusal::Condition(..)) => Ok(false),
            Err(refused @ (Refusal::Contended | Refusal::Failed(_))) => Err(refused.into()),
        }
    }

    /// Removes what is of no use any more; what stays goes when it expires.
    async fn forget(&self, keys: Vec<Attributes>) {
        if let Err(error) = self.batch(keys.into_iter().map(delete)).await {
            tracing::debug!(%error, "a journal is left to expire");
        }
    }

    /// Writes to the state table, in batches; what DynamoDB leaves undone is tried again.
    async fn batch(
        &self,
        requests: impl Iterator<Item = (usize, WriteRequest)>,
    ) -> Result<(), StoreError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut bytes = 0;
        for (size, request) in requests {
            if batch.len() == BATCH || bytes + size > BATCH_BYTES {
                self.write_batch(std::mem::take(&mut batch)).await?;
                bytes = 0;
            }
            bytes += size;
            batch.push(request);
        }
        self.write_batch(batch).await
    }

    async fn write_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        let table = &self.names.state;
        for attempt in 1..=ATTEMPTS {
            if batch.is_empty() {
                return Ok(());
            }
            let answer = self
                .client
                .batch_write_item()
                .request_items(table, batch)
                .send()
                .await
                .map_err(|error| failed(table, "dynamodb:BatchWriteItem", error))?;
            let undone: HashMap<_, _> = answer.unprocessed_items.unwrap_or_default();
            batch = undone.into_values().flatten().collect();
            if !batch.is_empty() {
                pause(attempt).await;
            }
        }
        if batch.is_empty() {
            Ok(())
        } else {
            Err(StoreError::Busy)
        }
    }
}

/// What is written with the name of the journal, beside `answers` others, and what stands in it. One of each kind of
/// write is among the first: what is not permitted, or meets another key, is refused before anything is done, and not
/// when it has to be.
fn split(writes: Vec<Write>, answers: usize) -> (Vec<Write>, Vec<Write>) {
    let mut kinds = BTreeSet::new();
    let (ones, others): (Vec<Write>, Vec<Write>) = writes
        .into_iter()
        .partition(|write| kinds.insert((write.table(), matches!(write, Write::Put(..)))));
    let (mut first, mut later) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for write in ones.into_iter().chain(others) {
        bytes += write.size();
        // One action is the house's. Half of the bytes are left to the answers.
        if later.is_empty() && first.len() + answers + 1 < MOST_ACTIONS && bytes <= MOST_BYTES / 2 {
            first.push(write);
        } else {
            later.push(write);
        }
    }
    (first, later)
}

fn partition(id: &str) -> String {
    format!("journal#{id}")
}

/// A write as an item of the journal. The written item stands in it whole, so that what DynamoDB would refuse there
/// it refuses here, before anything is done.
fn entry(journal: &str, number: usize, write: &Write) -> Attributes {
    let (what, table, item) = match write {
        Write::Put(table, item) => ("put", table, item),
        Write::Delete(table, key) => ("delete", table, key),
    };
    let table = match table {
        Table::Config => "config",
        Table::State => "state",
    };
    let mut entry = state::key(journal, format!("{number:08}"));
    entry.extend([
        ("what".to_owned(), text(what)),
        ("table".to_owned(), text(table)),
        ("item".to_owned(), AttributeValue::M(item.clone())),
        // Long after anybody could still need it: a house may stand empty for a while.
        state::expires(DateTime::<Utc>::from(std::time::SystemTime::now()) + KEPT_LONG),
    ]);
    entry
}

fn write_of(entry: Attributes) -> Option<Write> {
    let table = match text_of(&entry, "table")? {
        "config" => Table::Config,
        _ => Table::State,
    };
    let is_put = text_of(&entry, "what")? == "put";
    let AttributeValue::M(item) = entry.into_iter().find(|(name, _)| name == "item")?.1 else {
        return None;
    };
    Some(if is_put {
        Write::Put(table, item)
    } else {
        Write::Delete(table, item)
    })
}

fn key_of(entry: &Attributes) -> Attributes {
    state::key(
        text_of(entry, "pk").unwrap_or_default(),
        text_of(entry, "sk").unwrap_or_default(),
    )
}

fn put(item: Attributes) -> (usize, WriteRequest) {
    let size = super::attributes::size_of(&item);
    let put = PutRequest::builder().set_item(Some(item)).build().ok();
    (size, WriteRequest::builder().set_put_request(put).build())
}

fn delete(key: Attributes) -> (usize, WriteRequest) {
    let delete = DeleteRequest::builder().set_key(Some(key)).build().ok();
    (
        0,
        WriteRequest::builder().set_delete_request(delete).build(),
    )
}
