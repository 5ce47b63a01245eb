//! Problems that people can solve, by cause.

use serde::{Deserialize, Serialize};

use super::state::FlowName;

/// Everything that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problems {
    /// By cause, the gravest and biggest first.
    pub groups: Vec<ProblemGroup>,
    /// Problems that somebody decided to leave alone, by cause.
    pub ignored: Vec<ProblemGroup>,
}

/// What a group is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Records that could not be written.
    Failed,
    /// Records that wait for something.
    Waiting,
    /// A whole flow stands still.
    Flow,
    /// The last comparison found differences.
    Comparison,
    /// The last run could not do its work.
    Run,
}

/// Problems with one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemGroup {
    /// Names the group, for routes and for [`ProblemQuery`].
    pub cause: String,
    /// What it is about.
    pub kind: GroupKind,
    /// The flow.
    pub flow: Option<FlowName>,
    /// In one line: "12 invoices wait for an item that is not in Zoho yet".
    pub title: String,
    /// What happened and why, in words.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// `data`, `reference`, `permission`, `limit`, `outage`, `conflict` or `bug`; blank for whole flows.
    pub class: String,
    /// Stable; for the support.
    pub code: String,
    /// How many records.
    pub count: u64,
    /// Since when; RFC 3339.
    pub since: String,
    /// When the first of them is tried again by itself; RFC 3339.
    pub next_try: Option<String>,
    /// Whether Retry makes sense.
    pub can_retry: bool,
    /// Whether its records can be left alone.
    pub can_ignore: bool,
}

/// A part of a group's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemQuery {
    /// The group.
    pub cause: String,
    /// Whether those that were left alone are meant.
    pub ignored: bool,
    /// Records before it.
    pub offset: u64,
    /// At most so many; up to 500.
    pub limit: u32,
}

/// Records of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemPage {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub records: Vec<ProblemRecord>,
}

/// One record with a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemRecord {
    /// The problem's number.
    #[cfg_attr(test, ts(type = "number"))]
    pub id: i64,
    /// The flow.
    pub flow: FlowName,
    /// The record's number.
    pub number: String,
    /// Its identity in Business Central.
    pub bc_id: String,
    /// What happened to this record.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// Stable.
    pub code: String,
    /// Whether it waits and is itself all right.
    pub held: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when; RFC 3339.
    pub since: String,
    /// When it is tried again by itself; RFC 3339.
    pub next_try: Option<String>,
    /// Who decided to leave it alone.
    pub ignored_by: Option<String>,
    /// Whether it can be opened in Business Central.
    pub opens_in_business_central: bool,
    /// Whether there is a record in Zoho that can be opened.
    pub opens_in_zoho: bool,
}

/// What is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Retry {
    /// These problems.
    Problems {
        /// Their numbers.
        #[cfg_attr(test, ts(type = "Array<number>"))]
        ids: Vec<i64>,
    },
    /// Everything with this cause.
    Cause {
        /// The group.
        cause: String,
    },
    /// Everything.
    All,
}

/// Problems by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemIds {
    /// Their numbers.
    #[cfg_attr(test, ts(type = "Array<number>"))]
    pub ids: Vec<i64>,
}

/// A record in one of both systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OpenRecord {
    /// The flow.
    pub flow: FlowName,
    /// Its identity in Business Central.
    pub bc_id: String,
    /// Where.
    pub system: System,
}

/// One of both systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Business Central.
    BusinessCentral,
    /// Zoho CRM.
    Zoho,
}
