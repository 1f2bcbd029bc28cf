//! The right to act, and the number that guards what is written under it.

use chrono::{DateTime, Duration, Utc};
use reveille_core::port::{Lease, StoreError};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::{
    database::store_error,
    rows::{time, time_text},
};

/// Takes or renews the lease for `holder`; none while another holds it.
pub(crate) fn take(
    write: &Transaction<'_>,
    holder: &str,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<Option<Lease>, StoreError> {
    let newest = write
        .query_row("SELECT holder, fence, until FROM lease", [], |row| {
            Ok((row.get::<_, String>(0)?, fence(row, 1)?, time(row, 2)?))
        })
        .optional()
        .map_err(store_error)?;
    let fence = match newest {
        Some((by, fence, until)) if now < until => {
            if by != holder {
                return Ok(None);
            }
            fence
        }
        // Also for the holder itself: while its lease was ended, another may have thought of taking it.
        Some((_, fence, _)) => fence + 1,
        None => 1,
    };
    let lease = Lease {
        fence,
        until: now + length,
    };
    write
        .execute(
            "INSERT INTO lease (id, holder, fence, until) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET holder = ?1, fence = ?2, until = ?3",
            params![holder, lease.fence.cast_signed(), time_text(lease.until)],
        )
        .map_err(store_error)?;
    Ok(Some(lease))
}

/// [`StoreError::Conflict`] unless `lease` is the newest.
pub(crate) fn guard(transaction: &Transaction<'_>, lease: &Lease) -> Result<(), StoreError> {
    let newest: Option<u64> = transaction
        .query_row("SELECT fence FROM lease", [], |row| fence(row, 0))
        .optional()
        .map_err(store_error)?;
    if newest == Some(lease.fence) {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

/// SQLite's integers are signed; a fence grows from 1 and does not get past half of its range.
fn fence(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}
