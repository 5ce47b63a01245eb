//! Failures as state on the record: a later success closes them, and the cursor never runs away from them.

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::Row;

pub use super::flow_problems::{FlowProblem, clear_flow_problem, flow_problems, set_flow_problem};
use super::ignored::Ignored;
use super::{StoreError, Tx, columns, fingerprints};
use crate::flow::Flow;

/// What kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// The record's own values are refused.
    Data,
    /// Another record is missing.
    Reference,
    /// Somebody may not.
    Permission,
    /// A limit was reached.
    Limit,
    /// A service does not work.
    Outage,
    /// Two records claim the same.
    Conflict,
    /// We made a mistake.
    Bug,
}

impl FailureClass {
    const ALL: [Self; 7] =
        [Self::Data, Self::Reference, Self::Permission, Self::Limit, Self::Outage, Self::Conflict, Self::Bug];

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Reference => "reference",
            Self::Permission => "permission",
            Self::Limit => "limit",
            Self::Outage => "outage",
            Self::Conflict => "conflict",
            Self::Bug => "bug",
        }
    }
}

/// When a failed record is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Then.
    At(Timestamp),
    /// When the record changes, or a person says so.
    Manual,
    /// As soon as something else is there.
    WaitsFor {
        /// The flow of the other record.
        flow: Flow,
        /// The other record, or what is to be done.
        what: String,
    },
}

/// A failure to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFailure {
    /// The flow.
    pub flow: Flow,
    /// The record.
    pub id: BcId,
    /// Its number.
    pub number: String,
    /// What kind.
    pub class: FailureClass,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// When it is tried again.
    pub retry: Retry,
    /// The state of the source for which it failed.
    pub source_hash: String,
    /// What it had to agree with then.
    pub fingerprint: String,
    /// Whether the record waits and is itself all right.
    pub held: bool,
}

/// A stored failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its number, kept while the problem is open.
    pub problem: i64,
    /// The flow.
    pub flow: Flow,
    /// The record.
    pub id: BcId,
    /// Its number.
    pub number: String,
    /// What kind.
    pub class: FailureClass,
    /// Stable; programs may match on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// When it is tried again.
    pub retry: Retry,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when.
    pub first_at: Timestamp,
    /// When it was last tried.
    pub last_at: Timestamp,
    /// The state of the source for which it failed.
    pub source_hash: String,
    /// What it had to agree with then.
    pub fingerprint: String,
    /// Whether the record waits and is itself all right.
    pub held: bool,
    /// Who said that the record is left alone, if anybody did.
    pub ignored: Option<Ignored>,
}

/// Stores a failure; one that is open for the record keeps its number and its beginning. Returns that number.
///
/// Where the record is left alone, it stays so only if it failed with the same code, for the same state of the source and the same fingerprint.
///
/// # Errors
/// When the database fails.
pub fn record(tx: &Tx<'_>, failure: &NewFailure, now: Timestamp) -> Result<i64, StoreError> {
    let fingerprint = fingerprints::place(tx, &failure.fingerprint)?;
    let (retry, retry_at, waits_flow, waits_what) = match &failure.retry {
        Retry::At(at) => ("at", Some(columns::micros(*at)), None, None),
        Retry::Manual => ("manual", None, None, None),
        Retry::WaitsFor { flow, what } => ("waits", None, Some(flow.name()), Some(what.as_str())),
    };
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO failure (flow, id, number, class, code, message, cure, retry, retry_at, waits_flow, waits_what,
                              attempts, first_at, last_at, source_hash, fingerprint, held)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12, ?12, ?13, ?14, ?15)
         ON CONFLICT (flow, id) DO UPDATE SET
             number = excluded.number, class = excluded.class, code = excluded.code, message = excluded.message,
             cure = excluded.cure, retry = excluded.retry, retry_at = excluded.retry_at,
             waits_flow = excluded.waits_flow, waits_what = excluded.waits_what, attempts = attempts + 1,
             last_at = excluded.last_at, source_hash = excluded.source_hash, fingerprint = excluded.fingerprint,
             held = excluded.held,
             ignored_at = CASE WHEN code = excluded.code AND source_hash = excluded.source_hash
                               AND ignored_fingerprint IS excluded.fingerprint THEN ignored_at END
         RETURNING problem",
    )?;
    let values = rusqlite::params![
        failure.flow.name(),
        failure.id.to_string(),
        failure.number,
        failure.class.name(),
        failure.code,
        failure.message,
        failure.cure,
        retry,
        retry_at,
        waits_flow,
        waits_what,
        columns::micros(now),
        failure.source_hash,
        fingerprint,
        failure.held,
    ];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// Something about the record changed: its failure is tried again at once. One that was left alone is so no longer where the record itself says
/// something else now.
pub(super) fn look_again(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "UPDATE failure SET fingerprint = NULL, ignored_at = CASE WHEN source_hash =
             (SELECT hash FROM source s WHERE s.flow = ?1 AND s.id = ?2) THEN ignored_at END
         WHERE flow = ?1 AND id = ?2",
    )?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// The record is all right again.
///
/// # Errors
/// When the database fails.
pub fn close(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached("DELETE FROM failure WHERE flow = ?1 AND id = ?2")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Failure, StoreError> {
    let class: String = row.get("class")?;
    let retry: String = row.get("retry")?;
    let retry_at = columns::optional_time(row, "retry_at")?;
    let waits_flow: Option<Flow> = columns::optional(row, "waits_flow")?;
    let waits_what: Option<String> = row.get("waits_what")?;
    let retry = match (retry.as_str(), retry_at, waits_flow, waits_what) {
        ("at", Some(at), ..) => Retry::At(at),
        ("manual", ..) => Retry::Manual,
        ("waits", _, Some(flow), Some(what)) => Retry::WaitsFor { flow, what },
        _ => return Err(columns::unreadable("retry", retry)),
    };
    Ok(Failure {
        problem: row.get("problem")?,
        flow: columns::flow(row)?,
        id: columns::id(row)?,
        number: row.get("number")?,
        class: FailureClass::ALL
            .into_iter()
            .find(|known| known.name() == class)
            .ok_or_else(|| columns::unreadable("class", &class))?,
        code: row.get("code")?,
        message: row.get("message")?,
        cure: row.get("cure")?,
        retry,
        attempts: row.get("attempts")?,
        first_at: columns::time_of(row, "first_at")?,
        last_at: columns::time_of(row, "last_at")?,
        source_hash: row.get("source_hash")?,
        fingerprint: row.get("fingerprint")?,
        held: row.get("held")?,
        ignored: Ignored::read(row)?,
    })
}

/// The failures `p` for which the rest of the statement holds.
pub(super) fn select(
    tx: &Tx<'_>,
    rest: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Failure>, StoreError> {
    let sql = format!(
        "SELECT p.problem, p.flow, p.id, p.number, p.class, p.code, p.message, p.cure, p.retry, p.retry_at, p.waits_flow,
                p.waits_what, p.attempts, p.first_at, p.last_at, p.source_hash, coalesce(f.text, '') AS fingerprint, p.held,
                p.ignored_by, p.ignored_at
         FROM failure p LEFT JOIN fingerprint f ON f.place = p.fingerprint {rest}"
    );
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The failure of a record, also where it is left alone.
///
/// # Errors
/// When the database fails.
pub fn of_record(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<Option<Failure>, StoreError> {
    Ok(select(tx, "WHERE p.flow = ?1 AND p.id = ?2", (flow.name(), id.to_string()))?.pop())
}

/// The failure of that number, also where the record is left alone.
///
/// # Errors
/// When the database fails.
pub fn get(tx: &Tx<'_>, problem: i64) -> Result<Option<Failure>, StoreError> {
    Ok(select(tx, "WHERE p.problem = ?1", [problem])?.pop())
}

/// All open failures, of one flow or of all, oldest first. What is left alone is not among them.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, flow: Option<Flow>) -> Result<Vec<Failure>, StoreError> {
    match flow {
        Some(flow) => {
            select(tx, "WHERE p.flow = ?1 AND p.ignored_at IS NULL ORDER BY p.problem", [flow.name()])
        }
        None => select(tx, "WHERE p.ignored_at IS NULL ORDER BY p.problem", []),
    }
}

/// How many records of a flow are not as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Could not be written.
    pub failed: u64,
    /// Wait for something and are themselves all right.
    pub held: u64,
    /// Failed or wait, and are left alone because a person said so.
    pub ignored: u64,
}

impl Counts {
    /// How many need something.
    #[must_use]
    pub fn open(self) -> u64 {
        self.failed + self.held
    }
}

/// How many records of the flow have an open failure, and how many are left alone.
///
/// # Errors
/// When the database fails.
pub fn counts(tx: &Tx<'_>, flow: Flow) -> Result<Counts, StoreError> {
    let mut open = tx.connection.prepare_cached(
        "SELECT count(*), coalesce(sum(held), 0) FROM failure WHERE flow = ?1 AND ignored_at IS NULL",
    )?;
    let (all, held): (i64, i64) = open.query_row([flow.name()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let ignored = super::ignored::count(tx, Some(flow))?;
    Ok(Counts { failed: columns::count(all - held), held: columns::count(held), ignored })
}

/// When the next failure is to be tried again, if any is to be by itself.
///
/// # Errors
/// When the database fails.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT min(retry_at) FROM failure WHERE retry_at IS NOT NULL AND ignored_at IS NULL",
    )?;
    let at: Option<i64> = statement.query_row([], |row| row.get(0))?;
    at.map(columns::time).transpose()
}

#[cfg(test)]
mod tests;
