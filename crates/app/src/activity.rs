//! The audit trail for people: a list that can be filtered, one record's whole history, and a table for spreadsheets.

use std::io::{self, Write};
use std::path::Path;

use business_central::BcId;
use exact_json::{Map, Value};
use jiff::Timestamp;
use serde::Serialize;
use sync::csv;
use sync::flow::Flow;
use sync::map::field_order;
use sync::store::audit::search::{self, Search};
use sync::store::audit::{self, AuditKind, Entry};
use sync::store::{Store, StoreError, Tx, failures, links, sources, warnings};

pub use sync::store::audit::search::Filter;

use crate::AppError;

/// How many entries an export reads at a time.
const AT_ONCE: usize = 500;

/// The columns of an export.
const COLUMNS: [&str; 11] =
    ["seq", "at", "run", "flow", "id", "number", "kind", "summary", "before", "after", "zoho_id"];

/// A part of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// How many entries fit.
    pub total: u64,
    /// Up to which place the trail was looked through; see [`Filter::up_to`].
    pub up_to: i64,
    /// Those of the page, newest first.
    pub entries: Vec<ActivityEntry>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActivityEntry {
    /// Its place in the trail.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: Option<String>,
    /// About which flow.
    pub flow: Option<Flow>,
    /// About which record: its identity in Business Central.
    pub bc_id: Option<String>,
    /// The record's number then.
    pub number: Option<String>,
    /// What kind.
    pub kind: AuditKind,
    /// What happened, in words.
    pub summary: String,
    /// The record in Zoho.
    pub zoho_id: Option<String>,
    /// What changed, in the order of the mapping.
    pub fields: Vec<FieldChange>,
}

/// One field, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its name in the API of the system that the entry is about.
    pub field: String,
    /// As text, a number digit by digit; absent where it was empty, or the record is new.
    pub before: Option<String>,
    /// Absent where it was emptied.
    pub after: Option<String>,
}

/// Everything that is known of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordHistory {
    /// The flow.
    pub flow: Flow,
    /// Its identity in Business Central.
    pub bc_id: String,
    /// Its number now.
    pub number: String,
    /// Numbers that it had before, the last one first.
    pub former_numbers: Vec<String>,
    /// The record in Zoho, if there is one.
    pub zoho_id: Option<String>,
    /// Its problem, open or left alone, if it has one.
    pub problem: Option<i64>,
    /// What was cut or left out of its copy.
    pub warnings: Vec<String>,
    /// What happened, newest first.
    pub entries: Vec<ActivityEntry>,
}

/// At most `limit` entries that fit, newest first, behind the `offset` newest. Who shows a long list keeps a [`Search`] and asks it instead:
/// then only the first page looks through the trail.
///
/// # Errors
/// When the database cannot be read.
pub fn page(store: &Store, filter: &Filter, offset: u64, limit: usize) -> Result<Page, StoreError> {
    let found = store.read(|tx| search::page(tx, filter, offset, limit))?;
    Ok(Page {
        total: found.total,
        up_to: found.up_to,
        entries: found.entries.into_iter().map(shown).collect(),
    })
}

/// The same from a search that was made before, with what was appended since.
///
/// # Errors
/// When the database cannot be read.
pub fn page_of(store: &Store, search: &mut Search, offset: u64, limit: usize) -> Result<Page, StoreError> {
    store.read(|tx| {
        search.go_on(tx)?;
        let entries = search.page(tx, offset, limit)?.into_iter().map(shown).collect();
        Ok(Page { total: search.total(), up_to: search.up_to(), entries })
    })
}

/// The history of the record with that identity or number; `None` where nothing is known of it.
///
/// # Errors
/// When the database cannot be read.
pub fn record(store: &Store, flow: Flow, record: &str) -> Result<Option<RecordHistory>, StoreError> {
    store.read(|tx| {
        let Some(id) = identity(tx, flow, record)? else { return Ok(None) };
        let source = sources::get(tx, flow, id)?;
        let mut entries = audit::of_record(tx, flow, &id.to_string())?;
        entries.reverse();
        if source.is_none() && entries.is_empty() {
            return Ok(None);
        }
        let mut numbers: Vec<String> = source.map(|source| source.number).into_iter().collect();
        for number in entries.iter().filter_map(|entry| entry.number.as_ref()) {
            if !numbers.contains(number) {
                numbers.push(number.clone());
            }
        }
        let mut numbers = numbers.into_iter();
        Ok(Some(RecordHistory {
            flow,
            bc_id: id.to_string(),
            number: numbers.next().unwrap_or_default(),
            former_numbers: numbers.collect(),
            zoho_id: links::zoho_id(tx, flow, id)?.map(|id| id.to_string()),
            problem: failures::of_record(tx, flow, id)?.map(|failure| failure.problem),
            warnings: warnings::of_record(tx, flow, id)?.into_iter().map(|warning| warning.text).collect(),
            entries: entries.into_iter().map(shown).collect(),
        }))
    })
}

/// Which record is meant. By a number is meant who has it now, or else who had it last.
fn identity(tx: &Tx<'_>, flow: Flow, record: &str) -> Result<Option<BcId>, StoreError> {
    if let Ok(id) = record.parse() {
        return Ok(Some(id));
    }
    let holders = sources::by_number(tx, flow, record)?;
    let live = holders.iter().find(|source| source.gone.is_none()).or(holders.first());
    if let Some(holder) = live {
        return Ok(Some(holder.id));
    }
    let had_it = |entry: &Entry| {
        entry.number.as_ref().is_some_and(|number| number.to_lowercase() == record.to_lowercase())
    };
    Ok(audit::of_record(tx, flow, record)?.into_iter().rev().find(had_it).and_then(|entry| entry.id))
}

/// Writes all entries that fit as a table for spreadsheets, oldest first, and returns how many they are.
///
/// # Errors
/// When the database cannot be read, or the table not be written.
pub fn export_csv(store: &Store, filter: &Filter, out: &mut dyn Write) -> Result<u64, AppError> {
    let not_written = |error: io::Error| AppError::not_writable(Path::new("the table"), &error);
    let search = store.read(|tx| Search::begin(tx, filter.clone()))?;
    writeln!(out, "{}", csv_header()).map_err(not_written)?;
    let mut written = 0;
    loop {
        let page = store.read(|tx| search.oldest(tx, written, AT_ONCE))?;
        for entry in &page {
            writeln!(out, "{}", csv_row(entry)).map_err(not_written)?;
        }
        written += page.len() as u64;
        if page.len() < AT_ONCE {
            return Ok(written);
        }
    }
}

/// The first row of an export.
#[must_use]
pub fn csv_header() -> String {
    csv::row(&COLUMNS)
}

/// An entry as a row of an export.
#[must_use]
pub fn csv_row(entry: &Entry) -> String {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_json).unwrap_or_default();
    csv::row(&[
        &entry.seq.to_string(),
        &entry.at.to_string(),
        entry.run.as_deref().unwrap_or_default(),
        entry.flow.map(Flow::name).unwrap_or_default(),
        &entry.id.map(|id| id.to_string()).unwrap_or_default(),
        entry.number.as_deref().unwrap_or_default(),
        entry.kind.name(),
        &entry.summary,
        &json(&entry.before),
        &json(&entry.after),
        entry.zoho_id.as_deref().unwrap_or_default(),
    ])
}

/// An entry as it is shown.
#[must_use]
pub fn shown(entry: Entry) -> ActivityEntry {
    let fields = changes(&entry);
    ActivityEntry {
        seq: entry.seq,
        at: entry.at,
        run: entry.run,
        flow: entry.flow,
        bc_id: entry.id.map(|id| id.to_string()),
        number: entry.number,
        kind: entry.kind,
        summary: entry.summary,
        zoho_id: entry.zoho_id,
        fields,
    }
}

fn changes(entry: &Entry) -> Vec<FieldChange> {
    let members = |value: &Option<Value>| match value {
        Some(Value::Object(members)) => members.clone(),
        // Only proofs hold a single value: the total that both sides say.
        Some(value) if !value.is_null() => Map::from([("Grand_Total".to_owned(), value.clone())]),
        Some(_) | None => Map::new(),
    };
    let (before, after) = (members(&entry.before), members(&entry.after));
    let names = before.iter().chain(after.iter()).map(|(name, _)| name.clone());
    let names: std::collections::BTreeSet<String> = names.collect();
    let mut changes: Vec<FieldChange> = names
        .into_iter()
        .map(|field| FieldChange {
            before: before.get(&field).and_then(text),
            after: after.get(&field).and_then(text),
            field,
        })
        .collect();
    if let Some(flow) = entry.flow {
        field_order::sort(flow, &mut changes, |change| &change.field);
    }
    changes
}

/// A value as it is shown.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::List(_) | Value::Object(_) => Some(value.to_json()),
    }
}

#[cfg(test)]
mod tests;
