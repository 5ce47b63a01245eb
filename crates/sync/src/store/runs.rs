//! The runs, their reports, and those that were interrupted.

use jiff::Timestamp;
use rusqlite::Row;

use super::{StoreError, Tx, columns};

/// How many reports are kept: runs every five minutes for two weeks and more. The audit trail
/// keeps an entry for every run.
const KEPT: i64 = 5_000;

/// The outcome of a run that another one found unfinished.
const INTERRUPTED: &str = "interrupted";

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
    /// How it ended: clean, attention, failed; interrupted when a later run found it without end.
    pub outcome: Option<String>,
    /// Its report as JSON.
    pub report: Option<String>,
}

/// A run begins. There is one writer: what has no end now was interrupted.
///
/// # Errors
/// When the database fails.
pub fn begin(tx: &Tx<'_>, run_id: &str, trigger: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.connection.execute(
        "UPDATE run SET outcome = ?1 WHERE finished_at IS NULL AND outcome IS NULL",
        [INTERRUPTED],
    )?;
    tx.connection.execute(
        "INSERT INTO run (run_id, trigger, started_at) VALUES (?1, ?2, ?3)",
        (run_id, trigger, columns::micros(at)),
    )?;
    tx.connection.execute(
        "DELETE FROM run WHERE started_at < (SELECT started_at FROM run ORDER BY started_at DESC LIMIT 1 OFFSET ?1)",
        [KEPT - 1],
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
    Ok(list(tx, 1)?.pop())
}

/// At most `limit` runs, the last one first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &Tx<'_>, limit: usize) -> Result<Vec<Run>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT * FROM run ORDER BY started_at DESC, rowid DESC LIMIT ?1")?;
    let mut rows = statement.query([columns::limit(limit)])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(read(row)?);
    }
    Ok(runs)
}

/// Shows the runs to `look`, the last one first, until it has seen enough or there are no more.
///
/// # Errors
/// When the database fails.
pub fn look_back(tx: &Tx<'_>, mut look: impl FnMut(Run) -> bool) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT * FROM run ORDER BY started_at DESC, rowid DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !look(read(row)?) {
            break;
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Run, StoreError> {
    Ok(Run {
        run_id: row.get("run_id")?,
        trigger: row.get("trigger")?,
        started_at: columns::time_of(row, "started_at")?,
        finished_at: columns::optional_time(row, "finished_at")?,
        outcome: row.get("outcome")?,
        report: row.get("report")?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{KEPT, begin, finish, last, list, look_back};
    use crate::store::Store;

    fn at(minute: i64) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minute.minutes()
    }

    #[test]
    fn a_run_without_end_is_seen_to_be_interrupted_by_the_next_one() {
        let store = Store::in_memory().unwrap();
        store.write(|tx| begin(tx, "a", "manual", at(0))).unwrap();
        let unfinished = store.read(last).unwrap().unwrap();
        assert_eq!((unfinished.finished_at, unfinished.outcome), (None, None));
        store.write(|tx| begin(tx, "b", "schedule", at(5))).unwrap();
        store.write(|tx| finish(tx, "b", "clean", "{}", at(6))).unwrap();
        let runs = store.read(|tx| list(tx, 10)).unwrap();
        assert_eq!(runs.iter().map(|run| run.run_id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((runs[1].finished_at, runs[1].outcome.as_deref()), (None, Some("interrupted")));
        assert_eq!((runs[0].finished_at, runs[0].outcome.as_deref()), (Some(at(6)), Some("clean")));
        assert_eq!(runs[0].report.as_deref(), Some("{}"));
    }

    #[test]
    fn whoever_looks_back_sees_the_last_run_first_and_stops_when_they_have_seen_enough() {
        let store = Store::in_memory().unwrap();
        store.write(|tx| (0..5).try_for_each(|n| begin(tx, &n.to_string(), "schedule", at(n)))).unwrap();
        let seen = |enough: usize| {
            let mut seen = Vec::new();
            let look = |run: super::Run| {
                seen.push(run.run_id);
                seen.len() < enough
            };
            store.read(|tx| look_back(tx, look)).unwrap();
            seen
        };
        assert_eq!(seen(2), ["4", "3"]);
        assert_eq!(seen(9), ["4", "3", "2", "1", "0"]);
    }

    #[test]
    fn old_reports_are_let_go() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| {
                for n in 0..KEPT + 3 {
                    begin(tx, &n.to_string(), "schedule", at(n))?;
                }
                Ok(())
            })
            .unwrap();
        let runs = store.read(|tx| list(tx, usize::MAX)).unwrap();
        assert_eq!(i64::try_from(runs.len()).unwrap(), KEPT);
        assert_eq!(runs[0].run_id, (KEPT + 2).to_string());
    }
}
