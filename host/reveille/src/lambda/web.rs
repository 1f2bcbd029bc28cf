//! Requests that a gateway hands on as events, and how it takes the answers.
//!
//! - API Gateway's REST API, version 1.0 of its payload: `httpMethod` and `path`.
//! - API Gateway's HTTP API and function URLs, version 2.0: `requestContext.http.method` and `rawPath`.
//!
//! (API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda Developer Guide, "Invoking
//! Lambda function URLs"; read 2026-11-23.) Only what is needed is read of them: the types of `aws_lambda_events` know
//! every field and refuse an event for each that is not as it should be, and a person in chat would get no answer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Response, StatusCode, body::Bytes};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    http::{JSON, MAX_BODY_BYTES, respond},
    webhook::PATHS,
};

/// A request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WebRequest {
    pub(super) method: Method,
    pub(super) path: String,
    /// The body, or the status that it is refused with.
    pub(super) body: Result<Bytes, StatusCode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRequest {
    http_method: Option<String>,
    path: Option<String>,
    raw_path: Option<String>,
    request_context: RawContext,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize)]
struct RawContext {
    http: Option<RawHttp>,
}

#[derive(Deserialize)]
struct RawHttp {
    method: String,
    path: Option<String>,
}

impl WebRequest {
    /// Reads an event; none when it is of another kind.
    pub(super) fn read(event: &Value) -> Option<Self> {
        let raw = RawRequest::deserialize(event).ok()?;
        let (method, path) = match (raw.request_context.http, raw.http_method) {
            (Some(http), _) => (http.method, raw.raw_path.or(http.path)?),
            (None, Some(method)) => (method, raw.path?),
            (None, None) => return None,
        };
        let is_encoded = raw.is_base64_encoded.unwrap_or_default();
        Some(Self {
            method: method.parse().ok()?,
            path: inner(&path).to_owned(),
            body: body(raw.body.unwrap_or_default(), is_encoded),
        })
    }
}

/// The path without what gateways put in front of it: the name of a stage, or the base path of a domain.
fn inner(path: &str) -> &str {
    let known = PATHS.iter().find(|known| path.ends_with(**known));
    known.copied().unwrap_or(path)
}

fn body(text: String, is_encoded: bool) -> Result<Bytes, StatusCode> {
    let body = if is_encoded {
        STANDARD.decode(text).map_err(|_| StatusCode::BAD_REQUEST)?
    } else {
        text.into_bytes()
    };
    if body.len() > MAX_BODY_BYTES {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(body.into())
}

/// The answer as every gateway takes it.
pub(super) async fn answered(response: Response<Full<Bytes>>) -> Value {
    let (head, body) = response.into_parts();
    // It is there already, and cannot fail.
    let body = body.collect().await.map(|body| body.to_bytes());
    let headers: Map<String, Value> = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    json!({
        "statusCode": head.status.as_u16(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body.unwrap_or_default()),
        "isBase64Encoded": false,
    })
}

/// The answer of a function that cannot do its work; the gateway's caller may be anybody.
pub(super) fn complaint(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    respond(status, JSON, json!({ "error": error }).to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn post(path: &str, body: &[u8]) -> Option<WebRequest> {
        Some(WebRequest {
            method: Method::POST,
            path: path.into(),
            body: Ok(Bytes::copy_from_slice(body)),
        })
    }

    #[test]
    fn both_versions_are_read_and_what_stands_before_the_path_is_not() {
        for event in [
            json!({"httpMethod": "POST", "path": "/jandi/webhook", "requestContext": {"stage": "prod"}, "body": "{}",
                   "isBase64Encoded": false, "headers": null}),
            json!({"version": "1.0", "httpMethod": "POST", "path": "/base/jandi/webhook", "requestContext": {},
                   "body": "e30=", "isBase64Encoded": true}),
            json!({"version": "2.0", "rawPath": "/prod/jandi/webhook", "body": "{}",
                   "requestContext": {"http": {"method": "POST", "path": "/prod/jandi/webhook"}}}),
            json!({"rawPath": "/jandi/webhook", "body": "e30=", "isBase64Encoded": true,
                   "requestContext": {"http": {"method": "POST"}}}),
        ] {
            assert_eq!(
                WebRequest::read(&event),
                post("/jandi/webhook", b"{}"),
                "{event}"
            );
        }
    }

    #[test]
    fn another_path_stays_as_it_is() {
        let event =
            json!({"rawPath": "/jandi/webhook/x", "requestContext": {"http": {"method": "POST"}}});
        assert_eq!(WebRequest::read(&event), post("/jandi/webhook/x", b""));
    }

    #[test]
    fn bodies_that_are_no_base64_or_too_long_are_refused() {
        assert_eq!(body("%".into(), true), Err(StatusCode::BAD_REQUEST));
        let long = "x".repeat(MAX_BODY_BYTES + 1);
        let refused = Err(StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(body(STANDARD.encode(&long), true), refused);
        assert_eq!(body(long, false), refused);
        assert!(body("x".repeat(MAX_BODY_BYTES), false).is_ok());
    }

    #[test]
    fn other_events_are_no_requests() {
        for event in [
            json!(null),
            json!([]),
            json!({"command": "tick"}),
            json!({"requestContext": {"routeKey": "$connect"}}),
            json!({"httpMethod": "PO ST", "path": "/", "requestContext": {}}),
            json!({"httpMethod": 7, "path": "/", "requestContext": {}}),
        ] {
            assert_eq!(WebRequest::read(&event), None, "{event}");
        }
    }

    #[tokio::test]
    async fn an_answer_has_what_gateways_need() {
        let answer = answered(complaint(StatusCode::SERVICE_UNAVAILABLE, "no")).await;
        assert_eq!(
            answer,
            json!({
                "statusCode": 503,
                "headers": {"content-type": "application/json; charset=utf-8"},
                "body": "{\"error\":\"no\"}",
                "isBase64Encoded": false,
            })
        );
        let alive: Value = serde_json::from_str(
            answered(crate::http::alive()).await["body"]
                .as_str()
                .unwrap(),
        )
        .unwrap();
        assert_eq!(alive, json!({"ok": true}));
    }
}
