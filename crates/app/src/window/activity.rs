//! The audit trail, and one record's whole history.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ActivityFilter {
    /// A record's number, or words of what happened; blank for all.
    pub text: String,
    /// Only this flow.
    pub flow: Option<FlowName>,
    /// Only these kinds (`observed`, `written`, `adopted`, `failed`, `held`, `skipped`, `decision`, `verified`, `deleted`, `run`, `setup`); none for all.
    pub kinds: Vec<String>,
    /// From this day on, local time; `2026-11-01`.
    pub from: Option<String>,
    /// Up to this day and with it.
    pub until: Option<String>,
}

/// A part of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ActivityQuery {
    /// What is looked for.
    pub filter: ActivityFilter,
    /// Entries before it, from the newest.
    pub offset: u64,
    /// At most so many; up to 500.
    pub limit: u32,
}

/// Entries, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ActivityPage {
    /// How many entries there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Entry {
    /// Its place in the trail.
    #[cfg_attr(test, ts(type = "number"))]
    pub seq: i64,
    /// When; RFC 3339.
    pub at: String,
    /// What kind.
    pub kind: String,
    /// The flow.
    pub flow: Option<FlowName>,
    /// The record's identity in Business Central.
    pub bc_id: Option<String>,
    /// The record's number then.
    pub number: Option<String>,
    /// What happened, in words.
    pub summary: String,
    /// The record in Zoho.
    pub zoho_id: Option<String>,
    /// Whether there are values to look at in the record's history.
    pub has_values: bool,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordRef {
    /// The flow.
    pub flow: FlowName,
    /// Its identity in Business Central.
    pub bc_id: String,
}

/// Everything that is known about one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct History {
    /// The flow.
    pub flow: FlowName,
    /// Its identity in Business Central.
    pub bc_id: String,
    /// Its number now.
    pub number: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The record in Zoho, if there is one.
    pub zoho_id: Option<String>,
    /// Whether it can be opened in Business Central.
    pub opens_in_business_central: bool,
    /// Whether it can be opened in Zoho.
    pub opens_in_zoho: bool,
    /// The open problem, if there is one.
    pub problem: Option<super::problems::ProblemRecord>,
    /// What happened, newest first; at most 500.
    pub entries: Vec<HistoryEntry>,
    /// Whether there is more.
    pub truncated: bool,
}

/// One entry of a record's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// The entry.
    pub entry: Entry,
    /// What changed, field by field.
    pub changes: Vec<Change>,
}

/// One field, before and after, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Change {
    /// The field.
    pub field: String,
    /// Absent where it is not known, or the record is new.
    pub before: Option<String>,
    /// Absent where it was emptied.
    pub after: Option<String>,
}
