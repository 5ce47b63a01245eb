//! The database's version: older ones are brought up to date, newer ones are refused.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// Each step brings the database from the version before it to its own; a released step never changes.
const STEPS: [&str; 1] = [include_str!("migrations/001.sql")];

/// The version that this program writes.
#[allow(clippy::cast_possible_truncation)]
const NEWEST: u32 = STEPS.len() as u32;

fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Makes sure that this program can read the database as it is.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    match found.cmp(&NEWEST) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(StoreError::TooNew { found, known: NEWEST }),
        std::cmp::Ordering::Less => Err(StoreError::TooOld { found, known: NEWEST }),
    }
}

/// Brings the database to the newest version; before that, one that holds data is copied to `<path>.backup-v<version>`.
pub(super) fn up(connection: &mut Connection, path: Option<&Path>) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > NEWEST {
        return Err(StoreError::TooNew { found, known: NEWEST });
    }
    if found > 0
        && found < NEWEST
        && let Some(path) = path
    {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".backup-v{found}"));
        connection.backup("main", Path::new(&name), None::<fn(rusqlite::backup::Progress)>)?;
    }
    for (step, sql) in (1..=NEWEST).zip(STEPS) {
        if step > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", step)?;
            transaction.commit()?;
        }
    }
    Ok(())
}
