//! What AWS says when it does not do what it is asked.

use std::borrow::Cow;

use super::request::Service;

/// A code with its status and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: Cow<'static, str>,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    /// Too many calls, see <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html> and each API's
    /// page of common errors.
    pub(super) fn throttled(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Service::Secrets | Service::Ssm | Service::EventBridge => {
                Self::new(400, "ThrottlingException", "Rate exceeded")
            }
            Service::Lambda => Self::new(429, "TooManyRequestsException", "Rate Exceeded."),
            Service::CloudWatch | Service::Iam | Service::Rds | Service::Sts => {
                Self::new(400, "Throttling", "Rate exceeded")
            }
        }
    }

    /// Nobody has signed it.
    pub(super) fn unsigned() -> Self {
        Self::new(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        )
    }

    /// It is not signed by whoever has the access key.
    pub(super) fn wrongly_signed() -> Self {
        Self::new(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method.",
        )
    }

    /// The session of a role is over.
    pub(super) fn expired(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(400, "RequestExpired", "Request has expired."),
            Service::EventBridge | Service::Lambda | Service::Secrets | Service::Ssm => Self::new(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            Service::CloudWatch | Service::Iam | Service::Rds | Service::Sts => Self::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
        }
    }

    /// Credentials that are unknown here: those that were never given, and any in a region that the account has not
    /// enabled, see <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>.
    pub(super) fn unknown_credentials(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(
                401,
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
            ),
            Service::EventBridge | Service::Lambda | Service::Secrets | Service::Ssm => Self::new(
                400,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            Service::CloudWatch | Service::Iam | Service::Rds | Service::Sts => Self::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
        }
    }

    /// No policy of `caller` allows `permission`, see
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
    pub(super) fn denied(service: Service, caller: &str, permission: &str) -> Self {
        let told = format!(
            "User: {caller} is not authorized to perform: {permission} because no identity-based policy allows the \
             {permission} action"
        );
        match service {
            Service::Ec2 => Self::new(
                403,
                "UnauthorizedOperation",
                format!(
                    "You are not authorized to perform this operation. {told}. Encoded authorization failure \
                     message: RmFpbHVyZU1lc3NhZ2U"
                ),
            ),
            Service::Secrets | Service::Ssm | Service::EventBridge => {
                Self::new(400, "AccessDeniedException", told)
            }
            Service::Lambda => Self::new(403, "AccessDeniedException", told),
            Service::CloudWatch | Service::Iam | Service::Rds | Service::Sts => {
                Self::new(403, "AccessDenied", told)
            }
        }
    }

    /// AWS itself has failed.
    pub(super) fn broken(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::new(503, "Unavailable", "The service is unavailable."),
            Service::CloudWatch
            | Service::EventBridge
            | Service::Iam
            | Service::Lambda
            | Service::Rds
            | Service::Secrets
            | Service::Ssm
            | Service::Sts => Self::new(
                500,
                "InternalFailure",
                "The request processing has failed because of an unknown error.",
            ),
        }
    }

    /// An action that is not answered for.
    pub(super) fn unknown_action(action: &str) -> Self {
        Self::new(
            400,
            "InvalidAction",
            format!("The action {action} is not valid for this web service."),
        )
    }
}
