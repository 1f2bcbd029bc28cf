//! The file, and the two connections to it: one that writes, one that reads beside it.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reveille_core::port::StoreError;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use thiserror::Error;

use crate::migrations::{MIGRATIONS, Migrated, migrate};

/// How long a call waits for another process that writes. Its own writes take milliseconds, so that whoever holds
/// the file longer has stopped working.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the switch to write-ahead logging is tried: SQLite does not wait for it by itself.
const WAL_ATTEMPTS: u32 = 50;

/// Why a file cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A later version has written it.
    #[error(
        "the database `{path}` has schema {found}, and this version of Reveille knows up to {known}; \
         use the version that wrote it, or a newer one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The newest schema that is known here.
        known: usize,
    },
    /// It holds tables of another program.
    #[error("the database `{path}` belongs to another program; give the path of a new file")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be created or opened as a file.
    #[error("cannot open the file `{path}`; its folder must exist and be writable")]
    File {
        /// The file.
        path: PathBuf,
        /// What befell.
        #[source]
        source: std::io::Error,
    },
    /// SQLite cannot work with it.
    #[error(
        "cannot use `{path}` as a database; give the path of a database of Reveille, or of a new file"
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What befell.
        #[source]
        source: rusqlite::Error,
    },
}

/// One SQLite file in write-ahead mode. What a write has answered is on the disk.
///
/// One writer at a time, within the process by a lock and beyond it by SQLite; readers are not held up by it. A third
/// connection only watches whether anybody has written.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    watcher: Mutex<Connection>,
}

/// Something that was read, with the version of the file that it was read from.
#[derive(Debug)]
pub(crate) struct Kept<T>(Mutex<Option<(i64, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl Database {
    /// Opens the file at `path`, creates it for its owner alone when it is not there, and brings its schema up to
    /// date. It blocks: call it before anything else runs.
    ///
    /// # Errors
    /// When it cannot be opened, is not Reveille's, or was written by a later version.
    pub fn open(path: impl Into<PathBuf>) -> Result<Arc<Self>, OpenError> {
        let path = path.into();
        create_private(&path).map_err(|source| OpenError::File {
            path: path.clone(),
            source,
        })?;
        let failed = |source| OpenError::Sqlite {
            path: path.clone(),
            source,
        };
        let mut writer = connect(&path).map_err(failed)?;
        switch_to_wal(&writer).map_err(failed)?;
        match migrate(&mut writer).map_err(failed)? {
            Migrated::Done => {}
            Migrated::Newer { found } => {
                return Err(OpenError::Newer {
                    path,
                    found,
                    known: MIGRATIONS.len(),
                });
            }
            Migrated::Foreign => return Err(OpenError::Foreign { path }),
        }
        let reader = connect_to_read(&path).map_err(failed)?;
        let watcher = connect_to_read(&path).map_err(failed)?;
        Ok(Arc::new(Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            watcher: Mutex::new(watcher),
            path,
        }))
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `read` on a thread that may block, within one snapshot of the file.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let database = Arc::clone(self);
        blocking(move || {
            let mut reader = lock(&database.reader);
            let snapshot = reader.transaction().map_err(store_error)?;
            read(&snapshot)
        })
        .await
    }

    /// What `kept` holds as long as nobody has written to the file, else what `read` reads, which is then kept.
    pub(crate) async fn read_kept<T, F>(
        self: &Arc<Self>,
        kept: &Kept<T>,
        read: F,
    ) -> Result<Arc<T>, StoreError>
    where
        T: Send + Sync + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        // Before the reading: what is written in between makes the version an old one.
        let version = self.version()?;
        if let Some((known, value)) = &*kept.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *known == version
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(self.read(read).await?);
        *kept.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((version, Arc::clone(&value)));
        Ok(value)
    }

    /// Changes with every commit of any connection, of this process or another. It is looked up in shared memory
    /// within microseconds, so it needs no thread that may block.
    pub(crate) fn version(&self) -> Result<i64, StoreError> {
        let watcher = lock(&self.watcher);
        let mut statement = watcher
            .prepare_cached("PRAGMA data_version")
            .map_err(store_error)?;
        statement
            .query_row([], |row| row.get(0))
            .map_err(store_error)
    }

    /// Runs `write` on a thread that may block, in a transaction that is durable when this answers, and undone when
    /// `write` fails.
    pub(crate) async fn write<T, F>(self: &Arc<Self>, write: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let database = Arc::clone(self);
        blocking(move || {
            let mut writer = lock(&database.writer);
            // Immediate: a transaction that began as a reader could not wait for another writer.
            let transaction = writer
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(store_error)?;
            let written = write(&transaction)?;
            transaction.commit().map_err(store_error)?;
            Ok(written)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => Err(StoreError::Other(Arc::new(ended))),
    }
}

/// A panic elsewhere has rolled its transaction back: the connection is as good as before.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What SQLite says, in the words of the port.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(
            ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::AuthorizationForStatementDenied,
        ) => StoreError::Denied,
        Some(_) | None => StoreError::Other(Arc::new(error)),
    }
}

/// Creates the file, readable by its owner alone: it holds who asked for what. A file that is there keeps its mode.
/// SQLite gives its side files the mode of the file.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // FULL: a commit is on the disk when it answers, also when the power goes the moment after.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn connect_to_read(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn switch_to_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut attempt = 1;
    loop {
        match connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
        {
            Ok(_) => return Ok(()),
            Err(error)
                if attempt < WAL_ATTEMPTS
                    && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                attempt += 1;
                std::thread::sleep(BUSY_TIMEOUT / WAL_ATTEMPTS);
            }
            Err(error) => return Err(error),
        }
    }
}
