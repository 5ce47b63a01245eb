//! Reads back what must agree to the cent: an invoice's lines where they are in doubt, and its total always.

use std::collections::BTreeMap;

use exact_json::{Decimal, Map, Value};
use zoho_crm::{Module, Record, ZohoId, coql};

use super::{Task, Wrote, create, decide, outcome};
use crate::failure::{self, FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::map::{self, Mapped, MappedRecord, NegativeStyle};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::intents::{self, IntentKind};
use crate::store::links::{self, LineState};
use crate::store::{audit, sources};

const ADJUSTMENT: &str = "Adjustment";

/// Proves the tasks' lines and totals, and corrects a total once through Adjustment.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
) -> Result<(), RunError> {
    let mut tasks = tasks;
    let mut with_lines = Vec::with_capacity(tasks.len());
    for mut task in tasks.drain(..) {
        if task.link.as_ref().is_some_and(|link| link.lines == LineState::Unknown)
            && !repair_lines(session, flow, fingerprint, &mut task).await?
        {
            continue;
        }
        with_lines.push(task);
    }
    for chunk in with_lines.chunks(coql::IN_MAX) {
        session.check_stop()?;
        let wrong = compare(session, flow, fingerprint, chunk.to_vec(), true).await?;
        let corrected = correct(session, flow, fingerprint, wrong).await?;
        compare(session, flow, fingerprint, corrected, false).await?;
    }
    Ok(())
}

/// Makes the lines of an adopted or doubtful invoice what they should be, row by row. Returns whether they are.
async fn repair_lines(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &mut Task,
) -> Result<bool, RunError> {
    session.check_stop()?;
    let (Some(link), Some(mapped)) = (task.link.clone(), task.mapped.clone()) else {
        return Ok(false);
    };
    let lines = Module::InvoicedItems.api_name();
    let Some(record) = session.zoho().get(flow.module(), &link.zoho_id).await? else {
        let trouble = Trouble::new(
            FailureClass::Conflict,
            "zoho_record_deleted",
            format!("Invoice {} is not in Zoho any more (record {}).", task.source.number, link.zoho_id),
            "Restore it from Zoho's recycle bin, then replay.",
        );
        outcome::troubled(session, flow, fingerprint, task, &trouble)?;
        return Ok(false);
    };
    let have = record.get(lines).and_then(Value::as_list).unwrap_or_default();
    if let Some(rows) = repair(session, task, &mapped, have) {
        let row: Map =
            [("id".to_owned(), Value::text(link.zoho_id.as_str())), (lines.to_owned(), Value::List(rows))]
                .into();
        let payload = sources::hash(&Value::Object(row.clone()).to_json());
        let now = session.now();
        let intent = session
            .store()
            .write(|tx| intents::begin(tx, IntentKind::Lines, flow, &[task.source.id], &payload, now))?;
        // A lost answer leaves the link's lines unknown: the next attempt reads them before it writes.
        let results = session
            .zoho()
            .update_once(flow.module(), std::slice::from_ref(&row), &create::options(session, flow))
            .await;
        session.store().write(|tx| intents::settle(tx, intent))?;
        match results?.into_iter().next() {
            Some(Ok(written)) => {
                task.row = row.into_iter().filter(|(name, _)| name == lines).collect();
                outcome::written(
                    session,
                    flow,
                    fingerprint,
                    task,
                    written.id,
                    written.modified_time,
                    Wrote::Updated,
                )?;
            }
            Some(Err(error)) => {
                outcome::troubled(
                    session,
                    flow,
                    fingerprint,
                    task,
                    &failure::of_row(&task.source.number, &error),
                )?;
                return Ok(false);
            }
            None => return Ok(false),
        }
    }
    if let Some(link) = &mut task.link {
        link.lines = LineState::Written;
        session.store().write(|tx| links::put(tx, link))?;
    }
    Ok(true)
}

/// The rows to send so that the lines are right; `None` when they are. Negative lines are right in whichever style Zoho took them.
fn repair(session: &Session<'_>, task: &Task, mapped: &MappedRecord, have: &[Value]) -> Option<Vec<Value>> {
    let rows = map::repair_lines(mapped, have)?;
    let styles = [NegativeStyle::NegativeQuantity, NegativeStyle::NegativePrice, NegativeStyle::ZeroRow];
    let fits = |style| {
        let otherwise = decide::map_otherwise(session, &task.source, style, session.policy().map.most_rows);
        matches!(otherwise, Ok(Mapped::Record(record)) if map::repair_lines(&record, have).is_none())
    };
    if mapped.has_negative_lines() && styles.into_iter().any(fits) { None } else { Some(rows) }
}

/// Reads many totals in one call. Settles those that agree; returns the others, or reports them when this was the last try.
async fn compare(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
    may_correct: bool,
) -> Result<Vec<(Task, Decimal)>, RunError> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let totals = read_totals(session, &tasks).await?;
    let mut wrong = Vec::new();
    for mut task in tasks {
        let (Some(link), Some(expected)) =
            (&mut task.link, task.mapped.as_ref().and_then(|m| m.expected_total))
        else {
            continue;
        };
        let Some((held, adjustment)) = totals.get(&link.zoho_id).copied() else {
            let trouble = Trouble::new(
                FailureClass::Outage,
                "total_not_readable",
                format!("The total of invoice {} could not be read back from Zoho.", task.source.number),
                "Nothing to do: it is tried again by itself.",
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            continue;
        };
        if held == expected {
            link.verified = true;
            // What we computed counts as sent, also where Zoho's own rounding needed another amount: the next plan compares with it.
            if let Some(planned) = task.mapped.as_ref().and_then(|m| m.fields.get(ADJUSTMENT)) {
                link.sent.insert(ADJUSTMENT.to_owned(), planned.clone());
            }
            let link = link.clone();
            let entry = Entry {
                number: Some(task.source.number.clone()),
                zoho_id: Some(link.zoho_id.to_string()),
                after: Some(Value::Number(held)),
                ..session.entry(
                    flow,
                    task.source.id,
                    AuditKind::Verified,
                    "total agrees to the cent",
                    session.now(),
                )
            };
            session.store().write(|tx| {
                links::put(tx, &link)?;
                audit::append(tx, &entry)?;
                outcome::finish(tx, flow, fingerprint, &task)
            })?;
        } else if may_correct {
            wrong.push((task, adjustment + (expected - held)));
        } else {
            let trouble = Trouble::new(
                FailureClass::Conflict,
                "total_differs",
                format!(
                    "Invoice {}: Business Central says {expected}, Zoho computes {held}, also after a correction through Adjustment.",
                    task.source.number
                ),
                "Look for a rule in Zoho that changes prices, taxes or the Adjustment of invoices; then replay.",
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
        }
    }
    Ok(wrong)
}

/// Grand total and adjustment by record.
async fn read_totals(
    session: &Session<'_>,
    tasks: &[Task],
) -> Result<BTreeMap<ZohoId, (Decimal, Decimal)>, RunError> {
    let ids: Vec<String> =
        tasks.iter().filter_map(|t| t.link.as_ref()).map(|l| l.zoho_id.to_string()).collect();
    let condition = coql::in_list("id", &ids);
    let query = format!(
        "select id, Grand_Total, Adjustment from Invoices where {condition} limit {}",
        coql::ROWS_MAX
    );
    let page = session.zoho().coql(&query).await?;
    let number = |row: &Record, key: &str| row.get(key).and_then(Value::as_number);
    let entry = |row: &Record| {
        let id = row.get("id").and_then(Value::as_text)?;
        Some((ZohoId::new(id), (number(row, "Grand_Total")?, number(row, ADJUSTMENT).unwrap_or_default())))
    };
    Ok(page.rows.iter().filter_map(entry).collect())
}

/// Writes the adjustments that make the totals agree.
async fn correct(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    wrong: Vec<(Task, Decimal)>,
) -> Result<Vec<Task>, RunError> {
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    let mut tasks = Vec::with_capacity(wrong.len());
    let mut rows: Vec<Record> = Vec::with_capacity(wrong.len());
    for (mut task, adjustment) in wrong {
        let Some(link) = &task.link else { continue };
        task.row = [(ADJUSTMENT.to_owned(), Value::Number(adjustment))].into();
        let mut row = task.row.clone();
        row.insert("id".to_owned(), Value::text(link.zoho_id.as_str()));
        rows.push(row);
        tasks.push(task);
    }
    let results = session.zoho().update(flow.module(), &rows, &create::options(session, flow)).await?;
    let mut corrected = Vec::with_capacity(tasks.len());
    for (mut task, result) in tasks.into_iter().zip(results) {
        match result {
            Ok(written) => {
                outcome::written(
                    session,
                    flow,
                    fingerprint,
                    &mut task,
                    written.id,
                    written.modified_time,
                    Wrote::Updated,
                )?;
                corrected.push(task);
            }
            Err(error) => {
                outcome::troubled(
                    session,
                    flow,
                    fingerprint,
                    &task,
                    &failure::of_row(&task.source.number, &error),
                )?;
            }
        }
    }
    Ok(corrected)
}
