//! How AWS is reached: region, endpoint, patience. Credentials come from where every AWS tool takes them.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime::client::defaults::default_http_client_plugin_v2;
use aws_smithy_runtime_api::client::{
    http::SharedHttpClient, runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::RuntimePlugin as _,
};

/// What every client is made from; named here so that nobody else needs the SDK for it.
pub use aws_config::SdkConfig;

/// How long a connection may take: within AWS it takes milliseconds, across the world a quarter of a second.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one attempt may take, its answer read: the longest, a page of 1,000 instances, takes about two seconds.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a call may take with all its attempts: well under a lease, so that what waits here cannot outlive it.
const CALL: Duration = Duration::from_secs(25);
/// Most attempts of a call; what still fails then is tried again by the next tick.
const ATTEMPTS: u32 = 4;

/// How long to wait for AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one attempt, its answer read.
    pub attempt: Duration,
    /// For a call with all its attempts.
    pub call: Duration,
    /// Most attempts of a call.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: CONNECT,
            attempt: ATTEMPT,
            call: CALL,
            attempts: ATTEMPTS,
        }
    }
}

/// Where AWS is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Name of a region; none leaves it to the environment.
    pub region: Option<String>,
    /// Another address than AWS's own for every service, such as a local server's.
    pub endpoint: Option<String>,
    /// How long to wait.
    pub patience: Patience,
}

/// The SDK's own HTTP client, one for all: otherwise every client of every service and site would open connections of
/// its own, and read the system's certificates for them, which takes 40 ms each. Connections are of the runtime that
/// opened them.
#[derive(Debug, Clone)]
pub struct Connections(Option<SharedHttpClient>);

impl Default for Connections {
    /// None are open.
    fn default() -> Self {
        let client = default_http_client_plugin_v2(BehaviorVersion::latest()).and_then(|plugin| {
            let nothing = RuntimeComponentsBuilder::new("connections");
            plugin.runtime_components(&nothing).http_client()
        });
        Self(client)
    }
}

/// What every client is made from. Nothing is called yet; credentials are looked for with the first call.
pub async fn connect(place: &Place) -> SdkConfig {
    connect_over(place, &Connections::default()).await
}

/// As [`connect`], over connections that others have too.
pub async fn connect_over(place: &Place, connections: &Connections) -> SdkConfig {
    let patience = place.patience;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.connect)
        .operation_attempt_timeout(patience.attempt)
        .operation_timeout(patience.call)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(patience.attempts));
    if let Connections(Some(client)) = connections {
        loader = loader.http_client(client.clone());
    }
    if let Some(region) = &place.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &place.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

/// The same with less patience for one attempt: a connection that has died without a word is noticed by nothing else.
#[must_use]
pub fn hurried(sdk: &SdkConfig, attempt: Duration) -> SdkConfig {
    let timeouts = sdk
        .timeout_config()
        .map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
    let timeouts = timeouts.operation_attempt_timeout(attempt).build();
    sdk.clone().into_builder().timeout_config(timeouts).build()
}
