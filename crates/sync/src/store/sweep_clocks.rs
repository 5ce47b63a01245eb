//! When each sweep last ran; every sweep has its own clock.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};

/// When the sweep last ran.
///
/// # Errors
/// When the database fails.
pub fn last(tx: &Tx<'_>, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT at FROM sweep_clock WHERE name = ?1")?;
    let at: Option<i64> = statement.query_row([name], |row| row.get(0)).optional()?;
    at.map(columns::time).transpose()
}

/// Takes note that the sweep ran.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &Tx<'_>, name: &str, at: Timestamp) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO sweep_clock (name, at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
    )?;
    statement.execute((name, columns::micros(at)))?;
    Ok(())
}
