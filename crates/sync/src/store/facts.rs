//! Small things to remember by name.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx};

/// What is remembered under `name`.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT value FROM fact WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Remembers `value` under `name`.
///
/// # Errors
/// When the database fails.
pub fn set(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?;
    statement.execute((name, value))?;
    Ok(())
}

/// Forgets what is remembered under `name`.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM fact WHERE name = ?1", [name])?;
    Ok(())
}
