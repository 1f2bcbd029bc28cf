//! The credentials of an assumed role, asked for once where many calls wait for them.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};

/// How long the answer is waited for: less than the five seconds after which the SDK gives up and forgets why.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a refusal stands: every call of every region of the account waits for the same answer, and they get it one
/// after the other. Who asks later asks anew.
const REFUSED: Duration = Duration::from_millis(100);

/// Credentials of a role, and why there are none.
#[derive(Debug)]
pub(crate) struct Role {
    provider: AssumeRoleProvider,
    refused: Mutex<Option<(Instant, Refusal)>>,
}

/// Why the role was not assumed, for everyone who waited.
#[derive(Debug, Clone)]
struct Refusal(Arc<CredentialsError>);

impl Role {
    pub(crate) fn new(provider: AssumeRoleProvider) -> Self {
        Self {
            provider,
            refused: Mutex::default(),
        }
    }

    async fn assume(&self) -> Result<Credentials, CredentialsError> {
        let refused = self.refused().clone();
        if let Some((_, refusal)) = refused.filter(|(at, _)| at.elapsed() < REFUSED) {
            return Err(CredentialsError::provider_error(refusal));
        }
        let assumed = tokio::time::timeout(PATIENCE, self.provider.provide_credentials()).await;
        let assumed =
            assumed.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(PATIENCE)));
        match assumed {
            Ok(credentials) => Ok(credentials),
            Err(error) => {
                let refusal = Refusal(Arc::new(error));
                *self.refused() = Some((Instant::now(), refusal.clone()));
                Err(CredentialsError::provider_error(refusal))
            }
        }
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Refusal)>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the role was not assumed")
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}
