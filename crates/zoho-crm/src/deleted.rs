//! The records that were deleted in Zoho.

use jiff::Timestamp;
use serde::Deserialize;

use crate::call::Call;
use crate::records::{Info, more};
use crate::{Module, ZohoId, coql};

/// One page of deleted records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedPage {
    /// The records, latest deletion first.
    pub rows: Vec<DeletedRecord>,
    /// Whether there is another page.
    pub more: bool,
}

/// One deleted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedRecord {
    /// The record.
    pub id: ZohoId,
    /// Where it went.
    pub kind: Deletion,
    /// When.
    pub deleted_time: Option<Timestamp>,
    /// What it was called; gone with a permanent deletion.
    pub display_name: Option<String>,
    /// The user's name; gone with a permanent deletion.
    pub deleted_by: Option<String>,
}

/// How deep a record was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It lies in the recycle bin and can be restored.
    Recycled,
    /// It is gone.
    Permanent,
    /// Something else.
    Other(String),
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    data: Vec<Row>,
    #[serde(default)]
    info: Option<Info>,
}

#[derive(Deserialize)]
struct Row {
    id: ZohoId,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    deleted_time: Option<Timestamp>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    deleted_by: Option<Person>,
}

#[derive(Deserialize)]
struct Person {
    #[serde(default)]
    name: Option<String>,
}

pub(crate) fn call(module: Module, since: Option<Timestamp>, page: u32) -> Call {
    let call = Call::get([module.api_name(), "deleted"])
        .query("type", "all")
        .query("page", page.max(1).to_string())
        .query("per_page", "200");
    match since {
        Some(since) => call.header("If-Modified-Since", coql::iso(since)),
        None => call,
    }
}

impl From<Answer> for DeletedPage {
    fn from(answer: Answer) -> Self {
        let rows = answer.data.into_iter().map(|row| DeletedRecord {
            id: row.id,
            kind: match row.kind.as_str() {
                "recycle" => Deletion::Recycled,
                "permanent" => Deletion::Permanent,
                _ => Deletion::Other(row.kind),
            },
            deleted_time: row.deleted_time,
            display_name: row.display_name,
            deleted_by: row.deleted_by.and_then(|person| person.name),
        });
        Self { rows: rows.collect(), more: more(answer.info) }
    }
}
