//! AWS as it is configured: how it is reached, and the store and the fleet there.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use chrono_tz::Tz;
use reveille_aws::{
    client::{self, Connections, Patience, Place, SdkConfig},
    dynamo::{DynamoStore, DynamoWindows, TableNames},
    fleet::AwsFleet,
    windows::{Forgetful, WindowMemory},
};
use reveille_core::port::{Fleet, Store};

use crate::config::{AwsConfig, Config, StoreConfig};

/// How long DynamoDB may take for one answer, of which the largest, a page of 1 MB, takes a second: people in chat wait
/// for it, and for another attempt on another connection.
const STORE_ATTEMPT: Duration = Duration::from_secs(4);

/// AWS's SDK in the region of the configuration, or of the surroundings where there is no section `[aws]`.
pub(crate) async fn connect(config: &Config) -> SdkConfig {
    connect_with(config, Patience::default()).await
}

/// As [`connect`], with another patience.
pub(crate) async fn connect_with(config: &Config, patience: Patience) -> SdkConfig {
    connect_at(Place {
        patience,
        ..place(config)
    })
    .await
}

/// The program has one runtime.
async fn connect_at(place: Place) -> SdkConfig {
    static CONNECTIONS: OnceLock<Connections> = OnceLock::new();
    client::connect_over(&place, CONNECTIONS.get_or_init(Connections::default)).await
}

/// As [`connect`], elsewhere.
pub(crate) async fn connect_to(
    config: &Config,
    region: Option<String>,
    endpoint: Option<String>,
) -> SdkConfig {
    let configured = place(config);
    connect_at(Place {
        region: region.or(configured.region),
        endpoint: endpoint.or(configured.endpoint),
        ..Place::default()
    })
    .await
}

/// Where AWS is; nothing is said of it where the configuration does not.
pub(crate) fn place(config: &Config) -> Place {
    let aws = config.aws.as_ref();
    Place {
        region: aws
            .map(|aws| aws.region.clone())
            .or_else(|| config.table_region.clone()),
        endpoint: aws.and_then(|aws| aws.endpoint.clone()),
        ..Place::default()
    }
}

/// The store in these tables.
pub(crate) fn store(sdk: &SdkConfig, tables: &TableNames, zone: Tz) -> Arc<dyn Store> {
    let sdk = client::hurried(sdk, STORE_ATTEMPT);
    Arc::new(DynamoStore::new(&sdk, tables.clone(), zone))
}

/// Where windows that are open outlive the process: nowhere when the store is a file.
pub(crate) fn windows(sdk: &SdkConfig, store: &StoreConfig) -> Arc<dyn WindowMemory> {
    match store {
        StoreConfig::Sqlite(_) => Arc::new(Forgetful),
        StoreConfig::Dynamo(tables) => Arc::new(DynamoWindows::new(sdk, &tables.state)),
    }
}

/// The servers of every configured account and region; `windows` keeps those that are open.
pub(crate) async fn fleet(
    sdk: &SdkConfig,
    aws: &AwsConfig,
    windows: Arc<dyn WindowMemory>,
) -> Arc<dyn Fleet> {
    let fleet = AwsFleet::new(sdk, aws.fleet.clone())
        .await
        .with_traces(&aws.traces);
    Arc::new(if aws.ssm_windows {
        fleet.with_windows(windows)
    } else {
        fleet
    })
}
