//! Objects of S3: the components of rules and their machine code, and the data that rules read.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata as _, SdkError},
    operation::get_object::{GetObjectError, GetObjectOutput},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use reveille_core::port::{FetchRequest, Fetched, Source, SourceError};
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::{
    client::{self, Place},
    trouble::{Trouble, TroubleKind},
};

/// How locations in S3 begin.
pub const SCHEME: &str = "s3";

/// The call, as IAM names it.
pub const GET_OBJECT: &str = "s3:GetObject";

/// The call that writes.
pub const PUT_OBJECT: &str = "s3:PutObject";

/// What to do where no region is known: without one no call can be signed.
const NO_REGION: &str = "no region is known to ask in; write `region` under [aws], or set AWS_REGION to that of the bucket";

/// Statuses of S3 that are no failure, or that it has no code for.
const NOT_MODIFIED: u16 = 304;
const MOVED: u16 = 301;

/// Objects, by `s3://bucket/key`. What tells one version from another is the ETag.
#[derive(Debug)]
pub struct S3Source {
    place: Place,
    client: OnceCell<Client>,
}

impl S3Source {
    /// Buckets of a region. Nothing is called, and no credentials are looked for, before the first location is read.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self {
            place,
            client: OnceCell::new(),
        }
    }

    /// As [`S3Source::new`], with a configuration that is there already.
    #[must_use]
    pub fn with_config(sdk: &SdkConfig) -> Self {
        Self {
            place: Place::default(),
            client: OnceCell::new_with(Some(made(sdk))),
        }
    }

    /// Puts an object, in place of what is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), PutError> {
        let failed = |cause: String| PutError {
            location: location.to_owned(),
            cause,
        };
        let (bucket, key) = parts(location).map_err(|error| failed(error.to_string()))?;
        let client = self.client().await;
        let put = client
            .ok_or_else(|| failed(NO_REGION.to_owned()))?
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(bytes.into())
            .send()
            .await;
        let Err(error) = put else {
            return Ok(());
        };
        let trouble = Trouble::of(PUT_OBJECT, error);
        Err(failed(match trouble.kind {
            TroubleKind::Denied => format!("{trouble}. Permit {PUT_OBJECT} to whoever runs this"),
            TroubleKind::Throttled
            | TroubleKind::Unreachable
            | TroubleKind::Credentials
            | TroubleKind::Region
            | TroubleKind::Refused => trouble.to_string(),
        }))
    }

    /// None where no region is known.
    async fn client(&self) -> Option<&Client> {
        let make = || async { made(&client::connect(&self.place).await) };
        let client = self.client.get_or_init(make).await;
        client.config().region().map(|_| client)
    }
}

/// An object is not written.
#[derive(Debug, Error)]
#[error("`{location}` cannot be written: {cause}")]
pub struct PutError {
    location: String,
    cause: String,
}

fn made(sdk: &SdkConfig) -> Client {
    // A server that stands in for AWS has no name for every bucket.
    let has_endpoint = sdk.endpoint_url().is_some();
    let config = Builder::from(sdk).force_path_style(has_endpoint).build();
    Client::from_conf(config)
}

#[async_trait]
impl Source for S3Source {
    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, SourceError> {
        let location = request.location;
        let (bucket, key) = parts(location)?;
        let Some(client) = self.client().await else {
            return Err(SourceError::Unusable {
                location: location.to_owned(),
                remedy: NO_REGION.to_owned(),
            });
        };
        let asked = client
            .get_object()
            .bucket(bucket)
            .key(key)
            .set_if_none_match(request.known.map(str::to_owned))
            .send()
            .await;
        let object = match asked {
            Ok(object) => object,
            Err(error) if status(&error) == Some(NOT_MODIFIED) => return Ok(Fetched::Unchanged),
            Err(error) => return Err(failure(location, error)),
        };
        let version = object.e_tag().map(str::to_owned);
        let bytes = read(location, object, request.most_bytes).await?;
        Ok(Fetched::New { bytes, version })
    }
}

/// Reads an object to its end, or to its limit.
async fn read(
    location: &str,
    object: GetObjectOutput,
    most_bytes: u64,
) -> Result<Vec<u8>, SourceError> {
    let too_large = || SourceError::TooLarge {
        location: location.to_owned(),
        most_bytes,
    };
    let length = object.content_length().map(u64::try_from);
    if length.is_some_and(|length| length.is_ok_and(|length| length > most_bytes)) {
        return Err(too_large());
    }
    let mut body = object.body;
    let mut bytes = Vec::new();
    loop {
        let more = body.try_next().await.map_err(|error| SourceError::Busy {
            location: location.to_owned(),
            cause: format!("the answer broke off: {error}"),
        })?;
        let Some(more) = more else {
            return Ok(bytes);
        };
        if (bytes.len() + more.len()) as u64 > most_bytes {
            return Err(too_large());
        }
        bytes.extend_from_slice(&more);
    }
}

/// Bucket and key of a location.
pub(crate) fn parts(location: &str) -> Result<(&str, &str), SourceError> {
    location
        .strip_prefix(SCHEME)
        .and_then(|rest| rest.strip_prefix("://"))
        .and_then(|rest| rest.split_once('/'))
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        .ok_or_else(|| SourceError::Unusable {
            location: location.to_owned(),
            remedy: "write `s3://bucket/key`".to_owned(),
        })
}

fn status(error: &SdkError<GetObjectError, HttpResponse>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

fn failure(location: &str, error: SdkError<GetObjectError, HttpResponse>) -> SourceError {
    let code = error.as_service_error().and_then(|error| error.code());
    let is_missing = matches!(code, Some("NoSuchKey" | "NoSuchBucket"));
    let is_elsewhere = status(&error) == Some(MOVED)
        || matches!(
            code,
            Some("PermanentRedirect" | "AuthorizationHeaderMalformed")
        );
    let location = location.to_owned();
    if is_missing {
        return SourceError::Missing { location };
    }
    if is_elsewhere {
        return SourceError::Denied {
            location,
            cause: "the bucket is in another region; use one of the region that is configured"
                .to_owned(),
        };
    }
    let trouble = Trouble::of(GET_OBJECT, error);
    match trouble.kind {
        TroubleKind::Throttled | TroubleKind::Unreachable => SourceError::Busy {
            location,
            cause: trouble.to_string(),
        },
        // S3 says so too of what is not there, to whoever may not list the bucket.
        TroubleKind::Denied => SourceError::Denied {
            location,
            cause: format!(
                "{trouble}. Permit {GET_OBJECT} to this host, and look whether the object is there"
            ),
        },
        TroubleKind::Credentials | TroubleKind::Region => SourceError::Denied {
            location,
            cause: trouble.to_string(),
        },
        TroubleKind::Refused => SourceError::Other {
            location,
            source: Arc::new(trouble),
        },
    }
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;

    use super::*;

    #[test]
    fn a_location_is_a_bucket_and_a_key() {
        assert_eq!(
            parts("s3://rules/team/a.wasm").ok(),
            Some(("rules", "team/a.wasm"))
        );
        for location in ["s3://rules", "s3://rules/", "s3:///a.wasm", "s3:rules/a"] {
            assert!(parts(location).is_err(), "{location}");
        }
    }

    #[tokio::test]
    async fn where_no_region_is_known_it_says_where_to_write_one() {
        let sdk = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        let nowhere = S3Source::with_config(&sdk.build());
        let location = "s3://rules/a.wasm";
        let request = FetchRequest {
            location,
            known: None,
            most_bytes: 1,
        };
        let read = nowhere.fetch(&request).await.map_err(|why| why.to_string());
        assert!(
            read.as_ref().is_err_and(|why| why.contains("AWS_REGION")),
            "{read:?}"
        );
        let written = nowhere.put(location, Vec::new()).await;
        let written = written.map_err(|why| why.to_string());
        assert!(
            written
                .as_ref()
                .is_err_and(|why| why.contains("AWS_REGION")),
            "{written:?}"
        );
    }
}
