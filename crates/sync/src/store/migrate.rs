//! The database's version: older ones are brought up to date, newer ones and strangers are refused.

use std::cmp::Ordering;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, MAIN_DB, TransactionBehavior};

use super::StoreError;

/// Each step brings the database from the version before it to its own; a released step never changes.
pub(super) const STEPS: [&str; 8] = [
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
    include_str!("migrations/005.sql"),
    include_str!("migrations/006.sql"),
    include_str!("migrations/007.sql"),
    include_str!("migrations/008.sql"),
];

/// SQLite's `application_id` of our databases: "LDGL".
const OURS: i64 = 0x4C44_474C;

fn newest(steps: &[&str]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    let of: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if of == OURS || (of == 0 && version == 0 && tables == 0) {
        Ok(version)
    } else {
        Err(StoreError::Foreign)
    }
}

/// Makes sure that this program can read the database as it is.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    refuse_newer(connection)?;
    let (found, known) = (version(connection)?, newest(&STEPS));
    match found.cmp(&known) {
        Ordering::Less => Err(StoreError::TooOld { found, known }),
        Ordering::Equal | Ordering::Greater => Ok(()),
    }
}

/// Makes sure that the database is ours, and not from a newer program.
pub(super) fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, newest(&STEPS));
    if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(()) }
}

/// Takes the steps that are missing. Before each, what an older file holds is copied to `<path>.backup-v<its version>`.
///
/// A step is one transaction: after a power cut the database has the one version or the other.
pub(super) fn up(connection: &mut Connection, path: Option<&Path>, steps: &[&str]) -> Result<(), StoreError> {
    let known = newest(steps);
    let is_new = version(connection)? == 0;
    // Steps may rebuild tables that others refer to; what is left hanging is found before the commit.
    connection.pragma_update(None, "foreign_keys", false)?;
    loop {
        let found = version(connection)?;
        let Some(sql) = steps.get(usize::try_from(found).unwrap_or(usize::MAX)) else {
            return if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(()) };
        };
        if !is_new && let Some(path) = path {
            backup(connection, path, found)?;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? != found {
            // Another process took the step meanwhile.
            continue;
        }
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", found + 1)?;
        let dangling = transaction.prepare("PRAGMA foreign_key_check")?.exists([])?;
        if dangling {
            return Err(StoreError::Damaged(format!("version {found} has rows that refer to nothing")));
        }
        transaction.commit()?;
    }
}

/// Copies the database, and gives the copy its name only when it is whole and on the disk.
fn backup(connection: &Connection, path: &Path, version: u32) -> Result<(), StoreError> {
    let target = beside(path, &format!(".backup-v{version}"));
    let unfinished = beside(path, &format!(".backup-v{version}.unfinished"));
    let _ = fs::remove_file(&unfinished);
    let copied = connection
        .backup(MAIN_DB, &unfinished, None::<fn(rusqlite::backup::Progress)>)
        .map_err(StoreError::from)
        .and_then(|()| {
            let in_place = || {
                fs::set_permissions(&unfinished, fs::metadata(path)?.permissions())?;
                File::options().write(true).open(&unfinished)?.sync_all()?;
                fs::rename(&unfinished, &target)
            };
            in_place().map_err(|error| StoreError::of_file(&target, &error))
        });
    if copied.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    copied
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}
