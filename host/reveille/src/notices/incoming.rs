//! JANDI's incoming webhook: posts a message to a URL and tells what became of it. Nothing that is said here has the URL
//! in it: whoever has that can write into the topic.

use std::{error::Error, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use reveille_core::model::reply::Message;
use serde_json::Value;

use super::post::{POST_TIME, Post, Posted};
use crate::jandi;

/// The type that JANDI asks for; without it the message is refused.
const ACCEPTED: &str = "application/vnd.tosslab.jandi-v2+json";
/// Most characters of a body (JANDI's help pages, read 2026-11-22).
const MAX_BODY_CHARS: usize = 5_000;
/// Most bytes of a request (the same).
const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// Most bytes of an answer that are read: a code and the name of a field.
const MAX_ANSWER_BYTES: usize = 4 * 1024;
/// Longest time until there is a connection, TLS included.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Longest time that an answer may ask us to wait: the longer of the two windows of its limits.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// The token is wrong, or the webhook is switched off or deleted.
const BAD_TOKEN: i64 = 40_051;
/// A part of the request is not what it should be.
const BAD_REQUEST: i64 = 40_000;
/// Too many messages.
const TOO_MANY: i64 = 42_900;

/// Posts to JANDI.
#[derive(Debug)]
pub(crate) struct Jandi {
    client: Client,
}

impl Jandi {
    /// # Errors
    /// On a machine without certificates.
    pub(crate) fn new() -> reqwest::Result<Self> {
        Client::builder()
            .user_agent(concat!("reveille/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIME)
            .timeout(POST_TIME)
            // On a connection that was kept nobody could tell a message that went from one that did not.
            .pool_max_idle_per_host(0)
            .build()
            .map(|client| Self { client })
    }
}

#[async_trait]
impl Post for Jandi {
    async fn post(&self, url: &str, message: &Message) -> Posted {
        let url = match destination(url) {
            Ok(url) => url,
            Err(cause) => return Posted::Refused(cause.to_owned()),
        };
        let sent = self
            .client
            .post(url)
            .header(header::ACCEPT, ACCEPTED)
            .header(header::CONTENT_TYPE, "application/json")
            .body(request(message))
            .send()
            .await;
        match sent {
            Ok(response) if response.status().is_success() => Posted::Taken,
            Ok(response) => refused(response).await,
            Err(error) => failed(&error.without_url()),
        }
    }
}

/// The URL, if messages may go there.
fn destination(url: &str) -> Result<Url, &'static str> {
    let url = Url::parse(url.trim())
        .map_err(|_| "its URL is none. Copy it from the webhook's page in JANDI")?;
    let is_here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => {
            Err("its URL does not begin with `https://`. Copy it from the webhook's page in JANDI")
        }
    }
}

/// The body of the request, within JANDI's limits: blocks that are too much are left out, from the last one on.
fn request(message: &Message) -> String {
    let mut message = message.clone();
    if let Some((end, _)) = message.body.char_indices().nth(MAX_BODY_CHARS - 1)
        && message.body[end..].chars().nth(1).is_some()
    {
        message.body.truncate(end);
        message.body.push('…');
    }
    loop {
        let request = jandi::response(&message);
        if request.len() <= MAX_REQUEST_BYTES || message.connect_info.pop().is_none() {
            return request;
        }
    }
}

/// What befell a request that got no answer.
fn failed(error: &reqwest::Error) -> Posted {
    let mut cause = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        let said = error.to_string();
        if !cause.contains(&said) {
            cause.push_str(": ");
            cause.push_str(&said);
        }
        beneath = error.source();
    }
    if error.is_connect() {
        Posted::later(format!("JANDI is not reached: {cause}"))
    } else if error.is_timeout() {
        Posted::Unknown(format!(
            "JANDI has not answered in {} seconds",
            POST_TIME.as_secs()
        ))
    } else {
        Posted::Unknown(format!("the connection to JANDI broke off: {cause}"))
    }
}

/// What an answer that is none of success means.
async fn refused(mut response: Response) -> Posted {
    let status = response.status();
    let wait = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|wait| wait.to_str().ok()?.trim().parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
    let mut answer = Vec::new();
    while answer.len() < MAX_ANSWER_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        answer.extend_from_slice(&chunk);
    }
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let code = match answer.get("code") {
        Some(Value::Number(code)) => code.as_i64(),
        Some(Value::String(code)) => code.parse().ok(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    if status == StatusCode::TOO_MANY_REQUESTS || code == Some(TOO_MANY) {
        return Posted::Later {
            cause: String::from("JANDI has had too many messages (429)"),
            wait,
        };
    }
    if status.is_server_error() {
        return Posted::Later {
            cause: format!("JANDI answers {status}"),
            wait,
        };
    }
    Posted::Refused(match code {
        Some(BAD_TOKEN) => String::from(
            "JANDI does not know its URL, or the webhook was switched off or deleted (40051). Make one in JANDI and \
             give its URL to the target",
        ),
        Some(BAD_REQUEST) => format!(
            "JANDI does not take a part of the message (40000{})",
            bad_field(&answer)
        ),
        Some(code) => format!("JANDI answers {status} ({code})"),
        None if status == StatusCode::FORBIDDEN => String::from(
            "JANDI has no webhook at its URL (403): a part of it is missing. Copy all of it from the webhook's page in \
             JANDI",
        ),
        None if status.is_redirection() => {
            format!("its URL leads elsewhere ({status}). Copy it from the webhook's page in JANDI")
        }
        None => format!("JANDI answers {status}"),
    })
}

/// The name of the field that JANDI complains of. What stands in the field may be the token, and is not shown.
fn bad_field(answer: &Value) -> String {
    let errors = answer.pointer("/data/errors");
    let first = errors.and_then(|errors| errors.get(0)).or(errors);
    let path = first.and_then(|error| error.get("path")?.as_str());
    let field = path.and_then(|path| path.split(['[', '.']).next());
    let is_name = |field: &&str| {
        (1..=40).contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    field
        .filter(is_name)
        .map(|field| format!(", `{field}`"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use reveille_core::model::reply::Block;

    use super::*;

    fn message(body: String, blocks: usize) -> Message {
        let block = Block {
            title: None,
            description: Some("가".repeat(2_000)),
            image_url: None,
        };
        Message {
            body,
            connect_color: String::from("#1DDB16"),
            connect_info: vec![block; blocks],
        }
    }

    #[test]
    fn a_message_is_made_to_fit() {
        let sent = jandi::read_response(request(&message("가".repeat(5_000), 1)).as_bytes());
        assert_eq!(sent.unwrap().body, "가".repeat(5_000));
        let sent = request(&message("가".repeat(5_001), 80));
        let a_block = 6_030;
        assert!((MAX_REQUEST_BYTES - a_block..=MAX_REQUEST_BYTES).contains(&sent.len()));
        let sent = jandi::read_response(sent.as_bytes()).unwrap();
        assert_eq!(sent.body.chars().count(), MAX_BODY_CHARS);
        assert!(sent.body.ends_with("가…"));
    }

    #[test]
    fn messages_go_nowhere_in_the_clear_but_to_this_machine() {
        for url in [
            "https://wh.jandi.com/connect-api/webhook/1/2",
            "http://127.0.0.1:1/x",
            "http://[::1]:1/x",
            "http://localhost/x",
        ] {
            assert!(destination(url).is_ok(), "{url}");
        }
        for url in [
            "http://wh.jandi.com/x",
            "http://127.0.0.1.example.com/x",
            "file:///etc/passwd",
            "wh.jandi.com/x",
            "",
        ] {
            assert!(destination(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_field_that_jandi_complains_of_is_named_without_what_stands_in_it() {
        for answer in [
            r#"{"data":{"errors":{"path":"connectInfo[0].title","value":"hush"}}}"#,
            r#"{"data":{"errors":[{"path":"connectInfo.title","value":"hush"}]}}"#,
        ] {
            let answer: Value = serde_json::from_str(answer).unwrap();
            assert_eq!(bad_field(&answer), ", `connectInfo`");
        }
        let named = |path: &str| {
            bad_field(&serde_json::json!({ "data": { "errors": [{ "path": path }] } }))
        };
        assert_eq!(named("connectColor"), ", `connectColor`");
        assert_eq!(named("0123456789abcdef0123456789abcdef"), "");
        assert_eq!(bad_field(&Value::Null), "");
    }
}
