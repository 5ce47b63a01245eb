//! Records that Business Central deleted, and records that cannot be seen, which proves nothing.
//!
//! Either way they are planned anew at once, and once more when they are seen again.

use business_central::BcId;
use jiff::Timestamp;

use super::sources::{ids, unsettle};
use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// The ids of all records that are neither deleted nor missing.
///
/// # Errors
/// When the database fails.
pub fn live_ids(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND gone IS NULL AND missing IS NULL ORDER BY id",
        [flow.name()],
    )
}

/// The ids of all records that cannot be seen.
///
/// # Errors
/// When the database fails.
pub fn missing_ids(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    ids(tx, "SELECT id FROM source WHERE flow = ?1 AND missing IS NOT NULL ORDER BY id", [flow.name()])
}

/// How many records are known to be deleted since then.
///
/// # Errors
/// When the database fails.
pub fn gone_since(tx: &Tx<'_>, flow: Flow, since: Timestamp) -> Result<usize, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT count(*) FROM source WHERE flow = ?1 AND gone IS NOT NULL AND gone >= ?2")?;
    let count: i64 = statement.query_row((flow.name(), columns::micros(since)), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The record is known to be deleted: what it was settled for no longer holds.
///
/// # Errors
/// When the database fails.
pub fn mark_gone(tx: &Tx<'_>, flow: Flow, id: BcId, at: Timestamp) -> Result<(), StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("UPDATE source SET gone = ?3, missing = NULL WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string(), columns::micros(at)))?;
    unsettle(tx, flow, id)
}

/// The record cannot be seen, which proves nothing.
///
/// # Errors
/// When the database fails.
pub fn mark_missing(tx: &Tx<'_>, flow: Flow, id: BcId, at: Timestamp) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE source SET missing = ?3 WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string(), columns::micros(at)))?;
    unsettle(tx, flow, id)
}

/// The record can be seen again, if it could not.
///
/// # Errors
/// When the database fails.
pub fn clear_missing(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "UPDATE source SET missing = NULL WHERE flow = ?1 AND id = ?2 AND missing IS NOT NULL",
    )?;
    if statement.execute((flow.name(), id.to_string()))? > 0 {
        unsettle(tx, flow, id)?;
    }
    Ok(())
}
