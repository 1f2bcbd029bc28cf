//! Stores in files of their own; what is put into them is every store's.

use std::sync::Arc;

use chrono_tz::Tz;
use reveille_core::port::Store;
pub(crate) use reveille_core::testing::contract::sample::*;
use reveille_local::{Database, SqliteStore};
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
