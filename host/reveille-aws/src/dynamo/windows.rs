//! The runs of maintenance windows that are known, beside everything else that is remembered: one item a site.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use chrono::Duration;
use reveille_core::port::StoreError;
use serde::{Deserialize, Serialize};

use super::{
    attributes::{of_record, to_record},
    failure::failed,
    state::{expires, key},
};
use crate::windows::{KeptWindow, WindowMemory};

/// Partition of the sites.
const WINDOWS: &str = "windows";
/// How long runs are kept after the last of them has ended: they are of no more use, and DynamoDB removes what has
/// aged within a few days anyway.
const KEPT: Duration = Duration::days(1);

/// Keeps them in the state table.
#[derive(Debug, Clone)]
pub struct DynamoWindows {
    client: Client,
    table: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    runs: Vec<KeptWindow>,
}

impl DynamoWindows {
    /// In the state table of this name. Nothing is called yet.
    #[must_use]
    pub fn new(sdk: &SdkConfig, table: &str) -> Self {
        Self {
            client: Client::new(sdk),
            table: table.to_owned(),
        }
    }
}

#[async_trait]
impl WindowMemory for DynamoWindows {
    async fn load(&self, site: &str) -> Result<Vec<KeptWindow>, StoreError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(WINDOWS, site)))
            .consistent_read(true);
        let got = get
            .send()
            .await
            .map_err(|error| failed(&self.table, "dynamodb:GetItem", error))?;
        // What another version has written and this one cannot read is as good as nothing.
        let record = got.item.and_then(|item| to_record::<Record>(&item).ok());
        Ok(record.map(|record| record.runs).unwrap_or_default())
    }

    async fn keep(&self, site: &str, runs: &[KeptWindow]) -> Result<(), StoreError> {
        let Some(last) = runs.iter().map(|run| run.end).max() else {
            let delete = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(key(WINDOWS, site)));
            let deleted = delete.send().await;
            return deleted
                .map(drop)
                .map_err(|error| failed(&self.table, "dynamodb:DeleteItem", error));
        };
        let record = Record {
            runs: runs.to_vec(),
        };
        let mut item =
            of_record(&record).map_err(|error| StoreError::Other(std::sync::Arc::new(error)))?;
        item.extend(key(WINDOWS, site));
        item.extend([expires(last + KEPT)]);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        put.send()
            .await
            .map(drop)
            .map_err(|error| failed(&self.table, "dynamodb:PutItem", error))
    }
}
