//! Messages to people, as rows.

use chrono::{DateTime, SecondsFormat, Utc};
use reveille_core::{
    model::{KeptNotice, NOTICE_MEMORY, Notice, NoticeStanding, Settled, reply::Message},
    port::StoreError,
};
use rusqlite::{Params, Row, Transaction, params};

use crate::{
    database::store_error,
    rows::{json, json_text, time, unreadable},
};

/// The columns that [`kept`] reads.
const COLUMNS: &str =
    "key, target, schedule, message, at, due, expires, attempts, standing, since, cause";

/// Adds a notice, unless one of its key is remembered; forgets what is too old to be.
pub(crate) fn enqueue(write: &Transaction<'_>, notice: &Notice) -> Result<(), StoreError> {
    // What still waits and has not expired is not forgotten, however old it is.
    execute(
        write,
        "DELETE FROM notices WHERE at <= ?1 AND (standing <> 'waits' OR expires <= ?2)",
        params![sorted(notice.at - NOTICE_MEMORY), sorted(notice.at)],
    )?;
    execute(
        write,
        "INSERT INTO notices (key, target, schedule, message, at, due, expires, attempts, standing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waits')
         ON CONFLICT (key) DO NOTHING",
        params![
            notice.key,
            notice.target,
            notice.schedule,
            json_text(&notice.message)?,
            sorted(notice.at),
            sorted(notice.due),
            sorted(notice.expires),
            notice.attempts,
        ],
    )
}

/// Those that are due and that nobody has claimed.
pub(crate) fn due(
    read: &Transaction<'_>,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Notice>, StoreError> {
    let kept = all(
        read,
        &format!(
            "SELECT {COLUMNS} FROM notices WHERE standing = 'waits' AND due <= ?1 ORDER BY due, at, key LIMIT ?2"
        ),
        params![sorted(now), limit],
    )?;
    Ok(kept.into_iter().map(|kept| kept.notice).collect())
}

/// Those that were not sent.
pub(crate) fn all_kept(read: &Transaction<'_>) -> Result<Vec<KeptNotice>, StoreError> {
    all(
        read,
        &format!("SELECT {COLUMNS} FROM notices WHERE standing <> 'sent' ORDER BY due, at, key"),
        [],
    )
}

/// Whether it was free.
pub(crate) fn claim(
    write: &Transaction<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let claimed = write.execute(
        "UPDATE notices SET standing = 'claimed', since = ?2, attempts = attempts + 1
         WHERE key = ?1 AND standing = 'waits' AND due <= ?2",
        params![key, sorted(now)],
    );
    claimed.map(|rows| rows == 1).map_err(store_error)
}

/// Writes down what came of it.
pub(crate) fn settle(
    write: &Transaction<'_>,
    key: &str,
    settled: &Settled,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    match settled {
        Settled::Sent => execute(
            write,
            "UPDATE notices SET standing = 'sent', message = NULL, since = NULL, cause = NULL WHERE key = ?1",
            [key],
        ),
        Settled::Again { due } => execute(
            write,
            "UPDATE notices SET standing = 'waits', due = ?2, since = NULL, cause = NULL
             WHERE key = ?1 AND standing <> 'sent'",
            params![key, sorted(*due)],
        ),
        Settled::Lost { cause } => execute(
            write,
            "UPDATE notices SET standing = 'lost', since = ?2, cause = ?3
             WHERE key = ?1 AND standing IN ('waits', 'claimed')",
            params![key, sorted(now), cause],
        ),
    }
}

/// `time` so that later ones sort after earlier ones.
fn sorted(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptNotice> {
    let standing: String = row.get(8)?;
    let standing = match standing.as_str() {
        "waits" => NoticeStanding::Waits,
        "claimed" => NoticeStanding::Claimed { at: time(row, 9)? },
        "lost" => NoticeStanding::Lost {
            at: time(row, 9)?,
            cause: row.get(10)?,
        },
        other => {
            let text = format!("`{other}` is no standing of a notice");
            return Err(unreadable(8, std::io::Error::other(text)));
        }
    };
    Ok(KeptNotice {
        notice: Notice {
            key: row.get(0)?,
            target: row.get(1)?,
            schedule: row.get(2)?,
            message: json::<Message>(row, 3)?,
            at: time(row, 4)?,
            due: time(row, 5)?,
            expires: time(row, 6)?,
            attempts: row.get(7)?,
        },
        standing,
    })
}

fn all(
    read: &Transaction<'_>,
    sql: &str,
    params: impl Params,
) -> Result<Vec<KeptNotice>, StoreError> {
    let mut statement = read.prepare(sql).map_err(store_error)?;
    let rows = statement.query_map(params, kept).map_err(store_error)?;
    rows.collect::<Result<_, _>>().map_err(store_error)
}

fn execute(write: &Transaction<'_>, sql: &str, params: impl Params) -> Result<(), StoreError> {
    write.execute(sql, params).map(drop).map_err(store_error)
}
