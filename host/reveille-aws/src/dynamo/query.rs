//! The two tables, and how what stands in the state table is read: always as it is at this moment, never a page short.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use reveille_core::port::StoreError;
use serde::de::DeserializeOwned;

use super::{
    TableNames,
    attributes::{Attributes, text, text_of, to_record},
    failure::failed,
    house::House,
    state::SHARDS,
};

/// The two tables.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub(super) client: Client,
    pub(super) names: Arc<TableNames>,
}

impl Tables {
    /// The house as it is.
    pub(super) async fn house(&self) -> Result<House, StoreError> {
        let item = self.get(House::key()).await?;
        Ok(item.map(|item| House::read(&item)).unwrap_or_default())
    }

    /// The house as it is when nothing is left to be carried out.
    pub(super) async fn settled_house(&self) -> Result<House, StoreError> {
        let mut house = self.house().await?;
        if let Some(id) = &house.pending {
            self.carry_out(id).await?;
            house = self.house().await?;
        }
        Ok(house)
    }

    /// The item of this key.
    pub(super) async fn get(&self, key: Attributes) -> Result<Option<Attributes>, StoreError> {
        let table = &self.names.state;
        let answer = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failed(table, "dynamodb:GetItem", error))?;
        Ok(answer.item)
    }

    /// All items of `partition`, or those whose sort keys lie between two texts; in the order of these keys.
    pub(super) async fn query(
        &self,
        partition: &str,
        between: Option<(&str, &str)>,
    ) -> Result<Vec<Attributes>, StoreError> {
        let table = &self.names.state;
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(table)
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .expression_attribute_values(":pk", text(partition));
            let query = match between {
                Some((first, last)) => query
                    .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
                    .expression_attribute_values(":first", text(first))
                    .expression_attribute_values(":last", text(last)),
                None => query.key_condition_expression("pk = :pk"),
            };
            let page = query
                .send()
                .await
                .map_err(|error| failed(table, "dynamodb:Query", error))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// The last `limit` items of `partition`, the last one first.
    pub(super) async fn newest(
        &self,
        partition: &str,
        limit: u32,
    ) -> Result<Vec<Attributes>, StoreError> {
        let table = &self.names.state;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut from = None;
        while items.len() < limit {
            let page = self
                .client
                .query()
                .table_name(table)
                .consistent_read(true)
                .scan_index_forward(false)
                .limit(i32::try_from(limit - items.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(partition))
                .send()
                .await
                .map_err(|error| failed(table, "dynamodb:Query", error))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(items)
    }

    /// All items of the partitions that `partition` names, read side by side.
    pub(super) async fn shards(
        &self,
        partition: impl Fn(u8) -> String,
    ) -> Result<Vec<Attributes>, StoreError> {
        let mut reading = tokio::task::JoinSet::new();
        for number in 0..SHARDS {
            let (tables, partition) = (self.clone(), partition(number));
            reading.spawn(async move { tables.query(&partition, None).await });
        }
        let mut items = Vec::new();
        while let Some(read) = reading.join_next().await {
            items.extend(read.map_err(|ended| StoreError::Other(Arc::new(ended)))??);
        }
        Ok(items)
    }
}

/// The records that `items` are. One that somebody has made unreadable is passed over: the others go on.
pub(super) fn records<T: DeserializeOwned>(items: &[Attributes]) -> Vec<T> {
    read_or(items, |_| None::<()>).0
}

/// The records that `items` are, and what `unread` makes of those that cannot be read.
pub(super) fn read_or<T: DeserializeOwned, U>(
    items: &[Attributes],
    unread: impl Fn(&Attributes) -> Option<U>,
) -> (Vec<T>, Vec<U>) {
    let (mut records, mut others) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        match to_record(item) {
            Ok(record) => records.push(record),
            Err(error) => {
                let (pk, sk) = (text_of(item, "pk"), text_of(item, "sk"));
                tracing::warn!(pk, sk, %error, "an item of the state table cannot be read and is passed over");
                others.extend(unread(item));
            }
        }
    }
    (records, others)
}
