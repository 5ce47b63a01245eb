//! What Business Central was last seen to say, and for which state of it everything was last done.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use sha2::{Digest, Sha256};

use super::failures::{self, Failure, Retry};
use super::links::{self, Link};
use super::{StoreError, Tx, columns};
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
    /// Whether an invoice is proved to be posted.
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

/// A record for which something may have to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What Business Central says.
    pub source: SourceRow,
    /// What we know of it in Zoho.
    pub link: Option<Link>,
    /// Why it did not work last time.
    pub failure: Option<Failure>,
}

/// The hash by which texts are compared: SHA-256, in hexadecimal digits.
#[must_use]
pub fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
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
    let id = row.id.to_string();
    let mut known = tx.connection.prepare_cached(
        "SELECT hash, etag, gone IS NOT NULL OR missing IS NOT NULL FROM source WHERE flow = ?1 AND id = ?2",
    )?;
    let found: Option<(String, Option<String>, bool)> = known
        .query_row((flow.name(), &id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let seen = match found {
        Some((old, etag, false)) if old == hash => {
            if etag != row.etag {
                let mut update = tx.connection.prepare_cached(
                    "UPDATE source SET etag = ?3, modified = ?4 WHERE flow = ?1 AND id = ?2",
                )?;
                update.execute((flow.name(), &id, &row.etag, row.modified.map(columns::micros)))?;
            }
            return Ok(Seen::Same);
        }
        Some((old, ..)) if old == hash => Seen::Same,
        Some(_) => {
            let mut text = tx
                .connection
                .prepare_cached("SELECT text FROM source WHERE flow = ?1 AND id = ?2")?;
            Seen::Changed {
                before: text.query_row((flow.name(), &id), |row| row.get(0))?,
            }
        }
        None => Seen::New,
    };
    let mut put = tx.connection.prepare_cached(
        "INSERT INTO source (flow, id, number, etag, modified, hash, text, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (flow, id) DO UPDATE SET
             settled_hash = CASE WHEN gone IS NULL THEN settled_hash ELSE NULL END,
             number = excluded.number, etag = excluded.etag, modified = excluded.modified, hash = excluded.hash,
             text = excluded.text, seen_at = excluded.seen_at, gone = NULL, missing = NULL",
    )?;
    put.execute((
        flow.name(),
        &id,
        &row.number,
        &row.etag,
        row.modified.map(columns::micros),
        &hash,
        &row.text,
        columns::micros(now),
    ))?;
    Ok(seen)
}

/// Takes over moving values that a sweep found: the text changes, number and etag do not.
///
/// # Errors
/// When the database fails.
pub fn patch(tx: &Tx<'_>, flow: Flow, id: BcId, text: &str) -> Result<Seen, StoreError> {
    let Some(stored) = get(tx, flow, id)? else {
        return Ok(Seen::Same);
    };
    if stored.text == text {
        return Ok(Seen::Same);
    }
    let mut update = tx
        .connection
        .prepare_cached("UPDATE source SET text = ?3, hash = ?4 WHERE flow = ?1 AND id = ?2")?;
    update.execute((flow.name(), id.to_string(), text, hash(text)))?;
    Ok(Seen::Changed { before: stored.text })
}

fn read(row: &Row<'_>) -> Result<SourceRow, StoreError> {
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

fn select(tx: &Tx<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<SourceRow>, StoreError> {
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn ids(tx: &Tx<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<BcId>, StoreError> {
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
    Ok(select(
        tx,
        "SELECT * FROM source WHERE flow = ?1 AND id = ?2",
        (flow.name(), id.to_string()),
    )?
    .pop())
}

/// The stored rows with that number, whatever its case.
///
/// # Errors
/// When the database fails.
pub fn by_number(tx: &Tx<'_>, flow: Flow, number: &str) -> Result<Vec<SourceRow>, StoreError> {
    select(
        tx,
        "SELECT * FROM source WHERE flow = ?1 AND number = ?2",
        (flow.name(), number),
    )
}

/// How many records are known and not deleted.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut all = tx
        .connection
        .prepare_cached("SELECT count(*) FROM source INDEXED BY source_number WHERE flow = ?1")?;
    let mut gone = tx
        .connection
        .prepare_cached("SELECT count(*) FROM source WHERE flow = ?1 AND gone IS NOT NULL")?;
    let all = columns::count(all.query_row([flow.name()], |row| row.get(0))?);
    Ok(all - columns::count(gone.query_row([flow.name()], |row| row.get(0))?))
}

/// The ids of all records that are neither deleted nor missing.
///
/// # Errors
/// When the database fails.
pub fn live_ids(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND gone IS NULL AND missing IS NULL",
        [flow.name()],
    )
}

/// The ids of all records that cannot be seen.
///
/// # Errors
/// When the database fails.
pub fn missing_ids(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND missing IS NOT NULL",
        [flow.name()],
    )
}

/// The ids of the records that were seen to be new or changed from `since` on.
///
/// # Errors
/// When the database fails.
pub fn changed_since(tx: &Tx<'_>, flow: Flow, since: Timestamp) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND seen_at >= ?2",
        (flow.name(), columns::micros(since)),
    )
}

/// The ids of the records whose text has `value` in its top-level member `name`.
///
/// # Errors
/// When the database fails.
pub fn ids_where_text(tx: &Tx<'_>, flow: Flow, name: &str, value: &str) -> Result<Vec<BcId>, StoreError> {
    ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND json_extract(text, '$.' || ?2) = ?3",
        (flow.name(), name, value),
    )
}

fn update(tx: &Tx<'_>, set: &str, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let sql = format!("UPDATE source SET {set} WHERE flow = ?1 AND id = ?2");
    tx.connection
        .prepare_cached(&sql)?
        .execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// The invoice is proved to be posted, for good.
///
/// # Errors
/// When the database fails.
pub fn mark_posted(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    update(tx, "posted = 1", flow, id)
}

/// The record is known to be deleted: what it was settled for no longer holds.
///
/// # Errors
/// When the database fails.
pub fn mark_gone(tx: &Tx<'_>, flow: Flow, id: BcId, at: Timestamp) -> Result<(), StoreError> {
    update(
        tx,
        &format!(
            "gone = {}, missing = NULL, settled_hash = NULL",
            columns::micros(at)
        ),
        flow,
        id,
    )
}

/// The record cannot be seen, which proves nothing.
///
/// # Errors
/// When the database fails.
pub fn mark_missing(tx: &Tx<'_>, flow: Flow, id: BcId, at: Timestamp) -> Result<(), StoreError> {
    update(
        tx,
        &format!("missing = {}, settled_hash = NULL", columns::micros(at)),
        flow,
        id,
    )
}

/// The record can be seen again.
///
/// # Errors
/// When the database fails.
pub fn clear_missing(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    update(tx, "missing = NULL, settled_hash = NULL", flow, id)
}

/// Forgets a record that was never copied.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    tx.connection.execute(
        "DELETE FROM source WHERE flow = ?1 AND id = ?2",
        (flow.name(), id.to_string()),
    )?;
    Ok(())
}

/// Everything is done for this state of the record.
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
    let settled = match settled {
        SettledAs::Written => "written",
        SettledAs::Unchanged => "unchanged",
        SettledAs::Skipped(reason) => reason,
    };
    let mut statement = tx.connection.prepare_cached(
        "UPDATE source SET settled_hash = ?3, settled_fingerprint = ?4, settled_as = ?5 WHERE flow = ?1 AND id = ?2",
    )?;
    statement.execute((flow.name(), id.to_string(), hash, fingerprint, settled))?;
    Ok(())
}

/// Has the record planned anew.
///
/// # Errors
/// When the database fails.
pub fn unsettle(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    update(tx, "settled_hash = NULL", flow, id)
}

/// Two halves, each with its own index: what it says changed, or what it has to agree with changed.
const CANDIDATES: &str = "
    SELECT id FROM source INDEXED BY source_unsettled WHERE flow = ?1 AND settled_hash IS NOT hash AND id > ?3
    UNION
    SELECT id FROM source INDEXED BY source_fingerprint WHERE flow = ?1 AND settled_fingerprint < ?2 AND id > ?3
    UNION
    SELECT id FROM source INDEXED BY source_fingerprint WHERE flow = ?1 AND settled_fingerprint > ?2 AND id > ?3";

/// Records for which something may have to be done, in the order of their ids, behind `after`.
///
/// Left out are those whose failure for this very state is to be tried later; `everything_due` takes them as well.
///
/// # Errors
/// When the database fails.
#[allow(clippy::too_many_arguments)]
pub fn candidates(
    tx: &Tx<'_>,
    flow: Flow,
    fingerprint: &str,
    now: Timestamp,
    everything_due: bool,
    after: Option<BcId>,
    limit: usize,
) -> Result<Vec<Candidate>, StoreError> {
    let mut found = Vec::new();
    let mut after = after;
    while found.len() < limit {
        let behind = after.map(|id| id.to_string()).unwrap_or_default();
        let page = ids(
            tx,
            &format!("{CANDIDATES} ORDER BY id LIMIT 500"),
            (flow.name(), fingerprint, behind),
        )?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for id in page {
            let Some(source) = get(tx, flow, id)? else {
                continue;
            };
            let failure = failures::of_record(tx, flow, id)?;
            let waits = failure.as_ref().is_some_and(|failure| {
                let same_state = failure.source_hash == source.hash && failure.fingerprint == fingerprint;
                same_state && !is_due(&failure.retry, now)
            });
            if everything_due || !waits {
                found.push(Candidate {
                    link: links::get(tx, flow, id)?,
                    source,
                    failure,
                });
                if found.len() == limit {
                    break;
                }
            }
        }
    }
    Ok(found)
}

/// A record that waits for another one is looked at whenever there is a run: that is cheap, and the other may have come.
fn is_due(retry: &Retry, now: Timestamp) -> bool {
    match retry {
        Retry::At(at) => *at <= now,
        Retry::Manual => false,
        Retry::WaitsFor { .. } => true,
    }
}

/// How many records may need something, due or not.
///
/// # Errors
/// When the database fails.
pub fn count_candidates(tx: &Tx<'_>, flow: Flow, fingerprint: &str) -> Result<u64, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached(&format!("SELECT count(*) FROM ({CANDIDATES})"))?;
    Ok(columns::count(
        statement.query_row((flow.name(), fingerprint, ""), |row| row.get(0))?,
    ))
}

#[cfg(test)]
pub(super) fn plan_of_candidates(tx: &Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = tx
        .connection
        .prepare(&format!("EXPLAIN QUERY PLAN {CANDIDATES} ORDER BY id LIMIT 500"))?;
    let rows = statement.query_map(("customers", "fingerprint", ""), |row| row.get("detail"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
