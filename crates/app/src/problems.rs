//! What needs attention, grouped by cause, and what a person decides about it.
//!
//! Groups are counted and paged by the database. A group is named by a text that stays the same while it has the same cause, so that a
//! notification and an address in the window can lead to it.

mod detail;
mod group_id;

use jiff::Timestamp;
use serde::Serialize;
use sync::engine::Replay;
use sync::flow::Flow;
use sync::match_review::decide::By;
use sync::reconcile::Compared;
use sync::store::failure_groups::{self, Among, Group, GroupKey};
use sync::store::failures::{self, FlowProblem};
use sync::store::ignored::{self, Change};
use sync::store::{Store, StoreError, Tx, comparisons};

pub use self::detail::{ProblemDetail, Waits, one};
use self::group_id::{GroupId, key_of_records, no_group};
use crate::AppError;
use crate::alerts::{Cause, StandingFlow};
use crate::status::{COMPARISON_CURE, Problem, in_words};

/// What a group is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// Records that failed or wait.
    Records,
    /// A whole flow that stands still.
    Flow,
    /// A comparison that found differences.
    Comparison,
}

/// Problems of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemGroup {
    /// Names the group: `records:invoices:waits_for_record:items`, `flow:invoices:mass_deletion`, `comparison`.
    pub id: String,
    /// What it is about.
    pub kind: GroupKind,
    /// The flow; none for a comparison.
    pub flow: Option<Flow>,
    /// Stable; programs may match on it.
    pub code: String,
    /// The flow for whose records they wait.
    pub waits_for: Option<Flow>,
    /// In one line: "12 invoices wait for a product".
    pub title: String,
    /// What kind of failure; for records only.
    pub class: Option<String>,
    /// What happened; of records, to the one that was found last.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// How many records, or differences of a comparison. Of a flow that stands still: the records that are known to wait for it.
    pub count: u64,
    /// Whether the records wait and are themselves all right.
    pub held: bool,
    /// Since when.
    pub first_seen: Timestamp,
    /// When the first of them is tried again by itself, where time may cure it.
    pub next_try: Option<Timestamp>,
    /// Whether another try can change something.
    pub can_retry: bool,
    /// Whether its records can be left alone.
    pub can_ignore: bool,
}

/// Everything that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Whole flows first, then what failed, the largest group first, then the comparison, then what waits.
    pub groups: Vec<ProblemGroup>,
    /// How many records have an open problem.
    pub open: u64,
    /// How many records are left alone.
    pub ignored: u64,
}

/// A part of a group's records.
#[derive(Clone, Debug, Serialize)]
pub struct RecordPage {
    /// How many there are.
    pub total: u64,
    /// Those of the page, the oldest problem first.
    pub records: Vec<Problem>,
}

/// What a decision changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The problems for which it holds now.
    pub changed: Vec<i64>,
    /// Those for which it held already.
    pub already: Vec<i64>,
}

/// Everything that needs attention.
///
/// # Errors
/// When the database cannot be read.
pub fn overview(store: &Store) -> Result<Overview, StoreError> {
    store.read(|tx| {
        let records = failure_groups::groups(tx)?;
        let open = records.iter().map(|group| group.count).sum();
        let flows = failures::flow_problems(tx, None)?;
        let (behind, records): (Vec<Group>, Vec<Group>) =
            records.into_iter().partition(|group| flows.iter().any(|flow| covers(flow, &group.key)));
        let mut groups: Vec<ProblemGroup> = flows.into_iter().map(|flow| standing(flow, &behind)).collect();
        let mut records: Vec<ProblemGroup> =
            records.into_iter().map(|group| of_records(group, Among::Open)).collect();
        records.sort_by_key(|group| std::cmp::Reverse(group.count));
        let (waiting, failed): (Vec<_>, Vec<_>) = records.into_iter().partition(|group| group.held);
        groups.extend(failed);
        groups.extend(comparisons::last(tx)?.and_then(differing));
        groups.extend(waiting);
        Ok(Overview { groups, open, ignored: ignored::count(tx, None)? })
    })
}

/// What is left alone, by cause.
///
/// # Errors
/// When the database cannot be read.
pub fn ignored_groups(store: &Store) -> Result<Vec<ProblemGroup>, StoreError> {
    let groups = store.read(|tx| failure_groups::groups_among(tx, Among::LeftAlone))?;
    Ok(groups.into_iter().map(|group| of_records(group, Among::LeftAlone)).collect())
}

/// At most `limit` records of a group behind the first `offset`. A comparison has none.
///
/// # Errors
/// When the text names no group, or the database cannot be read.
pub fn records(store: &Store, group: &str, offset: u64, limit: usize) -> Result<RecordPage, AppError> {
    page(store, Among::Open, group, offset, limit)
}

/// The same for records of that cause that are left alone.
///
/// # Errors
/// As [`records`].
pub fn ignored_records(
    store: &Store,
    group: &str,
    offset: u64,
    limit: usize,
) -> Result<RecordPage, AppError> {
    page(store, Among::LeftAlone, group, offset, limit)
}

/// At most `limit` records that are left alone, whatever the cause, behind the first `offset`.
///
/// # Errors
/// When the database cannot be read.
pub fn ignored(store: &Store, offset: u64, limit: usize) -> Result<RecordPage, StoreError> {
    store.read(|tx| {
        let found = ignored::page(tx, None, offset, limit)?;
        Ok(RecordPage {
            total: ignored::count(tx, None)?,
            records: found.into_iter().map(in_words).collect(),
        })
    })
}

/// Leaves the records of these problems alone.
///
/// # Errors
/// When one of them is not there, and then nothing is changed; or when the database fails.
pub fn ignore(store: &Store, ids: &[i64], by: By<'_>) -> Result<Decided, AppError> {
    decide(store, ids, |tx, id| ignored::ignore(tx, id, by.who, by.at))
}

/// Takes that back.
///
/// # Errors
/// As [`ignore`].
pub fn unignore(store: &Store, ids: &[i64], by: By<'_>) -> Result<Decided, AppError> {
    decide(store, ids, |tx, id| ignored::take_back(tx, id, by.who, by.at))
}

/// Leaves all records of a group alone; returns how many they were.
///
/// # Errors
/// When the text names no group of records, or the database fails.
pub fn ignore_group(store: &Store, group: &str, by: By<'_>) -> Result<u64, AppError> {
    let key = key_of_records(group)?;
    Ok(store.write(|tx| ignored::ignore_group(tx, &key, by.who, by.at))?)
}

/// What tries all records of a group again.
///
/// # Errors
/// When the text names no group of records.
pub fn replay_of(group: &str) -> Result<Replay, AppError> {
    Ok(Replay::Group(key_of_records(group)?))
}

fn page(store: &Store, among: Among, group: &str, offset: u64, limit: usize) -> Result<RecordPage, AppError> {
    let key = match group.parse().map_err(no_group)? {
        GroupId::Records(key) => key,
        // Records that wait for the flow to go on wait for the flow's own sake.
        GroupId::Flow { flow, code } => GroupKey { flow, code, waits_for: Some(flow) },
        GroupId::Comparison => return Ok(RecordPage { total: 0, records: Vec::new() }),
    };
    Ok(store.read(|tx| {
        let found = failure_groups::page(tx, among, &key, offset, limit)?;
        Ok(RecordPage {
            total: failure_groups::count(tx, among, &key)?,
            records: found.into_iter().map(in_words).collect(),
        })
    })?)
}

fn decide(
    store: &Store,
    ids: &[i64],
    mut change: impl FnMut(&Tx<'_>, i64) -> Result<Change, StoreError>,
) -> Result<Decided, AppError> {
    // One unknown number undoes the rest: who names several means all of them.
    let mut unknown = None;
    let decided = store.write(|tx| {
        let missing = |id: &&i64| failures::get(tx, **id).map(|found| found.is_none());
        for id in ids {
            if missing(&id)? {
                unknown = Some(*id);
                return Ok(Decided::default());
            }
        }
        let mut decided = Decided::default();
        for id in ids {
            match change(tx, *id)? {
                Change::Done => decided.changed.push(*id),
                Change::Already => decided.already.push(*id),
                Change::Unknown => {}
            }
        }
        Ok(decided)
    })?;
    match unknown {
        Some(id) => Err(no_problem(id)),
        None => Ok(decided),
    }
}

/// There is no such problem.
#[must_use]
pub fn no_problem(id: i64) -> AppError {
    AppError::usage(
        format!("there is no problem {id}"),
        "It may have closed itself by a later success; `ledgerline problems` lists the open ones.",
    )
}

fn of_records(group: Group, among: Among) -> ProblemGroup {
    let Group { key, count, first_at, retry_at, newest } = group;
    let cause = Cause {
        flow: key.flow,
        code: key.code,
        waits_for: key.waits_for,
        class: newest.class,
        count,
        held: newest.held,
        since: first_at,
        message: newest.message,
        cure: newest.cure,
    };
    let open = among == Among::Open;
    ProblemGroup {
        id: cause.key(),
        kind: GroupKind::Records,
        flow: Some(cause.flow),
        title: cause.title(),
        class: Some(cause.class.name().to_owned()),
        count,
        held: cause.held,
        first_seen: first_at,
        next_try: retry_at.filter(|_| open),
        // What waits is looked at in every run, and goes on by itself as soon as it can.
        can_retry: open && !cause.held,
        can_ignore: open,
        code: cause.code,
        waits_for: cause.waits_for,
        message: cause.message,
        cure: cause.cure,
    }
}

/// Whether the records stand still with the flow, and are not to be told beside it.
fn covers(flow: &FlowProblem, key: &GroupKey) -> bool {
    flow.flow == key.flow && flow.code == key.code && key.waits_for == Some(key.flow)
}

fn standing(flow: FlowProblem, behind: &[Group]) -> ProblemGroup {
    let count = behind.iter().filter(|group| covers(&flow, &group.key)).map(|group| group.count).sum();
    let standing = StandingFlow {
        flow: flow.flow,
        code: flow.code,
        message: flow.message,
        cure: flow.cure,
        since: flow.at,
    };
    ProblemGroup {
        id: standing.key(),
        kind: GroupKind::Flow,
        flow: Some(standing.flow),
        title: standing.title(),
        waits_for: None,
        class: None,
        count,
        held: true,
        first_seen: standing.since,
        next_try: None,
        can_retry: false,
        can_ignore: false,
        code: standing.code,
        message: standing.message,
        cure: standing.cure,
    }
}

fn differing(last: Compared) -> Option<ProblemGroup> {
    let count = last.differences().saturating_sub(last.ignored);
    last.needs_attention().then(|| ProblemGroup {
        id: GroupId::Comparison.to_string(),
        kind: GroupKind::Comparison,
        flow: None,
        code: "comparison_differs".to_owned(),
        waits_for: None,
        title: "The systems do not agree".to_owned(),
        class: None,
        message: last.sentence,
        cure: COMPARISON_CURE.to_owned(),
        count,
        held: false,
        first_seen: last.at,
        next_try: None,
        can_retry: false,
        can_ignore: false,
    })
}

#[cfg(test)]
mod tests;
