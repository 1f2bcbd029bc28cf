//! Between rows and the nouns of the house.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use reveille_core::{
    model::{AuditRecord, AuditSubject, Exception, Force, Item, ItemKey, Minute, Turn, Want},
    port::StoreError,
};
use rusqlite::{Row, types::Type};
use serde::{Serialize, de::DeserializeOwned};

/// An instant as it stands in a row. Seconds have as many digits as they need, so the text does not sort.
pub(crate) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The instant in a column.
pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    word(row, column)
}

/// A date as it stands in a row, where texts sort as the dates do: years from 0 to 9999, others cut to these.
pub(crate) fn date_text(date: NaiveDate) -> String {
    let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or(date);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(date);
    date.clamp(first, last).format("%Y-%m-%d").to_string()
}

/// A value as JSON text.
pub(crate) fn json_text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(Arc::new(error)))
}

/// The value of JSON text in a column.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}

/// The value of a word in a column, spelled as its JSON is.
pub(crate) fn word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_word(text).map_err(|error| unreadable(column, error))
}

/// The value that `word` spells.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(word))
}

/// The word that spells `value`; of the enums without fields only.
pub(crate) fn to_word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::Other(Arc::new(std::io::Error::other(format!(
            "{other} is no word"
        ))))),
        Err(error) => Err(StoreError::Other(Arc::new(error))),
    }
}

pub(crate) fn unreadable(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// From `type, name, attributes`.
pub(crate) fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        key: ItemKey {
            kind: row.get(0)?,
            name: row.get(1)?,
        },
        attributes: json(row, 2)?,
    })
}

/// From `schedule, date, action, at_minute, by, reason, created_at`.
pub(crate) fn exception(row: &Row<'_>) -> rusqlite::Result<Exception> {
    Ok(Exception {
        schedule: row.get(0)?,
        date: word::<NaiveDate>(row, 1)?,
        action: word::<Turn>(row, 2)?,
        at: row.get::<_, Option<u16>>(3)?.map(Minute),
        by: row.get(4)?,
        reason: row.get(5)?,
        created_at: time(row, 6)?,
    })
}

/// From `schedule, want, since, until, by, reason`.
pub(crate) fn force(row: &Row<'_>) -> rusqlite::Result<Force> {
    Ok(Force {
        schedule: row.get(0)?,
        want: word::<Want>(row, 1)?,
        since: time(row, 2)?,
        until: time(row, 3)?,
        by: row.get(4)?,
        reason: row.get(5)?,
    })
}

/// From `at, schedule, subject, action, servers, by, room, reason, error`.
pub(crate) fn audit(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        at: time(row, 0)?,
        schedule: row.get(1)?,
        subject: word::<AuditSubject>(row, 2)?,
        action: row.get(3)?,
        servers: json(row, 4)?,
        by: row.get(5)?,
        room: row.get(6)?,
        reason: row.get(7)?,
        error: row.get(8)?,
    })
}
