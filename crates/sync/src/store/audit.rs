//! The audit trail: append-only, each entry bound to the one before it by a hash.

use business_central::BcId;
use exact_json::Value;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::sources::hash;
use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// What kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditKind {
    /// Business Central says something new.
    Observed,
    /// Something was written to Zoho.
    Written,
    /// A record in Zoho was found to be ours.
    Adopted,
    /// A record could not be written.
    Failed,
    /// A record waits.
    Held,
    /// A record is left alone.
    Skipped,
    /// Something was decided.
    Decision,
    /// Something was proved.
    Verified,
    /// Something was deleted in Zoho.
    Deleted,
    /// A run ended.
    Run,
    /// Something was set up in Zoho.
    Setup,
}

impl AuditKind {
    const ALL: [Self; 11] = [
        Self::Observed,
        Self::Written,
        Self::Adopted,
        Self::Failed,
        Self::Held,
        Self::Skipped,
        Self::Decision,
        Self::Verified,
        Self::Deleted,
        Self::Run,
        Self::Setup,
    ];

    /// The name in exports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Written => "written",
            Self::Adopted => "adopted",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Skipped => "skipped",
            Self::Decision => "decision",
            Self::Verified => "verified",
            Self::Deleted => "deleted",
            Self::Run => "run",
            Self::Setup => "setup",
        }
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place in the trail; given when it is appended.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: Option<String>,
    /// About which flow.
    pub flow: Option<Flow>,
    /// About which record.
    pub id: Option<BcId>,
    /// The record's number then.
    pub number: Option<String>,
    /// What kind.
    pub kind: AuditKind,
    /// What happened, in words.
    pub summary: String,
    /// Values before.
    pub before: Option<Value>,
    /// Values after.
    pub after: Option<Value>,
    /// The record in Zoho.
    pub zoho_id: Option<String>,
}

/// Whether the trail is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Every entry is bound to the one before it.
    Whole {
        /// How many entries.
        entries: u64,
    },
    /// This entry is not what was appended, or one before it was taken out.
    Broken {
        /// The first entry that does not fit.
        seq: i64,
    },
}

fn bound(previous: &str, entry: &Entry) -> String {
    // An entry that could not be printed would be bound by its place and words alone.
    let text = serde_json::to_string(entry).unwrap_or_else(|_| format!("{} {}", entry.seq, entry.summary));
    hash(&format!("{previous}\n{text}"))
}

/// Appends an entry.
///
/// # Errors
/// When the database fails.
pub fn append(tx: &Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    let mut last = tx
        .connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?;
    let last: Option<(i64, String)> = last
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, previous) = last.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
    // Times are kept to the microsecond: the hash must be over what can be read back.
    let at = columns::time(columns::micros(entry.at))?;
    let entry = Entry {
        seq,
        at,
        ..entry.clone()
    };
    let mut insert = tx
        .connection
        .prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?;
    insert.execute((
        seq,
        columns::micros(entry.at),
        &entry.run,
        entry.flow.map(Flow::name),
        entry.id.map(|id| id.to_string()),
        &entry.number,
        entry.kind.name(),
        &entry.summary,
        entry.before.as_ref().map(Value::to_json),
        entry.after.as_ref().map(Value::to_json),
        &entry.zoho_id,
        bound(&previous, &entry),
    ))?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Entry, StoreError> {
    let kind: String = row.get("kind")?;
    Ok(Entry {
        seq: row.get("seq")?,
        at: columns::time_of(row, "at")?,
        run: row.get("run")?,
        flow: columns::optional(row, "flow")?,
        id: columns::optional(row, "id")?,
        number: row.get("number")?,
        kind: AuditKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| columns::unreadable("kind", &kind))?,
        summary: row.get("summary")?,
        before: columns::optional_json(row, "before")?,
        after: columns::optional_json(row, "after")?,
        zoho_id: row.get("zoho_id")?,
    })
}

fn select(tx: &Tx<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Entry>, StoreError> {
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The entries about a record, named by its identity or by any number it had, oldest first.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, record: &str) -> Result<Vec<Entry>, StoreError> {
    select(
        tx,
        "SELECT * FROM audit WHERE flow = ?1 AND id IN (
             SELECT id FROM audit WHERE flow = ?1 AND number = ?2 UNION SELECT lower(?2)
         ) ORDER BY seq",
        (flow.name(), record),
    )
}

/// The entries from `since` on and before `until`, oldest first.
///
/// # Errors
/// When the database fails.
pub fn between(tx: &Tx<'_>, since: Timestamp, until: Timestamp) -> Result<Vec<Entry>, StoreError> {
    select(
        tx,
        "SELECT * FROM audit WHERE at >= ?1 AND at < ?2 ORDER BY seq",
        (columns::micros(since), columns::micros(until)),
    )
}

/// Proves that no entry was changed or taken out.
///
/// # Errors
/// When the database fails.
pub fn verify(tx: &Tx<'_>) -> Result<Proof, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT * FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut previous = String::new();
    let mut entries = 0;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get("seq")?;
        let stored: String = row.get("hash")?;
        let fits = read(row).is_ok_and(|entry| bound(&previous, &entry) == stored);
        if !fits || seq != i64::try_from(entries).unwrap_or(i64::MAX) + 1 {
            return Ok(Proof::Broken { seq });
        }
        previous = stored;
        entries += 1;
    }
    Ok(Proof::Whole { entries })
}
