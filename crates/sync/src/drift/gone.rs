//! Copies that were deleted in Zoho: what the deleted-records API tells, not what is absent.
//!
//! That it is so stands on the link, and the planner follows the policy. A record that is back, or was merged into another that carries its key, is linked
//! again whatever the policy; and whatever stood for the record before, everything that referred to it is linked anew.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::Value;
use zoho_crm::{DeletedRecord, Record, ZohoId, coql};

use crate::apply::{Task, adopt, outcome};
use crate::failure::{FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::links_view::{DELETED_CUSTOMERS, LINE_PRODUCT};
use crate::policy::OnZohoDelete;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::Gone;
use crate::store::links::{self, Link};
use crate::store::questions::DELETED;
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, audit, facts};

/// Takes in what was deleted.
pub(super) async fn take_in(
    session: &Session<'_>,
    flow: Flow,
    deleted: &[DeletedRecord],
) -> Result<(), RunError> {
    forget_placeholders(session, deleted)?;
    let known: Vec<(Link, SourceRow, &DeletedRecord)> = session.store().read(|tx| {
        let mut known = Vec::new();
        for record in deleted {
            if let Some(link) = links::by_zoho_id(tx, flow, &record.id)?
                && link.copy.gone.is_none()
                && let Some(source) = sources::get(tx, flow, link.id)?
            {
                known.push((link, source, record));
            }
        }
        Ok(known)
    })?;
    if known.is_empty() {
        return Ok(());
    }
    let asked: Vec<&Link> = known.iter().map(|(link, ..)| link).collect();
    let mut found = look(session, flow, &asked).await?;
    for (mut link, source, record) in known {
        match found.remove(&link.id) {
            Some(Found::Back) => {}
            Some(Found::Survivor(survivor)) => adopt_survivor(session, flow, &source, &link, &survivor)?,
            None => {
                link.copy.gone = Some(Gone::Deleted);
                let by = record.deleted_by.as_deref().unwrap_or("somebody");
                let entry = Entry {
                    number: Some(source.number.clone()),
                    zoho_id: Some(link.zoho_id.to_string()),
                    ..session.entry(
                        flow,
                        link.id,
                        AuditKind::Observed,
                        &format!("deleted in Zoho by {by}"),
                        session.now(),
                    )
                };
                session.store().write(|tx| {
                    links::put(tx, &link)?;
                    sources::unsettle(tx, flow, link.id)?;
                    audit::append(tx, &entry)
                })?;
            }
        }
    }
    Ok(())
}

/// A placeholder of our own that somebody deleted is made again when it is needed.
fn forget_placeholders(session: &Session<'_>, deleted: &[DeletedRecord]) -> Result<(), RunError> {
    session.store().write(|tx| {
        for fact in [LINE_PRODUCT, DELETED_CUSTOMERS] {
            let known = facts::get(tx, fact)?;
            if known.is_some_and(|known| deleted.iter().any(|record| record.id.as_str() == known)) {
                facts::forget(tx, fact)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// What stands in Zoho for a record whose copy was deleted.
enum Found {
    /// The copy itself: it was restored.
    Back,
    /// Another record that carries its key: the copy was merged into it.
    Survivor(Record),
}

/// Looks what stands for the links' records now; nothing is among the answers for those that are gone.
async fn look(session: &Session<'_>, flow: Flow, links: &[&Link]) -> Result<BTreeMap<BcId, Found>, RunError> {
    let (_, id_key) = adopt::keys(session, flow)?;
    let text =
        |record: &Record, key: &str| record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    for chunk in links.chunks(coql::IN_MAX) {
        session.check_stop()?;
        let ids: Vec<&str> = chunk.iter().map(|link| link.zoho_id.as_str()).collect();
        for record in adopt::select(session, flow, &coql::in_list("id", &ids)).await? {
            let id = ZohoId::new(text(&record, "id"));
            found.extend(chunk.iter().filter(|link| link.zoho_id == id).map(|link| (link.id, Found::Back)));
        }
        let keys: Vec<String> = chunk.iter().map(|link| link.id.to_string()).collect();
        let mut holders: BTreeMap<BcId, Vec<Record>> = BTreeMap::new();
        for record in adopt::select(session, flow, &coql::in_list(&id_key, &keys)).await? {
            if let Ok(id) = text(&record, &id_key).parse() {
                holders.entry(id).or_default().push(record);
            }
        }
        for (id, mut records) in holders {
            // Two that claim to be one are for a person to sort out, as ever.
            if let (Some(record), true, false) = (records.pop(), records.is_empty(), found.contains_key(&id))
            {
                found.insert(id, Found::Survivor(record));
            }
        }
    }
    Ok(found)
}

fn adopt_survivor(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    former: &Link,
    survivor: &Record,
) -> Result<(), RunError> {
    let link = adopt::link_survivor(session, flow, source, survivor, former)?;
    session.store().write(|tx| {
        sources::unsettle(tx, flow, link.id)?;
        link_children_again(tx, flow, source.id, &former.zoho_id)
    })?;
    Ok(())
}

/// Plans the flow's records anew that refer to `former`.
fn plan_anew(tx: &Tx<'_>, flow: Flow, former: &ZohoId) -> Result<(), StoreError> {
    let children = links::referring_to(tx, flow, former)?;
    children.into_iter().try_for_each(|child| sources::unsettle(tx, flow, child))
}

/// Plans everything anew that refers to a record in Zoho which no longer stands for its source.
fn link_children_again(tx: &Tx<'_>, flow: Flow, id: BcId, former: &ZohoId) -> Result<(), StoreError> {
    match flow {
        Flow::Customers => [Flow::Contacts, Flow::Invoices]
            .into_iter()
            .try_for_each(|children| plan_anew(tx, children, former)),
        Flow::Vendors => plan_anew(tx, Flow::PurchaseOrders, former),
        // The rows of invoices are written once, and read and put right only where they are in doubt.
        Flow::Items => {
            for documents in [Flow::Invoices, Flow::PurchaseOrders] {
                for child in sources::ids_naming(tx, documents, id)? {
                    links::doubt_lines(tx, documents, child)?;
                    sources::unsettle(tx, documents, child)?;
                }
            }
            Ok(())
        }
        Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => Ok(()),
    }
}

/// Follows the policy for a task whose copy was deleted in Zoho. Returns whether it is planned on.
pub(crate) async fn settle(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &mut Task,
) -> Result<bool, RunError> {
    let Some(mut link) = task.link.clone() else { return Ok(true) };
    let Some(gone) = link.copy.gone else { return Ok(true) };
    let number = task.source.number.clone();
    let entry = |kind, summary: &str| Entry {
        number: Some(number.clone()),
        zoho_id: Some(link.zoho_id.to_string()),
        ..session.entry(flow, task.source.id, kind, summary, session.now())
    };
    if task.source.gone.is_some() {
        let entry = entry(AuditKind::Deleted, "deleted on both sides");
        session.store().write(|tx| {
            links::remove(tx, flow, task.source.id)?;
            // Invoices of a customer who is nowhere any more go to the placeholder.
            link_children_again(tx, flow, task.source.id, &link.zoho_id)?;
            audit::append(tx, &entry)
        })?;
        task.link = None;
        outcome::unchanged(session, flow, fingerprint, task)?;
        return Ok(false);
    }
    let policy = match gone {
        Gone::Wanted => OnZohoDelete::Recreate,
        Gone::Deleted => session.policy().on_zoho_delete(flow),
    };
    match policy {
        // Whether another record has its key is looked at before anything is created.
        OnZohoDelete::Recreate => {
            let entry = entry(AuditKind::Decision, "deleted in Zoho: it is copied again");
            session.store().write(|tx| {
                links::remove(tx, flow, task.source.id)?;
                link_children_again(tx, flow, task.source.id, &link.zoho_id)?;
                audit::append(tx, &entry)
            })?;
            task.link = None;
            Ok(true)
        }
        OnZohoDelete::Leave => {
            outcome::skipped(session, flow, fingerprint, task, "deleted in Zoho, and left so")?;
            Ok(false)
        }
        OnZohoDelete::Ask => match look(session, flow, &[&link]).await?.remove(&link.id) {
            Some(Found::Back) => {
                link.copy.gone = None;
                session.store().write(|tx| links::put(tx, &link))?;
                task.link = Some(link);
                Ok(true)
            }
            Some(Found::Survivor(record)) => {
                adopt_survivor(session, flow, &task.source, &link, &record)?;
                task.link = session.store().read(|tx| links::get(tx, flow, task.source.id))?;
                Ok(true)
            }
            None => {
                let trouble = Trouble::new(
                    FailureClass::Conflict,
                    DELETED,
                    format!("{} {number}: the record {} was deleted in Zoho.", flow.name(), link.zoho_id),
                    "If that was a mistake, restore it from Zoho's recycle bin, or Retry: it is copied again. If it was merged, put BC Number and BC Id on the \
                     survivor and Retry. If it shall stay deleted, Ignore; and block a person for privacy in Business Central.",
                );
                outcome::troubled(session, flow, fingerprint, task, &trouble)?;
                Ok(false)
            }
        },
    }
}

/// A write has found that the copy is not there any more. Returns whether it is to be copied again in the next run.
pub(crate) async fn met(
    session: &Session<'_>,
    flow: Flow,
    fingerprint: &str,
    task: &mut Task,
) -> Result<bool, RunError> {
    let stored = session.store().read(|tx| links::get(tx, flow, task.source.id))?;
    let Some(mut link) = stored else { return Ok(false) };
    link.copy.gone.get_or_insert(Gone::Deleted);
    session.store().write(|tx| links::put(tx, &link))?;
    task.link = Some(link);
    settle(session, flow, fingerprint, task).await
}
