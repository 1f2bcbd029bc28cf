//! Tables on DynamoDB's own semantics, new ones for each test.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{Client, types::TimeToLiveSpecification};
use chrono_tz::Tz;
use reveille_aws::dynamo::{DynamoStore, TableNames, create_tables};
use reveille_core::{port::Store, testing::contract::Place};
use reveille_tests::ground::dynamodb::{dynamodb, with_transactions};

/// Two tables of one test.
#[derive(Debug, Clone)]
pub struct Tables {
    pub sdk: SdkConfig,
    pub names: TableNames,
}

/// What clients of the server are made from. Connections belong to the runtime of one test.
pub async fn sdk() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-2"))
        .endpoint_url(&dynamodb().endpoint)
        // Without TLS, whose certificates take longer to read than a test.
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("ground", "ground", None, None, "tests"))
        .load()
        .await
}

/// Names that no other test has.
pub fn names() -> TableNames {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    TableNames {
        config: format!("config-{number}"),
        state: format!("state-{number}"),
    }
}

/// New tables; none when the server knows no transactions.
pub async fn tables(test: &str) -> Option<Tables> {
    with_transactions(test)?;
    let (sdk, names) = (sdk().await, names());
    create_tables(&sdk, &names).await.unwrap();
    // The server goes by the clock on the wall, and what tests put into it is of a day of their own.
    let off = TimeToLiveSpecification::builder()
        .attribute_name("expires_at")
        .enabled(false)
        .build()
        .unwrap();
    Client::new(&sdk)
        .update_time_to_live()
        .table_name(&names.state)
        .time_to_live_specification(off)
        .send()
        .await
        .unwrap();
    Some(Tables { sdk, names })
}

impl Tables {
    /// The store in them, as one more host opens it.
    pub fn open(&self) -> Arc<dyn Store> {
        Arc::new(DynamoStore::new(
            &self.sdk,
            self.names.clone(),
            Tz::Asia__Seoul,
        ))
    }

    pub fn client(&self) -> Client {
        Client::new(&self.sdk)
    }
}

/// New tables as a place of the contract.
pub async fn place() -> Option<Place> {
    let tables = tables("the contract of stores").await?;
    Some(Place::new(move || tables.open()))
}
