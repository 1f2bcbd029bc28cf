//! Secrets: parameters of SSM and secrets of Secrets Manager, the JSON protocol.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html> and
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>: by name or ARN, secrets by
//! their stage too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::refusal::Refusal;

/// What is kept in a region.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) parameters: BTreeMap<String, String>,
    managed: BTreeMap<String, Managed>,
}

#[derive(Debug)]
struct Managed {
    current: Version,
    previous: Option<Version>,
}

#[derive(Debug)]
struct Version {
    text: String,
    made: DateTime<Utc>,
}

impl Kept {
    /// From now on the secret says that; what it said is the one before.
    pub(super) fn manage(&mut self, name: &str, text: &str, made: DateTime<Utc>) {
        let current = Version {
            text: text.to_owned(),
            made,
        };
        let before = self.managed.remove(name).map(|before| before.current);
        let managed = Managed {
            current,
            previous: before,
        };
        self.managed.insert(name.to_owned(), managed);
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.parameters.remove(name);
        self.managed.remove(name);
    }

    /// Answers `GetParameter`.
    pub(super) fn parameter(&self, asked: &Value) -> Result<Value, Refusal> {
        let name = text(asked, "Name");
        let named = name.rsplit(":parameter").next().unwrap_or(name);
        let Some(value) = self.parameters.get(named) else {
            return Err(Refusal::new(400, "ParameterNotFound", ""));
        };
        if asked.get("WithDecryption") != Some(&Value::Bool(true)) {
            let sealed = json!({"Name": named, "Type": "SecureString", "Value": "AQICAHj"});
            return Ok(json!({ "Parameter": sealed }));
        }
        let parameter =
            json!({"Name": named, "Type": "SecureString", "Value": value, "Version": 1});
        Ok(json!({ "Parameter": parameter }))
    }

    /// Answers `action` of Secrets Manager.
    pub(super) fn answer(&self, action: &str, asked: &Value) -> Result<Value, Refusal> {
        if action != "GetSecretValue" {
            return Err(Refusal::new(
                400,
                "UnknownOperationException",
                format!("Secrets Manager has no {action}"),
            ));
        }
        let missing = || {
            Refusal::new(
                400,
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.",
            )
        };
        let name = text(asked, "SecretId");
        let managed = self.managed.get(name).ok_or_else(missing)?;
        let version = match text(asked, "VersionStage") {
            "" | "AWSCURRENT" => Some(&managed.current),
            "AWSPREVIOUS" => managed.previous.as_ref(),
            _ => None,
        };
        let version = version.ok_or_else(missing)?;
        Ok(json!({
            "Name": name,
            "SecretString": version.text,
            "CreatedDate": version.made.timestamp(),
        }))
    }
}

fn text<'a>(asked: &'a Value, name: &str) -> &'a str {
    asked.get(name).and_then(Value::as_str).unwrap_or_default()
}
