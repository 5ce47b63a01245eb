//! What was last written of the lines of a document whose lines change, and which row in Zoho stands for which of them.
//!
//! The rows are a memory and no truth: a line whose row is not known, or not there any more, is looked for by what it says.

use business_central::BcId;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;
use crate::map::RowMap;

/// The digest of the lines that were last written; none where they never were from here.
///
/// # Errors
/// When the database fails.
pub fn digest(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<String>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT digest FROM lines_written WHERE flow = ?1 AND id = ?2")?;
    Ok(statement.query_row((flow.name(), id.to_string()), |row| row.get(0)).optional()?)
}

/// Zoho holds the lines of this digest.
///
/// # Errors
/// When the database fails.
pub fn set_digest(tx: &Tx<'_>, flow: Flow, id: BcId, digest: &str) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO lines_written (flow, id, digest) VALUES (?1, ?2, ?3)
         ON CONFLICT (flow, id) DO UPDATE SET digest = excluded.digest",
    )?;
    statement.execute((flow.name(), id.to_string(), digest))?;
    Ok(())
}

/// Which row stands for which line of a document.
///
/// # Errors
/// When the database fails.
pub fn rows(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<RowMap, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT line AS id, zoho_row FROM line_row WHERE flow = ?1 AND id = ?2")?;
    let mut rows = statement.query((flow.name(), id.to_string()))?;
    let mut found = RowMap::new();
    while let Some(row) = rows.next()? {
        found.insert(columns::id(row)?, row.get("zoho_row")?);
    }
    Ok(found)
}

/// Whether any row of a document is known.
///
/// # Errors
/// When the database fails.
pub fn any(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<bool, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT 1 FROM line_row WHERE flow = ?1 AND id = ?2 LIMIT 1")?;
    Ok(statement.exists((flow.name(), id.to_string()))?)
}

/// Replaces what is known of a document's rows.
///
/// # Errors
/// When the database fails.
pub fn replace(tx: &Tx<'_>, flow: Flow, id: BcId, pairs: &RowMap) -> Result<(), StoreError> {
    let document = id.to_string();
    tx.connection
        .prepare_cached("DELETE FROM line_row WHERE flow = ?1 AND id = ?2")?
        .execute((flow.name(), &document))?;
    let mut insert = tx
        .connection
        .prepare_cached("INSERT INTO line_row (flow, id, line, zoho_row) VALUES (?1, ?2, ?3, ?4)")?;
    for (line, row) in pairs {
        insert.execute((flow.name(), &document, line.to_string(), row))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use business_central::BcId;

    use super::{any, digest, replace, rows, set_digest};
    use crate::flow::Flow;
    use crate::map::RowMap;
    use crate::store::Store;

    const FLOW: Flow = Flow::PurchaseOrders;

    fn id(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    #[test]
    fn what_was_last_written_replaces_what_was_written_before() {
        let store = Store::in_memory().unwrap();
        let told = store
            .write(|tx| {
                assert_eq!(digest(tx, FLOW, id(1))?, None);
                set_digest(tx, FLOW, id(1), "a")?;
                set_digest(tx, FLOW, id(1), "b")?;
                digest(tx, FLOW, id(1))
            })
            .unwrap();
        assert_eq!(told.as_deref(), Some("b"));
    }

    #[test]
    fn a_row_that_is_not_named_any_more_is_forgotten() {
        let store = Store::in_memory().unwrap();
        let pairs = |lines: &[u8]| -> RowMap { lines.iter().map(|n| (id(*n), format!("70{n}"))).collect() };
        store
            .write(|tx| {
                assert!(!any(tx, FLOW, id(9))?);
                replace(tx, FLOW, id(9), &pairs(&[1, 2]))?;
                replace(tx, FLOW, id(9), &pairs(&[2, 3]))?;
                assert!(any(tx, FLOW, id(9))? && !any(tx, FLOW, id(8))?);
                assert_eq!(rows(tx, FLOW, id(9))?, pairs(&[2, 3]));
                Ok(())
            })
            .unwrap();
    }
}
