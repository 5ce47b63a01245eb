//! What had to give when a record was copied: values cut or left out.

use business_central::BcId;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;
use crate::map::Warning;

/// Replaces the record's warnings.
///
/// # Errors
/// When the database fails.
pub fn replace(tx: &Tx<'_>, flow: Flow, id: BcId, warnings: &[Warning]) -> Result<(), StoreError> {
    let id = id.to_string();
    let mut delete = tx
        .connection
        .prepare_cached("DELETE FROM warning WHERE flow = ?1 AND id = ?2")?;
    delete.execute((flow.name(), &id))?;
    for warning in warnings {
        let mut insert = tx
            .connection
            .prepare_cached("INSERT OR REPLACE INTO warning VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.execute((flow.name(), &id, &warning.field, &warning.code, &warning.text))?;
    }
    Ok(())
}

/// The record's warnings.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Vec<Warning>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT field, code, text FROM warning WHERE flow = ?1 AND id = ?2")?;
    let rows = statement.query_map((flow.name(), id.to_string()), |row| {
        Ok(Warning {
            field: row.get(0)?,
            code: row.get(1)?,
            text: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many records of the flow have warnings.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT count(DISTINCT id) FROM warning WHERE flow = ?1")?;
    Ok(columns::count(
        statement.query_row([flow.name()], |row| row.get(0))?,
    ))
}
