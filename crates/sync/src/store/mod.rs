//! The profile's SQLite database: observations, links, failures, the audit trail.
//!
//! What is to be done is never stored: it is the difference between [`sources`] (what Business Central was last seen to say) and what was
//! last settled for them. Each room below is a set of functions on a transaction ([`Tx`]); [`Store::write`] makes everything that belongs
//! to one answer durable at once.

pub mod audit;
pub mod binding;
mod columns;
pub mod considered;
pub mod credits;
mod error;
pub mod facts;
pub mod failures;
pub mod intents;
pub mod links;
mod migrate;
pub mod runs;
pub mod sources;
pub mod sweep_clocks;
pub mod ties;
pub mod warnings;
pub mod watermarks;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use error::StoreError;

/// How long a reader or the writer waits for the other.
const PATIENCE: Duration = Duration::from_secs(10);

/// One profile's database.
pub struct Store {
    connection: Mutex<Connection>,
}

/// One transaction.
pub struct Tx<'a> {
    connection: &'a Connection,
}

impl Store {
    /// Opens or creates the database, and brings an older one up to date after a backup beside it.
    ///
    /// # Errors
    /// When the file is no database, damaged, from a newer program, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        // WAL lets readers work beside the writer. FULL: a commit survives a power cut; we tell Zoho things on the strength of it.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        migrate::up(&mut connection, Some(path))?;
        Self::ready(connection)
    }

    /// Opens the database for reading, beside a writer.
    ///
    /// # Errors
    /// When there is no database, or it is from a newer or older program.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(PATIENCE)?;
        migrate::check(&connection)?;
        Self::ready(connection)
    }

    /// A database that is gone with the value.
    ///
    /// # Errors
    /// When SQLite cannot start.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        migrate::up(&mut connection, None)?;
        Self::ready(connection)
    }

    fn ready(connection: Connection) -> Result<Self, StoreError> {
        connection.set_prepared_statement_cache_capacity(128);
        connection.pragma_update(None, "temp_store", "file")?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// Does `work` in one transaction; an error undoes all of it.
    ///
    /// # Errors
    /// What `work` says, or why it could not be committed.
    pub fn write<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&Tx {
            connection: &transaction,
        })?;
        transaction.commit()?;
        Ok(result)
    }

    /// Reads one consistent state.
    ///
    /// # Errors
    /// What `work` says.
    pub fn read<T>(&self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        work(&Tx {
            connection: &transaction,
        })
    }
}

#[cfg(test)]
mod tests;
