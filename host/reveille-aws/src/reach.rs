//! How a service in a site is called: how often, and for how long.

use std::{
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_config::retry::RetryConfig;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::{
    site::Site,
    trouble::{Trouble, TroubleKind},
};

/// How long calls keep to a rate after one was throttled beyond what trying again helps. The SDK's rate only falls: it
/// is bound by what was last called, which is little in a site that is looked at once a minute.
const CAREFUL: Duration = Duration::from_mins(10);

/// A service in one site.
#[derive(Debug)]
pub(crate) struct Reach<C> {
    /// Calls as they come, and again after growing pauses.
    calm: C,
    /// Keeps to a rate that falls when AWS throttles.
    careful: C,
    /// When it was last throttled.
    throttled: Mutex<Option<Instant>>,
}

impl<C> Reach<C> {
    /// The service of this name in `site`, by the clients that `client` makes. What one site spends on trying again,
    /// and the rate that it keeps to, are no other's.
    pub(crate) fn new(
        site: &Site,
        service: &str,
        client: impl Fn(RetryConfig, RetryPartition) -> C,
    ) -> Self {
        let calm = site.sdk.retry_config().cloned();
        let calm = calm.unwrap_or_else(RetryConfig::standard);
        let careful = RetryConfig::adaptive()
            .with_max_attempts(calm.max_attempts())
            .with_initial_backoff(calm.initial_backoff());
        let partition = || RetryPartition::custom(format!("{} {service}", site.name())).build();
        Self {
            calm: client(calm, partition()),
            careful: client(careful, partition()),
            throttled: Mutex::default(),
        }
    }

    /// What to call it by now.
    pub(crate) fn client(&self) -> &C {
        let throttled = *self.throttled();
        if throttled.is_some_and(|at| at.elapsed() < CAREFUL) {
            &self.careful
        } else {
            &self.calm
        }
    }

    /// What `error` means for `call`, and from here on for the calls that follow.
    pub(crate) fn trouble<E>(&self, call: &'static str, error: SdkError<E, HttpResponse>) -> Trouble
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let trouble = Trouble::of(call, error);
        if trouble.kind == TroubleKind::Throttled && trouble.call == call {
            *self.throttled() = Some(Instant::now());
        }
        trouble
    }

    fn throttled(&self) -> MutexGuard<'_, Option<Instant>> {
        self.throttled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
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

#[cfg(test)]
mod tests {
    use aws_config::SdkConfig;
    use aws_sdk_sts::{error::ErrorMetadata, operation::assume_role::AssumeRoleError};
    use aws_smithy_types::{body::SdkBody, retry::RetryMode};

    use super::*;

    fn site() -> Site {
        Site {
            account: None,
            role: None,
            region: "eu-west-1".to_owned(),
            sdk: SdkConfig::builder()
                .retry_config(RetryConfig::standard().with_max_attempts(7))
                .build(),
        }
    }

    fn refused(code: &str) -> SdkError<AssumeRoleError, HttpResponse> {
        let error = AssumeRoleError::generic(ErrorMetadata::builder().code(code).build());
        let status = 400_u16.try_into().unwrap_or_else(|_| unreachable!());
        SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty()))
    }

    #[test]
    fn a_service_that_throttles_is_called_with_care_from_then_on() {
        let reach = Reach::new(&site(), "ec2", |retry, _| retry);
        reach.trouble("ec2:StartInstances", refused("IncorrectInstanceState"));
        assert_eq!(reach.client().mode(), RetryMode::Standard);
        reach.trouble("ec2:StartInstances", refused("RequestLimitExceeded"));
        assert_eq!(reach.client().mode(), RetryMode::Adaptive);
        assert_eq!(reach.client().max_attempts(), 7);
    }
}
