//! What became of each record in the run that goes on. The table lives as long as the connection: a record is counted once, by its
//! last disposition.

use business_central::BcId;

use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Created in Zoho.
    Created,
    /// Changed in Zoho.
    Updated,
    /// Right already.
    Unchanged,
    /// Left alone by rule or policy.
    Skipped,
    /// Could not be written.
    Failed,
    /// Waits for something.
    Held,
}

impl Disposition {
    fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }
}

/// How many records ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Created in Zoho.
    pub created: u64,
    /// Changed in Zoho.
    pub updated: u64,
    /// Right already.
    pub unchanged: u64,
    /// Left alone by rule or policy.
    pub skipped: u64,
    /// Could not be written.
    pub failed: u64,
    /// Wait for something.
    pub held: u64,
}

impl Tally {
    /// All of them.
    #[must_use]
    pub fn read(self) -> u64 {
        self.created + self.updated + self.unchanged + self.skipped + self.failed + self.held
    }
}

/// A run begins: nothing was considered yet.
///
/// # Errors
/// When the database fails.
pub fn begin(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.connection.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS considered (
             flow TEXT NOT NULL, id TEXT NOT NULL, disposition TEXT NOT NULL, PRIMARY KEY (flow, id)
         ) WITHOUT ROWID;
         DELETE FROM considered;",
    )?;
    Ok(())
}

/// Takes note of what became of a record; a later note replaces an earlier one.
///
/// # Errors
/// When the database fails.
pub fn note(tx: &Tx<'_>, flow: Flow, id: BcId, disposition: Disposition) -> Result<(), StoreError> {
    // Being seen unchanged again takes nothing back from what was done to the record in this run.
    let conflict = match disposition {
        Disposition::Unchanged => "DO NOTHING",
        Disposition::Created
        | Disposition::Updated
        | Disposition::Skipped
        | Disposition::Failed
        | Disposition::Held => "DO UPDATE SET disposition = excluded.disposition",
    };
    let sql = format!("INSERT INTO considered VALUES (?1, ?2, ?3) ON CONFLICT (flow, id) {conflict}");
    tx.connection
        .prepare_cached(&sql)?
        .execute((flow.name(), id.to_string(), disposition.name()))?;
    Ok(())
}

/// Replaces whatever was noted of a record by "unchanged".
///
/// # Errors
/// When the database fails.
pub fn note_unchanged(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("INSERT OR REPLACE INTO considered VALUES (?1, ?2, 'unchanged')")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// The counts of a flow.
///
/// # Errors
/// When the database fails.
pub fn tally(tx: &Tx<'_>, flow: Flow) -> Result<Tally, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT disposition, count(*) FROM considered WHERE flow = ?1 GROUP BY disposition",
    )?;
    let mut rows = statement.query([flow.name()])?;
    let mut tally = Tally::default();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let count = columns::count(row.get(1)?);
        match name.as_str() {
            "created" => tally.created = count,
            "updated" => tally.updated = count,
            "unchanged" => tally.unchanged = count,
            "skipped" => tally.skipped = count,
            "failed" => tally.failed = count,
            "held" => tally.held = count,
            _ => return Err(columns::unreadable("disposition", name)),
        }
    }
    Ok(tally)
}
