//! What goes wrong with a call, in kinds that say what to do about it. AWS's own code is always kept.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::{
    error::{ProvideErrorMetadata, SdkError},
    operation::assume_role::AssumeRoleError,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::retry::ErrorKind;
use thiserror::Error;

/// The call that fetches the credentials of a role, as IAM names it.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";

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
#[error("AWS {} {call}: {code}{}{message}", verb(*.kind), if message.is_empty() { "" } else { ": " })]
pub struct Trouble {
    /// What to do about it.
    pub kind: TroubleKind,
    /// The call as IAM names it, such as `ec2:DescribeInstances`; [`ASSUME_ROLE`] when that failed on the way to it.
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
/// Our word for no answer in time.
const TIMEOUT: &str = "Timeout";
/// Our word for a call that could not be made at all.
const UNBUILT: &str = "Incomplete";

impl Trouble {
    /// What `error` means for `call`.
    pub fn of<E>(call: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let (call, (kind, code, message)) = match assumed_role(&error) {
            Some(assumed) => (ASSUME_ROLE, judged(assumed)),
            None => (call, judged(&error)),
        };
        Self {
            kind,
            call,
            code,
            message,
            // The SDK's own words around it say nothing to anybody.
            source: error
                .into_source()
                .unwrap_or_else(|sourceless| Box::new(sourceless)),
        }
    }

    /// Nobody waited any longer for `call`.
    pub fn late(call: &'static str, error: impl Error + Send + Sync + 'static) -> Self {
        Self {
            kind: TroubleKind::Unreachable,
            call,
            code: TIMEOUT.to_owned(),
            message: String::new(),
            source: Box::new(error),
        }
    }
}

/// What kept the role from being assumed, when that is why there was no call at all. The SDK hands it on as whatever
/// kept the request from being signed.
fn assumed_role<E>(
    error: &SdkError<E, HttpResponse>,
) -> Option<&SdkError<AssumeRoleError, HttpResponse>>
where
    E: Error + 'static,
{
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn next<'a>(cause: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        (*cause).source()
    }
    std::iter::successors(error.source(), next)
}

fn judged<E>(error: &SdkError<E, HttpResponse>) -> (TroubleKind, String, String)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let of_ours = |kind, code: &str| (kind, code.to_owned(), String::new());
    match error {
        SdkError::ServiceError(service) => {
            let message = told(service.err().message().unwrap_or_default());
            let status = service.raw().status();
            let Some(code) = service.err().code() else {
                // What stands in between has answered, or the answer cannot be read.
                if status.is_success() {
                    return of_ours(TroubleKind::Unreachable, "BrokenAnswer");
                }
                let kind = if status.is_server_error() {
                    TroubleKind::Unreachable
                } else {
                    TroubleKind::Refused
                };
                return of_ours(kind, &format!("Http{}", status.as_u16()));
            };
            let mut kind = kind_of(code);
            if kind == TroubleKind::Refused && status.is_server_error() {
                kind = TroubleKind::Unreachable;
            }
            (kind, code.to_owned(), message)
        }
        SdkError::TimeoutError(_) => of_ours(TroubleKind::Unreachable, TIMEOUT),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            of_ours(TroubleKind::Unreachable, TIMEOUT)
        }
        // A connection that ends instead of an answer is a transient error of another kind.
        SdkError::DispatchFailure(failure)
            if failure.is_io() || failure.as_other() == Some(ErrorKind::TransientError) =>
        {
            of_ours(TroubleKind::Unreachable, "Unreachable")
        }
        // Neither the network nor AWS: there is nobody to sign as, the credentials cannot be fetched, or there was no
        // call that could be made, as without a region.
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            match causes(error).find_map(|cause| cause.downcast_ref()) {
                Some(CredentialsError::ProviderTimedOut(_)) => {
                    of_ours(TroubleKind::Unreachable, TIMEOUT)
                }
                Some(_) => of_ours(TroubleKind::Credentials, "NoCredentials"),
                None => {
                    let deepest = causes(error).last().map(ToString::to_string);
                    let message = told(&deepest.unwrap_or_default());
                    (TroubleKind::Refused, UNBUILT.to_owned(), message)
                }
            }
        }
        SdkError::ResponseError(_) => of_ours(TroubleKind::Unreachable, "BrokenAnswer"),
        _ => of_ours(TroubleKind::Refused, "Unknown"),
    }
}

fn verb(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Throttled => "throttled",
        TroubleKind::Unreachable => "failed",
        TroubleKind::Credentials
        | TroubleKind::Denied
        | TroubleKind::Region
        | TroubleKind::Refused => "refused",
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

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::operation::BuildError;

    use super::*;

    #[track_caller]
    fn check(cause: impl Into<Box<dyn Error + Send + Sync>>, kind: TroubleKind, code: &str) {
        let error = SdkError::<AssumeRoleError, _>::construction_failure(cause);
        let trouble = Trouble::of("ec2:StartInstances", error);
        assert_eq!((trouble.kind, trouble.code.as_str()), (kind, code));
    }

    #[test]
    fn a_call_that_cannot_be_made_is_no_matter_of_credentials() {
        let missing = BuildError::missing_field("table_name", "it is required");
        check(missing, TroubleKind::Refused, "Incomplete");
        let none = CredentialsError::not_loaded("there are none");
        check(none, TroubleKind::Credentials, "NoCredentials");
        let late = CredentialsError::provider_timed_out(std::time::Duration::from_secs(4));
        check(late, TroubleKind::Unreachable, "Timeout");
    }
}
