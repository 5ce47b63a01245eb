//! The profile's SQLite database: observations, links, failures, the audit trail.
//!
//! What is to be done is never stored: it is the difference between [`sources`] (what Business Central was last seen to say) and what was
//! last settled for them, and [`candidates`] reads it from an index. Each room below is a set of functions on a transaction ([`Tx`]);
//! [`Store::write`] makes everything that belongs to one answer durable at once. Times are handed in: there is no clock in here.

mod absence;
pub mod audit;
pub mod binding;
pub mod candidates;
mod columns;
pub mod considered;
pub mod credits;
pub mod decisions;
mod error;
pub mod facts;
pub mod failures;
mod fingerprints;
mod flow_problems;
pub mod intents;
pub mod keyless;
pub mod links;
pub mod match_gate;
mod migrate;
mod open;
pub mod proposals;
pub mod runs;
pub mod sources;
pub mod sweep_clocks;
pub mod ties;
pub mod warnings;
pub mod watermarks;

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, MAIN_DB, TransactionBehavior};

pub use error::StoreError;

/// One profile's database. It can be shared between threads; calls are short and wait for each other.
pub struct Store {
    connection: Mutex<Connection>,
}

/// One transaction.
pub struct Tx<'a> {
    connection: &'a Connection,
}

impl Store {
    /// Does `work` in one transaction; an error undoes all of it. What was committed survives a power cut, and so does everything that
    /// was committed before.
    ///
    /// `work` must not call the store itself: the connection is taken.
    ///
    /// # Errors
    /// What `work` says, or why it could not be committed.
    pub fn write<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.commit("full", work)
    }

    /// Does `work` in one transaction that does not wait for the disk: a power cut before the next [`write`](Self::write) takes it back,
    /// whole, as if it had never been. A crash of the program takes nothing back.
    ///
    /// For what an answer says about one of many rows: to lose it is to lose the answer, which happens anyway and is looked into. No
    /// further request goes out before it is on the disk, because the credit ledger books every request with [`write`](Self::write).
    ///
    /// # Errors
    /// What `work` says, or why it could not be committed.
    pub fn write_soon<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.commit("normal", work)
    }

    fn commit<T>(
        &self,
        synchronous: &str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.pragma_update(None, "synchronous", synchronous)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&Tx { connection: &transaction })?;
        transaction.commit()?;
        Ok(result)
    }

    /// Reads one consistent state.
    ///
    /// `work` must not call the store itself: the connection is taken.
    ///
    /// # Errors
    /// What `work` says.
    pub fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        work(&Tx { connection: &transaction })
    }

    /// Whether it was opened for reading only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).is_readonly(MAIN_DB).unwrap_or(true)
    }

    /// Reads the whole file and checks that it hangs together. Takes seconds for a large one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what is wrong, or when the database cannot be read.
    pub fn check(&self) -> Result<(), StoreError> {
        self.read(|tx| {
            let mut statement = tx.connection.prepare("PRAGMA quick_check(5)")?;
            let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            if found == ["ok"] { Ok(()) } else { Err(StoreError::Damaged(found.join("; "))) }
        })
    }
}

#[cfg(test)]
mod tests;
