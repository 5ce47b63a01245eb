//! What Business Central was last seen to say, and for which state of it everything was last done.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use sha2::{Digest, Sha256};

pub use super::absence::{clear_missing, gone_since, live_ids, mark_gone, mark_missing, missing_ids};
pub use super::candidates::{Candidate, candidates, count_candidates};
use super::{StoreError, Tx, columns, failures, fingerprints};
use crate::flow::Flow;

/// A row as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its identity.
    pub id: BcId,
    /// Its business key.
    pub number: String,
    /// Its etag.
    pub etag: Option<String>,
    /// When Business Central says it was changed.
    pub modified: Option<Timestamp>,
    /// The row's own JSON text without annotations.
    pub text: String,
}

/// A stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Its flow.
    pub flow: Flow,
    /// Its identity.
    pub id: BcId,
    /// Its business key.
    pub number: String,
    /// Its etag.
    pub etag: Option<String>,
    /// When Business Central says it was changed.
    pub modified: Option<Timestamp>,
    /// The hash of its text.
    pub hash: String,
    /// The row's own JSON text without annotations.
    pub text: String,
    /// Whether an invoice is proved to be posted; of an order that is gone, whether it was received or invoiced rather than deleted.
    pub posted: bool,
    /// Since when it is known to be deleted.
    pub gone: Option<Timestamp>,
    /// Since when it cannot be seen, which proves nothing.
    pub missing: Option<Timestamp>,
}

/// What an observation brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The record was not known.
    New,
    /// It says something else.
    Changed {
        /// What it said before.
        before: String,
    },
    /// It says what it said.
    Same,
    /// It says what it said, and was taken for deleted or could not be seen.
    Back,
}

/// Why nothing more is to be done for a state of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettledAs {
    /// It was written.
    Written,
    /// Zoho held it already.
    Unchanged,
    /// It is left alone, for this reason.
    Skipped(String),
}

/// The hash by which texts are compared: SHA-256, in hexadecimal digits.
#[must_use]
pub fn hash(text: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(text);
    let mut hex = String::with_capacity(64);
    for byte in digest {
        hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or_default());
        hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or_default());
    }
    hex
}

/// Stores what a row says. A record that was taken for deleted or missing is back.
///
/// # Errors
/// When the database fails.
pub fn observe(tx: &Tx<'_>, flow: Flow, row: &Incoming, now: Timestamp) -> Result<Seen, StoreError> {
    let hash = hash(&row.text);
    let Some(known) = known(tx, flow, row.id)? else {
        insert(tx, flow, row, &hash, now)?;
        return Ok(Seen::New);
    };
    let same = known.hash == hash;
    if same && !known.absent && known.etag == row.etag {
        return Ok(Seen::Same);
    }
    let mut put = tx.connection.prepare_cached(
        "UPDATE source SET number = ?2, number_key = ?3, etag = ?4, modified = ?5, hash = ?6, gone = NULL, missing = NULL
         WHERE place = ?1",
    )?;
    let modified = row.modified.map(columns::micros);
    put.execute((known.place, &row.number, columns::key(&row.number), &row.etag, modified, &hash))?;
    if same && !known.absent {
        return Ok(Seen::Same);
    }
    unsettle(tx, flow, row.id)?;
    tx.connection
        .prepare_cached("UPDATE source SET changed_at = ?2 WHERE place = ?1")?
        .execute((known.place, columns::micros(now)))?;
    if same {
        return Ok(Seen::Back);
    }
    Ok(Seen::Changed { before: replace_text(tx, known.place, &row.text)? })
}

/// What has to be read of a known record to see that nothing changed.
struct Known {
    place: i64,
    hash: String,
    etag: Option<String>,
    absent: bool,
}

fn known(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Known>, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT place, hash, etag, gone IS NOT NULL OR missing IS NOT NULL FROM source WHERE flow = ?1 AND id = ?2",
    )?;
    let known = statement.query_row((flow.name(), id.to_string()), |row| {
        Ok(Known { place: row.get(0)?, hash: row.get(1)?, etag: row.get(2)?, absent: row.get(3)? })
    });
    Ok(known.optional()?)
}

fn insert(tx: &Tx<'_>, flow: Flow, row: &Incoming, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut source = tx.connection.prepare_cached(
        "INSERT INTO source (flow, id, number, number_key, etag, modified, hash, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    source.execute((
        flow.name(),
        row.id.to_string(),
        &row.number,
        columns::key(&row.number),
        &row.etag,
        row.modified.map(columns::micros),
        hash,
        columns::micros(now),
    ))?;
    let place = tx.connection.last_insert_rowid();
    let mut text =
        tx.connection.prepare_cached("INSERT INTO source_text (place, flow, text) VALUES (?1, ?2, ?3)")?;
    text.execute((place, flow.name(), &row.text))?;
    Ok(())
}

/// Puts the text in the place of the one that it returns.
fn replace_text(tx: &Tx<'_>, place: i64, text: &str) -> Result<String, StoreError> {
    let before = tx
        .connection
        .prepare_cached("SELECT text FROM source_text WHERE place = ?1")?
        .query_row([place], |row| row.get(0))?;
    tx.connection
        .prepare_cached("UPDATE source_text SET text = ?2 WHERE place = ?1")?
        .execute((place, text))?;
    Ok(before)
}

/// Takes over moving values that a sweep found: the text changes, number and etag do not. A record that is not known stays unknown.
///
/// # Errors
/// When the database fails.
pub fn patch(tx: &Tx<'_>, flow: Flow, id: BcId, text: &str) -> Result<Seen, StoreError> {
    let hash = hash(text);
    let Some(known) = known(tx, flow, id)?.filter(|known| known.hash != hash) else {
        return Ok(Seen::Same);
    };
    tx.connection
        .prepare_cached("UPDATE source SET hash = ?2 WHERE place = ?1")?
        .execute((known.place, &hash))?;
    unsettle(tx, flow, id)?;
    Ok(Seen::Changed { before: replace_text(tx, known.place, text)? })
}

pub(super) fn read(row: &Row<'_>) -> Result<SourceRow, StoreError> {
    Ok(SourceRow {
        flow: columns::flow(row)?,
        id: columns::id(row)?,
        number: row.get("number")?,
        etag: row.get("etag")?,
        modified: columns::optional_time(row, "modified")?,
        hash: row.get("hash")?,
        text: row.get("text")?,
        posted: row.get("posted")?,
        gone: columns::optional_time(row, "gone")?,
        missing: columns::optional_time(row, "missing")?,
    })
}

/// The whole rows of `source s` for which the rest of the statement holds.
fn select(tx: &Tx<'_>, rest: &str, values: impl rusqlite::Params) -> Result<Vec<SourceRow>, StoreError> {
    let sql =
        format!("SELECT s.*, t.text FROM source s JOIN source_text t ON t.place = s.place WHERE {rest}");
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The ids that a statement names `id`.
pub(super) fn ids(tx: &Tx<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<BcId>, StoreError> {
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(columns::id(row)?);
    }
    Ok(found)
}

/// The stored row of a record.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<SourceRow>, StoreError> {
    Ok(select(tx, "s.flow = ?1 AND s.id = ?2", (flow.name(), id.to_string()))?.pop())
}

/// Sorted by an expression: else SQLite prefers the index that has the ids in order, and reads the whole flow.
const BY_NUMBER: &str = "s.flow = ?1 AND s.number_key = ?2 ORDER BY +s.id";

/// The stored rows with that number, whatever its case.
///
/// # Errors
/// When the database fails.
pub fn by_number(tx: &Tx<'_>, flow: Flow, number: &str) -> Result<Vec<SourceRow>, StoreError> {
    select(tx, BY_NUMBER, (flow.name(), columns::key(number)))
}

/// At most `limit` stored rows in the order of their ids, behind `after`.
///
/// # Errors
/// When the database fails.
pub fn page(
    tx: &Tx<'_>,
    flow: Flow,
    after: Option<BcId>,
    limit: usize,
) -> Result<Vec<SourceRow>, StoreError> {
    let values = (flow.name(), columns::behind(after), columns::limit(limit));
    select(tx, "s.flow = ?1 AND s.id > ?2 ORDER BY s.id LIMIT ?3", values)
}

/// A record without its text, for comparing whole sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its identity.
    pub id: BcId,
    /// Its etag.
    pub etag: Option<String>,
    /// Whether it is neither deleted nor missing.
    pub live: bool,
}

/// What is known of a record without its text.
///
/// # Errors
/// When the database fails.
pub fn identity(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Identity>, StoreError> {
    Ok(known(tx, flow, id)?.map(|known| Identity { id, etag: known.etag, live: !known.absent }))
}

/// How many records are known and not deleted.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut all = tx.connection.prepare_cached("SELECT count(*) FROM source WHERE flow = ?1")?;
    let mut gone =
        tx.connection.prepare_cached("SELECT count(*) FROM source WHERE flow = ?1 AND gone IS NOT NULL")?;
    let all = columns::count(all.query_row([flow.name()], |row| row.get(0))?);
    Ok(all.saturating_sub(columns::count(gone.query_row([flow.name()], |row| row.get(0))?)))
}

/// ';' follows ':'. The conditions on `settled_as` are those of the index.
const LEFT_OUT: &str = "SELECT count(*) FROM source INDEXED BY source_skipped
 WHERE flow = ?1 AND settled_as >= 'skipped:' AND settled_as < 'skipped;' AND settled IS NOT NULL AND gone IS NULL
 AND NOT EXISTS (SELECT 1 FROM link WHERE link.flow = source.flow AND link.id = source.id)";

/// How many records are known, not deleted, and left out of the copy: by rule or by a decision, and without a record in Zoho.
///
/// # Errors
/// When the database fails.
pub fn left_out(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(LEFT_OUT)?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// The ids of the records that were seen to be new, changed or back from `since` on.
///
/// # Errors
/// When the database fails.
pub fn changed_since(tx: &Tx<'_>, flow: Flow, since: Timestamp) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND changed_at >= ?2 ORDER BY changed_at",
        (flow.name(), columns::micros(since)),
    )
}

/// The ids of the records whose text has `value` in its top-level member `name`. Cheap for a contact's `companyNumber`, which has an
/// index; anything else reads every text of the flow.
///
/// # Errors
/// When the database fails.
pub fn ids_where_text(tx: &Tx<'_>, flow: Flow, name: &str, value: &str) -> Result<Vec<BcId>, StoreError> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let sql = where_text(flow, &name);
    ids(tx, &sql, [value])
}

/// The ids of the records whose text names another record by its id. Reads every text of the flow.
///
/// # Errors
/// When the database fails.
pub fn ids_naming(tx: &Tx<'_>, flow: Flow, other: BcId) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT s.id FROM source_text t JOIN source s USING (place)
         WHERE t.flow = ?1 AND instr(lower(t.text), ?2) > 0 ORDER BY s.id",
        (flow.name(), other.to_string()),
    )
}

/// The index is found only when its own expression and condition stand here in so many words.
fn where_text(flow: Flow, name: &str) -> String {
    format!(
        "SELECT s.id FROM source_text CROSS JOIN source s USING (place) WHERE source_text.flow = '{}'
         AND CASE WHEN json_valid(text) THEN json_extract(text, '$.{name}') END = ?1 ORDER BY s.id",
        flow.name()
    )
}

/// An invoice is proved to be posted, for good; an order that vanished was received and invoiced.
///
/// # Errors
/// When the database fails.
pub fn mark_posted(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE source SET posted = 1 WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// Nothing proves the record to be posted, whatever was thought before.
///
/// # Errors
/// When the database fails.
pub fn mark_unposted(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE source SET posted = 0 WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// Forgets a record that was never copied.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    if let Some(known) = known(tx, flow, id)? {
        tx.connection.prepare_cached("DELETE FROM source_text WHERE place = ?1")?.execute([known.place])?;
        tx.connection.prepare_cached("DELETE FROM source WHERE place = ?1")?.execute([known.place])?;
    }
    Ok(())
}

/// Everything is done for this state of the record. Where it says something else meanwhile, it stays to be looked at.
///
/// # Errors
/// When the database fails.
pub fn settle(
    tx: &Tx<'_>,
    flow: Flow,
    id: BcId,
    hash: &str,
    fingerprint: &str,
    settled: &SettledAs,
) -> Result<(), StoreError> {
    let place = fingerprints::place(tx, fingerprint)?;
    let mut statement = tx.connection.prepare_cached(
        "UPDATE source SET settled = ?4, settled_as = ?5 WHERE flow = ?1 AND id = ?2 AND hash = ?3",
    )?;
    statement.execute((flow.name(), id.to_string(), hash, place, settled.text()))?;
    Ok(())
}

/// What was last done about the record, also where it has to be looked at again.
///
/// # Errors
/// When the database fails.
pub fn settled_as(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<SettledAs>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT settled_as FROM source WHERE flow = ?1 AND id = ?2")?;
    let text: Option<Option<String>> =
        statement.query_row((flow.name(), id.to_string()), |row| row.get(0)).optional()?;
    Ok(text.flatten().map(|text| SettledAs::of(&text)))
}

/// Has the record planned anew, at once, also where its last failure was to be tried again later.
///
/// # Errors
/// When the database fails.
pub fn unsettle(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "UPDATE source SET settled = NULL WHERE flow = ?1 AND id = ?2 AND settled IS NOT NULL",
    )?;
    statement.execute((flow.name(), id.to_string()))?;
    failures::look_again(tx, flow, id)
}

impl SettledAs {
    fn text(&self) -> String {
        match self {
            Self::Written => "written".to_owned(),
            Self::Unchanged => "unchanged".to_owned(),
            Self::Skipped(reason) => format!("skipped: {reason}"),
        }
    }

    fn of(text: &str) -> Self {
        match text {
            "written" => Self::Written,
            "unchanged" => Self::Unchanged,
            other => Self::Skipped(other.trim_start_matches("skipped: ").to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
