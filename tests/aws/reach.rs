//! How tests reach the fake.

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use reveille_aws::client::{self, Patience, Place};
use reveille_tests::fake_aws::FakeAws;

/// What clients for the home account and `region` are made from.
pub async fn sdk(fake: &FakeAws, region: &str) -> SdkConfig {
    patient_sdk(fake, region, Patience::default()).await
}

/// The same with another patience.
pub async fn patient_sdk(fake: &FakeAws, region: &str, patience: Patience) -> SdkConfig {
    let (key, secret) = fake.credentials();
    let place = Place {
        region: Some(region.to_owned()),
        endpoint: Some(fake.endpoint()),
        patience,
    };
    client::connect(&place)
        .await
        .into_builder()
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            key, secret, None, None, "test",
        )))
        .build()
}
