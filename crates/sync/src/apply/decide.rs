//! Maps and plans a page of candidates, and settles those for which nothing is to be written.

use business_central::SalesInvoice;
use exact_json::{Map, Value};

use super::{Invoices, Task, Work, adopt, outcome};
use crate::drift::gone;
use crate::failure::{FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::links_view::StoredLinks;
use crate::map::{self, Context, MapPolicy, Mapped, MappedRecord, NegativeStyle, SkipReason};
use crate::org_schema::OrgSchema;
use crate::plan::{self, Step};
use crate::policy::{FlowPolicy, OnDelete};
use crate::session::Session;
use crate::store::links::{self, LineState};
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, line_rows, ties};

/// Sorts the tasks by what is to be done about them.
pub(crate) async fn all(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    tasks: Vec<Task>,
    invoices: &Invoices,
) -> Result<Work, RunError> {
    let mut work = Work::default();
    let (policy, links) = (&session.policy().map, StoredLinks::of(session.store()));
    for mut task in tasks {
        let is_gone = task.link.as_ref().is_some_and(|link| link.copy.gone.is_some());
        if task.source.gone.is_some() {
            if is_gone && !gone::settle(session, flow, fingerprint, &mut task).await? {
                continue;
            }
            deleted(session, flow, fingerprint, task, &mut work)?;
            continue;
        }
        if task.source.missing.is_some() {
            let number = &task.source.number;
            let trouble = Trouble::new(
                FailureClass::Reference,
                "no_longer_visible",
                format!(
                    "Invoice {number} is no longer visible in Business Central: it was deleted, or permissions hide it."
                ),
                "Look for it in Business Central. Its copy in Zoho stays as it is; this closes itself when it is visible again.",
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            continue;
        }
        match map_by(session, flow, &task.source, invoices.get(&task.source.id), policy, &links) {
            Err(trouble) => outcome::troubled(session, flow, fingerprint, &task, &trouble)?,
            Ok(Mapped::Skip(reason)) => skip(session, flow, fingerprint, &task, &reason).await?,
            Ok(Mapped::Wait(wait)) => {
                let trouble = Trouble {
                    waits_for: Some((wait.flow, wait.what)),
                    ..Trouble::new(FailureClass::Reference, "waits_for_record", wait.message, wait.cure)
                };
                outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            }
            Ok(Mapped::Refuse(refusal)) => {
                let trouble = Trouble {
                    waits_for: refusal.held.then(|| (flow, refusal.code.clone())),
                    ..Trouble::new(FailureClass::Data, refusal.code.clone(), refusal.message, refusal.cure)
                };
                outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
            }
            Ok(Mapped::Record(record)) => {
                // What is not to be copied any more may stay deleted.
                if is_gone && !gone::settle(session, flow, fingerprint, &mut task).await? {
                    continue;
                }
                task.mapped = Some(record);
                adopt::disclaim(session, &mut task)?;
                doubt_changed_lines(session, &mut task)?;
                let Some(record) = &mut task.mapped else { continue };
                match plan::live(&record.fields, task.link.as_ref(), same(&session.org, flow)) {
                    Step::Create => {
                        task.row = creation(record);
                        work.creates.push(task);
                    }
                    Step::Update(changes) => {
                        task.row = changes;
                        work.updates.push(task);
                    }
                    Step::Verify => work.verifies.push(task),
                    Step::Nothing | Step::Delete => outcome::unchanged(session, flow, fingerprint, &task)?,
                }
            }
        }
    }
    Ok(work)
}

/// Marks the lines of a copy as unknown where Business Central says other ones than were last written: then they are read before they are
/// written, also by the next run, should this one end before.
fn doubt_changed_lines(session: &Session<'_>, task: &mut Task) -> Result<(), RunError> {
    let (Some(link), Some(mapped)) = (&mut task.link, &task.mapped) else { return Ok(()) };
    let Some(digest) = &mapped.lines_digest else { return Ok(()) };
    if link.lines == LineState::Unknown
        || session.store().read(|tx| line_rows::digest(tx, link.flow, link.id))?.as_ref() == Some(digest)
    {
        return Ok(());
    }
    (link.lines, link.verified) = (LineState::Unknown, false);
    session.store().write_soon(|tx| links::put(tx, link))?;
    Ok(())
}

/// Takes out what is sent of a record that is new. [`Task::whole`] takes it back where the record turns out to be there already.
pub(crate) fn creation(record: &mut MappedRecord) -> Map {
    let nulls = record.fields.take_if(|_, value| value.is_null());
    let mut row = std::mem::replace(&mut record.fields, nulls);
    for (name, value) in record.on_create.iter_mut() {
        row.insert(name.clone(), std::mem::replace(value, Value::Null));
    }
    row
}

/// Maps one stored row; `None` where it cannot be decoded, which is reported where the record is planned.
pub(crate) fn map_source(session: &Session<'_>, flow: Flow, source: &SourceRow) -> Option<Mapped> {
    map_alone(session, flow, source, &session.policy().map)
}

/// Maps a document with its negative lines written in `style`, and with at most so many rows.
pub(crate) fn map_otherwise(
    session: &Session<'_>,
    source: &SourceRow,
    style: NegativeStyle,
    most_rows: Option<usize>,
) -> Option<Mapped> {
    let policy = MapPolicy { negative_style: style, most_rows, ..session.policy().map.clone() };
    // What is under way has no text of its own; should the record say something else meanwhile, the next pass deals with it.
    let stored = session.store().read(|tx| sources::get(tx, source.flow, source.id)).ok()??;
    if stored.hash != source.hash {
        return None;
    }
    map_alone(session, source.flow, &SourceRow { posted: source.posted, ..stored }, &policy)
}

fn map_alone(session: &Session<'_>, flow: Flow, source: &SourceRow, policy: &MapPolicy) -> Option<Mapped> {
    map_by(session, flow, source, None, policy, &StoredLinks::of(session.store())).ok()
}

/// Maps a stored row, which may have been decoded already.
fn map_by(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    invoice: Option<&SalesInvoice>,
    policy: &MapPolicy,
    links: &StoredLinks<'_>,
) -> Result<Mapped, Trouble> {
    let context = Context { org: &session.org, company: &session.facts, policy, links };
    if let Some(invoice) = invoice {
        return Ok(map::map_invoice(invoice, source.posted, &context));
    }
    map::map_row(flow, &source.text, source.posted, &context).map_err(|problem| {
        Trouble::new(
            FailureClass::Bug,
            "undecodable_row",
            format!("{} {} could not be read: {problem}", flow.plural(), source.number),
            "Send a support bundle; the other records are not affected.",
        )
    })
}

/// Whether two values of a field mean the same in this org.
pub(crate) fn same(org: &OrgSchema, flow: Flow) -> impl Fn(&str, &Value, &Value) -> bool + '_ {
    move |name, ours, theirs| match org.field(flow.module(), name) {
        Some(field) => map::same_value(field, ours, theirs),
        None => ours == theirs,
    }
}

fn deleted(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    mut task: Task,
    work: &mut Work,
) -> Result<(), RunError> {
    // That an order is completed is no deletion: it is said whatever is wished for those.
    let completed = flow == Flow::PurchaseOrders && task.source.posted;
    let (flag, policy) = if completed {
        (
            map::completed_fields(&session.org),
            FlowPolicy { on_delete: OnDelete::Flag, ..session.policy().of(flow) },
        )
    } else {
        (map::deleted_fields(flow, &session.org), session.policy().of(flow))
    };
    match plan::deleted(&flag, task.link.as_ref(), policy, same(&session.org, flow)) {
        Step::Update(changes) => {
            task.row = changes;
            work.updates.push(task);
        }
        Step::Delete => work.deletes.push(task),
        Step::Nothing
            if flag.is_empty() && !completed && policy.on_delete == OnDelete::Flag && task.link.is_some() =>
        {
            let number = &task.source.number;
            let trouble = Trouble::new(
                FailureClass::Conflict,
                "deleted_in_business_central",
                format!(
                    "{} {number} was deleted in Business Central, and Zoho has no field that could say so.",
                    flow.plural()
                ),
                "Create the field with `ledgerline setup`, or deal with the record in Zoho by hand.",
            );
            outcome::troubled(session, flow, fingerprint, &task, &trouble)?;
        }
        Step::Nothing | Step::Create | Step::Verify => outcome::unchanged(session, flow, fingerprint, &task)?,
    }
    Ok(())
}

/// Leaves a record alone. One that was copied before and may not be kept up any more is shown to the user.
async fn skip(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &Task,
    reason: &SkipReason,
) -> Result<(), RunError> {
    if *reason == SkipReason::PrivacyBlocked
        && let Some(link) = &task.link
        && session.zoho().get(flow.module(), &link.zoho_id).await?.is_some()
    {
        let trouble = Trouble::new(
            FailureClass::Conflict,
            "privacy_blocked",
            format!(
                "Contact {} is blocked for privacy in Business Central; its copy in Zoho is no longer updated.",
                link.number
            ),
            "Decide in Zoho whether the contact must be deleted there. This closes itself when it is gone, or no longer blocked.",
        );
        return outcome::troubled(session, flow, fingerprint, task, &trouble);
    }
    outcome::skipped(session, flow, fingerprint, task, &reason.to_string())
}

/// Whether a contact names a company contact of which it is not known whose customer it is.
pub(crate) fn company_contact_is_unknown(tx: &Tx<'_>, source: &SourceRow) -> Result<bool, StoreError> {
    let Ok(contact) = serde_json::from_str::<business_central::Contact>(&source.text) else {
        return Ok(false);
    };
    match contact.company_number {
        Some(number) => Ok(ties::lookup(tx, &number)?.is_none()),
        None => Ok(false),
    }
}
