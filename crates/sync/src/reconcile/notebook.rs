//! What a comparison has read so far: a temporary SQLite file of its own, so that a million records need no memory.
//!
//! It knows nothing of the profile's database, and is gone with the comparison. SQLite keeps it in memory while it is small and
//! spills it to the operating system's place for temporary files when it grows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use business_central::BcId;
use exact_json::Value;
use rusqlite::{Connection, OptionalExtension, Row};
use zoho_crm::ZohoId;

use crate::flow::Flow;
use crate::store::StoreError;

/// Pages that SQLite keeps in memory, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

const TABLES: &str = "
    CREATE TABLE copy (
        place INTEGER PRIMARY KEY,
        flow TEXT NOT NULL,
        bc_id BLOB,
        number TEXT NOT NULL,
        number_key TEXT NOT NULL,
        zoho_id TEXT NOT NULL,
        held TEXT NOT NULL,
        met INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX copy_id ON copy (flow, bc_id);
    -- Only customers and vendors are found by their number, and only they and items are referred to by others.
    CREATE INDEX copy_number ON copy (number_key) WHERE flow = 'customers';
    CREATE INDEX copy_vendor ON copy (number_key) WHERE flow = 'vendors';
    CREATE INDEX copy_zoho ON copy (zoho_id) WHERE flow IN ('customers', 'items', 'vendors');
    CREATE TABLE listed (flow TEXT NOT NULL, bc_id BLOB NOT NULL, PRIMARY KEY (flow, bc_id)) STRICT, WITHOUT ROWID;
    CREATE TABLE tie (contact_number TEXT PRIMARY KEY, customer BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// A record in Zoho that carries one of our keys.
pub(super) struct Copy {
    /// Where it stands in the notebook, in the order in which it was read.
    pub(super) place: i64,
    pub(super) bc_id: Option<BcId>,
    pub(super) number: String,
    pub(super) zoho_id: ZohoId,
    /// Its values, in the order of the columns that were read.
    pub(super) held: Vec<Value>,
}

/// What was met of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// Its source was compared with it, or it was reported.
    Compared = 1,
    /// Its source was deleted in Business Central.
    SourceGone = 2,
}

/// A comparison's temporary notes.
pub(super) struct Notebook(Mutex<Connection>);

impl Notebook {
    /// An empty one.
    pub(super) fn open() -> Result<Self, StoreError> {
        // An empty path is SQLite's word for a private temporary file that is deleted when it is closed.
        let connection = Connection::open("")?;
        connection.pragma_update(None, "journal_mode", "off")?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to take in a page: what belongs to it is written together, which is a matter of speed alone.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        Ok(self.lock().execute_batch("BEGIN")?)
    }

    /// The page is taken in.
    pub(super) fn end(&self) -> Result<(), StoreError> {
        Ok(self.lock().execute_batch("COMMIT")?)
    }

    /// Notes a record of Zoho.
    pub(super) fn copy(
        &self,
        flow: Flow,
        bc_id: Option<BcId>,
        number: &str,
        zoho_id: &str,
        held: &Value,
    ) -> Result<(), StoreError> {
        let connection = self.lock();
        let mut insert = connection.prepare_cached(
            "INSERT INTO copy (flow, bc_id, number, number_key, zoho_id, held) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let id = bc_id.map(|id| *id.uuid().as_bytes());
        insert.execute((flow.name(), id, number, key(number), zoho_id, held.to_json()))?;
        Ok(())
    }

    /// The copies of a record, those with a number first: a clone made by hand has the identity and, because that is unique, not the
    /// number.
    pub(super) fn copies(&self, flow: Flow, id: BcId) -> Result<Vec<Copy>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT * FROM copy WHERE flow = ?1 AND bc_id = ?2 ORDER BY number_key = '', place",
        )?;
        let mut rows = select.query((flow.name(), id.uuid().as_bytes()))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// At most `limit` copies that nothing was met of, behind `after`.
    pub(super) fn unmet(&self, flow: Flow, after: i64, limit: usize) -> Result<Vec<Copy>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT * FROM copy WHERE flow = ?1 AND place > ?2 AND met = 0 ORDER BY place LIMIT ?3",
        )?;
        let mut rows = select.query((flow.name(), after, i64::try_from(limit).unwrap_or(i64::MAX)))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// Notes what was met of a copy.
    pub(super) fn meet(&self, place: i64, met: Met) -> Result<(), StoreError> {
        let connection = self.lock();
        connection
            .prepare_cached("UPDATE copy SET met = ?2 WHERE place = ?1")?
            .execute((place, met as i64))?;
        Ok(())
    }

    /// How many records of Zoho were noted.
    pub(super) fn count(&self, flow: Flow) -> Result<u64, StoreError> {
        let connection = self.lock();
        let mut count = connection.prepare_cached("SELECT count(*) FROM copy WHERE flow = ?1")?;
        let count: i64 = count.query_row([flow.name()], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Notes that Business Central listed a record. Whether it had not been listed yet: pages can overlap.
    pub(super) fn list(&self, flow: Flow, id: BcId) -> Result<bool, StoreError> {
        let connection = self.lock();
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO listed VALUES (?1, ?2)")?;
        Ok(insert.execute((flow.name(), id.uuid().as_bytes()))? > 0)
    }

    /// Notes whose customer a contact stands for; the last word counts, as in the profile's own map.
    pub(super) fn tie(&self, contact_number: &str, customer: BcId) -> Result<(), StoreError> {
        let connection = self.lock();
        let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO tie VALUES (?1, ?2)")?;
        insert.execute((contact_number, customer.uuid().as_bytes()))?;
        Ok(())
    }

    /// The record in Zoho that stands for a record of Business Central.
    pub(super) fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        let found: Option<String> = self.one(
            "SELECT zoho_id FROM copy WHERE flow = ?1 AND bc_id = ?2 ORDER BY number_key = '', place LIMIT 1",
            (flow.name(), id.uuid().as_bytes()),
        );
        found.map(ZohoId::new)
    }

    /// The Account or Vendor that carries a number.
    pub(super) fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        let sql = match flow {
            Flow::Customers => {
                "SELECT zoho_id FROM copy WHERE flow = 'customers' AND number_key = ?1 LIMIT 1"
            }
            Flow::Vendors => "SELECT zoho_id FROM copy WHERE flow = 'vendors' AND number_key = ?1 LIMIT 1",
            Flow::Items | Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => return None,
        };
        self.one::<String>(sql, [key(number)]).map(ZohoId::new)
    }

    /// Number of the customer, item or vendor for which a record in Zoho stands, and whether its source was deleted.
    pub(super) fn by_zoho_id(&self, flow: Flow, zoho_id: &str) -> Option<(String, bool)> {
        let connection = self.lock();
        let sql = match flow {
            Flow::Customers => {
                "SELECT number, met FROM copy WHERE flow = 'customers' AND zoho_id = ?1 LIMIT 1"
            }
            Flow::Items => "SELECT number, met FROM copy WHERE flow = 'items' AND zoho_id = ?1 LIMIT 1",
            Flow::Vendors => "SELECT number, met FROM copy WHERE flow = 'vendors' AND zoho_id = ?1 LIMIT 1",
            Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => return None,
        };
        let mut select = connection.prepare_cached(sql).ok()?;
        let found = select.query_row([zoho_id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)));
        found.optional().ok().flatten().map(|(number, met)| (number, met == Met::SourceGone as i64))
    }

    /// The customer behind a contact's number.
    pub(super) fn customer_of(&self, contact_number: &str) -> Option<BcId> {
        let found: Option<[u8; 16]> =
            self.one("SELECT customer FROM tie WHERE contact_number = ?1", [contact_number]);
        found.map(id)
    }

    /// Whether Business Central listed the record.
    pub(super) fn is_listed(&self, flow: Flow, id: BcId) -> bool {
        let sql = "SELECT 1 FROM listed WHERE flow = ?1 AND bc_id = ?2";
        self.one::<i64>(sql, (flow.name(), id.uuid().as_bytes())).is_some()
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str, values: impl rusqlite::Params) -> Option<T> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(sql).ok()?;
        select.query_row(values, |row| row.get(0)).optional().ok().flatten()
    }
}

/// A business key as Zoho compares it.
fn key(number: &str) -> String {
    number.to_lowercase()
}

fn id(bytes: [u8; 16]) -> BcId {
    BcId::from_bytes(bytes)
}

fn read(row: &Row<'_>) -> Result<Copy, StoreError> {
    let held: String = row.get("held")?;
    let held = match Value::parse(&held) {
        Ok(Value::List(held)) => held,
        _ => Vec::new(),
    };
    let bc_id: Option<[u8; 16]> = row.get("bc_id")?;
    let zoho_id: String = row.get("zoho_id")?;
    Ok(Copy {
        place: row.get("place")?,
        bc_id: bc_id.map(id),
        number: row.get("number")?,
        zoho_id: ZohoId::new(zoho_id),
        held,
    })
}

#[cfg(test)]
mod tests {
    use business_central::BcId;
    use exact_json::Value;

    use super::{Met, Notebook};
    use crate::flow::Flow;

    fn id(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    #[test]
    fn the_copy_with_the_number_comes_before_its_clone() {
        let notes = Notebook::open().unwrap();
        let held = Value::List(vec![Value::text("x"), Value::Null]);
        notes.copy(Flow::Customers, Some(id(1)), "", "70", &held).unwrap();
        notes.copy(Flow::Customers, Some(id(1)), "C1", "71", &held).unwrap();
        let copies = notes.copies(Flow::Customers, id(1)).unwrap();
        let found: Vec<&str> = copies.iter().map(|copy| copy.zoho_id.as_str()).collect();
        assert_eq!(found, ["71", "70"]);
        assert_eq!(copies[0].held, [Value::text("x"), Value::Null]);
        assert_eq!(notes.zoho_id(Flow::Customers, id(1)).unwrap().as_str(), "71");
        assert_eq!(notes.by_number(Flow::Customers, "c1").unwrap().as_str(), "71");
        assert_eq!(notes.by_zoho_id(Flow::Customers, "71"), Some(("C1".to_owned(), false)));
        notes.meet(copies[0].place, Met::SourceGone).unwrap();
        assert_eq!(notes.by_zoho_id(Flow::Customers, "71"), Some(("C1".to_owned(), true)));
        let unmet: Vec<_> =
            notes.unmet(Flow::Customers, 0, 10).unwrap().into_iter().map(|copy| copy.place).collect();
        assert_eq!(unmet, [copies[1].place]);
    }

    #[test]
    fn a_record_that_comes_on_two_pages_is_listed_once() {
        let notes = Notebook::open().unwrap();
        assert!(notes.list(Flow::Items, id(1)).unwrap());
        assert!(!notes.list(Flow::Items, id(1)).unwrap());
        assert!(notes.is_listed(Flow::Items, id(1)) && !notes.is_listed(Flow::Customers, id(1)));
    }
}
