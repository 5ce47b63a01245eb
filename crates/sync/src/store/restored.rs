//! When fields that people had edited in Zoho were written again.

use business_central::BcId;
use jiff::Timestamp;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// Takes note that a field is written again. What is older than `forgotten` is forgotten.
///
/// # Errors
/// When the database fails.
pub fn note(
    tx: &Tx<'_>,
    flow: Flow,
    id: BcId,
    field: &str,
    at: Timestamp,
    forgotten: Timestamp,
) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("DELETE FROM restored WHERE at < ?1")?
        .execute([columns::micros(forgotten)])?;
    tx.connection
        .prepare_cached("INSERT INTO restored (flow, id, field, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute((flow.name(), id.to_string(), field, columns::micros(at)))?;
    Ok(())
}

/// How often a field was written again from `since` on.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow, id: BcId, field: &str, since: Timestamp) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT count(*) FROM restored WHERE flow = ?1 AND id = ?2 AND field = ?3 AND at >= ?4",
    )?;
    let values = (flow.name(), id.to_string(), field, columns::micros(since));
    Ok(columns::count(statement.query_row(values, |row| row.get(0))?))
}

/// Somebody decided about the record: counting begins anew.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("DELETE FROM restored WHERE flow = ?1 AND id = ?2")?
        .execute((flow.name(), id.to_string()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{count, forget, note};
    use crate::flow::Flow;
    use crate::store::Store;

    #[test]
    fn restores_are_counted_by_field_and_forgotten_when_they_are_old() {
        let store = Store::in_memory().unwrap();
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let id = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let since = now - 24.hours();
        let counted = |field: &str| store.read(|tx| count(tx, Flow::Items, id, field, since)).unwrap();
        store.write(|tx| note(tx, Flow::Items, id, "Phone", now - 25.hours(), since - 24.hours())).unwrap();
        store.write(|tx| note(tx, Flow::Items, id, "Phone", now, since)).unwrap();
        assert_eq!((counted("Phone"), counted("Website")), (1, 0));
        store.write(|tx| forget(tx, Flow::Items, id)).unwrap();
        assert_eq!(counted("Phone"), 0);
    }
}
