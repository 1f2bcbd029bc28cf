//! What goes wrong with a call, in kinds that say what to do about it. AWS's own code is always kept.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::retry::ErrorKind;
use thiserror::Error;

/// What to do about a failed call. What is worth another attempt at once has had it when it gets here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// Too many calls: the next tick tries again.
    Throttled,
    /// AWS fails or cannot be reached in time: the next tick tries again.
    Unreachable,
    /// Credentials have expired or are wrong: people must do something.
    Credentials,
    /// The call is not permitted: people must do something.
    Denied,
    /// The region is not enabled for the account: people must do something.
    Region,
    /// AWS has understood and refuses: the code says why.
    Refused,
}

/// A call that failed.
#[derive(Debug, Error)]
#[error("AWS refused or failed {call}: {code}{}{message}", if message.is_empty() { "" } else { ": " })]
pub struct Trouble {
    /// What to do about it.
    pub kind: TroubleKind,
    /// The call as IAM names it, such as `ec2:DescribeInstances`.
    pub call: &'static str,
    /// AWS's code, such as `UnauthorizedOperation`; a word of ours when AWS has not answered.
    pub code: String,
    /// AWS's message, without anything that decodes to more than people should see.
    pub message: String,
    /// What befell, with the request's id.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

/// Most characters of a message that are kept: AWS's are shorter, but for encoded authorization failures.
const LONGEST_MESSAGE: usize = 500;

impl Trouble {
    /// What `error` means for `call`.
    pub fn of<E, R>(call: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let (kind, code, message) = match &error {
            SdkError::ServiceError(service) => match service.err().code() {
                Some(code) => {
                    let message = service.err().message().unwrap_or_default();
                    (kind_of(code), code.to_owned(), told(message))
                }
                // Nothing of AWS's own: what stands in between has answered, or the answer cannot be read.
                None => (
                    TroubleKind::Unreachable,
                    "BrokenAnswer".into(),
                    String::new(),
                ),
            },
            SdkError::TimeoutError(_) => {
                (TroubleKind::Unreachable, "Timeout".into(), String::new())
            }
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                (TroubleKind::Unreachable, "Timeout".into(), String::new())
            }
            // A connection that ends instead of an answer is a transient error of another kind.
            SdkError::DispatchFailure(failure)
                if failure.is_io() || failure.as_other() == Some(ErrorKind::TransientError) =>
            {
                (
                    TroubleKind::Unreachable,
                    "Unreachable".into(),
                    String::new(),
                )
            }
            // Neither the network nor AWS: there is nobody to sign as, or the credentials cannot be fetched.
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => (
                TroubleKind::Credentials,
                "NoCredentials".into(),
                String::new(),
            ),
            SdkError::ResponseError(_) => (
                TroubleKind::Unreachable,
                "BrokenAnswer".into(),
                String::new(),
            ),
            _ => (TroubleKind::Refused, "Unknown".into(), String::new()),
        };
        Self {
            kind,
            call,
            code,
            message,
            source: Box::new(error),
        }
    }
}

/// What AWS's `code` means for whoever called, whatever the service.
#[must_use]
pub fn kind_of(code: &str) -> TroubleKind {
    match code {
        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "EC2ThrottledException"
        | "ProvisionedThroughputExceededException"
        | "LimitExceededException"
        | "SlowDown" => TroubleKind::Throttled,
        "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "Unavailable"
        | "RequestTimeout"
        | "RequestTimeoutException" => TroubleKind::Unreachable,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "NotAuthorized" => TroubleKind::Credentials,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "AuthorizationError" => TroubleKind::Denied,
        // What EC2 and the others say of credentials that are good elsewhere.
        "AuthFailure" | "OptInRequired" | "RegionDisabledException" => TroubleKind::Region,
        _ => TroubleKind::Refused,
    }
}

/// The message without its encoded part, which tells people nothing and a log too much.
fn told(message: &str) -> String {
    let plain = message
        .split(" Encoded authorization failure message")
        .next()
        .unwrap_or(message);
    plain.chars().take(LONGEST_MESSAGE).collect()
}
