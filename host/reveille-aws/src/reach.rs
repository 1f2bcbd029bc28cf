//! How a service in a site is called: how often, and for how long.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_smithy_runtime::client::retries::RetryPartition;

use crate::{site::Site, trouble::Trouble};

/// How calls of a service in `site` are tried again: by a rate of its own that falls when AWS throttles, so that one
/// site never slows another.
pub(crate) fn retries(site: &Site, service: &str) -> (RetryConfig, RetryPartition) {
    let mut config = RetryConfig::adaptive();
    if let Some(asked) = site.sdk.retry_config() {
        config = config.with_max_attempts(asked.max_attempts());
    }
    let partition = RetryPartition::custom(format!("{} {service}", site.name()));
    (config, partition.build())
}

/// Waits for `page` of `call`, no longer than `patience` if there is one.
pub(crate) async fn patient<T>(
    patience: Option<Duration>,
    call: &'static str,
    page: impl Future<Output = T>,
) -> Result<T, Trouble> {
    match patience {
        None => Ok(page.await),
        Some(patience) => tokio::time::timeout(patience, page)
            .await
            .map_err(|late| Trouble::late(call, late)),
    }
}
