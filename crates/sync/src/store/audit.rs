//! The audit trail: append-only, each entry bound to the one before it by a hash.

pub mod movement;
pub mod search;

use business_central::BcId;
use exact_json::Value;
use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::sources::hash;
use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// What kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// All of them.
    pub const ALL: [Self; 11] = [
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

impl Entry {
    /// An entry of a run about one record, to be completed by the caller.
    pub(crate) fn about(
        run: &str,
        flow: Flow,
        id: BcId,
        kind: AuditKind,
        summary: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            seq: 0,
            at,
            run: Some(run.to_owned()),
            flow: Some(flow),
            id: Some(id),
            number: None,
            kind,
            summary: summary.to_owned(),
            before: None,
            after: None,
            zoho_id: None,
        }
    }
}

/// Whether the trail is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Every entry is bound to the one before it, and the last one is where the trail ended.
    Whole {
        /// How many entries.
        entries: u64,
    },
    /// This entry is not what was appended, or it or one before it was taken out.
    Broken {
        /// The first place that does not fit.
        seq: i64,
    },
}

/// An entry as it stands in the columns; the hash is over these, so that nothing that is stored can change unseen.
#[derive(Serialize)]
struct Stored<'a>(
    i64,
    i64,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    &'a str,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
);

impl Stored<'_> {
    /// SHA-256 over the former hash, a line break, and the columns as a JSON array in the order of the table. Must not change.
    fn bound_to(&self, previous: &str) -> Result<String, StoreError> {
        let mut text = format!("{previous}\n").into_bytes();
        serde_json::to_writer(&mut text, self).map_err(|error| columns::unreadable("audit entry", error))?;
        Ok(hash(&text))
    }
}

/// Where the trail ends: the last entry's place, and its hash.
#[derive(Clone, Debug)]
pub(super) struct Head {
    seq: i64,
    hash: String,
}

/// Where the trail ends, with what this piece of work appended.
fn trail_end(tx: &Tx<'_>) -> Result<Head, StoreError> {
    if let Some(head) = &*tx.trail.borrow() {
        return Ok(head.clone());
    }
    let mut head = tx.connection.prepare_cached("SELECT seq, hash FROM audit_head")?;
    Ok(head.query_row([], |row| Ok(Head { seq: row.get(0)?, hash: row.get(1)? }))?)
}

/// Stores where the trail ends now, if anything was appended: the last step of every piece of work.
pub(super) fn keep_head(tx: &Tx<'_>) -> Result<(), StoreError> {
    if let Some(head) = tx.trail.take() {
        let mut update = tx.connection.prepare_cached("UPDATE audit_head SET seq = ?1, hash = ?2")?;
        update.execute((head.seq, head.hash))?;
    }
    Ok(())
}

/// Appends an entry; its `seq` is given here.
///
/// # Errors
/// When the database fails.
pub fn append(tx: &Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_json);
    append_as(tx, entry, json(&entry.before).as_deref(), json(&entry.after).as_deref())
}

/// As [`append`], where the values' JSON texts are at hand.
///
/// # Errors
/// When the database fails.
pub(crate) fn append_as(
    tx: &Tx<'_>,
    entry: &Entry,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), StoreError> {
    let last = trail_end(tx)?;
    let (seq, at) = (last.seq + 1, columns::micros(entry.at));
    let id = entry.id.map(|id| id.to_string());
    let stored = Stored(
        seq,
        at,
        entry.run.as_deref(),
        entry.flow.map(Flow::name),
        id.as_deref(),
        entry.number.as_deref(),
        entry.kind.name(),
        &entry.summary,
        before,
        after,
        entry.zoho_id.as_deref(),
    );
    let hash = stored.bound_to(&last.hash)?;
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO audit (seq, at, run, flow, id, number, number_key, kind, summary, before, after, zoho_id, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    insert.execute((
        seq,
        at,
        &entry.run,
        stored.3,
        &id,
        &entry.number,
        entry.number.as_deref().map(columns::key),
        stored.6,
        &entry.summary,
        before,
        after,
        &entry.zoho_id,
        &hash,
    ))?;
    *tx.trail.borrow_mut() = Some(Head { seq, hash });
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
             SELECT id FROM audit WHERE flow = ?1 AND number_key = ?2 AND kind = 'observed' UNION SELECT ?2
         ) ORDER BY seq",
        (flow.name(), columns::key(record)),
    )
}

/// At most `limit` entries from `since` on and before `until`, in the order of time, behind `after`: the last one of the page before.
///
/// # Errors
/// When the database fails.
pub fn between(
    tx: &Tx<'_>,
    since: Timestamp,
    until: Timestamp,
    after: Option<&Entry>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let (at, seq) = after.map_or((since, 0), |entry| (entry.at, entry.seq));
    select(
        tx,
        "SELECT * FROM audit WHERE at >= ?1 AND at < ?2 AND (at > ?1 OR seq > ?3) ORDER BY at, seq LIMIT ?4",
        (columns::micros(at), columns::micros(until), seq, columns::limit(limit)),
    )
}

/// Where the trail ends.
///
/// # Errors
/// When the database fails.
pub fn head(tx: &Tx<'_>) -> Result<i64, StoreError> {
    Ok(trail_end(tx)?.seq)
}

/// At most `limit` entries behind the place `after`, in the order of the trail.
///
/// # Errors
/// When the database fails.
pub fn behind(tx: &Tx<'_>, after: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    select(tx, "SELECT * FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2", (after, columns::limit(limit)))
}

/// The entries about one record behind the place `after`, in the order of the trail.
///
/// # Errors
/// When the database fails.
pub fn of_record_behind(tx: &Tx<'_>, flow: Flow, id: BcId, after: i64) -> Result<Vec<Entry>, StoreError> {
    select(
        tx,
        "SELECT * FROM audit WHERE flow = ?1 AND id = ?2 AND seq > ?3 ORDER BY seq",
        (flow.name(), id.to_string(), after),
    )
}

/// Proves that no entry was changed or taken out.
///
/// # Errors
/// When the database fails.
pub fn verify(tx: &Tx<'_>) -> Result<Proof, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT seq, at, run, flow, id, number, kind, summary, before, after, zoho_id, hash FROM audit ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    let (mut last, mut previous) = (0_i64, String::new());
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column).map(|value| value.as_str_or_null().ok().flatten());
        let stored = Stored(
            row.get(0)?,
            row.get(1)?,
            text(2)?,
            text(3)?,
            text(4)?,
            text(5)?,
            text(6)?.unwrap_or_default(),
            text(7)?.unwrap_or_default(),
            text(8)?,
            text(9)?,
            text(10)?,
        );
        let hash: String = row.get(11)?;
        if stored.0 != last + 1 || stored.bound_to(&previous)? != hash {
            return Ok(Proof::Broken { seq: last + 1 });
        }
        (last, previous) = (stored.0, hash);
    }
    let head = trail_end(tx)?;
    if (head.seq, head.hash) != (last, previous) {
        return Ok(Proof::Broken { seq: last + 1 });
    }
    Ok(Proof::Whole { entries: columns::count(last) })
}

#[cfg(test)]
mod tests;
