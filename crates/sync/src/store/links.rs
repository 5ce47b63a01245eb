//! What stands for a record in Zoho, and what we last wrote there.

use business_central::BcId;
use exact_json::{Map, Value};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};
use zoho_crm::ZohoId;

use super::copy_state::CopyState;
use super::{StoreError, Tx, columns, fingerprints};
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
    /// Whether it was found in Zoho and not created from here.
    pub adopted: bool,
    /// When it was last written or adopted.
    pub written_at: Timestamp,
    /// What is known of it beside what was sent.
    pub copy: CopyState,
}

impl Link {
    /// Whether a field for which Business Central has no value is left to the people who fill it: the record was taken over with it, and nothing
    /// was ever written there from here.
    #[must_use]
    pub fn leaves_to_people(&self, field: &str) -> bool {
        self.adopted && !self.sent.contains_key(field)
    }

    /// What Zoho holds in that field as far as is known: what it made of our last write, or what somebody may keep there.
    #[must_use]
    pub fn expected(&self, field: &str) -> &Value {
        self.copy.held.get(field).or_else(|| self.sent.get(field)).unwrap_or(&Value::Null)
    }
}

/// Stores a link in the place of the record's former one.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &Tx<'_>, link: &Link) -> Result<(), StoreError> {
    put_as(tx, link, &link.sent.to_json())
}

/// As [`put`], where the JSON text of what was sent is at hand.
///
/// # Errors
/// When the database fails.
pub(crate) fn put_as(tx: &Tx<'_>, link: &Link, sent: &str) -> Result<(), StoreError> {
    let fingerprint = fingerprints::place(tx, &link.fingerprint)?;
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO link (flow, id, zoho_id, number, number_key, sent, source_hash, fingerprint, modified_time, verified, lines,
                           adopted, written_at, held, unread, asked, gone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (flow, id) DO UPDATE SET
             zoho_id = excluded.zoho_id, number = excluded.number, number_key = excluded.number_key,
             sent = excluded.sent, source_hash = excluded.source_hash, fingerprint = excluded.fingerprint,
             modified_time = excluded.modified_time, verified = excluded.verified, lines = excluded.lines,
             adopted = excluded.adopted, written_at = excluded.written_at,
             held = excluded.held, unread = excluded.unread, asked = excluded.asked, gone = excluded.gone",
    )?;
    let [held, unread, asked, gone] = link.copy.columns();
    statement.execute(rusqlite::params![
        link.flow.name(),
        link.id.to_string(),
        link.zoho_id.as_str(),
        &link.number,
        columns::key(&link.number),
        sent,
        &link.source_hash,
        fingerprint,
        &link.modified_time,
        link.verified,
        link.lines.name(),
        link.adopted,
        columns::micros(link.written_at),
        held,
        unread,
        asked,
        gone,
    ])?;
    Ok(())
}

/// The record in Zoho has the total that it should have.
///
/// # Errors
/// When the database fails.
pub fn mark_verified(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE link SET verified = 1 WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
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
        adopted: row.get("adopted")?,
        written_at: columns::time_of(row, "written_at")?,
        copy: CopyState::read(row)?,
    })
}

/// The links `l` for which the rest of the statement holds.
fn select(tx: &Tx<'_>, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Link>, StoreError> {
    let sql = format!(
        "SELECT l.flow, l.id, l.zoho_id, l.number, l.sent, l.source_hash, f.text AS fingerprint, l.modified_time, l.verified,
                l.lines, l.adopted, l.written_at, l.held, l.unread, l.asked, l.gone
         FROM link l JOIN fingerprint f ON f.place = l.fingerprint {rest}"
    );
    let mut statement = tx.connection.prepare_cached(&sql)?;
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
    Ok(select(tx, "WHERE l.flow = ?1 AND l.id = ?2", (flow.name(), id.to_string()))?.pop())
}

/// The record in Zoho that stands for a record, without what is known of it. One that Zoho deleted stands for nothing.
///
/// # Errors
/// When the database fails.
pub fn zoho_id(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<ZohoId>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT zoho_id FROM link WHERE flow = ?1 AND id = ?2 AND gone IS NULL")?;
    let found: Option<String> =
        statement.query_row((flow.name(), id.to_string()), |row| row.get(0)).optional()?;
    Ok(found.map(ZohoId::new))
}

/// The link whose record in Zoho holds that number, whatever its case. Zoho holds it unique; should two links claim it, the one
/// written last is believed.
///
/// # Errors
/// When the database fails.
pub fn by_number(tx: &Tx<'_>, flow: Flow, number: &str) -> Result<Option<Link>, StoreError> {
    let values = (flow.name(), columns::key(number));
    Ok(select(tx, "WHERE l.flow = ?1 AND l.number_key = ?2 ORDER BY l.written_at", values)?.pop())
}

/// The link of a record in Zoho; the one written last, should two claim it.
///
/// # Errors
/// When the database fails.
pub fn by_zoho_id(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<Option<Link>, StoreError> {
    let values = (flow.name(), zoho_id.as_str());
    Ok(select(tx, "WHERE l.flow = ?1 AND l.zoho_id = ?2 ORDER BY l.written_at", values)?.pop())
}

/// Forgets what stands for a record in Zoho.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached("DELETE FROM link WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// The records of a flow that were last given a reference to a record in Zoho. Reads every link of the flow.
///
/// # Errors
/// When the database fails.
pub fn referring_to(tx: &Tx<'_>, flow: Flow, zoho_id: &ZohoId) -> Result<Vec<BcId>, StoreError> {
    super::sources::ids(
        tx,
        "SELECT id FROM link WHERE flow = ?1 AND instr(sent, ?2) > 0 ORDER BY id",
        (flow.name(), format!("\"{zoho_id}\"")),
    )
}

/// The rows and the total of an invoice are no longer known to be right.
///
/// # Errors
/// When the database fails.
pub fn doubt_lines(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("UPDATE link SET verified = 0, lines = ?3 WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string(), LineState::Unknown.name()))?;
    Ok(())
}

/// Whether the flow has any link.
///
/// # Errors
/// When the database fails.
pub fn any(tx: &Tx<'_>, flow: Flow) -> Result<bool, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT 1 FROM link WHERE flow = ?1 LIMIT 1")?;
    Ok(statement.exists([flow.name()])?)
}

/// How many links the flow has.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT count(*) FROM link WHERE flow = ?1")?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// At most `limit` links in the order of the records' ids, behind `after`.
///
/// # Errors
/// When the database fails.
pub fn page(tx: &Tx<'_>, flow: Flow, after: Option<BcId>, limit: usize) -> Result<Vec<Link>, StoreError> {
    let values = (flow.name(), columns::behind(after), columns::limit(limit));
    select(tx, "WHERE l.flow = ?1 AND l.id > ?2 ORDER BY l.id LIMIT ?3", values)
}

/// The links whose live source has another number now, with that number.
///
/// # Errors
/// When the database fails.
pub fn renumbered(tx: &Tx<'_>, flow: Flow) -> Result<Vec<(BcId, String)>, StoreError> {
    // A number is part of what a source says: only an unsettled one can have another. That keeps the look cheap.
    let mut statement = tx.connection.prepare_cached(
        "SELECT s.id, s.number FROM source s CROSS JOIN link l ON l.flow = s.flow AND l.id = s.id
         WHERE s.flow = ?1 AND s.settled IS NULL AND s.gone IS NULL AND l.number <> s.number ORDER BY s.id",
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
    let gone = "JOIN source s ON s.flow = l.flow AND s.id = l.id WHERE s.flow = ?1 AND s.gone IS NOT NULL ORDER BY s.id";
    select(tx, gone, [flow.name()])
}

#[cfg(test)]
pub(in crate::store) mod tests;
