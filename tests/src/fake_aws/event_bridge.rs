//! Events that were put, the JSON protocol.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>: at most ten entries and 256 KB a
//! call, each accepted or not on its own.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// Most entries of a call.
const MOST: usize = 10;
/// Most bytes of a call's entries.
const LARGEST: usize = 256 * 1_024;

/// An event that was put.
#[derive(Debug, Clone, PartialEq)]
pub struct PutEvent {
    /// The account whose bus it is.
    pub account: String,
    /// The region.
    pub region: String,
    /// The entry as it came: `Source`, `DetailType`, `Detail`, `EventBusName`, `Resources`, `Time`.
    pub entry: Value,
}

impl PutEvent {
    /// Its `Detail`, read; null when it is no JSON.
    #[must_use]
    pub fn detail(&self) -> Value {
        let text = self.entry.get("Detail").and_then(Value::as_str);
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }
}

/// Answers `action` and keeps the events.
pub(super) fn answer(
    events: &mut Vec<PutEvent>,
    (account, region): (&str, &str),
    action: &str,
    asked: &Value,
) -> Result<Value, Refusal> {
    if action != "PutEvents" {
        return Err(Refusal::new(
            400,
            "UnknownOperationException",
            format!("EventBridge has no {action}"),
        ));
    }
    let entries = asked
        .get("Entries")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if entries.is_empty() || entries.len() > MOST {
        return Err(Refusal::new(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy \
                 constraint: Member must have length between 1 and {MOST}"
            ),
        ));
    }
    let size: usize = entries.iter().map(|entry| entry.to_string().len()).sum();
    if size > LARGEST {
        return Err(Refusal::new(
            400,
            "ValidationException",
            "Total size of the entries in the request is over the limit.",
        ));
    }
    let mut failed = 0;
    let mut results = Vec::new();
    for entry in entries {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let detail = text("Detail").and_then(|detail| serde_json::from_str::<Value>(detail).ok());
        let fault = if text("Source").is_none() || text("DetailType").is_none() {
            Some((
                "InvalidArgument",
                "Parameter Source or DetailType is not valid.",
            ))
        } else if !detail.is_some_and(|detail| detail.is_object()) {
            Some(("MalformedDetail", "Detail is malformed."))
        } else {
            None
        };
        results.push(match fault {
            Some((code, message)) => {
                failed += 1;
                json!({"ErrorCode": code, "ErrorMessage": message})
            }
            None => {
                events.push(PutEvent {
                    account: account.to_owned(),
                    region: region.to_owned(),
                    entry: entry.clone(),
                });
                json!({"EventId": format!("00000000-0000-0000-0000-{:012}", events.len())})
            }
        });
    }
    Ok(json!({"FailedEntryCount": failed, "Entries": results}))
}
