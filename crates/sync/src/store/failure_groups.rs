//! Failures in groups of one cause, counted and paged by the database: there may be a hundred thousand of them. Those that are left alone have
//! groups of their own.
//!
//! Records of one flow have one cause when their failures have one code and, where they wait, wait for records of one flow.

use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::failures::{self, Failure};
use super::{StoreError, Tx, columns};
use crate::flow::Flow;

/// What the failures of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupKey {
    /// The flow.
    pub flow: Flow,
    /// The failure's code.
    pub code: String,
    /// The flow for whose records they wait; their own where they wait for something else, and none where they failed.
    pub waits_for: Option<Flow>,
}

/// A group of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub key: GroupKey,
    /// How many they are.
    pub count: u64,
    /// Since when the oldest is known.
    pub first_at: Timestamp,
    /// When the first of them is tried again by itself, if any is.
    pub retry_at: Option<Timestamp>,
    /// The one that was found last.
    pub newest: Failure,
}

/// Which failures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// Those that need something.
    Open,
    /// Those that a person has said are left alone.
    LeftAlone,
}

impl Among {
    const fn condition(self) -> &'static str {
        match self {
            Self::Open => "ignored_at IS NULL",
            Self::LeftAlone => "ignored_at IS NOT NULL",
        }
    }

    /// An index holds everything that is asked for here, in this order.
    fn groups(self) -> String {
        format!(
            "SELECT flow, code, waits_flow, count(*), min(problem), max(problem), min(retry_at)
             FROM failure WHERE {} GROUP BY flow, code, waits_flow",
            self.condition()
        )
    }

    /// It holds the failures of a group in the order of their numbers, so that those that are passed over are not read.
    fn of_group(self) -> String {
        format!(
            "WHERE p.flow = ?1 AND p.code = ?2 AND p.waits_flow IS ?3 AND p.{} ORDER BY p.problem LIMIT ?4 OFFSET ?5",
            self.condition()
        )
    }
}

/// All groups of open failures, as [`groups_among`].
///
/// # Errors
/// When the database fails.
pub fn groups(tx: &Tx<'_>) -> Result<Vec<Group>, StoreError> {
    groups_among(tx, Among::Open)
}

/// All groups, in the order of the flows, the largest of a flow first.
///
/// # Errors
/// When the database fails.
pub fn groups_among(tx: &Tx<'_>, among: Among) -> Result<Vec<Group>, StoreError> {
    let mut statement = tx.connection.prepare_cached(&among.groups())?;
    let mut rows = statement.query([])?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        groups.extend(read(tx, row)?);
    }
    groups.sort_by(|one: &Group, other| {
        (one.key.flow, other.count, &one.key).cmp(&(other.key.flow, one.count, &other.key))
    });
    Ok(groups)
}

fn read(tx: &Tx<'_>, row: &Row<'_>) -> Result<Option<Group>, StoreError> {
    let key = GroupKey {
        flow: columns::flow(row)?,
        code: row.get("code")?,
        waits_for: columns::optional(row, "waits_flow")?,
    };
    let retry_at: Option<i64> = row.get(6)?;
    // Numbers are given in the order in which problems are found.
    let (oldest, newest) = (failures::get(tx, row.get(4)?)?, failures::get(tx, row.get(5)?)?);
    let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(None) };
    Ok(Some(Group {
        key,
        count: columns::count(row.get(3)?),
        first_at: oldest.first_at,
        retry_at: retry_at.map(columns::time).transpose()?,
        newest,
    }))
}

/// How many failures a group has.
///
/// # Errors
/// When the database fails.
pub fn count(tx: &Tx<'_>, among: Among, group: &GroupKey) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM failure WHERE flow = ?1 AND code = ?2 AND waits_flow IS ?3 AND {}",
        among.condition()
    );
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let values = (group.flow.name(), &group.code, group.waits_for.map(Flow::name));
    Ok(columns::count(statement.query_row(values, |row| row.get(0))?))
}

/// At most `limit` failures of a group behind the first `offset`, oldest first.
///
/// # Errors
/// When the database fails.
pub fn page(
    tx: &Tx<'_>,
    among: Among,
    group: &GroupKey,
    offset: u64,
    limit: usize,
) -> Result<Vec<Failure>, StoreError> {
    failures::select(
        tx,
        &among.of_group(),
        (
            group.flow.name(),
            &group.code,
            group.waits_for.map(Flow::name),
            columns::limit(limit),
            columns::offset(offset),
        ),
    )
}

#[cfg(test)]
mod tests;
