//! Messages to people: one item for each that waits, all in one partition, and one beside it that remembers its key.
//!
//! Both are written in the transaction of whoever makes the notice, if the key is not remembered yet. What waits is
//! little, so that the whole partition is read to find what is due; what was sent is removed, and what is lost stands
//! in a partition of its own.

use std::{collections::BTreeSet, sync::Arc};

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use chrono::{DateTime, Duration, Utc};
use reveille_core::{
    model::{KeptNotice, NOTICE_MEMORY, Notice, NoticeStanding, Settled},
    port::StoreError,
};

use super::{
    attributes::{Attributes, number, number_of, of_record, size_of, text, text_of, to_record},
    failure::{failed, is_contended},
    house::time_text,
    query::Tables,
    state::{EXPIRES, expires, key, unique},
    transaction::{ATTEMPTS, Table, Write, pause},
};

/// Partition of those that wait or are claimed.
const WAITING: &str = "notices";
/// Partition of those that are lost.
const LOST: &str = "lost-notices";
/// How long one that nobody has sent is kept after it has expired: whoever sends looks every minute, unless it is out of
/// order for a night.
const KEPT: Duration = Duration::days(1);
/// Actions of a transaction that a notice takes.
pub(super) const ACTIONS: usize = 2;

/// A notice as the two items that it is at first.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    at: i64,
    remembered: Attributes,
    waiting: Attributes,
}

impl Entry {
    /// One for each key; of two of one key the first stands.
    pub(super) fn all<'a>(
        notices: impl IntoIterator<Item = &'a Notice>,
    ) -> Result<Vec<Self>, StoreError> {
        let mut keys = BTreeSet::new();
        let first = notices.into_iter().filter(|it| keys.insert(&it.key));
        first.map(Self::of).collect()
    }

    fn of(notice: &Notice) -> Result<Self, StoreError> {
        let mut remembered = remembered_key(&notice.key);
        remembered.extend([expires(notice.at + NOTICE_MEMORY)]);
        let mut waiting = of_record(notice).map_err(|error| StoreError::Other(Arc::new(error)))?;
        waiting.extend(key(WAITING, sort_key(&notice.key)));
        waiting.extend([
            ("due".to_owned(), text(time_text(notice.due))),
            expires(notice.expires + KEPT),
        ]);
        Ok(Self {
            at: notice.at.timestamp(),
            remembered,
            waiting,
        })
    }

    /// Bytes that it adds to a transaction.
    pub(super) fn size(&self) -> usize {
        size_of(&self.remembered) + size_of(&self.waiting)
    }

    /// Writes that add it whether its key is remembered or not.
    pub(super) fn writes(self) -> [Write; 2] {
        [self.remembered, self.waiting].map(|item| Write::Put(Table::State, item))
    }

    /// Writes that add it if its key is not remembered.
    pub(super) fn puts(&self) -> [aws_sdk_dynamodb::types::builders::PutBuilder; ACTIONS] {
        [
            // DynamoDB removes what has aged some days late.
            Put::builder()
                .set_item(Some(self.remembered.clone()))
                .condition_expression("attribute_not_exists(pk) OR #expires <= :at")
                .expression_attribute_names("#expires", EXPIRES)
                .expression_attribute_values(":at", number(self.at)),
            Put::builder().set_item(Some(self.waiting.clone())),
        ]
    }
}

/// What remembers the key, sent or not.
fn remembered_key(notice: &str) -> Attributes {
    key(format!("notice#{notice}"), "notice")
}

/// The mark before the key stands for the empty one, which is no key.
fn sort_key(notice: &str) -> String {
    format!("#{notice}")
}

/// How an item of either partition stands; none when it cannot be read.
fn kept(item: &Attributes) -> Option<KeptNotice> {
    let time = |name| text_of(item, name)?.parse().ok();
    let standing = if let Some(at) = time("lost_at") {
        NoticeStanding::Lost {
            at,
            cause: text_of(item, "cause").unwrap_or_default().to_owned(),
        }
    } else if let Some(at) = time("claimed_at") {
        NoticeStanding::Claimed { at }
    } else {
        NoticeStanding::Waits
    };
    match to_record::<Notice>(item) {
        Ok(notice) => Some(KeptNotice { notice, standing }),
        Err(error) => {
            let sk = text_of(item, "sk");
            tracing::warn!(sk, %error, "a notice in the state table cannot be read and is not sent");
            None
        }
    }
}

fn sort(notices: &mut [KeptNotice]) {
    notices.sort_by(|one, other| {
        let (one, other) = (&one.notice, &other.notice);
        (one.due, one.at, &one.key).cmp(&(other.due, other.at, &other.key))
    });
}

impl Tables {
    /// Those of `entries` whose keys are not remembered.
    pub(super) async fn unknown(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        let mut unknown = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = key(
                text_of(&entry.remembered, "pk").unwrap_or_default(),
                text_of(&entry.remembered, "sk").unwrap_or_default(),
            );
            let ages = self.get(key).await?.map(|item| number_of(&item, EXPIRES));
            let is_remembered = ages.is_some_and(|until| {
                until.is_none_or(|until| i64::try_from(until).is_ok_and(|until| entry.at < until))
            });
            if !is_remembered {
                unknown.push(entry);
            }
        }
        Ok(unknown)
    }

    /// Those that are due and that nobody has claimed.
    pub(super) async fn due_notices(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let items = self.query(WAITING, None).await?;
        let mut waiting: Vec<KeptNotice> = items.iter().filter_map(kept).collect();
        waiting.retain(|it| it.standing == NoticeStanding::Waits && it.notice.due <= now);
        sort(&mut waiting);
        waiting.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(waiting.into_iter().map(|it| it.notice).collect())
    }

    /// Those that were not sent.
    pub(super) async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        let mut all = Vec::new();
        for partition in [WAITING, LOST] {
            all.extend(self.query(partition, None).await?.iter().filter_map(kept));
        }
        sort(&mut all);
        Ok(all)
    }

    /// Whether it was free.
    pub(super) async fn claim_notice(
        &self,
        notice: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let table = &self.names.state;
        // A call that is repeated because its answer did not come must find its own claim.
        let claim = unique();
        for attempt in 1..=ATTEMPTS {
            let claimed = self
                .client
                .update_item()
                .table_name(table)
                .set_key(Some(key(WAITING, sort_key(notice))))
                .update_expression("SET claimed_at = :now, claim = :claim ADD attempts :one")
                .condition_expression("attribute_not_exists(claimed_at) AND due <= :now")
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .expression_attribute_values(":now", text(time_text(now)))
                .expression_attribute_values(":claim", text(&claim))
                .expression_attribute_values(":one", number(1))
                .send()
                .await;
            let error = match claimed {
                Ok(_) => return Ok(true),
                Err(error) => error,
            };
            if let Some(UpdateItemError::ConditionalCheckFailedException(unmet)) =
                error.as_service_error()
            {
                let held = unmet.item().and_then(|item| text_of(item, "claim"));
                return Ok(held == Some(claim.as_str()));
            }
            if !is_contended(&error) {
                return Err(failed(table, "dynamodb:UpdateItem", error));
            }
            pause(attempt).await;
        }
        Err(StoreError::Busy)
    }

    /// Writes down what came of it.
    pub(super) async fn settle_notice(
        &self,
        notice: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match settled {
            Settled::Sent => {
                // One that was given up may have been sent after all.
                if self.take(WAITING, notice).await?.is_none() {
                    self.take(LOST, notice).await?;
                }
                Ok(())
            }
            Settled::Again { due } => {
                let mut again = match self.take(LOST, notice).await? {
                    Some(lost) => lost,
                    None => return self.release_notice(notice, *due).await,
                };
                for mark in ["lost_at", "cause", "claimed_at", "claim"] {
                    again.remove(mark);
                }
                let until = text_of(&again, "expires").and_then(|text| text.parse().ok());
                again.extend(key(WAITING, sort_key(notice)));
                again.insert("due".to_owned(), text(time_text(*due)));
                again.extend([expires(until.unwrap_or(*due).max(*due) + KEPT)]);
                self.put_notice(again).await
            }
            Settled::Lost { cause } => {
                let Some(mut lost) = self.take(WAITING, notice).await? else {
                    return Ok(());
                };
                let made = text_of(&lost, "at").and_then(|text| text.parse().ok());
                lost.extend(key(LOST, sort_key(notice)));
                lost.extend([
                    ("lost_at".to_owned(), text(time_text(now))),
                    ("cause".to_owned(), text(cause)),
                    expires(made.unwrap_or(now) + NOTICE_MEMORY),
                ]);
                self.put_notice(lost).await
            }
        }
    }

    /// Removes the item; what it was.
    async fn take(&self, partition: &str, notice: &str) -> Result<Option<Attributes>, StoreError> {
        let table = &self.names.state;
        let taken = self
            .client
            .delete_item()
            .table_name(table)
            .set_key(Some(key(partition, sort_key(notice))))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| failed(table, "dynamodb:DeleteItem", error))?;
        Ok(taken.attributes)
    }

    async fn put_notice(&self, item: Attributes) -> Result<(), StoreError> {
        let table = &self.names.state;
        let put = self
            .client
            .put_item()
            .table_name(table)
            .set_item(Some(item));
        put.send()
            .await
            .map(drop)
            .map_err(|error| failed(table, "dynamodb:PutItem", error))
    }

    /// Lets one that is claimed wait until `due`; nothing when it is not there.
    async fn release_notice(&self, notice: &str, due: DateTime<Utc>) -> Result<(), StoreError> {
        let table = &self.names.state;
        let released = self
            .client
            .update_item()
            .table_name(table)
            .set_key(Some(key(WAITING, sort_key(notice))))
            .update_expression("SET due = :due REMOVE claimed_at, claim")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":due", text(time_text(due)))
            .send()
            .await;
        match released.map_err(|error| failed(table, "dynamodb:UpdateItem", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
