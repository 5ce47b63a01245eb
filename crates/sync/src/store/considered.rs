//! What became of each record in the run that goes on. The table lives as long as the connection: a record is counted once, by its
//! last disposition.

use business_central::BcId;

use super::failures::{self, Counts};
use super::{StoreError, Tx, columns, sources};
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

/// Takes note of what became of a record; a later note replaces an earlier one, unless it only says "unchanged".
///
/// # Errors
/// When the database fails.
pub fn note(tx: &Tx<'_>, flow: Flow, id: BcId, disposition: Disposition) -> Result<(), StoreError> {
    // Being seen unchanged again takes nothing back from what was done to the record in this run.
    let sql = match disposition {
        Disposition::Unchanged => {
            "INSERT INTO considered VALUES (?1, ?2, ?3) ON CONFLICT (flow, id) DO NOTHING"
        }
        Disposition::Created
        | Disposition::Updated
        | Disposition::Skipped
        | Disposition::Failed
        | Disposition::Held => "INSERT OR REPLACE INTO considered VALUES (?1, ?2, ?3)",
    };
    tx.connection.prepare_cached(sql)?.execute((flow.name(), id.to_string(), disposition.name()))?;
    Ok(())
}

/// Replaces whatever was noted of a record by "unchanged".
///
/// # Errors
/// When the database fails.
pub fn note_unchanged(tx: &Tx<'_>, flow: Flow, id: BcId) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("INSERT OR REPLACE INTO considered VALUES (?1, ?2, 'unchanged')")?;
    statement.execute((flow.name(), id.to_string()))?;
    Ok(())
}

/// Takes note of every record of the flow that failed or waits, in place of whatever was noted of it: as open, or as left alone where a person
/// said so. Returns how many are open, and how many left alone.
///
/// # Errors
/// When the database fails.
pub fn note_failures(tx: &Tx<'_>, flow: Flow) -> Result<Counts, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "INSERT OR REPLACE INTO considered SELECT flow, id, CASE WHEN ignored_at IS NOT NULL THEN 'skipped'
             WHEN held THEN 'held' ELSE 'failed' END FROM failure WHERE flow = ?1",
    )?;
    statement.execute([flow.name()])?;
    failures::counts(tx, flow)
}

/// The records that are known to be live and of which nothing was noted in this run.
///
/// # Errors
/// When the database fails.
pub fn left_out(tx: &Tx<'_>, flow: Flow) -> Result<Vec<BcId>, StoreError> {
    sources::ids(
        tx,
        "SELECT id FROM source WHERE flow = ?1 AND gone IS NULL AND missing IS NULL
         AND NOT EXISTS (SELECT 1 FROM considered c WHERE c.flow = ?1 AND c.id = source.id) ORDER BY id",
        [flow.name()],
    )
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

#[cfg(test)]
mod tests {
    use business_central::BcId;

    use super::{Disposition, Tally, begin, note, note_unchanged, tally};
    use crate::flow::Flow;
    use crate::store::{Store, StoreError};

    fn id(n: u8) -> BcId {
        format!("00000000-0000-0000-0000-0000000000{n:02x}").parse().unwrap()
    }

    #[test]
    fn a_record_is_counted_once_by_what_last_became_of_it() {
        let store = Store::in_memory().unwrap();
        let found = store
            .write(|tx| {
                begin(tx)?;
                note(tx, Flow::Customers, id(1), Disposition::Held)?;
                note(tx, Flow::Customers, id(1), Disposition::Created)?;
                note(tx, Flow::Customers, id(2), Disposition::Unchanged)?;
                note(tx, Flow::Customers, id(3), Disposition::Held)?;
                note_unchanged(tx, Flow::Customers, id(3))?;
                note(tx, Flow::Items, id(1), Disposition::Failed)?;
                tally(tx, Flow::Customers)
            })
            .unwrap();
        assert_eq!(found, Tally { created: 1, unchanged: 2, ..Tally::default() });
        assert_eq!(found.read(), 3);
    }

    #[test]
    fn being_seen_again_takes_nothing_back() {
        let store = Store::in_memory().unwrap();
        let found = store
            .write(|tx| {
                begin(tx)?;
                note(tx, Flow::Items, id(1), Disposition::Updated)?;
                note(tx, Flow::Items, id(1), Disposition::Unchanged)?;
                tally(tx, Flow::Items)
            })
            .unwrap();
        assert_eq!(found, Tally { updated: 1, ..Tally::default() });
    }

    #[test]
    fn what_was_undone_is_not_counted_and_a_new_run_counts_from_nothing() {
        let store = Store::in_memory().unwrap();
        store
            .write(|tx| begin(tx).and_then(|()| note(tx, Flow::Items, id(1), Disposition::Skipped)))
            .unwrap();
        let undone: Result<(), StoreError> = store.write(|tx| {
            note(tx, Flow::Items, id(2), Disposition::Created)?;
            Err(StoreError::Busy)
        });
        undone.unwrap_err();
        assert_eq!(
            store.read(|tx| tally(tx, Flow::Items)).unwrap(),
            Tally { skipped: 1, ..Tally::default() }
        );
        store.write(begin).unwrap();
        assert_eq!(store.read(|tx| tally(tx, Flow::Items)).unwrap().read(), 0);
    }
}
