//! Records that a person has said are left alone, although they failed or wait.
//!
//! That is a mark on the failure, with who gave it and when. While it stands, the record is not tried again by itself and is no open problem; it
//! is counted, and shown when asked for. The mark goes with the failure when the record arrives, when the source says something else
//! ([`failures::look_again`]), and when a later try fails otherwise ([`failures::record`]).

use std::collections::BTreeSet;

use business_central::BcId;
use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::audit::{self, AuditKind, Entry};
use super::failure_groups::{self, Among, GroupKey};
use super::failures::{self, Failure};
use super::{StoreError, Tx, columns, questions};
use crate::flow::Flow;

/// Who said that a record is left alone, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// The person's name.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Ignored {
    pub(super) fn read(row: &Row<'_>) -> Result<Option<Self>, StoreError> {
        let Some(at) = columns::optional_time(row, "ignored_at")? else { return Ok(None) };
        let who: Option<String> = row.get("ignored_by")?;
        Ok(Some(Self { who: who.unwrap_or_default(), at }))
    }
}

/// What a person's word changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is as they said now.
    Done,
    /// It was so already.
    Already,
    /// There is no such problem: it may have closed itself.
    Unknown,
}

/// Leaves the record of a problem alone, and says so in the trail.
///
/// # Errors
/// When the database fails.
pub fn ignore(tx: &Tx<'_>, problem: i64, who: &str, at: Timestamp) -> Result<Change, StoreError> {
    let Some(failure) = failures::get(tx, problem)? else { return Ok(Change::Unknown) };
    if failure.ignored.is_some() {
        return Ok(Change::Already);
    }
    mark(tx, &failure, who, at)?;
    Ok(Change::Done)
}

/// Leaves all records of a group alone, as [`ignore`] does. Returns how many.
///
/// # Errors
/// When the database fails.
pub fn ignore_group(tx: &Tx<'_>, group: &GroupKey, who: &str, at: Timestamp) -> Result<u64, StoreError> {
    const AT_ONCE: usize = 500;
    let mut marked = 0;
    loop {
        // What is marked is no longer in the group: each page is the first one.
        let page = failure_groups::page(tx, Among::Open, group, 0, AT_ONCE)?;
        page.iter().try_for_each(|failure| mark(tx, failure, who, at))?;
        marked += page.len() as u64;
        if page.len() < AT_ONCE {
            return Ok(marked);
        }
    }
}

fn mark(tx: &Tx<'_>, failure: &Failure, who: &str, at: Timestamp) -> Result<(), StoreError> {
    if questions::is_question(&failure.code) {
        return questions::leave(tx, failure, who, at);
    }
    let mut statement = tx.connection.prepare_cached(
        "UPDATE failure SET ignored_by = ?2, ignored_at = ?3, ignored_fingerprint = fingerprint WHERE problem = ?1",
    )?;
    statement.execute((failure.problem, who, columns::micros(at)))?;
    let words = format!("{who} decided: ignored ({}): {}", failure.code, failure.message);
    audit::append(tx, &decision(failure, &words, at))
}

/// Takes that back: the record is an open problem again, and is tried when its time comes. Says so in the trail.
///
/// # Errors
/// When the database fails.
pub fn take_back(tx: &Tx<'_>, problem: i64, who: &str, at: Timestamp) -> Result<Change, StoreError> {
    let Some(failure) = failures::get(tx, problem)? else { return Ok(Change::Unknown) };
    let Some(ignored) = &failure.ignored else { return Ok(Change::Already) };
    let words = format!("{who} decided: no longer ignored (decided by {})", ignored.who);
    unmark(tx, &failure, &words, at)?;
    Ok(Change::Done)
}

/// A person asks for another try of these problems: those that are left alone are so no longer.
pub(crate) fn tried_again(tx: &Tx<'_>, problems: &[i64], at: Timestamp) -> Result<(), StoreError> {
    for problem in problems {
        if let Some(failure) = failures::get(tx, *problem)?.filter(|failure| failure.ignored.is_some()) {
            unmark(tx, &failure, "no longer ignored: another try was asked for", at)?;
        }
    }
    Ok(())
}

fn unmark(tx: &Tx<'_>, failure: &Failure, words: &str, at: Timestamp) -> Result<(), StoreError> {
    let mut statement =
        tx.connection.prepare_cached("UPDATE failure SET ignored_at = NULL WHERE problem = ?1")?;
    statement.execute([failure.problem])?;
    audit::append(tx, &decision(failure, words, at))
}

fn decision(failure: &Failure, summary: &str, at: Timestamp) -> Entry {
    Entry {
        run: None,
        number: Some(failure.number.clone()),
        ..Entry::about("", failure.flow, failure.id, AuditKind::Decision, summary, at)
    }
}

/// How many records are left alone, of one flow or of all.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, flow: Option<Flow>) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT count(*) FROM failure WHERE ignored_at IS NOT NULL AND (?1 IS NULL OR flow = ?1)",
    )?;
    Ok(columns::count(statement.query_row([flow.map(Flow::name)], |row| row.get(0))?))
}

/// All records that are left alone.
///
/// # Errors
/// When the database fails.
pub fn records(tx: &Tx<'_>) -> Result<BTreeSet<(Flow, BcId)>, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("SELECT flow, id FROM failure WHERE ignored_at IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        found.insert((columns::flow(row)?, columns::id(row)?));
    }
    Ok(found)
}

/// At most `limit` of them behind the first `offset`, oldest problem first.
///
/// # Errors
/// When the database fails.
pub fn page(tx: &Tx<'_>, flow: Option<Flow>, offset: u64, limit: usize) -> Result<Vec<Failure>, StoreError> {
    failures::select(
        tx,
        "WHERE p.ignored_at IS NOT NULL AND (?1 IS NULL OR p.flow = ?1) ORDER BY p.problem LIMIT ?2 OFFSET ?3",
        (flow.map(Flow::name), columns::limit(limit), columns::offset(offset)),
    )
}

#[cfg(test)]
mod tests;
