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
    let mut delete = tx.connection.prepare_cached("DELETE FROM warning WHERE flow = ?1 AND id = ?2")?;
    delete.execute((flow.name(), &id))?;
    for (position, warning) in warnings.iter().enumerate() {
        let mut insert = tx.connection.prepare_cached(
            "INSERT INTO warning (flow, id, position, field, code, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let position = columns::limit(position);
        insert.execute((flow.name(), &id, position, &warning.field, &warning.code, &warning.text))?;
    }
    Ok(())
}

/// The record's warnings.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Vec<Warning>, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT field, code, text FROM warning WHERE flow = ?1 AND id = ?2 ORDER BY position",
    )?;
    let rows = statement.query_map((flow.name(), id.to_string()), |row| {
        Ok(Warning { field: row.get(0)?, code: row.get(1)?, text: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many records of the flow have warnings.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    // Every record that has warnings has a first one.
    let mut statement =
        tx.connection.prepare_cached("SELECT count(*) FROM warning WHERE flow = ?1 AND position = 0")?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

#[cfg(test)]
mod tests {
    use super::{count, of_record, replace};
    use crate::flow::Flow;
    use crate::map::Warning;
    use crate::store::Store;

    #[test]
    fn warnings_are_replaced_as_a_whole() {
        let store = Store::in_memory().unwrap();
        let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let warning = |field: &str| Warning {
            field: field.to_owned(),
            code: "cut".to_owned(),
            text: format!("{field} was cut"),
        };
        let two = [warning("Phone"), warning("Account_Name")];
        store.write(|tx| replace(tx, Flow::Customers, id, &two)).unwrap();
        assert_eq!(store.read(|tx| of_record(tx, Flow::Customers, id)).unwrap(), two);
        assert_eq!(store.read(|tx| count(tx, Flow::Customers)).unwrap(), 1);
        assert_eq!(store.read(|tx| count(tx, Flow::Items)).unwrap(), 0);
        store.write(|tx| replace(tx, Flow::Customers, id, &[])).unwrap();
        assert!(store.read(|tx| of_record(tx, Flow::Customers, id)).unwrap().is_empty());
        assert_eq!(store.read(|tx| count(tx, Flow::Customers)).unwrap(), 0);
    }
}
