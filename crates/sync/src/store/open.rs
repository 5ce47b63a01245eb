//! Opens the database, for its one writer and for readers beside it.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::beside::Worker;
use super::{State, Store, StoreError, migrate};

/// How long a reader or the writer waits for the other.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many pages, 16 MiB, the write-ahead log takes before it is taken over into the database: pages that change again and again are
/// written there less often.
const LOG_PAGES: i64 = 4_000;

/// A write-ahead log that once grew beyond this many bytes is cut back when it has been taken over.
const LOG_BYTES: i64 = 64 * 1024 * 1024;

impl Store {
    /// Opens or creates the database, and brings an older one up to date after a backup beside it.
    ///
    /// # Errors
    /// When the file is no database of ours, damaged, from a newer program, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let at = |error: StoreError| error.at(path);
        create(path)?;
        let mut connection = Connection::open(path).map_err(StoreError::from).map_err(at)?;
        Self::prepare(&mut connection, Some(path)).map_err(at)?;
        Self::ready(connection).map_err(at)
    }

    /// Opens the database for reading, beside a writer.
    ///
    /// # Errors
    /// When there is no database, or it is not ours, damaged, or from a newer or older program.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Absent(path.display().to_string()));
        }
        let at = |error: StoreError| error.at(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(StoreError::from).map_err(at)?;
        connection.busy_timeout(PATIENCE)?;
        migrate::check(&connection).map_err(at)?;
        Self::ready(connection).map_err(at)
    }

    /// A database that is gone with the value.
    ///
    /// # Errors
    /// When SQLite cannot start.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        Self::prepare(&mut connection, None)?;
        Self::ready(connection)
    }

    /// A copy that is gone with the value, and that nothing outside sees: for trying out what a run would do.
    ///
    /// # Errors
    /// When the database cannot be read, or the copy cannot be made.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let mut state = self.state();
        // What waits to be kept belongs to the state that is copied.
        state.commit()?;
        Self::copy_from(&state.connection)
    }

    /// Such a copy of a database file, also of one that has to be brought up to date first: the copy is. The file stays as it is, and a
    /// writer beside it goes on.
    ///
    /// # Errors
    /// As [`open_read_only`](Self::open_read_only), or when the copy cannot be made.
    pub fn copy_of(path: &Path) -> Result<Self, StoreError> {
        let at = |error: StoreError| error.at(path);
        if !path.exists() {
            return Err(StoreError::Absent(path.display().to_string()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let source = Connection::open_with_flags(path, flags).map_err(StoreError::from).map_err(at)?;
        source.busy_timeout(PATIENCE)?;
        migrate::refuse_newer(&source).map_err(at)?;
        Self::copy_from(&source).map_err(at)
    }

    /// Copies into a database without a name: SQLite keeps it in its page cache and, when it grows, in a file of the system's folder for
    /// temporary files that only its owner may read and that has no name either. Such a file is gone with the process however that ends.
    fn copy_from(source: &Connection) -> Result<Self, StoreError> {
        let mut copy = Connection::open("")?;
        // All pages in one step are one state, whatever a writer does meanwhile.
        let done = Backup::new(source, &mut copy)?.step(-1)?;
        if done != StepResult::Done {
            return Err(StoreError::Busy);
        }
        copy.pragma_update(None, "journal_mode", "memory")?;
        migrate::up(&mut copy, None, &migrate::STEPS)?;
        Self::ready(copy)
    }

    fn prepare(connection: &mut Connection, path: Option<&Path>) -> Result<(), StoreError> {
        connection.busy_timeout(PATIENCE)?;
        // Before anything is changed: a newer program's database stays as it is.
        migrate::refuse_newer(connection)?;
        // WAL lets readers work beside the writer. How long a commit waits for the disk is said with each (`Store::write`): with less than
        // FULL, a power cut takes back the last commits, and with them the intents, links and audit entries of what Zoho was told.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
        migrate::up(connection, path, &migrate::STEPS)
    }

    fn ready(connection: Connection) -> Result<Self, StoreError> {
        // Who refers to nothing is looked for by `check`. Watched at each statement, references made SQLite keep every page as it was before the
        // statement: a thirteenth of all CPU time.
        connection.pragma_update(None, "foreign_keys", false)?;
        // A plan holds for every value: else each query whose value might have decided for a partial index (`source_text_company` names a
        // flow) is planned anew each time that it runs, which took half of all CPU time.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // 4 MiB: the most used inner pages of the indexes of a million records stay at hand; the operating system keeps the rest.
        connection.pragma_update(None, "cache_size", -4 * 1024)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self { state: Mutex::new(State { connection, waiting: 0 }), worker: Worker::default() })
    }
}

/// Makes an empty file that only its owner may read, for it will hold customers' data; SQLite's side files take over its mode.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::of_file(path, &error)),
    }
}
