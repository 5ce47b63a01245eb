//! Up to which server stamp a listing was read whole.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};

/// The watermark of a listing.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT at FROM watermark WHERE name = ?1")?;
    let at: Option<i64> = statement.query_row([name], |row| row.get(0)).optional()?;
    at.map(columns::time).transpose()
}

/// Moves a watermark.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &Tx<'_>, name: &str, at: Timestamp) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO watermark (name, at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
    )?;
    statement.execute((name, columns::micros(at)))?;
    Ok(())
}
