//! The schema, as numbered steps from an empty file to what this version knows.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a file as Reveille's: `Reve` in ASCII. SQLite keeps it in the header.
pub(crate) const APPLICATION_ID: i32 = 0x5265_7665;

/// Every step in order. A published one is never changed: a new one is added.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_store.sql"),
    include_str!("../migrations/0002_simulated_fleet.sql"),
    include_str!("../migrations/0003_notices.sql"),
];

/// What came of bringing a file up to date.
pub(crate) enum Migrated {
    /// It has every step.
    Done,
    /// It has steps that this version does not know.
    Newer {
        /// How many steps it has.
        found: usize,
    },
    /// It is somebody else's.
    Foreign,
}

/// Brings the file up to date, all missing steps in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<Migrated, rusqlite::Error> {
    // Immediate: of two programs that open a new file at once, the second waits and finds it up to date.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let is_empty: bool = transaction.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)",
        [],
        |row| row.get(0),
    )?;
    if application != APPLICATION_ID && !is_empty {
        return Ok(Migrated::Foreign);
    }
    let found = usize::try_from(version).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Ok(Migrated::Newer { found });
    }
    if found < MIGRATIONS.len() {
        for step in &MIGRATIONS[found..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", MIGRATIONS.len()))?;
        transaction.commit()?;
    }
    Ok(Migrated::Done)
}
