//! The port `Store` on one SQLite file.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use reveille_core::{
    model::{
        AuditRecord, Definitions, Exception, Force, Item, KeptNotice, Notice, Remembered, ServerId,
        Settled,
    },
    port::{Change, Delivery, Intent, Lease, Store, StoreError, TickRecord},
};
use rusqlite::{OptionalExtension as _, Params, Row, Transaction, params};

use crate::{
    database::{Database, Kept, store_error},
    lease, notices,
    rows::{self, date_text, json_text, time, time_text, to_word},
};

/// Definitions, exceptions, orders, memory and audit in a [`Database`].
///
/// What was read is handed out until somebody writes to the file: this store, another one on the same [`Database`],
/// another process, or somebody by hand. Definitions and what is remembered, which take long to read, are handed out
/// further until their own revision in the file grows.
#[derive(Debug)]
pub struct SqliteStore {
    database: Arc<Database>,
    default_zone: Tz,
    revised: Arc<Revised>,
    definitions: Kept<Arc<Definitions>>,
    remembered: Kept<Arc<Vec<Remembered>>>,
    exceptions: Kept<Vec<Exception>>,
    forces: Kept<Vec<Force>>,
}

/// What was read last, with the revision under which it was read.
#[derive(Debug, Default)]
struct Revised {
    definitions: Mutex<Option<(i64, Arc<Definitions>)>>,
    remembered: Mutex<Option<(i64, Arc<Vec<Remembered>>)>>,
}

impl SqliteStore {
    /// The store in `database`; a schedule without a zone gets `default_zone`.
    #[must_use]
    pub fn new(database: Arc<Database>, default_zone: Tz) -> Self {
        Self {
            database,
            default_zone,
            revised: Arc::default(),
            definitions: Kept::default(),
            remembered: Kept::default(),
            exceptions: Kept::default(),
            forces: Kept::default(),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn revision(&self) -> Option<u64> {
        self.database.version().ok().map(i64::cast_unsigned)
    }

    async fn definitions(&self) -> Result<Arc<Definitions>, StoreError> {
        let (revised, default_zone) = (Arc::clone(&self.revised), self.default_zone);
        let read = move |read: &Transaction<'_>| {
            kept_or(&revised.definitions, read, "items", |read| {
                Ok(Definitions::read(&items(read)?, default_zone))
            })
        };
        let definitions = self.database.read_kept(&self.definitions, read).await?;
        Ok(Arc::clone(&definitions))
    }

    async fn items(&self) -> Result<Vec<Item>, StoreError> {
        self.database.read(items).await
    }

    async fn exceptions(
        &self,
        schedule: Option<&str>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Exception>, StoreError> {
        let exceptions = self
            .database
            .read_kept(&self.exceptions, |read| {
                all(
                    read,
                    "SELECT schedule, date, action, at_minute, by, reason, created_at FROM exceptions
                     ORDER BY schedule, date, action",
                    [],
                    rows::exception,
                )
            })
            .await?;
        let asked = exceptions.iter().filter(|exception| {
            schedule.is_none_or(|schedule| exception.schedule == schedule)
                && (from..=to).contains(&exception.date)
        });
        Ok(asked.cloned().collect())
    }

    async fn forces(&self) -> Result<Vec<Force>, StoreError> {
        let forces = self
            .database
            .read_kept(&self.forces, |read| {
                all(
                    read,
                    "SELECT schedule, want, since, until, by, reason FROM overrides ORDER BY schedule",
                    [],
                    rows::force,
                )
            })
            .await?;
        Ok(Vec::clone(&forces))
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        let changes = changes.to_vec();
        self.database
            .write(move |write| {
                for change in &changes {
                    expect(write, change)?;
                }
                for change in &changes {
                    apply(write, change)?;
                }
                Ok(())
            })
            .await
    }

    async fn remembered(&self) -> Result<Arc<Vec<Remembered>>, StoreError> {
        let revised = Arc::clone(&self.revised);
        let read = move |read: &Transaction<'_>| {
            kept_or(&revised.remembered, read, "remembered", |read| {
                all(
                    read,
                    "SELECT record FROM remembered ORDER BY server",
                    [],
                    |row| rows::json(row, 0),
                )
            })
        };
        let remembered = self.database.read_kept(&self.remembered, read).await?;
        Ok(Arc::clone(&remembered))
    }

    async fn remember(&self, lease: &Lease, intent: &Intent<'_>) -> Result<(), StoreError> {
        let lease = lease.clone();
        let (changed, gone) = (intent.changed.to_vec(), intent.gone.to_vec());
        let (audited, notices) = (intent.audit.to_vec(), intent.notices.to_vec());
        self.database
            .write(move |write| {
                lease::guard(write, &lease)?;
                for record in &audited {
                    audit(write, record)?;
                }
                for notice in &notices {
                    notices::enqueue(write, notice)?;
                }
                remember(write, &changed, &gone)
            })
            .await
    }

    async fn audit(&self, schedule: &str, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let schedule = schedule.to_owned();
        self.database
            .read(move |read| {
                all(
                    read,
                    "SELECT at, schedule, subject, action, servers, by, room, reason, error FROM audit
                     WHERE schedule = ?1 ORDER BY id DESC LIMIT ?2",
                    params![schedule, limit],
                    rows::audit,
                )
            })
            .await
    }

    async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        let key = key.to_owned();
        self.database
            .read(move |read| {
                read.query_row(
                    "SELECT key, at, answer FROM deliveries WHERE key = ?1",
                    [key],
                    |row| {
                        Ok(Delivery {
                            key: row.get(0)?,
                            at: time(row, 1)?,
                            answer: row.get(2)?,
                        })
                    },
                )
                .optional()
                .map_err(store_error)
            })
            .await
    }

    async fn notices(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let due = move |read: &Transaction<'_>| notices::due(read, now, limit);
        self.database.read(due).await
    }

    async fn claim_notice(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.database
            .write(move |write| notices::claim(write, &key, now))
            .await
    }

    async fn settle_notice(
        &self,
        key: &str,
        settled: &Settled,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (key, settled) = (key.to_owned(), settled.clone());
        self.database
            .write(move |write| notices::settle(write, &key, &settled, now))
            .await
    }

    async fn kept_notices(&self) -> Result<Vec<KeptNotice>, StoreError> {
        self.database.read(notices::all_kept).await
    }

    async fn lease(
        &self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let holder = holder.to_owned();
        self.database
            .write(move |write| lease::take(write, &holder, now, length))
            .await
    }

    async fn last_tick(&self) -> Result<Option<TickRecord>, StoreError> {
        self.database.read(last_tick).await
    }

    async fn record_tick(&self, lease: &Lease, record: &TickRecord) -> Result<(), StoreError> {
        let (lease, record) = (lease.clone(), record.clone());
        self.database
            .write(move |write| {
                lease::guard(write, &lease)?;
                if last_tick(write)?.is_some_and(|last| last.at > record.at) {
                    return Err(StoreError::Conflict);
                }
                execute(
                    write,
                    "INSERT INTO last_tick (id, at, record) VALUES (1, ?1, ?2)
                     ON CONFLICT (id) DO UPDATE SET at = ?1, record = ?2",
                    params![time_text(record.at), json_text(&record)?],
                )
            })
            .await
    }
}

/// What was kept under the present revision of `kind`, else what `load` reads now, which is then kept.
fn kept_or<T>(
    kept: &Mutex<Option<(i64, Arc<T>)>>,
    read: &Transaction<'_>,
    kind: &str,
    load: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<Arc<T>, StoreError> {
    let present: i64 = read
        .query_row(
            "SELECT revision FROM revisions WHERE kind = ?1",
            [kind],
            |row| row.get(0),
        )
        .map_err(store_error)?;
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((revision, known)) = &*kept
        && *revision == present
    {
        return Ok(Arc::clone(known));
    }
    let loaded = Arc::new(load(read)?);
    *kept = Some((present, Arc::clone(&loaded)));
    Ok(loaded)
}

fn items(read: &Transaction<'_>) -> Result<Vec<Item>, StoreError> {
    all(
        read,
        "SELECT type, name, attributes FROM items ORDER BY type, name",
        [],
        rows::item,
    )
}

fn last_tick(read: &Transaction<'_>) -> Result<Option<TickRecord>, StoreError> {
    read.query_row("SELECT at, record FROM last_tick", [], |row| {
        let (at, record) = (time(row, 0)?, row.get::<_, Option<String>>(1)?);
        // What another version has written beside the time and this one cannot read is as good as nothing: people may be
        // told once more.
        let record = record.and_then(|record| serde_json::from_str::<TickRecord>(&record).ok());
        Ok(TickRecord {
            at,
            ..record.unwrap_or_default()
        })
    })
    .optional()
    .map_err(store_error)
}

fn remember(
    write: &Transaction<'_>,
    changed: &[Remembered],
    gone: &[ServerId],
) -> Result<(), StoreError> {
    let mut put = write
        .prepare(
            "INSERT INTO remembered (server, record) VALUES (?1, ?2)
             ON CONFLICT (server) DO UPDATE SET record = ?2",
        )
        .map_err(store_error)?;
    for remembered in changed {
        put.execute(params![remembered.server.0, json_text(remembered)?])
            .map_err(store_error)?;
    }
    let mut forget = write
        .prepare("DELETE FROM remembered WHERE server = ?1")
        .map_err(store_error)?;
    for server in gone {
        forget.execute([&server.0]).map_err(store_error)?;
    }
    Ok(())
}

/// Makes sure that what is expected before the commit is so.
fn expect(read: &Transaction<'_>, change: &Change) -> Result<(), StoreError> {
    let Change::Expect { key, attributes } = change else {
        return Ok(());
    };
    let stands = read
        .query_row(
            "SELECT type, name, attributes FROM items WHERE type = ?1 AND name = ?2",
            [&key.kind, &key.name],
            rows::item,
        )
        .optional()
        .map_err(store_error)?;
    if stands.map(|item| item.attributes) == *attributes {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

fn apply(write: &Transaction<'_>, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::Expect { .. } => Ok(()),
        Change::PutItem(item) => execute(
            write,
            "INSERT INTO items (type, name, attributes) VALUES (?1, ?2, ?3)
             ON CONFLICT (type, name) DO UPDATE SET attributes = ?3",
            params![item.key.kind, item.key.name, json_text(&item.attributes)?],
        ),
        Change::DeleteItem(key) => execute(
            write,
            "DELETE FROM items WHERE type = ?1 AND name = ?2",
            params![key.kind, key.name],
        ),
        Change::PutException(exception) => execute(
            write,
            "INSERT OR REPLACE INTO exceptions (schedule, date, action, at_minute, by, reason, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                exception.schedule,
                date_text(exception.date),
                exception.action.as_str(),
                exception.at.map(|minute| minute.0),
                exception.by,
                exception.reason,
                time_text(exception.created_at),
            ],
        ),
        Change::DeleteException {
            schedule,
            date,
            action,
        } => execute(
            write,
            "DELETE FROM exceptions WHERE schedule = ?1 AND date = ?2 AND action = ?3",
            params![schedule, date_text(*date), action.as_str()],
        ),
        Change::PutForce(force) => execute(
            write,
            "INSERT OR REPLACE INTO overrides (schedule, want, since, until, by, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                force.schedule,
                force.want.as_str(),
                time_text(force.since),
                time_text(force.until),
                force.by,
                force.reason,
            ],
        ),
        Change::DeleteForce { schedule } => {
            execute(write, "DELETE FROM overrides WHERE schedule = ?1", [schedule])
        }
        Change::Audit(record) => audit(write, record),
        Change::Enqueue(notice) => notices::enqueue(write, notice),
        Change::Deliver(delivery) => {
            let added = write
                .execute(
                    "INSERT INTO deliveries (key, at, answer) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING",
                    params![delivery.key, time_text(delivery.at), delivery.answer],
                )
                .map_err(store_error)?;
            if added == 0 { Err(StoreError::Conflict) } else { Ok(()) }
        }
    }
}

fn audit(write: &Transaction<'_>, record: &AuditRecord) -> Result<(), StoreError> {
    execute(
        write,
        "INSERT INTO audit (at, schedule, subject, action, servers, by, room, reason, error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            time_text(record.at),
            record.schedule,
            to_word(&record.subject)?,
            record.action,
            json_text(&record.servers)?,
            record.by,
            record.room,
            record.reason,
            record.error,
        ],
    )
}

fn execute(write: &Transaction<'_>, sql: &str, params: impl Params) -> Result<(), StoreError> {
    write.execute(sql, params).map(drop).map_err(store_error)
}

fn all<T>(
    read: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    from_row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = read.prepare(sql).map_err(store_error)?;
    let rows = statement.query_map(params, from_row).map_err(store_error)?;
    rows.collect::<Result<_, _>>().map_err(store_error)
}
