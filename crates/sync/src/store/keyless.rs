//! The index of records in Zoho that do not carry our key, and how far it is read.

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use zoho_crm::ZohoId;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;
use crate::matching::Party;

/// A record in Zoho without our key, as far as it can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeylessRecord {
    /// The record.
    pub zoho_id: ZohoId,
    /// What can be compared of it.
    pub party: Party,
}

/// How far the index of a flow is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The last record of the first reading that is stored; blank before the first.
    pub behind: String,
    /// Whether the first reading is finished.
    pub whole: bool,
    /// What was read of each record: what is compared can change from version to version of the program.
    pub version: u32,
    /// Up to which moment of change, by Zoho's clock, changes are known.
    pub modified: Timestamp,
    /// When Zoho was last asked what changed.
    pub looked_at: Timestamp,
}

/// Stores a record in the place of its former values.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &Tx<'_>, flow: Flow, record: &KeylessRecord) -> Result<(), StoreError> {
    let party = serde_json::to_string(&record.party).map_err(|error| columns::unreadable("party", error))?;
    tx.connection
        .prepare_cached(
            "INSERT INTO keyless (flow, zoho_id, party) VALUES (?1, ?2, ?3)
             ON CONFLICT (flow, zoho_id) DO UPDATE SET party = excluded.party",
        )?
        .execute((flow.name(), record.zoho_id.as_str(), party))?;
    Ok(())
}

/// The record is gone, or carries our key now. Whether it was known.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<bool, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("DELETE FROM keyless WHERE flow = ?1 AND zoho_id = ?2")?;
    Ok(statement.execute((flow.name(), zoho_id.as_str()))? > 0)
}

/// One record.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<Option<KeylessRecord>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT zoho_id, party FROM keyless WHERE flow = ?1 AND zoho_id = ?2")?;
    let mut rows = statement.query((flow.name(), zoho_id.as_str()))?;
    rows.next()?.map(read).transpose()
}

fn read(row: &rusqlite::Row<'_>) -> Result<KeylessRecord, StoreError> {
    let zoho_id: String = row.get("zoho_id")?;
    let party: String = row.get("party")?;
    let party = serde_json::from_str(&party).map_err(|_| columns::unreadable("party", &party))?;
    Ok(KeylessRecord { zoho_id: ZohoId::new(zoho_id), party })
}

/// At most `limit` records in the order of their ids, behind `after`.
///
/// # Errors
/// When the database fails.
pub fn page(
    tx: &Tx<'_>,
    flow: Flow,
    after: Option<&ZohoId>,
    limit: usize,
) -> Result<Vec<KeylessRecord>, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT zoho_id, party FROM keyless WHERE flow = ?1 AND zoho_id > ?2 ORDER BY zoho_id LIMIT ?3",
    )?;
    let after = after.map(ZohoId::as_str).unwrap_or_default();
    let mut rows = statement.query((flow.name(), after, columns::limit(limit)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// How many records of the flow's module are known to lack our key.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT count(*) FROM keyless WHERE flow = ?1")?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// How far the flow's index is read; `None` where nothing was read yet.
///
/// # Errors
/// When the database fails.
pub fn reading(tx: &Tx<'_>, flow: Flow) -> Result<Option<Reading>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT * FROM keyless_reading WHERE flow = ?1")?;
    let mut rows = statement.query([flow.name()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Reading {
        behind: row.get("behind")?,
        whole: row.get("whole")?,
        version: row.get("version")?,
        modified: columns::time_of(row, "modified")?,
        looked_at: columns::time_of(row, "looked_at")?,
    }))
}

/// Takes note how far the flow's index is read.
///
/// # Errors
/// When the database fails.
pub fn set_reading(tx: &Tx<'_>, flow: Flow, reading: &Reading) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT OR REPLACE INTO keyless_reading (flow, behind, whole, version, modified, looked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute((
        flow.name(),
        &reading.behind,
        reading.whole,
        reading.version,
        columns::micros(reading.modified),
        columns::micros(reading.looked_at),
    ))?;
    Ok(())
}

/// Whether any record of the flow's module is known to lack our key.
///
/// # Errors
/// When the database fails.
pub fn any(tx: &Tx<'_>, flow: Flow) -> Result<bool, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT 1 FROM keyless WHERE flow = ?1 LIMIT 1")?;
    Ok(statement.query_row([flow.name()], |_| Ok(())).optional()?.is_some())
}

#[cfg(test)]
mod tests {
    use zoho_crm::ZohoId;

    use super::{KeylessRecord, any, count, get, page, put, remove};
    use crate::flow::Flow;
    use crate::matching::Party;
    use crate::store::Store;

    fn record(id: &str, name: &str) -> KeylessRecord {
        KeylessRecord { zoho_id: ZohoId::new(id), party: Party { name: name.to_owned(), ..Party::default() } }
    }

    #[test]
    fn a_record_is_known_once_by_its_latest_values_until_it_leaves() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| {
                put(tx, Flow::Customers, &record("2", "Adatum"))?;
                put(tx, Flow::Customers, &record("1", "Old"))?;
                put(tx, Flow::Customers, &record("1", "New"))?;
                put(tx, Flow::Items, &record("1", "Bolt"))
            })
            .unwrap();
        store
            .read(|tx| {
                assert_eq!(count(tx, Flow::Customers)?, 2);
                assert_eq!(get(tx, Flow::Customers, &ZohoId::new("1"))?, Some(record("1", "New")));
                let first = page(tx, Flow::Customers, None, 1)?;
                assert_eq!(first, [record("1", "New")]);
                assert_eq!(page(tx, Flow::Customers, Some(&first[0].zoho_id), 9)?, [record("2", "Adatum")]);
                assert!(!any(tx, Flow::Contacts)?);
                any(tx, Flow::Items)
            })
            .map(|found| assert!(found))
            .unwrap();
        let left = store.write(|tx| {
            assert!(remove(tx, Flow::Customers, &ZohoId::new("1"))?);
            assert!(!remove(tx, Flow::Customers, &ZohoId::new("1"))?);
            count(tx, Flow::Customers)
        });
        assert_eq!(left.unwrap(), 1);
    }
}
