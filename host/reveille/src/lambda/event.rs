//! What has woken the function.

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use super::{
    operator::{COMMANDS, OperatorCommand, OperatorError},
    web::WebRequest,
};

/// Who sends events by a schedule: a rule of EventBridge, and EventBridge Scheduler (EventBridge User Guide, "Using cron
/// and rate expressions", and Scheduler User Guide, "Templated targets", read 2026-11-23).
const SCHEDULERS: [&str; 2] = ["aws.events", "aws.scheduler"];

/// How many keys of an unknown event are named.
const MOST_KEYS: usize = 8;

/// An event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A schedule's; with the time that it was due, where it tells one.
    Tick(Option<DateTime<Utc>>),
    /// A gateway's.
    Web(WebRequest),
    /// An operator's.
    Operator(OperatorCommand),
}

/// Why an event is none that can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum EventError {
    /// It is of a kind that nobody knows here.
    #[error(
        "this event is none that Reveille knows: it has {keys}. It takes the schedules of EventBridge, requests of API Gateway \
         (REST and HTTP) and of a function URL, and `{{\"command\": …}}` with one of {}",
        COMMANDS.join(", ")
    )]
    Unknown {
        /// Names of what stands in it.
        keys: String,
    },
    /// An operator's that cannot be read.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl Event {
    /// Tells what it is.
    pub(super) fn read(event: &Value) -> Result<Self, EventError> {
        if event.get("command").is_some() {
            return Ok(Self::Operator(OperatorCommand::read(event)?));
        }
        if let Some(request) = WebRequest::read(event) {
            return Ok(Self::Web(request));
        }
        let is_scheduled = event["detail-type"] == "Scheduled Event"
            && SCHEDULERS.iter().any(|sender| event["source"] == *sender);
        if is_scheduled {
            let due = event["time"].as_str();
            return Ok(Self::Tick(due.and_then(|due| due.parse().ok())));
        }
        Err(EventError::Unknown { keys: keys(event) })
    }
}

/// The names of what stands in an event. What they stand for may be a secret.
fn keys(event: &Value) -> String {
    let Some(fields) = event.as_object() else {
        return String::from("no keys");
    };
    let mut keys: Vec<String> = fields
        .keys()
        .take(MOST_KEYS)
        .map(|key| format!("`{}`", key.escape_debug().take(40).collect::<String>()))
        .collect();
    if fields.len() > MOST_KEYS {
        keys.push(String::from("…"));
    }
    if keys.is_empty() {
        return String::from("no keys");
    }
    keys.join(", ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use serde_json::json;

    use super::*;

    #[test]
    fn both_schedulers_tell_when_it_was_due() {
        let due = "2026-11-23T00:30:00Z";
        for (source, detail) in [("aws.events", json!({})), ("aws.scheduler", json!("{}"))] {
            let event = json!({"source": source, "detail-type": "Scheduled Event", "time": due, "detail": detail});
            let expected = Event::Tick(Some(due.parse().unwrap()));
            assert_eq!(Event::read(&event), Ok(expected));
        }
        let event =
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "time": "now"});
        assert_eq!(Event::read(&event), Ok(Event::Tick(None)));
    }

    #[test]
    fn what_is_of_another_kind_is_told_what_there_is() {
        for (event, has) in [
            (
                json!({"Records": [{"secret": "hush"}]}),
                "it has `Records`.",
            ),
            (
                json!({"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification"}),
                "`source`",
            ),
            (json!({}), "it has no keys."),
            (json!("tick"), "it has no keys."),
            (json!(null), "it has no keys."),
        ] {
            let error = Event::read(&event).unwrap_err().to_string();
            assert!(error.contains(has) && error.contains("check"), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
