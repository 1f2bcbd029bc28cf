//! Who this host is at a registry: what `docker login` has written, or the helper that it names.

use docker_credential::{CredentialRetrievalError, DockerCredential};
use oci_client::secrets::RegistryAuth;

/// The credentials for a registry; none when there are none for it. They are read anew each time: those of ECR live
/// for twelve hours.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what else befalls is told in its own words"
)]
pub(super) async fn of(registry: &str) -> RegistryAuth {
    let asked = registry.to_owned();
    // A helper is another program, and takes its time.
    let found = tokio::task::spawn_blocking(move || docker_credential::get_credential(&asked));
    match found.await {
        Ok(Ok(DockerCredential::UsernamePassword(user, password))) => {
            RegistryAuth::Basic(user, password)
        }
        Ok(Ok(DockerCredential::IdentityToken(token))) => RegistryAuth::Bearer(token),
        Ok(Err(error)) => {
            match error {
                CredentialRetrievalError::ConfigNotFound
                | CredentialRetrievalError::ConfigReadError
                | CredentialRetrievalError::NoCredentialConfigured => {}
                // What a helper says may have a secret in it.
                CredentialRetrievalError::HelperFailure { helper, .. } => {
                    tracing::warn!(registry, helper, "the credential helper fails");
                }
                other => tracing::warn!(registry, "the credentials cannot be used: {other}"),
            }
            RegistryAuth::Anonymous
        }
        Err(_) => RegistryAuth::Anonymous,
    }
}
