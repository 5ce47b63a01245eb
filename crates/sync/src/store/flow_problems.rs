//! What keeps a whole flow standing still: an edition, a permission, a mass deletion.

use jiff::Timestamp;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// A problem of a whole flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowProblem {
    /// The flow.
    pub flow: Flow,
    /// Stable; programs may match on it. A flow has one problem of a code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// Since when.
    pub at: Timestamp,
}

/// A whole flow stands still. A problem that is known keeps its beginning.
///
/// # Errors
/// When the database fails.
pub fn set_flow_problem(tx: &Tx<'_>, problem: &FlowProblem) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT INTO flow_problem (flow, code, message, cure, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (flow, code) DO UPDATE SET message = excluded.message, cure = excluded.cure",
    )?;
    let at = columns::micros(problem.at);
    statement.execute((problem.flow.name(), &problem.code, &problem.message, &problem.cure, at))?;
    Ok(())
}

/// The flow goes on.
///
/// # Errors
/// When the database fails.
pub fn clear_flow_problem(tx: &Tx<'_>, flow: Flow, code: &str) -> Result<(), StoreError> {
    tx.connection.execute("DELETE FROM flow_problem WHERE flow = ?1 AND code = ?2", (flow.name(), code))?;
    Ok(())
}

/// What keeps whole flows, of one or of all.
///
/// # Errors
/// When the database fails.
pub fn flow_problems(tx: &Tx<'_>, flow: Option<Flow>) -> Result<Vec<FlowProblem>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("SELECT * FROM flow_problem WHERE ?1 IS NULL OR flow = ?1 ORDER BY at")?;
    let mut rows = statement.query([flow.map(Flow::name)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(FlowProblem {
            flow: columns::flow(row)?,
            code: row.get("code")?,
            message: row.get("message")?,
            cure: row.get("cure")?,
            at: columns::time_of(row, "at")?,
        });
    }
    Ok(found)
}
