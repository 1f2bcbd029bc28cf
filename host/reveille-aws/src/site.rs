//! One region of one account, with the credentials that reach it.

use std::time::Duration;

use aws_config::{Region, SdkConfig, sts::AssumeRoleProvider};
use aws_credential_types::provider::SharedCredentialsProvider;

use crate::{role::Role, target::Target};

/// The name under which Reveille's calls stand in the account's CloudTrail.
const SESSION: &str = "reveille";
/// How long the credentials of a role last: the shortest that AWS gives. Who revokes them has them replaced within
/// this time, because a host cannot tell revoked ones from a role that is gone.
const SESSION_LENGTH: Duration = Duration::from_mins(15);

/// One region of one account.
#[derive(Debug, Clone)]
pub struct Site {
    /// The account's twelve digits, as far as they are configured.
    pub account: Option<String>,
    /// ARN of the role that its calls are made as; none makes them as the credentials themselves.
    pub role: Option<String>,
    /// Name of the region.
    pub region: String,
    /// What clients for it are made from.
    pub sdk: SdkConfig,
}

impl Site {
    /// The sites of `target`, one for each region; they share its credentials, which are fetched with the first call
    /// and again before they expire.
    #[must_use]
    pub async fn of(home: &SdkConfig, target: &Target) -> Vec<Self> {
        let mut account = home.clone().into_builder();
        if let Some(role) = &target.role {
            let mut assumed = AssumeRoleProvider::builder(role)
                .configure(home)
                .session_name(SESSION)
                .session_length(SESSION_LENGTH);
            if let Some(id) = &target.external_id {
                assumed = assumed.external_id(id);
            }
            let role = Role::new(assumed.build().await);
            account = account.credentials_provider(SharedCredentialsProvider::new(role));
        }
        let account = account.build();
        target
            .regions
            .iter()
            .map(|region| Self {
                account: target.account.clone(),
                role: target.role.clone(),
                region: region.clone(),
                sdk: account
                    .clone()
                    .into_builder()
                    .region(Region::new(region.clone()))
                    .build(),
            })
            .collect()
    }

    /// What people know it by: `123456789012 ap-northeast-2`, or the region alone for the account of the credentials.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.account {
            Some(account) => format!("{account} {}", self.region),
            None => self.region.clone(),
        }
    }
}
