//! A request as AWS reads it: which service and region it was signed for, what it asks.
//!
//! The scope of the credentials in the `Authorization` header names service and region.

use std::collections::HashMap;

use hyper::http::request::Parts;
use serde_json::Value;

use super::{lambda, refusal::Refusal, signature::Authorization};

/// The services that are answered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Service {
    CloudWatch,
    Ec2,
    EventBridge,
    Iam,
    Lambda,
    Rds,
    Secrets,
    Ssm,
    Sts,
}

impl Service {
    const ALL: [Self; 9] = [
        Self::CloudWatch,
        Self::Ec2,
        Self::EventBridge,
        Self::Iam,
        Self::Lambda,
        Self::Rds,
        Self::Secrets,
        Self::Ssm,
        Self::Sts,
    ];

    /// Its name in credential scopes.
    pub(super) fn signing_name(self) -> &'static str {
        match self {
            Self::CloudWatch => "monitoring",
            Self::Ec2 => "ec2",
            Self::EventBridge => "events",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::Rds => "rds",
            Self::Secrets => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Sts => "sts",
        }
    }

    /// Its name in IAM policies.
    pub(super) fn policy_name(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::Ec2
            | Self::EventBridge
            | Self::Iam
            | Self::Lambda
            | Self::Rds
            | Self::Secrets
            | Self::Ssm
            | Self::Sts => self.signing_name(),
        }
    }
}

/// What is asked, whatever the protocol.
#[derive(Debug)]
pub(super) enum Asked {
    /// A form, of the EC2 and the query protocol.
    Form(Form),
    /// A JSON document.
    Json(Value),
}

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) service: Service,
    pub(super) action: String,
    pub(super) region: String,
    pub(super) asked: Asked,
}

impl Request {
    /// Reads one.
    pub(super) fn read(
        signed: &Authorization<'_>,
        head: &Parts,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let service = Service::ALL
            .into_iter()
            .find(|known| known.signing_name() == signed.service)
            .ok_or_else(|| {
                Refusal::new(
                    403,
                    "SignatureDoesNotMatch",
                    "Credential should be scoped to correct service.",
                )
            })?;
        let unknown = || {
            Refusal::new(
                400,
                "InvalidAction",
                "Could not find operation for the request.",
            )
        };
        let (action, asked) = match head.headers.get("x-amz-target") {
            _ if service == Service::Lambda => {
                let asked = lambda::read(head, body).ok_or_else(unknown)?;
                (lambda::INVOKE.to_owned(), Asked::Json(asked))
            }
            Some(target) => {
                let target = target.to_str().map_err(|_| unknown())?;
                let action = target.rsplit('.').next().unwrap_or(target).to_owned();
                let json = serde_json::from_slice(body).map_err(|_| {
                    Refusal::new(400, "SerializationException", "The body is not JSON.")
                })?;
                (action, Asked::Json(json))
            }
            None => {
                let form = Form::read(body);
                let action = form.get("Action").ok_or_else(unknown)?.to_owned();
                (action, Asked::Form(form))
            }
        };
        Ok(Self {
            service,
            action,
            region: signed.region.to_owned(),
            asked,
        })
    }

    /// The action as IAM names it.
    pub(super) fn permission(&self) -> String {
        if self.service == Service::Lambda {
            return format!("lambda:{}Function", self.action);
        }
        format!("{}:{}", self.service.policy_name(), self.action)
    }

    /// Which things it is about, as far as it names any.
    pub(super) fn ids(&self) -> Vec<String> {
        let Asked::Form(form) = &self.asked else {
            return Vec::new();
        };
        let lists = ["InstanceId", "ResourceId"]
            .into_iter()
            .flat_map(|name| form.list(name));
        let singles = [
            "InstanceId",
            "DBInstanceIdentifier",
            "DBClusterIdentifier",
            "ResourceName",
            "RoleArn",
        ]
        .into_iter()
        .filter_map(|name| form.get(name));
        lists.chain(singles).map(str::to_owned).collect()
    }
}

/// The fields of a form.
#[derive(Debug, Default)]
pub(super) struct Form(HashMap<String, String>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A field that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            Refusal::new(
                400,
                "MissingParameter",
                format!("The request must contain the parameter {name}"),
            )
        })
    }

    /// `name.1`, `name.2` and so on.
    pub(super) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        (1..).map_while(move |number| self.get(&format!("{name}.{number}")))
    }

    /// A field that is a number within `bounds`.
    pub(super) fn number(
        &self,
        name: &str,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let refused = |expected: String| {
            Err(Refusal::new(
                400,
                "InvalidParameterValue",
                format!("Value ( {text} ) for parameter {name} is invalid. {expected}"),
            ))
        };
        match text.parse::<usize>() {
            Ok(number) if number < *bounds.start() => refused(format!(
                "Expecting a value greater than or equal to {}.",
                bounds.start()
            )),
            Ok(number) if number > *bounds.end() => refused(format!(
                "Expecting a value less than or equal to {}.",
                bounds.end()
            )),
            Ok(number) => Ok(Some(number)),
            Err(_) => refused("Expecting a number.".to_owned()),
        }
    }

    /// Whether a field says `true`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Pairs such as tags: `prefix.1.Key` and `prefix.1.Value`.
    pub(super) fn tags(&self, prefix: &str) -> Vec<(String, Option<String>)> {
        (1..)
            .map_while(|number| {
                let key = self.get(&format!("{prefix}.{number}.Key"))?;
                let value = self.get(&format!("{prefix}.{number}.Value"));
                Some((key.to_owned(), value.map(str::to_owned)))
            })
            .collect()
    }

    /// Filters: names with their values; `values` is how the protocol calls the list of them.
    pub(super) fn filters(&self, prefix: &str, values: &str) -> Vec<(&str, Vec<&str>)> {
        (1..)
            .map_while(|number| {
                let name = self.get(&format!("{prefix}.{number}.Name"))?;
                let values = (1..)
                    .map_while(|value| self.get(&format!("{prefix}.{number}.{values}.{value}")))
                    .collect();
                Some((name, values))
            })
            .collect()
    }
}
