//! What a registry's failures mean.

use std::sync::Arc;

use oci_client::errors::{OciDistributionError, OciErrorCode};
use reveille_core::port::SourceError;

/// What to do about credentials.
const LOG_IN: &str =
    "`docker login` there as the user that Reveille runs as, or let it be read by everybody";

/// What `error` means for whoever reads `location`.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is left is told as it is"
)]
pub(super) fn of(location: &str, error: OciDistributionError) -> SourceError {
    let location = location.to_owned();
    let other = |location: String, error: OciDistributionError| SourceError::Other {
        location,
        source: Arc::new(error),
    };
    match error {
        OciDistributionError::AuthenticationFailure(_)
        | OciDistributionError::UnauthorizedError { .. } => SourceError::Denied {
            location,
            cause: LOG_IN.to_owned(),
        },
        OciDistributionError::ImageManifestNotFoundError(_) => SourceError::Missing { location },
        OciDistributionError::ImageIndexParsingNoPlatformResolverError => SourceError::Unusable {
            location,
            remedy: "it is an index of several images; name the one with the component".to_owned(),
        },
        OciDistributionError::RegistryError { envelope, url } => {
            match envelope.errors.first().map(|error| &error.code) {
                Some(
                    OciErrorCode::ManifestUnknown
                    | OciErrorCode::ManifestBlobUnknown
                    | OciErrorCode::BlobUnknown
                    | OciErrorCode::NameUnknown
                    | OciErrorCode::NotFound,
                ) => SourceError::Missing { location },
                Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => SourceError::Denied {
                    location,
                    cause: LOG_IN.to_owned(),
                },
                Some(OciErrorCode::Toomanyrequests) => SourceError::Busy {
                    location,
                    cause: "the registry has had too many requests".to_owned(),
                },
                _ => other(
                    location,
                    OciDistributionError::RegistryError { envelope, url },
                ),
            }
        }
        OciDistributionError::ServerError { code: 404, .. } => SourceError::Missing { location },
        OciDistributionError::ServerError { code: 403, .. } => SourceError::Denied {
            location,
            cause: LOG_IN.to_owned(),
        },
        OciDistributionError::ServerError { code, .. } if code == 429 || code >= 500 => {
            SourceError::Busy {
                location,
                cause: format!("the registry answers with status {code}"),
            }
        }
        OciDistributionError::RequestError(error) if is_of_the_way(&error) => SourceError::Busy {
            location,
            cause: if error.is_timeout() {
                "no answer in time".to_owned()
            } else {
                deepest(&error)
            },
        },
        error => other(location, error),
    }
}

/// Whether it befell on the way there or back.
fn is_of_the_way(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_timeout() || error.is_body() || error.is_request()
}

/// The cause of causes: those above it say that a request failed, and repeat its address.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
