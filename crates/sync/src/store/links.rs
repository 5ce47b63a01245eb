//! What stands for a record in Zoho, and what we last wrote there.

use business_central::BcId;
use exact_json::{Map, Value};
use jiff::Timestamp;
use rusqlite::Row;
use zoho_crm::ZohoId;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// Whether an invoice's lines are what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// The record has no lines.
    None,
    /// They must be read before anything is said of them.
    Unknown,
    /// They were written, or read and found right.
    Written,
}

impl LineState {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Written => "written",
        }
    }
}

/// One record of ours in Zoho.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The flow.
    pub flow: Flow,
    /// The record in Business Central.
    pub id: BcId,
    /// The record in Zoho.
    pub zoho_id: ZohoId,
    /// The business key that Zoho holds.
    pub number: String,
    /// The header fields that we last sent, or found when it was adopted.
    pub sent: Map,
    /// The state of the source when it was written.
    pub source_hash: String,
    /// What it had to agree with then.
    pub fingerprint: String,
    /// Zoho's stamp of our last write.
    pub modified_time: Option<String>,
    /// Whether the total was proved.
    pub verified: bool,
    /// Whether the lines are right.
    pub lines: LineState,
    /// Whether the outcome of the last write is unknown.
    pub doubt: bool,
    /// Whether it was found in Zoho and not created from here.
    pub adopted: bool,
    /// When it was last written or adopted.
    pub written_at: Timestamp,
}

/// Stores a link.
///
/// # Errors
/// When the database fails, or another record has that Zoho record already.
pub fn put(tx: &Tx<'_>, link: &Link) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT OR REPLACE INTO link VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    statement.execute((
        link.flow.name(),
        link.id.to_string(),
        link.zoho_id.as_str(),
        &link.number,
        Value::Object(link.sent.clone()).to_json(),
        &link.source_hash,
        &link.fingerprint,
        &link.modified_time,
        link.verified,
        link.lines.name(),
        link.doubt,
        link.adopted,
        columns::micros(link.written_at),
    ))?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Link, StoreError> {
    let lines: String = row.get("lines")?;
    let states = [LineState::None, LineState::Unknown, LineState::Written];
    let zoho_id: String = row.get("zoho_id")?;
    Ok(Link {
        flow: columns::flow(row)?,
        id: columns::id(row)?,
        zoho_id: ZohoId::new(zoho_id),
        number: row.get("number")?,
        sent: columns::map(row, "sent")?,
        source_hash: row.get("source_hash")?,
        fingerprint: row.get("fingerprint")?,
        modified_time: row.get("modified_time")?,
        verified: row.get("verified")?,
        lines: states
            .into_iter()
            .find(|state| state.name() == lines)
            .ok_or_else(|| columns::unreadable("lines", &lines))?,
        doubt: row.get("doubt")?,
        adopted: row.get("adopted")?,
        written_at: columns::time_of(row, "written_at")?,
    })
}

fn select(tx: &Tx<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Link>, StoreError> {
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The link of a record.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Link>, StoreError> {
    Ok(select(
        tx,
        "SELECT * FROM link WHERE flow = ?1 AND id = ?2",
        (flow.name(), id.to_string()),
    )?
    .pop())
}

/// The link whose record in Zoho holds that number, whatever its case.
///
/// # Errors
/// When the database fails.
pub fn by_number(tx: &Tx<'_>, flow: Flow, number: &str) -> Result<Option<Link>, StoreError> {
    Ok(select(
        tx,
        "SELECT * FROM link WHERE flow = ?1 AND number = ?2",
        (flow.name(), number),
    )?
    .pop())
}

/// The link of a record in Zoho.
///
/// # Errors
/// When the database fails.
pub fn by_zoho_id(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<Option<Link>, StoreError> {
    Ok(select(
        tx,
        "SELECT * FROM link WHERE flow = ?1 AND zoho_id = ?2",
        (flow.name(), zoho_id.as_str()),
    )?
    .pop())
}

/// Forgets what stands for a record in Zoho.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    tx.connection.execute(
        "DELETE FROM link WHERE flow = ?1 AND id = ?2",
        (flow.name(), id.to_string()),
    )?;
    Ok(())
}

/// How many links the flow has.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT count(*) FROM link INDEXED BY link_number WHERE flow = ?1")?;
    Ok(columns::count(
        statement.query_row([flow.name()], |row| row.get(0))?,
    ))
}

/// The links whose live source has another number now, with that number.
///
/// # Errors
/// When the database fails.
pub fn renumbered(tx: &Tx<'_>, flow: Flow) -> Result<Vec<(BcId, String)>, StoreError> {
    // Only what is unsettled can have another number: that keeps the look cheap.
    let mut statement = tx.connection.prepare_cached(
        "SELECT s.id, s.number FROM source s INDEXED BY source_unsettled JOIN link l ON l.flow = s.flow AND l.id = s.id
         WHERE s.flow = ?1 AND s.settled_hash IS NOT s.hash AND s.gone IS NULL AND l.number <> s.number",
    )?;
    let mut rows = statement.query([flow.name()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((columns::id(row)?, row.get("number")?));
    }
    Ok(found)
}

/// The links of records that Business Central deleted.
///
/// # Errors
/// When the database fails.
pub fn of_gone_sources(tx: &Tx<'_>, flow: Flow) -> Result<Vec<Link>, StoreError> {
    select(
        tx,
        "SELECT l.* FROM source s INDEXED BY source_gone JOIN link l ON l.flow = s.flow AND l.id = s.id
         WHERE s.flow = ?1 AND s.gone IS NOT NULL",
        [flow.name()],
    )
}
