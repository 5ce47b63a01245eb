//! The runs, their reports, and those that were interrupted.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{StoreError, Tx, columns};

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Names it in the audit trail.
    pub run_id: String,
    /// What started it.
    pub trigger: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended; a run without end goes on or was interrupted.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Its report as JSON.
    pub report: Option<String>,
}

/// A run begins.
///
/// # Errors
/// When the database fails.
pub fn begin(tx: &Tx<'_>, run_id: &str, trigger: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.connection.execute(
        "INSERT INTO run (run_id, trigger, started_at) VALUES (?1, ?2, ?3)",
        (run_id, trigger, columns::micros(at)),
    )?;
    Ok(())
}

/// A run ends.
///
/// # Errors
/// When the database fails.
pub fn finish(
    tx: &Tx<'_>,
    run_id: &str,
    outcome: &str,
    report: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.connection.execute(
        "UPDATE run SET finished_at = ?2, outcome = ?3, report = ?4 WHERE run_id = ?1",
        (run_id, columns::micros(at), outcome, report),
    )?;
    Ok(())
}

/// The run that started last.
///
/// # Errors
/// When the database fails.
pub fn last(tx: &Tx<'_>) -> Result<Option<Run>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT * FROM run ORDER BY started_at DESC LIMIT 1")?;
    let found = statement
        .query_row([], |row| {
            Ok((|| {
                Ok(Run {
                    run_id: row.get("run_id")?,
                    trigger: row.get("trigger")?,
                    started_at: columns::time_of(row, "started_at")?,
                    finished_at: columns::optional_time(row, "finished_at")?,
                    outcome: row.get("outcome")?,
                    report: row.get("report")?,
                })
            })())
        })
        .optional()?;
    found.transpose()
}
