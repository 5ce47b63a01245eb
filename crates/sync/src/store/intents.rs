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
        (
            kind.name(),
            flow.name(),
            ids.join(" "),
            payload_hash,
            columns::micros(at),
        ),
    )?;
    Ok(tx.connection.last_insert_rowid())
}

/// Its outcome is known.
///
/// # Errors
/// When the database fails.
pub fn settle(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.connection
        .execute("UPDATE intent SET settled = 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// The writes whose outcome is not known.
///
/// # Errors
/// When the database fails.
pub fn open(tx: &Tx<'_>) -> Result<Vec<Intent>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT * FROM intent WHERE settled = 0 ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let ids: String = row.get("ids")?;
        let kind: String = row.get("kind")?;
        let kinds = [IntentKind::Insert, IntentKind::Lines];
        open.push(Intent {
            id: row.get("id")?,
            kind: kinds
                .into_iter()
                .find(|known| known.name() == kind)
                .ok_or_else(|| columns::unreadable("intent", &kind))?,
            flow: columns::flow(row)?,
            ids: ids.split_whitespace().filter_map(|id| id.parse().ok()).collect(),
        });
    }
    Ok(open)
}
