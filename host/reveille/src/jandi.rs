//! JANDI's outgoing webhook: what it sends and what it takes as an answer. All of its JSON is here.
//!
//! Only the token and the text are needed; every other field may be missing, be of another type or be unknown,
//! because JANDI's payloads differ between topic and team webhooks and have grown without notice.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use reveille_core::{
    chat::without_keyword,
    model::reply::{Block, Message},
};

/// The word that examples use when the payload has no keyword.
pub(crate) const DEFAULT_KEYWORD: &str = "서버";

/// Longest name, room or keyword that is kept of a payload, in characters.
const MAX_NAME_CHARS: usize = 100;

/// A message that begins with the keyword.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Payload {
    /// What proves that JANDI sent it.
    pub(crate) token: String,
    /// Who wrote it.
    pub(crate) writer_name: String,
    /// Their address: the best key there is.
    pub(crate) writer_email: Option<String>,
    /// The topic.
    pub(crate) room: String,
    /// The word after the slash, without it.
    pub(crate) keyword: String,
    /// The message without `/keyword`.
    pub(crate) text: String,
    /// When it was written, as it was sent.
    pub(crate) created_at: Option<String>,
}

/// Never shows the token, nor whom the message is from.
impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload")
            .field("keyword", &self.keyword)
            .finish_non_exhaustive()
    }
}

/// Why a body is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum PayloadError {
    /// Not JSON, or not an object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// Neither `text` nor `data` is a text.
    #[error("neither `text` nor `data` is a text")]
    NoText,
}

impl Payload {
    /// Reads a request's body. A missing token is an empty one: it is the caller's to refuse.
    pub(crate) fn read(body: &[u8]) -> Result<Self, PayloadError> {
        let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else {
            return Err(PayloadError::NotAnObject);
        };
        let text_of = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let short = |text: String| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(MAX_NAME_CHARS)
                .collect::<String>()
        };
        let writer = fields.get("writer").and_then(Value::as_object);
        let writer_field = |name: &str| text_of(writer.and_then(|writer| writer.get(name)));

        let keyword = text_of(fields.get("keyword"))
            .map(|keyword| short(keyword.trim_start_matches(['/', '／']).trim().to_owned()))
            .filter(|keyword| !keyword.is_empty());
        let data = text_of(fields.get("data")).filter(|data| !data.trim().is_empty());
        let text = match (data, text_of(fields.get("text"))) {
            (Some(data), _) => data,
            (None, Some(text)) => {
                without_keyword(&text, keyword.as_deref().unwrap_or(DEFAULT_KEYWORD))
            }
            (None, None) => return Err(PayloadError::NoText),
        };
        Ok(Self {
            token: text_of(fields.get("token")).unwrap_or_default(),
            writer_name: short(
                writer_field("name")
                    .or_else(|| text_of(fields.get("writerName")))
                    .unwrap_or_default(),
            ),
            writer_email: writer_field("email")
                .or_else(|| text_of(fields.get("writerEmail")))
                .map(short)
                .filter(|email| !email.is_empty()),
            room: short(text_of(fields.get("roomName")).unwrap_or_default()),
            keyword: keyword.unwrap_or_else(|| DEFAULT_KEYWORD.to_owned()),
            text,
            created_at: text_of(fields.get("createdAt")).filter(|at| !at.is_empty()),
        })
    }

    /// What makes this message the same as one that was delivered before: SHA-256 over token, writer, time and text
    /// in hexadecimal digits. None without a time: then nothing tells a repetition from a second wish.
    pub(crate) fn delivery_key(&self) -> Option<String> {
        let created_at = self.created_at.as_deref()?;
        let mut hash = Sha256::new();
        for part in [
            self.token.as_str(),
            self.writer_email.as_deref().unwrap_or(&self.writer_name),
            created_at,
            &self.text,
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut key = String::with_capacity(64);
        for byte in hash.finalize() {
            let _ = write!(key, "{byte:02x}");
        }
        Some(key)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    body: &'a str,
    connect_color: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    connect_info: Vec<ResponseBlock<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseBlock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'a str>,
}

impl<'a> ResponseBlock<'a> {
    fn of(block: &'a Block) -> Self {
        Self {
            title: block.title.as_deref(),
            description: block.description.as_deref(),
            image_url: block.image_url.as_deref(),
        }
    }
}

/// The JSON that JANDI shows as the answer.
pub(crate) fn response(message: &Message) -> String {
    let response = Response {
        body: &message.body,
        connect_color: &message.connect_color,
        connect_info: message.connect_info.iter().map(ResponseBlock::of).collect(),
    };
    // Texts and lists of texts: there is nothing in it that JSON could not hold.
    serde_json::to_string(&response).unwrap_or_default()
}

/// The JSON that JANDI would send for a message typed by somebody.
pub(crate) fn outgoing(
    token: &str,
    writer: &str,
    room: &str,
    typed: &str,
    created_at: &str,
) -> String {
    let typed = typed.trim();
    let keyword: String = typed
        .trim_start_matches(['/', '／'])
        .split_whitespace()
        .next()
        .unwrap_or(DEFAULT_KEYWORD)
        .to_owned();
    let data = typed
        .trim_start_matches(['/', '／'])
        .strip_prefix(&keyword)
        .unwrap_or("")
        .trim();
    serde_json::json!({
        "token": token,
        "teamName": "Reveille",
        "roomName": room,
        "writerName": writer,
        "text": typed,
        "data": data,
        "keyword": keyword,
        "createdAt": created_at,
        "platform": "terminal",
    })
    .to_string()
}

/// Reads an answer of [`response`]'s shape.
pub(crate) fn read_response(body: &[u8]) -> Option<Message> {
    let fields: Value = serde_json::from_slice(body).ok()?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Message {
        body: text(&fields, "body")?,
        connect_color: text(&fields, "connectColor").unwrap_or_default(),
        connect_info: fields
            .get("connectInfo")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|block| Block {
                title: text(block, "title"),
                description: text(block, "description"),
                image_url: text(block, "imageUrl"),
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    /// Fields that JANDI sends, and others.
    const FIELDS: &[&str] = &[
        "token",
        "teamName",
        "roomName",
        "writerName",
        "writerEmail",
        "writer",
        "text",
        "data",
        "keyword",
        "createdAt",
        "platform",
        "name",
        "email",
        "id",
        "body",
        "connectColor",
        "connectInfo",
        "title",
        "imageUrl",
        "other",
    ];

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            prop::sample::select(vec![
                "",
                " ",
                "/",
                "서버",
                "/서버 상태",
                "／ＳＥＲＶＥＲ",
                "시작",
                "\u{0}"
            ])
            .prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                any_object(inner),
            ]
        })
    }

    fn any_object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let fields = prop::sample::select(FIELDS).prop_map(str::to_owned);
        prop::collection::vec((fields, values), 0..12)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in any::<Vec<u8>>()) {
            let _ = Payload::read(&body);
            let _ = read_response(&body);
        }

        #[test]
        fn fields_of_any_type_are_read_or_passed_over(fields in any_object(any_value())) {
            let body = fields.to_string();
            let _ = read_response(body.as_bytes());
            let is_text = |name: &str| fields.get(name).is_some_and(Value::is_string);
            match Payload::read(body.as_bytes()) {
                Ok(payload) => {
                    prop_assert!(is_text("text") || is_text("data"));
                    prop_assert!(!payload.keyword.is_empty());
                    for short in [&payload.writer_name, &payload.room, &payload.keyword] {
                        prop_assert!(short.chars().count() <= MAX_NAME_CHARS && !short.contains(char::is_control));
                    }
                    prop_assert_eq!(payload.delivery_key().is_some(), payload.created_at.is_some());
                }
                Err(error) => {
                    prop_assert_eq!(error, PayloadError::NoText);
                    prop_assert!(!is_text("text"));
                }
            }
        }

        #[test]
        fn what_is_typed_here_is_read_as_if_jandi_had_sent_it(typed in any::<String>(), token in any::<String>()) {
            let payload = Payload::read(outgoing(&token, "하나", "개발", &typed, "1").as_bytes()).unwrap();
            prop_assert_eq!(payload.token, token);
            prop_assert_eq!(payload.writer_name, "하나");
        }

        #[test]
        fn every_answer_reads_back(
            body in any::<String>(),
            blocks in prop::collection::vec((any::<Option<String>>(), any::<Option<String>>()), 0..4),
        ) {
            let connect_info = blocks
                .into_iter()
                .map(|(title, description)| Block { title, description, image_url: None })
                .collect();
            let message = Message { body, connect_color: "#1DDB16".into(), connect_info };
            prop_assert_eq!(read_response(response(&message).as_bytes()), Some(message));
        }
    }

    #[test]
    fn a_topic_webhook_is_read() {
        let payload = Payload::read(
            r#"{"token":"t","teamName":"토스랩","roomName":"개발","writerName":"하나","text":"/서버 Development status",
                "keyword":"서버","createdAt":"2017-05-15T11:34:11.266Z"}"#
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(payload.text.trim(), "Development status");
        assert_eq!(
            (
                payload.writer_name.as_str(),
                payload.writer_email.as_deref()
            ),
            ("하나", None)
        );
        assert_eq!(
            (payload.room.as_str(), payload.keyword.as_str()),
            ("개발", "서버")
        );
    }

    #[test]
    fn a_team_webhook_has_a_writer_object_whose_id_may_be_a_number() {
        let payload = Payload::read(
            br#"{"token":"t","text":"/dev help","data":"help","keyword":"dev",
                "writer":{"id":7,"name":"Hana","email":"hana@example.com","phoneNumber":null}}"#,
        )
        .unwrap();
        assert_eq!(payload.writer_email.as_deref(), Some("hana@example.com"));
        assert_eq!(payload.text, "help");
    }

    #[test]
    fn data_of_another_type_is_passed_over_for_text() {
        let payload = Payload::read(
            br#"{"token":"t","text":"/server help","data":{"a":1},"keyword":"server"}"#,
        )
        .unwrap();
        assert_eq!(payload.text.trim(), "help");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for body in ["", "x", "[]", "7", "null", "{\"text\":\"\\ud800\"}"] {
            assert_eq!(
                Payload::read(body.as_bytes()),
                Err(PayloadError::NotAnObject),
                "{body}"
            );
        }
        assert_eq!(
            Payload::read(br#"{"token":"t","text":7}"#),
            Err(PayloadError::NoText)
        );
    }

    #[test]
    fn the_same_message_has_the_same_key_and_another_has_another() {
        let key = |text: &str, at: &str| {
            Payload::read(outgoing("t", "하나", "개발", text, at).as_bytes())
                .unwrap()
                .delivery_key()
        };
        assert_eq!(key("/서버 시작", "1"), key("/서버 시작", "1"));
        assert_ne!(key("/서버 시작", "1"), key("/서버 시작", "2"));
        assert_ne!(key("/서버 시작", "1"), key("/서버 중지", "1"));
        assert_eq!(key("/서버 시작", ""), None);
    }

    #[test]
    fn an_answer_reads_back_as_it_was_written() {
        let message = Message {
            body: "총 36대\n이상".into(),
            connect_color: "#1DDB16".into(),
            connect_info: vec![Block {
                title: Some("RDB".into()),
                description: None,
                image_url: None,
            }],
        };
        assert_eq!(read_response(response(&message).as_bytes()), Some(message));
    }
}
