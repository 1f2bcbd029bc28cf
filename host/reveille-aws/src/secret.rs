//! Secrets that AWS keeps: parameters of Systems Manager and secrets of Secrets Manager, read one at a time.

use std::fmt;

use aws_config::{Region, SdkConfig};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    policy::partition,
    signed::{Service, Signed},
    trouble::{Trouble, TroubleKind},
};

/// The call for a parameter, as IAM names it.
pub const GET_PARAMETER: &str = "ssm:GetParameter";
/// The call for a secret, as IAM names it.
pub const GET_SECRET: &str = "secretsmanager:GetSecretValue";

/// How long after a change the secret before it counts too: time for whoever changes it by hand at the other end, and
/// little for whoever has stolen it.
pub const ROTATION: TimeDelta = TimeDelta::hours(1);

/// Longest name or ARN: that of a parameter (API Reference, `GetParameter`, read 2026-11-23).
const LONGEST_NAME: usize = 2_048;
/// Characters that AWS puts behind the name of a secret in its ARN, a hyphen before them.
const SUFFIX: usize = 6;

/// What AWS knows a secret by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretId {
    /// Name or ARN of a parameter of Systems Manager, with its version or label behind a colon if need be.
    Parameter(String),
    /// Name or ARN of a secret of Secrets Manager.
    Managed(String),
}

impl SecretId {
    /// A parameter.
    ///
    /// # Errors
    /// What would be right, when it cannot be the name of one.
    pub fn parameter(name: &str) -> Result<Self, String> {
        // A colon stands before a version or a label.
        is_name(name, "_.-/:", ":ssm:")
            .then(|| Self::Parameter(name.to_owned()))
            .ok_or_else(|| {
                "write the name of an SSM parameter, such as `/reveille/token`, or its ARN"
                    .to_owned()
            })
    }

    /// A secret of Secrets Manager.
    ///
    /// # Errors
    /// What would be right, when it cannot be the name of one.
    pub fn managed(name: &str) -> Result<Self, String> {
        is_name(name, "/_+=.@-", ":secretsmanager:")
            .then(|| Self::Managed(name.to_owned()))
            .ok_or_else(|| {
                "write the name of a secret in Secrets Manager, such as `reveille/jandi`, or its ARN".to_owned()
            })
    }

    /// The call that reads it.
    #[must_use]
    pub fn call(&self) -> &'static str {
        match self {
            Self::Parameter(_) => GET_PARAMETER,
            Self::Managed(_) => GET_SECRET,
        }
    }

    /// Its ARN as policies have it: `region` and `account` are those of names, and what AWS puts behind the name of a
    /// secret is left open.
    #[must_use]
    pub fn arn(&self, region: &str, account: &str) -> String {
        match self {
            Self::Parameter(name) if name.starts_with("arn:") => {
                name.splitn(7, ':').take(6).collect::<Vec<_>>().join(":")
            }
            Self::Parameter(name) => {
                let name = name.split(':').next().unwrap_or(name);
                let partition = partition(region);
                let name = name.trim_start_matches('/');
                format!("arn:{partition}:ssm:{region}:{account}:parameter/{name}")
            }
            Self::Managed(name) if name.starts_with("arn:") => {
                if has_suffix(name) {
                    name.clone()
                } else {
                    format!("{name}-{}", "?".repeat(SUFFIX))
                }
            }
            Self::Managed(name) => {
                let partition = partition(region);
                let open = "?".repeat(SUFFIX);
                format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{open}")
            }
        }
    }

    /// The region that its ARN tells.
    fn region(&self) -> Option<&str> {
        match self {
            Self::Parameter(name) | Self::Managed(name) => name
                .starts_with("arn:")
                .then(|| name.split(':').nth(3))
                .flatten(),
        }
    }
}

/// Whether AWS takes it as a name of these letters, or as an ARN of this service.
fn is_name(name: &str, marks: &str, service: &str) -> bool {
    let of = |marks: &str| {
        !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
    };
    if name.starts_with("arn:") {
        name.contains(service) && name.split(':').count() >= 6 && of("/_+=.@-:")
    } else {
        of(marks)
    }
}

/// Whether an ARN ends as AWS ends them.
fn has_suffix(arn: &str) -> bool {
    arn.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() == SUFFIX && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// What a secret says. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretVersions {
    /// What it says now.
    pub current: String,
    /// What it said before, when that is no longer ago than [`ROTATION`]; parameters do not tell.
    pub previous: Option<String>,
}

impl fmt::Debug for SecretVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretVersions").finish_non_exhaustive()
    }
}

/// Why a secret cannot be had of AWS. No message tells anything that is in it.
#[derive(Debug, Error)]
pub enum SecretTrouble {
    /// Neither the configuration nor the surroundings name a region.
    #[error("no region is known")]
    Nowhere,
    /// There is no such secret, or it is about to be deleted.
    #[error("it is not there ({code})")]
    Missing {
        /// AWS's code.
        code: String,
    },
    /// It is there, and the key that it is encrypted with may not be used.
    #[error("the key that it is encrypted with may not be used ({code})")]
    Locked {
        /// AWS's code.
        code: String,
    },
    /// The call failed.
    #[error(transparent)]
    Call(Trouble),
    /// It is no text.
    #[error("it is binary, or empty")]
    NotText,
    /// It is no object in JSON that has a text in this field.
    #[error("it is no JSON that has a text in the field `{field}`")]
    NoField {
        /// The field.
        field: String,
    },
}

/// Reads secrets. Nothing is called before the first one is read.
#[derive(Debug)]
pub struct SecretReader {
    sdk: SdkConfig,
}

impl SecretReader {
    /// With the region, for names, and the credentials of `sdk`.
    #[must_use]
    pub fn new(sdk: SdkConfig) -> Self {
        Self { sdk }
    }

    /// What the secret says, or its value of the key `field` when it is an object in JSON; `now` tells whether it has
    /// just been changed.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn read(
        &self,
        id: &SecretId,
        field: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<SecretVersions, SecretTrouble> {
        let mut sdk = self.sdk.clone();
        if let Some(region) = id.region() {
            let region = Region::new(region.to_owned());
            sdk = sdk.into_builder().region(region).build();
        }
        if sdk.region().is_none() {
            return Err(SecretTrouble::Nowhere);
        }
        match id {
            SecretId::Parameter(name) => parameter(&sdk, name).await,
            SecretId::Managed(name) => managed(&sdk, name, field, now).await,
        }
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
async fn parameter(sdk: &SdkConfig, name: &str) -> Result<SecretVersions, SecretTrouble> {
    let asked = json!({"Name": name, "WithDecryption": true});
    let told = Signed::new(sdk, Service::SSM)
        .json(GET_PARAMETER, &asked)
        .await
        .map_err(judged)?;
    let value = told["Parameter"]["Value"].as_str();
    Ok(SecretVersions {
        current: value.ok_or(SecretTrouble::NotText)?.to_owned(),
        previous: None,
    })
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
async fn managed(
    sdk: &SdkConfig,
    name: &str,
    field: Option<&str>,
    now: DateTime<Utc>,
) -> Result<SecretVersions, SecretTrouble> {
    let client = Signed::new(sdk, Service::SECRETS_MANAGER);
    let stage = async |stage: &str| {
        let asked = json!({"SecretId": name, "VersionStage": stage});
        client.json(GET_SECRET, &asked).await.map_err(judged)
    };
    let told = stage("AWSCURRENT").await?;
    let current = text(&told, field)?;
    let previous = if is_new(&told, now) {
        match stage("AWSPREVIOUS").await {
            // The one before may have had another shape.
            Ok(told) => text(&told, field).ok(),
            Err(SecretTrouble::Missing { .. }) => None,
            Err(trouble) => return Err(trouble),
        }
    } else {
        None
    };
    Ok(SecretVersions { current, previous })
}

/// Whether the version was made no longer ago than [`ROTATION`].
fn is_new(told: &Value, now: DateTime<Utc>) -> bool {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds since 1970 with a fraction, which is not looked at"
    )]
    let made = told["CreatedDate"]
        .as_f64()
        .and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
    made.is_some_and(|made| now - made <= ROTATION)
}

fn text(told: &Value, field: Option<&str>) -> Result<String, SecretTrouble> {
    let text = told["SecretString"]
        .as_str()
        .ok_or(SecretTrouble::NotText)?;
    let Some(field) = field else {
        return Ok(text.to_owned());
    };
    let object: Value = serde_json::from_str(text).unwrap_or_default();
    object[field]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| SecretTrouble::NoField {
            field: field.to_owned(),
        })
}

fn judged(trouble: Trouble) -> SecretTrouble {
    let code = trouble.code.clone();
    let says_key = ["kms:", "KMS", "ciphertext"]
        .iter()
        .any(|word| trouble.message.contains(word));
    match code.as_str() {
        "ParameterNotFound" | "ParameterVersionNotFound" | "ResourceNotFoundException" => {
            SecretTrouble::Missing { code }
        }
        // What Secrets Manager says of a secret that is scheduled for deletion, and of little else.
        "InvalidRequestException" if trouble.message.contains("delet") => {
            SecretTrouble::Missing { code }
        }
        "DecryptionFailure" | "InvalidKeyId" => SecretTrouble::Locked { code },
        _ if trouble.kind == TroubleKind::Denied && says_key => SecretTrouble::Locked { code },
        _ => SecretTrouble::Call(trouble),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[track_caller]
    fn check_arn(id: Result<SecretId, String>, expected: &str) {
        assert_eq!(id.unwrap().arn("eu-west-1", "111122223333"), expected);
    }

    #[test]
    fn policies_name_a_secret_by_its_arn() {
        let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/reveille/token";
        for name in ["/reveille/token", "reveille/token", "/reveille/token:3"] {
            check_arn(SecretId::parameter(name), parameter);
        }
        check_arn(SecretId::parameter(&format!("{parameter}:live")), parameter);
        let open = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:reveille/jandi-??????";
        check_arn(SecretId::managed("reveille/jandi"), open);
        check_arn(SecretId::managed(open.trim_end_matches("-??????")), open);
        let whole = "arn:aws:secretsmanager:us-east-1:444455556666:secret:reveille/jandi-a1B2c3";
        check_arn(SecretId::managed(whole), whole);
        assert_eq!(
            SecretId::managed("x").unwrap().arn("cn-north-1", "*"),
            "arn:aws-cn:secretsmanager:cn-north-1:*:secret:x-??????"
        );
    }

    #[test]
    fn what_aws_would_not_take_is_no_name() {
        for name in ["", "a b", "/서버", "arn:aws:s3:::bucket", "a*"] {
            assert!(SecretId::parameter(name).is_err(), "{name}");
            assert!(SecretId::managed(name).is_err(), "{name}");
        }
        assert!(SecretId::managed("a:b").is_err());
    }

    #[test]
    fn an_arn_tells_its_region() {
        let id = SecretId::managed("arn:aws:secretsmanager:us-east-1:444455556666:secret:x-a1B2c3");
        assert_eq!(id.unwrap().region(), Some("us-east-1"));
        assert_eq!(SecretId::parameter("/x").unwrap().region(), None);
    }

    #[test]
    fn the_secret_before_counts_for_an_hour() {
        let now = DateTime::from_timestamp(1_795_392_000, 0).unwrap();
        for (ago, is_new_then) in [(0, true), (3_600, true), (3_601, false)] {
            let told = json!({"CreatedDate": 1_795_392_000.0 - f64::from(ago)});
            assert_eq!(is_new(&told, now), is_new_then, "{ago}");
        }
        assert!(!is_new(&json!({}), now));
    }

    #[test]
    fn a_field_is_a_text_of_an_object() {
        let told = json!({"SecretString": "{\"token\": \"hush\", \"number\": 1}"});
        assert_eq!(text(&told, Some("token")).unwrap(), "hush");
        for field in ["number", "other"] {
            let told = text(&told, Some(field)).unwrap_err().to_string();
            assert!(told.contains(field) && !told.contains("hush"), "{told}");
        }
        let plain = json!({"SecretString": "hush"});
        let told = text(&plain, Some("token")).unwrap_err().to_string();
        assert!(!told.contains("hush"), "{told}");
        assert!(text(&json!({"SecretBinary": "aHVzaA=="}), None).is_err());
    }
}
