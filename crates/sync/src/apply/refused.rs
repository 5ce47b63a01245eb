//! What can still be written of a row that Zoho refused. One bad phone number must never cost the whole record.

use exact_json::Value;
use zoho_crm::{RowError, ZohoId};

use super::Task;
use crate::flow::Flow;
use crate::map::{self, NegativeStyle, Warning};
use crate::org_schema::CustomField;
use crate::session::Session;

/// How often one batch is sent at most, the first time included. Each time the refused rows lose one field or change their style: more
/// often than a record has fields that it can do without.
pub(crate) const ROUNDS: usize = 24;

/// The record that holds our own key, when that is why the row was refused.
pub(crate) fn holder_of_our_key(session: &Session<'_>, flow: Flow, error: &RowError) -> Option<ZohoId> {
    let ours = session.org.our_field(flow, CustomField::Number);
    let about_ours = error.api_name.is_none() || error.api_name.as_deref() == ours;
    if error.code == "DUPLICATE_DATA" && about_ours { error.duplicate_id.clone() } else { None }
}

/// Changes the task so that it can be tried again; `false` where nothing can be left out.
pub(crate) fn otherwise(session: &Session<'_>, flow: Flow, task: &mut Task, error: &RowError) -> bool {
    if flow.is_document() && lines_otherwise(session, task, error) {
        return true;
    }
    let refusable = matches!(error.code.as_str(), "INVALID_DATA" | "DUPLICATE_DATA" | "NOT_ALLOWED");
    let Some(name) = error.api_name.clone().filter(|_| refusable) else {
        return false;
    };
    if !map::is_optional(flow, &session.org, &name) || task.row.get(&name).is_none_or(Value::is_null) {
        return false;
    }
    let value = task.row.remove(&name).unwrap_or_default();
    let Some(mapped) = &mut task.mapped else {
        return false;
    };
    mapped.fields.remove(&name);
    mapped.on_create.remove(&name);
    let shown = value.as_text().map_or_else(|| value.to_json(), ToOwned::to_owned);
    mapped.warnings.push(Warning {
        field: name.clone(),
        code: "left_out".to_owned(),
        text: format!("{name} was left out: Zoho refused \"{shown}\" ({})", error.code),
    });
    // A field that was written before and is refused now must not keep a stale value.
    if task.link.as_ref().is_some_and(|link| link.sent.get(&name).is_some_and(|old| !old.is_null())) {
        task.row.insert(name, Value::Null);
    }
    true
}

/// Changes the lines of the task's document so that they can be tried again; `false` where they cannot be written in another way.
pub(crate) fn lines_otherwise(session: &Session<'_>, task: &mut Task, error: &RowError) -> bool {
    next_negative_style(session, task, error) || fewer_rows(session, task, error)
}

/// Whether Zoho takes a negative Quantity, or at least a negative List_Price, is unverified (facts, §11): each refusal moves to the next style.
fn next_negative_style(session: &Session<'_>, task: &mut Task, error: &RowError) -> bool {
    let path = error.json_path.as_deref().unwrap_or_default();
    let name = error.api_name.as_deref().unwrap_or_default();
    let subform = task.source.flow.rows().map_or("", |module| module.api_name());
    let about_lines = (!subform.is_empty() && path.contains(subform))
        || matches!(name, "Quantity" | "List_Price" | "Discount");
    let Some(mapped) = &task.mapped else { return false };
    if !about_lines || error.code != "INVALID_DATA" || !mapped.has_negative_lines() {
        return false;
    }
    let next = match mapped.negative_style {
        NegativeStyle::NegativeQuantity => NegativeStyle::NegativePrice,
        NegativeStyle::NegativePrice => NegativeStyle::ZeroRow,
        NegativeStyle::ZeroRow => return false,
    };
    let most_rows = session.policy().map.most_rows;
    write_otherwise(session, task, next, most_rows)
}

/// Zoho states no limit for the rows of a document: what it takes is learnt from its refusal, and the surplus is folded into one row.
fn fewer_rows(session: &Session<'_>, task: &mut Task, error: &RowError) -> bool {
    let Some(subform) = task.source.flow.rows().map(zoho_crm::Module::api_name) else { return false };
    let about_rows = error.api_name.as_deref() == Some(subform)
        || error.json_path.as_deref().is_some_and(|path| path.ends_with(subform));
    let (Some(mapped), Some(most)) = (&task.mapped, error.maximum_length) else { return false };
    let most = most as usize;
    if error.code != "LIMIT_EXCEEDED" || !about_rows || most == 0 || mapped.lines.len() <= most {
        return false;
    }
    let style = mapped.negative_style;
    write_otherwise(session, task, style, Some(most))
}

fn write_otherwise(
    session: &Session<'_>,
    task: &mut Task,
    style: NegativeStyle,
    most_rows: Option<usize>,
) -> bool {
    let mapped = super::decide::map_otherwise(session, &task.source, style, most_rows);
    let Some(map::Mapped::Record(record)) = mapped else { return false };
    for (key, value) in record.fields.iter().chain(&record.on_create) {
        if task.row.contains_key(key) {
            task.row.insert(key.clone(), value.clone());
        }
    }
    task.mapped = Some(record);
    true
}
