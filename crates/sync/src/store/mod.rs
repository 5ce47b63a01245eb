//! The profile's SQLite database: observations, links, failures, the audit trail.
//!
//! What is to be done is never stored: it is the difference between [`sources`] (what Business Central was last seen to say) and what was
//! last settled for them, and [`candidates`] reads it from an index. Each room below is a set of functions on a transaction ([`Tx`]);
//! [`Store::write`] makes everything that belongs to one answer durable at once. Times are handed in: there is no clock in here.

mod absence;
pub mod audit;
mod beside;
pub mod binding;
pub mod bulk_jobs;
pub mod candidates;
mod columns;
pub mod comparisons;
pub mod considered;
pub mod copy_state;
pub mod credits;
pub mod decisions;
mod error;
pub mod facts;
pub mod failure_groups;
pub mod failures;
mod fingerprints;
mod flow_problems;
pub mod ignored;
pub mod intents;
pub mod keyless;
pub mod line_rows;
pub mod links;
pub mod match_gate;
mod migrate;
mod open;
pub mod proposals;
pub mod questions;
pub mod restored;
pub mod runs;
pub mod signals;
pub mod sources;
pub mod subscriptions;
pub mod sweep_clocks;
pub mod ties;
pub mod warnings;
pub mod watermarks;

use std::cell::RefCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, MAIN_DB};

pub use error::StoreError;

/// One profile's database. It can be shared between threads; calls are short and wait for each other.
pub struct Store {
    state: Mutex<State>,
    worker: beside::Worker,
}

struct State {
    connection: Connection,
    /// How many pieces of work of [`Store::write_soon`] wait in an open transaction.
    waiting: u32,
}

/// One transaction, or one piece of work within it.
pub struct Tx<'a> {
    connection: &'a Connection,
    /// Where the audit trail ends, as soon as an entry was appended: it is stored with the last of them.
    trail: RefCell<Option<audit::Head>>,
    /// The fingerprint that was asked for last, and its place.
    fingerprint: RefCell<Option<(String, i64)>>,
}

impl<'a> Tx<'a> {
    fn on(connection: &'a Connection) -> Self {
        Self { connection, trail: RefCell::default(), fingerprint: RefCell::default() }
    }
}

/// So many pieces of work wait at the most, so that a crash takes little back, and a reader beside the writer sees no state that is long past.
const MOST_WAITING: u32 = 100;

impl Store {
    /// Does `work` in one transaction; an error undoes all of it. What was committed survives a power cut, and so does everything that
    /// was committed before.
    ///
    /// `work` must not call the store itself: the connection is taken.
    ///
    /// # Errors
    /// What `work` says, or why it could not be committed.
    pub fn write<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.state();
        let result = state.within(work);
        // What waited is kept also where this piece of work failed.
        state.commit()?;
        result
    }

    /// Does `work` in a transaction that it shares with other pieces of work, and that ends with the next [`write`](Self::write), or when many wait.
    /// Until then a crash takes it back, whole, as if it had never been; and so does an error of another piece: whoever meets one ends the run.
    ///
    /// For what an answer says: to lose it is to lose the answer, which happens anyway and is looked into. What must not outlive it, such as
    /// the end of a doubt, belongs into the same piece.
    ///
    /// # Errors
    /// What `work` says, or why it could not be stored. Nothing that waited is stored then.
    pub fn write_soon<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut state = self.state();
        let result = state.together(work)?;
        state.waiting += 1;
        if state.waiting >= MOST_WAITING {
            state.commit()?;
        }
        Ok(result)
    }

    /// Reads one consistent state.
    ///
    /// `work` must not call the store itself: the connection is taken.
    ///
    /// # Errors
    /// What `work` says.
    pub fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.state();
        if !state.connection.is_autocommit() {
            return work(&Tx::on(&state.connection));
        }
        let transaction = state.connection.transaction()?;
        work(&Tx::on(&transaction))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was opened for reading only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.state().connection.is_readonly(MAIN_DB).unwrap_or(true)
    }

    /// Reads the whole file and checks that it hangs together. Takes seconds for a large one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what is wrong, or when the database cannot be read.
    pub fn check(&self) -> Result<(), StoreError> {
        self.read(|tx| {
            let mut statement = tx.connection.prepare("PRAGMA quick_check(5)")?;
            let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            if found != ["ok"] {
                return Err(StoreError::Damaged(found.join("; ")));
            }
            if tx.connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
                return Err(StoreError::Damaged("rows refer to nothing".to_owned()));
            }
            Ok(())
        })
    }
}

impl State {
    /// Does one piece of work inside the open transaction, or in a new one; an error undoes this piece alone.
    fn within<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let piece = Piece::begin(&self.connection)?;
        let tx = Tx::on(piece.connection);
        let result = work(&tx)?;
        audit::keep_head(&tx)?;
        piece.keep()?;
        Ok(result)
    }

    /// Does one piece of work inside the open transaction, or in a new one; an error ends it, and nothing of it is kept. Unlike a savepoint, that
    /// costs SQLite nothing while all goes well.
    fn together<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let all = Piece { connection: &self.connection, first: true, kept: false };
        if self.connection.is_autocommit() {
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        }
        let tx = Tx::on(&self.connection);
        let result = work(&tx)?;
        audit::keep_head(&tx)?;
        all.keep()?;
        Ok(result)
    }

    /// Ends the open transaction. Where that fails (a full disk), what waited is lost, like any answer that is lost.
    fn commit(&mut self) -> Result<(), StoreError> {
        self.waiting = 0;
        // SQLite itself may have ended it: then there is nothing that could be kept.
        if self.connection.is_autocommit() {
            return Ok(());
        }
        if let Err(error) = self.connection.execute_batch("COMMIT") {
            if !self.connection.is_autocommit() {
                self.connection.execute_batch("ROLLBACK")?;
            }
            return Err(error.into());
        }
        Ok(())
    }
}

/// One piece of work within a transaction; unless it is kept, it is undone, also by a panic.
///
/// What a transaction begins with is undone by ending it. For what follows, SQLite keeps each page as it was before. Its statements are
/// prepared once, unlike those of rusqlite's savepoint.
struct Piece<'a> {
    connection: &'a Connection,
    first: bool,
    kept: bool,
}

impl<'a> Piece<'a> {
    fn begin(connection: &'a Connection) -> Result<Self, StoreError> {
        let first = connection.is_autocommit();
        let begin = if first { "BEGIN IMMEDIATE" } else { "SAVEPOINT piece" };
        connection.prepare_cached(begin)?.execute([])?;
        Ok(Self { connection, first, kept: false })
    }

    fn keep(mut self) -> Result<(), StoreError> {
        if !self.first {
            self.connection.prepare_cached("RELEASE piece")?.execute([])?;
        }
        self.kept = true;
        Ok(())
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        if !self.kept && !self.connection.is_autocommit() {
            let undo = if self.first { "ROLLBACK" } else { "ROLLBACK TO piece; RELEASE piece" };
            // Where even this fails, the whole transaction fails when it is to be committed.
            let _ = self.connection.execute_batch(undo);
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be stored now is like an answer that was lost.
        let _ = self.state().commit();
    }
}

#[cfg(test)]
mod tests;
