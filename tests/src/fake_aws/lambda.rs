//! Functions that are invoked, JSON over REST.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>: an event of 1 MB at most, which the function gets later.
//! Every function is there; what it does with the event is the test's.

use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::refusal::Refusal;

/// The one action.
pub(super) const INVOKE: &str = "Invoke";
/// Most bytes of an event that is sent and not waited for.
const LARGEST: usize = 1_024 * 1_024;

/// An event that was sent to a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// The account of the function.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its name.
    pub function: String,
    /// The version or the alias.
    pub qualifier: Option<String>,
    /// The event.
    pub event: Value,
}

/// What is asked by the path, the headers and the body.
pub(super) fn read(head: &Parts, body: &[u8]) -> Option<Value> {
    let path = head.uri.path().strip_prefix("/2015-03-31/functions/")?;
    let function = path.strip_suffix("/invocations")?;
    let query = head.uri.query().unwrap_or_default();
    let qualifier = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "Qualifier")
        .map(|(_, value)| value.into_owned());
    let kind = head.headers.get("x-amz-invocation-type");
    Some(json!({
        "FunctionName": function,
        "Qualifier": qualifier,
        "InvocationType": kind.and_then(|kind| kind.to_str().ok()),
        "Payload": String::from_utf8_lossy(body),
    }))
}

/// The event, when the function takes it without being waited for.
pub(super) fn invoked((account, region): (&str, &str), asked: &Value) -> Result<Invoked, Refusal> {
    if asked["InvocationType"] != "Event" {
        return Err(Refusal::new(
            400,
            "InvalidParameterValueException",
            "Nothing here runs while it is waited for.",
        ));
    }
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let payload = text("Payload").unwrap_or_default();
    if payload.len() > LARGEST {
        return Err(Refusal::new(
            413,
            "RequestTooLargeException",
            "Request must be smaller than 1048576 bytes for the InvokeFunction operation",
        ));
    }
    let event = serde_json::from_str(&payload).map_err(|_| {
        Refusal::new(
            400,
            "InvalidRequestContentException",
            "Could not parse request body into json",
        )
    })?;
    Ok(Invoked {
        account: account.to_owned(),
        region: region.to_owned(),
        function: text("FunctionName").unwrap_or_default(),
        qualifier: text("Qualifier"),
        event,
    })
}
