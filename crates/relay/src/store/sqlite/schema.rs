//! The file's tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

/// Kept in `user_version`; a file of a later version is refused.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE mailboxes (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- SHA-256 of the read token
    token BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL
);
CREATE TABLE hooks (
    -- SHA-256 of the key in the hook's address
    key BLOB PRIMARY KEY,
    mailbox INTEGER NOT NULL REFERENCES mailboxes (number),
    -- 1 Business Central, 2 Zoho
    source INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX hooks_of_mailbox ON hooks (mailbox);
CREATE TABLE signals (
    -- AUTOINCREMENT: a number is never given twice
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox INTEGER NOT NULL REFERENCES mailboxes (number),
    -- signals with the same key stand for one another
    record BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (mailbox, record)
);
CREATE INDEX signals_in_order ON signals (mailbox, id);
CREATE INDEX signals_by_age ON signals (received_at);
";

/// Opens or makes the file. What is committed is on the disk: WAL with `synchronous = FULL`.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION => {}
        later => {
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISMATCH),
                Some(format!(
                    "a later version of the relay made this file ({later}, this one knows {VERSION})"
                )),
            ));
        }
    }
    transaction.commit()?;
    Ok(connection)
}

/// The row of a mailbox.
pub(super) fn number_of(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached("SELECT number FROM mailboxes WHERE name = ?")?;
    select.query_row([name], |row| row.get(0)).optional()
}

/// Removes a mailbox with everything that refers to it.
pub(super) fn remove(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let Some(number) = number_of(connection, name)? else {
        return Ok(());
    };
    for delete in [
        "DELETE FROM signals WHERE mailbox = ?",
        "DELETE FROM hooks WHERE mailbox = ?",
        "DELETE FROM mailboxes WHERE number = ?",
    ] {
        connection.prepare_cached(delete)?.execute(params![number])?;
    }
    Ok(())
}

/// The highest id that was ever given.
pub(super) fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let mut select = connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'signals'")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_later_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.db");
        open(&path).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert!(open(&path).unwrap_err().to_string().contains("later version"));
    }

    #[test]
    fn commits_wait_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("relay.db")).unwrap();
        let value = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
        // 2 is FULL.
        assert_eq!(value("synchronous"), 2);
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
