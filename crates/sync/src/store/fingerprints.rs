//! Fingerprints are long, few, and stand behind every record: each text is stored once.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx};

/// The place of a fingerprint, if any record was ever settled, written or refused with it.
pub(super) fn find(tx: &Tx<'_>, text: &str) -> Result<Option<i64>, StoreError> {
    let mut statement = tx.connection.prepare_cached("SELECT place FROM fingerprint WHERE text = ?1")?;
    Ok(statement.query_row([text], |row| row.get(0)).optional()?)
}

/// The place of a fingerprint, which it now has.
pub(super) fn place(tx: &Tx<'_>, text: &str) -> Result<i64, StoreError> {
    // The records of one answer have one fingerprint.
    if let Some((last, place)) = &*tx.fingerprint.borrow()
        && last == text
    {
        return Ok(*place);
    }
    let place = match find(tx, text)? {
        Some(place) => place,
        None => {
            tx.connection.execute("INSERT INTO fingerprint (text) VALUES (?1)", [text])?;
            tx.connection.last_insert_rowid()
        }
    };
    *tx.fingerprint.borrow_mut() = Some((text.to_owned(), place));
    Ok(place)
}
