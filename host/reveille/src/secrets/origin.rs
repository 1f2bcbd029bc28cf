//! Places outside this process that a secret can be in, and how each is asked.

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
#[cfg(feature = "aws")]
use reveille_aws::{
    client::Patience,
    secret::{SecretId, SecretReader, SecretTrouble},
    trouble::TroubleKind,
};
#[cfg(feature = "aws")]
use tokio::sync::OnceCell;
use tokio::{io::AsyncReadExt as _, time::timeout};

use super::{error::Failure, slot::SecretValue};
use crate::config::{Config, SecretPlace, SecretText};

/// How long a place may take to answer, with all attempts.
pub(super) const LONGEST_ASK: Duration = Duration::from_secs(10);
/// Largest secret: the most that Secrets Manager takes (User Guide, "Quotas", read 2026-11-23).
const MOST_BYTES: u64 = 65_536;

/// How often a place is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How long an answer is good.
    pub(super) kept: TimeDelta,
    /// How old it is when it is asked for again before somebody needs it.
    pub(super) renewed: TimeDelta,
    /// Least time between two askings of the same reason: that it is due, or that somebody came with one unknown.
    pub(super) apart: TimeDelta,
}

/// AWS bills each call and has quotas of 40 calls a second that others share; a rotation is seen within five minutes,
/// and as soon as somebody comes with the new secret.
#[cfg(feature = "aws")]
const AWS_PACE: Pace = Pace {
    kept: TimeDelta::minutes(5),
    renewed: TimeDelta::minutes(4),
    apart: TimeDelta::seconds(30),
};

/// A file costs nothing to read; a flood of messages must not read it for each.
const FILE_PACE: Pace = Pace {
    kept: TimeDelta::seconds(1),
    // Nobody waits for a file.
    renewed: TimeDelta::MAX,
    apart: TimeDelta::seconds(1),
};

/// A place outside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// A file.
    File(PathBuf),
    /// AWS.
    #[cfg(feature = "aws")]
    Aws(SecretId, Option<String>),
}

impl Origin {
    /// The place, when it is outside.
    pub(super) fn of(place: &SecretPlace) -> Option<Self> {
        match place {
            SecretPlace::Configuration(_) | SecretPlace::Variable { .. } => None,
            SecretPlace::File(path) => Some(Self::File(path.clone())),
            #[cfg(feature = "aws")]
            SecretPlace::Aws { id, field } => Some(Self::Aws(id.clone(), field.clone())),
        }
    }

    pub(super) fn pace(&self) -> Pace {
        match self {
            Self::File(_) => FILE_PACE,
            #[cfg(feature = "aws")]
            Self::Aws(..) => AWS_PACE,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => SecretPlace::File(path.clone()).fmt(f),
            #[cfg(feature = "aws")]
            Self::Aws(id, field) => SecretPlace::Aws {
                id: id.clone(),
                field: field.clone(),
            }
            .fmt(f),
        }
    }
}

/// Asks the places.
#[derive(Debug)]
pub(super) struct Reader {
    #[cfg(feature = "aws")]
    config: Config,
    #[cfg(feature = "aws")]
    aws: OnceCell<SecretReader>,
}

impl Reader {
    #[cfg(not(feature = "aws"))]
    pub(super) fn new(_: &Config) -> Self {
        Self {}
    }

    /// Nothing is called yet.
    #[cfg(feature = "aws")]
    pub(super) fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            aws: OnceCell::new(),
        }
    }

    /// What the place says.
    pub(super) async fn ask(
        &self,
        origin: &Origin,
        now: DateTime<Utc>,
    ) -> Result<SecretValue, Failure> {
        let asked = async {
            match origin {
                Origin::File(path) => file(path).await,
                #[cfg(feature = "aws")]
                Origin::Aws(id, field) => self.ask_aws(id, field.as_deref(), now).await,
            }
        };
        #[cfg(not(feature = "aws"))]
        let _ = now;
        timeout(LONGEST_ASK, asked)
            .await
            .unwrap_or_else(|_| Err(Failure::late()))
    }

    #[cfg(feature = "aws")]
    async fn ask_aws(
        &self,
        id: &SecretId,
        field: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<SecretValue, Failure> {
        let connect =
            || async { SecretReader::new(crate::aws::connect_with(&self.config, PATIENCE).await) };
        let aws = self.aws.get_or_init(connect).await;
        let versions = aws
            .read(id, field, now)
            .await
            .map_err(|trouble| failure(id, &trouble))?;
        Ok(SecretValue {
            current: SecretText::new(&versions.current).ok_or_else(Failure::empty)?,
            previous: versions.previous.as_deref().and_then(SecretText::new),
        })
    }
}

/// Reads a file whole, whatever has replaced it.
async fn file(path: &PathBuf) -> Result<SecretValue, Failure> {
    let mut text = String::new();
    let read = async {
        let file = tokio::fs::File::open(path).await?;
        file.take(MOST_BYTES + 1).read_to_string(&mut text).await
    };
    let length = read.await.map_err(|error| {
        Failure::new(
            format!("it cannot be read ({error})"),
            "Put the secret there, in a file that this process may read.",
        )
    })?;
    if length as u64 > MOST_BYTES {
        return Err(Failure::new(
            format!("it has more than {MOST_BYTES} bytes"),
            "Name a file that has the secret and nothing else in it.",
        ));
    }
    SecretText::new(&text)
        .map(SecretValue::of)
        .ok_or_else(Failure::empty)
}

/// How long AWS is waited for: a secret is a small answer, and people wait for it.
#[cfg(feature = "aws")]
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(3),
    attempt: Duration::from_secs(3),
    call: LONGEST_ASK,
    attempts: 3,
};

/// What `trouble` means for who runs this host.
#[cfg(feature = "aws")]
fn failure(id: &SecretId, trouble: &SecretTrouble) -> Failure {
    let call = id.call();
    let (remedy, is_gone) = match trouble {
        SecretTrouble::Nowhere => (
            "Set AWS_REGION, or `region` under [aws].".to_owned(),
            false,
        ),
        SecretTrouble::Missing { .. } => (
            "Make it in this account and region, or correct its name.".to_owned(),
            true,
        ),
        SecretTrouble::Locked { .. } => (
            "Give this host the permission `kms:Decrypt` on its key, and let the key's own policy allow it; \
             `reveille iam` prints the policy."
                .to_owned(),
            false,
        ),
        SecretTrouble::NotText => (
            "Write a text there; binary secrets are not read.".to_owned(),
            false,
        ),
        SecretTrouble::NoField { .. } => (
            "Correct `field`, or write such an object there.".to_owned(),
            false,
        ),
        SecretTrouble::Call(trouble) => (of_call(call, trouble.kind), false),
    };
    let failure = Failure::new(trouble.to_string(), remedy);
    if is_gone { failure.gone() } else { failure }
}

#[cfg(feature = "aws")]
fn of_call(call: &str, kind: TroubleKind) -> String {
    match kind {
        TroubleKind::Denied => format!(
            "Give this host the permission `{call}` on it; `reveille iam` prints the policy."
        ),
        TroubleKind::Credentials => {
            "Give this host credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
                .to_owned()
        }
        TroubleKind::Unreachable => {
            "Let this host reach AWS over HTTPS, or correct region and endpoint.".to_owned()
        }
        TroubleKind::Throttled => "It is asked for again; if it stays, ask AWS for more calls.".to_owned(),
        TroubleKind::Region => "Enable the region for the account, or name another.".to_owned(),
        TroubleKind::Refused => format!("Look up what AWS says of `{call}`."),
    }
}
