//! Changes and removes records whose Zoho id is known.

use exact_json::Value;
use zoho_crm::{Record, RowError};

use super::{Task, Wrote, create, outcome, refused};
use crate::drift::gone;
use crate::failure::{self, FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::links::{self, LineState};
use crate::store::questions::DELETED;
use crate::store::{audit, sources};

/// Writes the tasks' changes, 100 a call. Returns those whose total or lines are to be proved.
pub(crate) async fn run(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
) -> Result<Vec<Task>, RunError> {
    let mut to_verify = Vec::new();
    let mut tasks = tasks.into_iter().peekable();
    while tasks.peek().is_some() {
        let mut batch: Vec<Task> = tasks.by_ref().take(zoho_crm::ROWS_PER_WRITE).collect();
        for _ in 0..refused::ROUNDS {
            if batch.is_empty() {
                break;
            }
            session.may_write().await?;
            batch = send(session, flow, fingerprint, batch, &mut to_verify).await?;
        }
    }
    Ok(to_verify)
}

async fn send(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    batch: Vec<Task>,
    to_verify: &mut Vec<Task>,
) -> Result<Vec<Task>, RunError> {
    let rows: Vec<Record> = batch.iter().filter_map(row).collect();
    let results = session.zoho().update(flow.module(), &rows, &create::options(session, flow)).await?;
    let (mut answers, mut refusals) = (Vec::with_capacity(batch.len()), Vec::new());
    for (task, result) in batch.into_iter().zip(results) {
        match result {
            Ok(written) => answers.push((task, written)),
            Err(error) => refusals.push((task, error)),
        }
    }
    let written = outcome::all_written(session, flow, fingerprint, answers, Wrote::Updated, None).await?;
    to_verify.extend(written.into_iter().filter(|task| task.mapped.is_some() && !is_proved(task)));
    let mut again = Vec::new();
    for (mut task, error) in refusals {
        if is_gone(&error) {
            gone_in_zoho(session, flow, fingerprint, task).await?;
        } else if refused::otherwise(session, flow, &mut task, &error) {
            if !task.row.is_empty() {
                again.push(task);
            } else if is_proved(&task) {
                // All that was to be written is left out.
                outcome::unchanged(session, flow, fingerprint, &task)?;
            } else {
                to_verify.push(task);
            }
        } else {
            let trouble = failure::of_row(&task.source.number, &error);
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
        }
    }
    Ok(again)
}

/// Whether the total and the lines, where the record has any, are known to agree.
fn is_proved(task: &Task) -> bool {
    task.link.as_ref().is_none_or(|link| link.verified && link.lines != LineState::Unknown)
}

fn row(task: &Task) -> Option<Record> {
    let link = task.link.as_ref()?;
    let mut row = task.row.clone();
    row.insert("id".to_owned(), Value::text(link.zoho_id.as_str()));
    Some(row)
}

/// Whether Zoho says that there is no record of that id.
fn is_gone(error: &RowError) -> bool {
    let about_id = error.api_name.as_deref() == Some("id");
    matches!(error.code.as_str(), "RESOURCE_NOT_FOUND" | "RECORD_NOT_FOUND")
        || (error.code == "INVALID_DATA" && about_id)
}

/// The record that we wrote is not there any more. It is looked at by id before anything is concluded.
pub(crate) async fn gone_in_zoho(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    mut task: Task,
) -> Result<(), RunError> {
    let Some(link) = task.link.clone() else {
        return Ok(());
    };
    let (name, number) = (flow.plural(), task.source.number.clone());
    let trouble = if session.zoho().get(flow.module(), &link.zoho_id).await?.is_some() {
        Trouble::new(
            FailureClass::Permission,
            "zoho_record_not_writable",
            format!(
                "{name} {number}: Zoho shows the record {} but does not let it be changed.",
                link.zoho_id
            ),
            "Check the sharing rules and the profile of the Zoho user whom Ledgerline signs in as.",
        )
    } else if gone::met(session, flow, fingerprint, &mut task).await? {
        Trouble::new(
            FailureClass::Reference,
            DELETED,
            format!("{name} {number}: the record {} was deleted in Zoho.", link.zoho_id),
            "Nothing to do: it is copied again in the next run.",
        )
    } else {
        return Ok(());
    };
    outcome::troubled(session, flow, fingerprint, &task, &trouble)
}

/// Deletes records that Business Central deleted, where the user chose so.
pub(crate) async fn delete(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
) -> Result<(), RunError> {
    for batch in tasks.chunks(zoho_crm::ROWS_PER_WRITE) {
        session.may_write().await?;
        let ids: Vec<_> =
            batch.iter().filter_map(|t| t.link.as_ref()).map(|link| link.zoho_id.clone()).collect();
        let workflows = session.policy().of(flow).workflows;
        let results = session.zoho().delete(flow.module(), &ids, workflows).await?;
        for (task, result) in batch.iter().zip(results) {
            match result {
                Err(error) if !is_gone(&error) => {
                    let trouble = failure::of_row(&task.source.number, &error);
                    outcome::troubled(session, flow, fingerprint, task, &trouble)?;
                }
                Ok(_) | Err(_) => {
                    let entry = Entry {
                        number: Some(task.source.number.clone()),
                        zoho_id: task.link.as_ref().map(|link| link.zoho_id.to_string()),
                        ..session.entry(
                            flow,
                            task.source.id,
                            AuditKind::Deleted,
                            "deleted in Zoho as in Business Central",
                            session.now(),
                        )
                    };
                    let mut done = task.clone();
                    done.wrote = Some(Wrote::Updated);
                    session.store().write(|tx| {
                        links::remove(tx, flow, task.source.id)?;
                        audit::append(tx, &entry)?;
                        outcome::finish(tx, flow, fingerprint, &done)?;
                        sources::settle(
                            tx,
                            flow,
                            task.source.id,
                            &task.source.hash,
                            fingerprint,
                            &sources::SettledAs::Written,
                        )
                    })?;
                }
            }
        }
    }
    Ok(())
}
