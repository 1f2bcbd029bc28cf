//! Stores to ask and things to put into them.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        Action, AuditRecord, AuditSubject, Exception, Force, Item, ItemKey, Minute, Remembered,
        Request, ServerError, ServerId, ServerState, Stored, Turn, Want,
    },
    port::{Delivery, Store},
    testing::MemoryStore,
};
use reveille_local::{Database, SqliteStore};
use serde_json::json;
use tempfile::TempDir;

/// A store in a file of its own folder, which goes with it.
pub(crate) struct InFile {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
}

pub(crate) fn in_file() -> InFile {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    InFile { folder, store }
}

/// Opens the store of `folder` once more.
pub(crate) fn open(folder: &TempDir) -> Arc<dyn Store> {
    let database = Database::open(folder.path().join("reveille.db")).unwrap();
    Arc::new(SqliteStore::new(database, Tz::Asia__Seoul))
}

/// Asks every store the same.
pub(crate) async fn each_store(check: impl AsyncFn(Arc<dyn Store>)) {
    check(Arc::new(MemoryStore::new(Tz::Asia__Seoul))).await;
    check(in_file().store).await;
}

pub(crate) fn at(minute: i64) -> DateTime<Utc> {
    "2026-11-22T22:00:00.25Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minute)
}

pub(crate) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

pub(crate) fn item(kind: &str, name: &str, attributes: serde_json::Value) -> Item {
    let serde_json::Value::Object(attributes) = attributes else {
        panic!("attributes are a structure: {attributes}");
    };
    Item {
        key: key(kind, name),
        attributes,
    }
}

pub(crate) fn key(kind: &str, name: &str) -> ItemKey {
    ItemKey {
        kind: kind.into(),
        name: name.into(),
    }
}

pub(crate) fn office_hours() -> Item {
    item(
        "period",
        "office-hours",
        json!({"begintime": "09:00", "endtime": "17:00", "weekdays": ["mon-fri"]}),
    )
}

pub(crate) fn seoul() -> Item {
    item(
        "schedule",
        "seoul",
        json!({"periods": ["office-hours"], "rules": [{"name": "r", "config": {"b": [1, null], "a": "한"}}]}),
    )
}

pub(crate) fn exception(
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

pub(crate) fn force(schedule: &str, want: Want) -> Force {
    Force {
        schedule: schedule.into(),
        want,
        since: at(0),
        until: at(60),
        by: "hana".into(),
        reason: Some("demo".into()),
    }
}

pub(crate) fn audit(schedule: &str, action: &str) -> AuditRecord {
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

pub(crate) fn delivery(key: &str) -> Delivery {
    Delivery {
        key: key.into(),
        at: at(0),
        answer: "{\"body\":\"네\"}".into(),
    }
}

/// Everything there can be, and the least.
pub(crate) fn remembered(server: &str, schedule: &str) -> Remembered {
    Remembered {
        server: ServerId::from(server),
        schedule: schedule.into(),
        stored: Stored::RETAIN_RUNNING,
        wanted: Some(Want::Run),
        applied_at: Some(at(1)),
        reason: "period office-hours".into(),
        request: Some(Request {
            action: Action::Resize("t3.small".into()),
            instance_type: None,
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

pub(crate) fn barely_remembered(server: &str) -> Remembered {
    Remembered {
        stored: Stored("a word of tomorrow".into()),
        wanted: None,
        applied_at: None,
        request: None,
        error: None,
        ..remembered(server, "seoul")
    }
}
