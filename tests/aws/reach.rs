//! How tests reach what stands in for AWS.

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use reveille_aws::client::{self, Patience, Place};
use reveille_tests::fake_aws::FakeAws;

/// What clients for the home account of `fake` and `region` are made from.
pub async fn sdk(fake: &FakeAws, region: &str) -> SdkConfig {
    patient_sdk(fake, region, Patience::default()).await
}

/// The same with another patience.
pub async fn patient_sdk(fake: &FakeAws, region: &str, patience: Patience) -> SdkConfig {
    sdk_at(&fake.endpoint(), fake.credentials(), region, patience).await
}

/// What clients of a server at `endpoint` are made from.
pub async fn sdk_at(
    endpoint: &str,
    (key, secret): (&str, &str),
    region: &str,
    patience: Patience,
) -> SdkConfig {
    let place = Place {
        region: Some(region.to_owned()),
        endpoint: Some(endpoint.to_owned()),
        patience,
    };
    let credentials = Credentials::new(key, secret, None, None, "test");
    client::connect(&place)
        .await
        .into_builder()
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
