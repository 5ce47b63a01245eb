//! Copies in Zoho whose source was not among what Business Central listed, found by a database that has just been made anew.
//!
//! The database that knew the source is lost. What is not listed may be out of the chosen range of dates, or deleted: each is read by id,
//! so that the copy is linked again, marked as deleted, and keeps what refers to it.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::{Map, Value};
use zoho_crm::Record;

use super::adopt;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::observe::deletions;
use crate::observe::orders::{self, Fate};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::sources::{self, Incoming};
use crate::store::{audit, considered};

/// So many are read one by one; more are left to a comparison, which lists them.
const READ_ONE_BY_ONE: usize = 200;

/// Stores a source for each of the copies that have none. Returns what it was given.
pub(crate) async fn take_in(
    session: &Session<'_>,
    flow: Flow,
    by_id: BTreeMap<BcId, Vec<Record>>,
) -> Result<BTreeMap<BcId, Vec<Record>>, RunError> {
    let orphans = session.store().read(|tx| {
        let mut orphans = Vec::new();
        for id in by_id.keys() {
            if sources::identity(tx, flow, *id)?.is_none() {
                orphans.push(*id);
            }
        }
        Ok(orphans)
    })?;
    if orphans.len() > READ_ONE_BY_ONE {
        let (flow, count) = (flow.name(), orphans.len());
        tracing::warn!(flow, count, "too many copies without a listed source to read each");
        return Ok(by_id);
    }
    let mut absent = Vec::new();
    for id in orphans {
        session.may_write().await?;
        if !deletions::read_one(session, flow, id).await? {
            absent.push(id);
        }
    }
    let known = session.store().read(|tx| sources::count(tx, flow))?;
    // With too few permissions everything looks deleted.
    if absent.is_empty()
        || absent.len() > deletions::mass(known)
        || !deletions::canary(session, flow, absent.iter().copied()).await?
    {
        return Ok(by_id);
    }
    let (number_key, _) = adopt::keys(session, flow)?;
    let number =
        |id: &BcId| by_id.get(id).and_then(|records| number_of(records, &number_key)).unwrap_or_default();
    let fates = match flow {
        Flow::PurchaseOrders => Some(orders::fates(session, absent.iter().map(number)).await?),
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Invoices | Flow::Vendors => None,
    };
    for id in absent {
        let number = number(&id);
        match fates.as_ref().map(|fates| fates.of(&number)) {
            None | Some(Fate::Deleted) => bury(session, flow, id, &number, false)?,
            Some(Fate::Completed) => bury(session, flow, id, &number, true)?,
            Some(Fate::Unknown) => {}
        }
    }
    Ok(by_id)
}

fn number_of(records: &[Record], number_key: &str) -> Option<String> {
    records.first()?.get(number_key).and_then(Value::as_text).map(ToOwned::to_owned)
}

/// Stores a source of which nothing is known but that it was there once.
fn bury(session: &Session<'_>, flow: Flow, id: BcId, number: &str, completed: bool) -> Result<(), RunError> {
    let now = session.now();
    let text: Map =
        [("id".to_owned(), Value::text(id.to_string())), ("number".to_owned(), Value::text(number))].into();
    let row = Incoming {
        id,
        number: number.to_owned(),
        etag: None,
        modified: None,
        text: Value::Object(text).to_json(),
    };
    let summary = "its copy was found in Zoho, and Business Central does not have it any more";
    let entry = Entry {
        number: Some(number.to_owned()),
        ..session.entry(flow, id, AuditKind::Observed, summary, now)
    };
    session.store().write(|tx| {
        sources::observe(tx, flow, &row, now)?;
        if flow == Flow::Invoices {
            sources::mark_missing(tx, flow, id, now)?;
        } else {
            if completed {
                sources::mark_posted(tx, flow, id)?;
            }
            sources::mark_gone(tx, flow, id, now)?;
        }
        considered::note(tx, flow, id, considered::Disposition::Held)?;
        audit::append(tx, &entry)
    })?;
    Ok(())
}
