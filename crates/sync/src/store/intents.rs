//! Writes that are under way and that no key makes harmless to repeat. After a crash every open one is doubt: look first, then write.

use business_central::BcId;
use jiff::Timestamp;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// What kind of write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentKind {
    /// New records by insert.
    Insert,
    /// Rows of an existing record's subform.
    Lines,
}

impl IntentKind {
    const ALL: [Self; 2] = [Self::Insert, Self::Lines];

    fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Lines => "lines",
        }
    }
}

/// A write that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its number.
    pub id: i64,
    /// What kind of write.
    pub kind: IntentKind,
    /// The flow.
    pub flow: Flow,
    /// The records, by their identity in Business Central.
    pub ids: Vec<BcId>,
    /// A hash of what was to be written.
    pub payload_hash: String,
    /// When it was announced.
    pub at: Timestamp,
}

/// Announces a write; committed before the request goes out.
///
/// # Errors
/// When the database fails.
pub fn begin(
    tx: &Tx<'_>,
    kind: IntentKind,
    flow: Flow,
    ids: &[BcId],
    payload_hash: &str,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    tx.connection.execute(
        "INSERT INTO intent (kind, flow, ids, payload_hash, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (kind.name(), flow.name(), ids.join(" "), payload_hash, columns::micros(at)),
    )?;
    Ok(tx.connection.last_insert_rowid())
}

/// Its outcome is known; what came of it stands in the audit trail.
///
/// # Errors
/// When the database fails.
pub fn settle(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.connection.prepare_cached("DELETE FROM intent WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The writes whose outcome is not known, oldest first.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &Tx<'_>) -> Result<Vec<Intent>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT * FROM intent ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let (ids, kind): (String, String) = (row.get("ids")?, row.get("kind")?);
        let id = |text: &str| text.parse().map_err(|_| columns::unreadable("id", text));
        open.push(Intent {
            id: row.get("id")?,
            kind: IntentKind::ALL
                .into_iter()
                .find(|known| known.name() == kind)
                .ok_or_else(|| columns::unreadable("intent", &kind))?,
            flow: columns::flow(row)?,
            ids: ids.split_whitespace().map(id).collect::<Result<_, _>>()?,
            payload_hash: row.get("payload_hash")?,
            at: columns::time_of(row, "at")?,
        });
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use super::{IntentKind, begin, open, settle};
    use crate::flow::Flow;
    use crate::store::Store;

    #[test]
    fn an_announced_write_is_in_doubt_until_its_outcome_is_known() {
        let store = Store::in_memory().unwrap();
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let ids = ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];
        let ids = ids.map(|id| id.parse().unwrap());
        let insert =
            store.write(|tx| begin(tx, IntentKind::Insert, Flow::Invoices, &ids, "abc", now)).unwrap();
        let lines =
            store.write(|tx| begin(tx, IntentKind::Lines, Flow::Invoices, &ids[..1], "def", now)).unwrap();
        let doubts = store.read(open).unwrap();
        assert_eq!(doubts.iter().map(|intent| intent.id).collect::<Vec<_>>(), [insert, lines]);
        assert_eq!(doubts[0].ids, ids);
        assert_eq!(
            (doubts[0].kind, doubts[0].payload_hash.as_str(), doubts[0].at),
            (IntentKind::Insert, "abc", now)
        );
        store.write(|tx| settle(tx, insert)).unwrap();
        assert_eq!(store.read(open).unwrap(), doubts[1..]);
    }
}
