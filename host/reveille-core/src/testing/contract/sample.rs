//! Things to put into stores.

#![expect(missing_docs, reason = "each is the thing of its name")]

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::json;

use crate::{
    model::{
        Action, AuditRecord, AuditSubject, Exception, Force, Item, ItemKey, Minute, Notice,
        Remembered, Request, ServerError, ServerId, ServerState, Stored, Turn, Want,
        reply::{Block, Message},
    },
    port::Delivery,
};

pub fn at(minute: i64) -> DateTime<Utc> {
    "2026-11-22T22:00:00.25Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minute)
}

pub fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

pub fn item(kind: &str, name: &str, attributes: serde_json::Value) -> Item {
    let serde_json::Value::Object(attributes) = attributes else {
        panic!("attributes are a structure: {attributes}");
    };
    Item {
        key: key(kind, name),
        attributes,
    }
}

pub fn key(kind: &str, name: &str) -> ItemKey {
    ItemKey {
        kind: kind.into(),
        name: name.into(),
    }
}

pub fn office_hours() -> Item {
    item(
        "period",
        "office-hours",
        json!({"begintime": "09:00", "endtime": "17:00", "weekdays": ["mon-fri"]}),
    )
}

pub fn seoul() -> Item {
    item(
        "schedule",
        "seoul",
        json!({"periods": ["office-hours"], "rules": [{"name": "r", "config": {"b": [1, null], "a": "한"}}]}),
    )
}

pub fn exception(
    schedule: &str,
    date: NaiveDate,
    action: Turn,
    at_minute: Option<u16>,
) -> Exception {
    Exception {
        schedule: schedule.into(),
        date,
        action,
        at: at_minute.map(Minute),
        by: "하나".into(),
        reason: None,
        created_at: at(0),
    }
}

pub fn force(schedule: &str, want: Want) -> Force {
    Force {
        schedule: schedule.into(),
        want,
        since: at(0),
        until: at(60),
        by: "hana".into(),
        reason: Some("demo".into()),
    }
}

pub fn audit(schedule: &str, action: &str) -> AuditRecord {
    AuditRecord {
        at: at(0),
        schedule: schedule.into(),
        subject: AuditSubject::Command,
        action: action.into(),
        servers: vec!["web-1".into(), "웹".into()],
        by: "hana".into(),
        room: String::new(),
        reason: "force_start".into(),
        error: None,
    }
}

pub fn delivery(key: &str) -> Delivery {
    Delivery {
        key: key.into(),
        at: at(0),
        answer: "{\"body\":\"네\"}".into(),
    }
}

/// Made at minute 0, due at `due`.
pub fn notice(key: &str, due: i64) -> Notice {
    Notice {
        key: key.into(),
        target: "dev-room".into(),
        schedule: Some("seoul".into()),
        message: Message {
            body: "곧 꺼집니다 \u{1f319}".into(),
            connect_color: "#FAC11B".into(),
            connect_info: vec![Block {
                title: Some("seoul".into()),
                description: None,
                image_url: None,
            }],
        },
        at: at(0),
        due: at(due),
        expires: at(due + 60),
        attempts: 0,
    }
}

/// Everything there can be, and the least.
pub fn remembered(server: &str, schedule: &str) -> Remembered {
    Remembered {
        server: ServerId::from(server),
        schedule: schedule.into(),
        stored: Stored::RETAIN_RUNNING,
        wanted: Some(Want::Run),
        applied_at: Some(at(1)),
        reason: "period office-hours".into(),
        request: Some(Request {
            action: Action::Resize("t3.small".into()),
            instance_type: Some("t3.small".into()),
            since: at(1),
            at: at(2),
            attempts: 3,
            not_before: Some(at(4)),
            reported: true,
        }),
        error: Some(ServerError {
            code: "InsufficientInstanceCapacity".into(),
            message: "none".into(),
            at: at(2),
        }),
        seen: ServerState::Starting,
        seen_since: at(1),
    }
}

pub fn barely_remembered(server: &str) -> Remembered {
    Remembered {
        stored: Stored("a word of tomorrow".into()),
        wanted: None,
        applied_at: None,
        request: None,
        error: None,
        ..remembered(server, "seoul")
    }
}
