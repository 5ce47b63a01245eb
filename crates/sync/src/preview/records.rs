//! The records that a rehearsed run dealt with, read from the copy's audit trail.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::{Map, Value};
use serde::Serialize;
use zoho_crm::{Rehearsal, ZohoId};

use crate::failure::RunError;
use crate::flow::Flow;
use crate::store::audit::{self, AuditKind, Entry};
use crate::store::{Store, StoreError, Tx, failures, links, sources, warnings};

/// How many entries are read at a time.
const PAGE: usize = 500;

/// What would become of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PlannedAction {
    /// Made in Zoho.
    Create,
    /// Changed in Zoho.
    Update,
    /// Found in Zoho by its key, and changed where it differs.
    Adopt,
    /// Marked as deleted in Business Central.
    Flag,
    /// Deleted in Zoho.
    Delete,
    /// Left alone by rule or policy.
    Skip,
    /// Waiting for something.
    Hold,
    /// Not writable as it is.
    Fail,
}

impl PlannedAction {
    /// The name in exports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Adopt => "adopt",
            Self::Flag => "flag",
            Self::Delete => "delete",
            Self::Skip => "skip",
            Self::Hold => "hold",
            Self::Fail => "fail",
        }
    }
}

/// What would become of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedRecord {
    /// The flow.
    pub flow: Flow,
    /// The record's number.
    pub number: String,
    /// The record's identity in Business Central.
    pub bc_id: BcId,
    /// The record in Zoho, where it is there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoho_id: Option<String>,
    /// What would be done.
    pub action: PlannedAction,
    /// Every field that would be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// What would be cut or left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Why it is left alone, waits or would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reason's stable code, where it waits or would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// One field, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field's name in Zoho's API.
    pub field: String,
    /// What Zoho holds, as far as is known; absent for a new record.
    pub before: Option<Value>,
    /// What it would hold. Where that is another record that would only be made, its id reads "new: customers C10000".
    pub after: Option<Value>,
}

/// Tells every record of the entries behind `after`, once each, in the order in which the run came to them.
pub(super) fn each(
    store: &Store,
    after: i64,
    tell: &mut dyn FnMut(&PlannedRecord) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut last = after;
    loop {
        let planned = store.read(|tx| {
            let page = audit::behind(tx, last, PAGE)?;
            let end = page.last().map(|entry| entry.seq);
            let mut planned = Vec::new();
            for entry in page {
                planned.extend(first_of_record(tx, after, &entry)?);
            }
            Ok((planned, end))
        })?;
        let (planned, Some(end)) = planned else { return Ok(()) };
        last = end;
        for record in &planned {
            tell(record)?;
        }
    }
}

/// The record of an entry, if this is the first entry of the run about it that says what is done.
fn first_of_record(tx: &Tx<'_>, after: i64, entry: &Entry) -> Result<Option<PlannedRecord>, StoreError> {
    let (Some(flow), Some(id)) = (entry.flow, entry.id) else { return Ok(None) };
    if !says_what_is_done(entry.kind) {
        return Ok(None);
    }
    let mut entries = audit::of_record_behind(tx, flow, id, after)?;
    entries.retain(|entry| says_what_is_done(entry.kind));
    if entries.first().is_none_or(|first| first.seq != entry.seq) {
        return Ok(None);
    }
    planned(tx, flow, id, &entries)
}

fn says_what_is_done(kind: AuditKind) -> bool {
    match kind {
        AuditKind::Written
        | AuditKind::Adopted
        | AuditKind::Failed
        | AuditKind::Held
        | AuditKind::Skipped
        | AuditKind::Deleted => true,
        AuditKind::Observed
        | AuditKind::Decision
        | AuditKind::Verified
        | AuditKind::Run
        | AuditKind::Setup => false,
    }
}

/// All of one record's entries as one plan.
fn planned(
    tx: &Tx<'_>,
    flow: Flow,
    id: BcId,
    entries: &[Entry],
) -> Result<Option<PlannedRecord>, StoreError> {
    let failure = failures::of_record(tx, flow, id)?;
    let has = |kind| entries.iter().any(|entry| entry.kind == kind);
    let action = if let Some(failure) = &failure {
        if failure.ignored.is_some() {
            PlannedAction::Skip
        } else if failure.held {
            PlannedAction::Hold
        } else {
            PlannedAction::Fail
        }
    } else if has(AuditKind::Deleted) {
        PlannedAction::Delete
    } else if entries.iter().any(is_creation) {
        PlannedAction::Create
    } else if has(AuditKind::Adopted) {
        PlannedAction::Adopt
    } else if has(AuditKind::Written) {
        let gone = sources::get(tx, flow, id)?.is_some_and(|source| source.gone.is_some());
        if gone { PlannedAction::Flag } else { PlannedAction::Update }
    } else if has(AuditKind::Skipped) {
        PlannedAction::Skip
    } else {
        // It waited for a record of the same run, and needed nothing then.
        return Ok(None);
    };
    let number = entries.iter().rev().find_map(|entry| entry.number.clone()).unwrap_or_default();
    let zoho_id = entries.iter().rev().find_map(|entry| entry.zoho_id.clone());
    let skipped = entries.iter().rev().find(|entry| entry.kind == AuditKind::Skipped);
    let reason = match &failure {
        Some(failure) => Some(failure.message.clone()),
        None if action == PlannedAction::Skip => skipped.map(|entry| entry.summary.clone()),
        None => None,
    };
    let texts = warnings::of_record(tx, flow, id)?.into_iter().map(|warning| warning.text);
    Ok(Some(PlannedRecord {
        flow,
        number,
        bc_id: id,
        zoho_id: zoho_id.filter(|id| !Rehearsal::is_own(id)),
        action,
        fields: fields(tx, entries)?,
        warnings: texts.collect(),
        reason,
        code: failure.as_ref().map(|failure| failure.code.clone()),
        cure: failure.map(|failure| failure.cure),
    }))
}

/// A record that was made had nothing before.
fn is_creation(entry: &Entry) -> bool {
    entry.kind == AuditKind::Written
        && entry.before.as_ref().and_then(Value::as_object).is_some_and(Map::is_empty)
}

/// Every field that was written, from what it held first to what it holds last.
fn fields(tx: &Tx<'_>, entries: &[Entry]) -> Result<Vec<FieldChange>, StoreError> {
    let mut fields: BTreeMap<String, (Option<Value>, Option<Value>)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == AuditKind::Written) {
        let created = is_creation(entry);
        for (name, value) in entry.after.as_ref().and_then(Value::as_object).into_iter().flatten() {
            let held = entry.before.as_ref().and_then(|before| before.get(name)).cloned();
            let held = if created { None } else { held.or(Some(Value::Null)) };
            let (_, last) = fields.entry(name.clone()).or_insert((held, None));
            *last = Some(value.clone());
        }
    }
    let mut changes = Vec::with_capacity(fields.len());
    for (field, (before, after)) in fields {
        let after = after.map(|value| named(tx, value)).transpose()?;
        changes.push(FieldChange { field, before, after });
    }
    Ok(changes)
}

/// Names the records that only the rehearsal has made by what they are.
fn named(tx: &Tx<'_>, value: Value) -> Result<Value, StoreError> {
    Ok(match value {
        Value::Object(map) => {
            let mut named_map = Map::new();
            for (name, value) in map {
                named_map.insert(name, named(tx, value)?);
            }
            Value::Object(named_map)
        }
        Value::List(list) => {
            Value::List(list.into_iter().map(|value| named(tx, value)).collect::<Result<_, _>>()?)
        }
        value => match value.as_text().filter(|text| Rehearsal::is_own(text)) {
            None => value,
            Some(own) => Value::text(name_of(tx, own)?),
        },
    })
}

fn name_of(tx: &Tx<'_>, own: &str) -> Result<String, StoreError> {
    let id = ZohoId::new(own);
    for flow in Flow::ALL {
        if let Some(link) = links::by_zoho_id(tx, flow, &id)? {
            return Ok(format!("new: {} {}", flow.name(), link.number));
        }
    }
    // The placeholders are no one's copies.
    Ok("new: a record of Ledgerline's own".to_owned())
}
