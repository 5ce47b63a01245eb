//! What is no longer kept leaves one signal that stands for it.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::{COLLAPSED, Stored};
use super::schema;
use crate::notification::key_of;
use relay_protocol::{CatchUpReason, Kind};

/// Numbers that are left out after a backup was put back: far more than a relay gives between two backups.
const LEFT_OUT: i64 = 1_000_000_000;

/// Collapses the oldest signals of a mailbox that holds more than `most`, a tenth at a time, so that it is not done for every signal.
pub(super) fn keep_to(
    connection: &Connection,
    mailbox: i64,
    most: u64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // Stops counting at the limit: an index is walked, no row is read.
    let mut beyond =
        connection.prepare_cached("SELECT 1 FROM signals WHERE mailbox = ? ORDER BY id LIMIT 1 OFFSET ?")?;
    if !beyond.exists(params![mailbox, most])? {
        return Ok(());
    }
    let mut count = connection.prepare_cached("SELECT count(*) FROM signals WHERE mailbox = ?")?;
    let waiting: i64 = count.query_row([mailbox], |row| row.get(0))?;
    // The one that stands for them stays, hence one more.
    let victims = waiting - most + most / 10 + 1;
    let mut last =
        connection.prepare_cached("SELECT id FROM signals WHERE mailbox = ? ORDER BY id LIMIT 1 OFFSET ?")?;
    let last: i64 = last.query_row(params![mailbox, victims - 1], |row| row.get(0))?;
    collapse(connection, mailbox, last, now)
}

/// Collapses what is older than `oldest`; gives the mailboxes' names.
pub(super) fn collapse_old(
    connection: &Connection,
    oldest: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached(
        "SELECT mailbox, name, max(id) FROM signals JOIN mailboxes ON mailboxes.number = mailbox
         WHERE received_at < ? GROUP BY mailbox",
    )?;
    let found =
        select.query_map([oldest.as_millisecond()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(i64, String, i64)> = found.collect::<Result<_, _>>()?;
    for (mailbox, _, last) in &found {
        collapse(connection, *mailbox, *last, now)?;
    }
    Ok(found.into_iter().map(|(_, name, _)| name).collect())
}

/// Puts one signal into the place of all up to `last`. A reader that is past it has had them all.
fn collapse(connection: &Connection, mailbox: i64, last: i64, now: Timestamp) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM signals WHERE mailbox = ? AND id <= ?")?;
    delete.execute(params![mailbox, last])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO signals (id, mailbox, record, received_at, body) VALUES (?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        last,
        mailbox,
        key_of(&COLLAPSED).bytes(),
        now.as_millisecond(),
        text(COLLAPSED, now)?
    ])?;
    Ok(())
}

/// Removes the mailboxes that nobody has read since; gives their names.
pub(super) fn remove_unread(connection: &Connection, since: Timestamp) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached("SELECT name FROM mailboxes WHERE read_at < ?")?;
    let names: Vec<String> =
        select.query_map([since.as_millisecond()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for name in &names {
        schema::remove(connection, name)?;
    }
    Ok(names)
}

/// Leaves out so many numbers that none is given twice, and tells every mailbox.
pub(super) fn restored(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let next = schema::newest(connection)?.saturating_add(LEFT_OUT);
    let kind = Kind::CatchUp { reason: CatchUpReason::Restored, source: None };
    let record = key_of(&kind);
    let body = text(kind, now)?;
    let mailboxes = "SELECT ?, number, ?, ?, ? FROM mailboxes ORDER BY number";
    // The first row is numbered by hand, and AUTOINCREMENT goes on from there.
    let first = format!(
        "INSERT OR REPLACE INTO signals (id, mailbox, record, received_at, body) {mailboxes} LIMIT 1"
    );
    connection.execute(&first, params![next, record.bytes(), now.as_millisecond(), body])?;
    let rest = format!(
        "INSERT OR REPLACE INTO signals (id, mailbox, record, received_at, body) {mailboxes} LIMIT -1 OFFSET 1"
    );
    let none: Option<i64> = None;
    connection.execute(&rest, params![none, record.bytes(), now.as_millisecond(), body])?;
    Ok(())
}

fn text(kind: Kind, now: Timestamp) -> rusqlite::Result<String> {
    Stored::text(now, kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
