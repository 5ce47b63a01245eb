//! Which records have to be looked at: what they say changed since they were settled, or what they have to agree with did.
//!
//! The index `source_settled` holds the ids of a flow in groups: those that are not settled, and those settled with each
//! fingerprint. Every group but that of today's fingerprint is read in the order of its ids; settled records cost nothing.

use business_central::BcId;
use jiff::Timestamp;

use super::failures::{self, Failure};
use super::links::{self, Link};
use super::sources::{self, SourceRow};
use super::{StoreError, Tx, columns, fingerprints};
use crate::flow::Flow;

/// A record for which something may have to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What Business Central says.
    pub source: SourceRow,
    /// What we know of it in Zoho.
    pub link: Option<Link>,
    /// Why it did not work last time.
    pub failure: Option<Failure>,
}

/// Left out are those that failed in this very state and are to be tried again later, or when a person says so.
/// A record that waits for another one is looked at whenever there is a run: that is cheap, and the other may have come. One that a person
/// has said is left alone is not, whoever started the run, until something about it is new.
const DUE: &str = "SELECT s.*, t.text, l.id IS NOT NULL AS linked, f.problem IS NOT NULL AS failing
    FROM source s CROSS JOIN source_text t ON t.place = s.place
    LEFT JOIN link l ON l.flow = s.flow AND l.id = s.id
    LEFT JOIN failure f ON f.flow = s.flow AND f.id = s.id
    WHERE s.flow = ?1 AND s.settled IS ?2 AND s.id > ?3
      AND (f.problem IS NULL OR f.source_hash <> s.hash OR f.fingerprint IS NOT ?5
           OR (f.ignored_at IS NULL AND (?4 OR f.retry = 'waits' OR (f.retry = 'at' AND f.retry_at <= ?6))))
    ORDER BY s.id LIMIT ?7";

const NEXT_GROUP: &str = "SELECT min(settled) FROM source WHERE flow = ?1 AND settled > ?2";

const GROUP_SIZE: &str = "SELECT count(*) FROM source WHERE flow = ?1 AND settled IS ?2";

const LEFT: &str = "SELECT count(*) FROM source s WHERE s.flow = ?1 AND s.settled IS NULL
    AND NOT EXISTS (SELECT 1 FROM failure f WHERE f.flow = s.flow AND f.id = s.id)";

/// No fingerprint has this place.
const NO_GROUP: i64 = -1;

/// At most `limit` records for which something may have to be done, in the order of their ids, behind `after`.
///
/// A failure for this very state of the record that is to be tried later holds it back, unless `everything_due`; one that is left alone always does.
///
/// # Errors
/// When the database fails.
pub fn candidates(
    tx: &Tx<'_>,
    flow: Flow,
    fingerprint: &str,
    now: Timestamp,
    everything_due: bool,
    after: Option<BcId>,
    limit: usize,
) -> Result<Vec<Candidate>, StoreError> {
    let today = fingerprints::find(tx, fingerprint)?;
    // Every id is in one group, so that the first of all are among the first of each.
    let mut due: Vec<(SourceRow, bool, bool)> = Vec::new();
    for group in groups(tx, flow, today)? {
        let mut statement = tx.connection.prepare_cached(DUE)?;
        let mut rows = statement.query((
            flow.name(),
            group,
            columns::behind(after),
            everything_due,
            today.unwrap_or(NO_GROUP),
            columns::micros(now),
            columns::limit(limit),
        ))?;
        while let Some(row) = rows.next()? {
            due.push((sources::read(row)?, row.get("linked")?, row.get("failing")?));
        }
    }
    due.sort_unstable_by_key(|(source, ..)| source.id);
    due.truncate(limit);
    let mut found = Vec::with_capacity(due.len());
    for (source, linked, failing) in due {
        let link = if linked { links::get(tx, flow, source.id)? } else { None };
        let failure = if failing { failures::of_record(tx, flow, source.id)? } else { None };
        found.push(Candidate { source, link, failure });
    }
    Ok(found)
}

/// How many records may need something, due or not.
///
/// # Errors
/// When the database fails.
pub fn count_candidates(tx: &Tx<'_>, flow: Flow, fingerprint: &str) -> Result<u64, StoreError> {
    let today = fingerprints::find(tx, fingerprint)?;
    let mut count = 0;
    for group in groups(tx, flow, today)? {
        let mut statement = tx.connection.prepare_cached(GROUP_SIZE)?;
        count += columns::count(statement.query_row((flow.name(), group), |row| row.get(0))?);
    }
    Ok(count)
}

/// How many records say something that was not dealt with yet, beside those that failed or wait.
///
/// # Errors
/// When the database fails.
pub fn count_left(tx: &Tx<'_>, flow: Flow) -> Result<u64, StoreError> {
    let mut statement = tx.connection.prepare_cached(LEFT)?;
    Ok(columns::count(statement.query_row([flow.name()], |row| row.get(0))?))
}

/// The unsettled ones, and every fingerprint but today's with which a record of the flow is settled.
fn groups(tx: &Tx<'_>, flow: Flow, today: Option<i64>) -> Result<Vec<Option<i64>>, StoreError> {
    let mut groups = vec![None];
    let mut last = NO_GROUP;
    let mut statement = tx.connection.prepare_cached(NEXT_GROUP)?;
    while let Some(group) = statement.query_row((flow.name(), last), |row| row.get::<_, Option<i64>>(0))? {
        if Some(group) != today {
            groups.push(Some(group));
        }
        last = group;
    }
    Ok(groups)
}

#[cfg(test)]
mod tests;
