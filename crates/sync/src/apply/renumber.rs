//! Moves business keys before anything else is written: a number that changed hands must be free before its new holder comes.

use std::collections::{BTreeMap, BTreeSet};

use business_central::BcId;
use exact_json::{Map, Value};
use zoho_crm::{RowResult, WriteOptions, ZohoId};

use crate::failure::RunError;
use crate::flow::Flow;
use crate::org_schema::CustomField;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::links::{self, Link};
use crate::store::{audit, sources};

/// One record whose number in Zoho is not the one it has in Business Central.
struct Move {
    link: Link,
    to: String,
}

/// Renumbers every linked record whose number changed, in an order in which no two ever claim the same number; a ring
/// of exchanged numbers is opened by a temporary one. Also frees the numbers of deleted records that someone else has now.
/// Returns the records whose number in Zoho is another one now.
pub(crate) async fn run(session: &Session<'_>, flow: Flow) -> Result<BTreeSet<BcId>, RunError> {
    let mut written = BTreeSet::new();
    let Some(key) = session.org.our_field(flow, CustomField::Number) else {
        return Ok(written);
    };
    let key = key.to_owned();
    let mut moves: Vec<Move> = Vec::new();
    session.store().read(|tx| {
        for (id, to) in links::renumbered(tx, flow)? {
            if let Some(link) = links::get(tx, flow, id)? {
                moves.push(Move { link, to });
            }
        }
        Ok(())
    })?;
    release_deleted(session, flow, &key, &moves).await?;
    while !moves.is_empty() {
        session.may_write().await?;
        let held: BTreeMap<String, usize> =
            moves.iter().enumerate().map(|(index, m)| (m.link.number.to_lowercase(), index)).collect();
        let free: Vec<usize> = (0..moves.len())
            .filter(|index| held.get(&moves[*index].to.to_lowercase()).is_none_or(|holder| holder == index))
            .collect();
        if free.is_empty() {
            // Only rings are left: one member steps aside.
            let number = temporary(&moves[0].link);
            let mut link = moves[0].link.clone();
            give(session, flow, &key, &mut link, &number, "number kept free for an exchange").await?;
            // Where Zoho refused, pretend that it moved, so that the loop ends; nothing is stored.
            link.number = number;
            moves[0].link = link;
            continue;
        }
        for index in free.into_iter().rev() {
            let Move { mut link, to } = moves.swap_remove(index);
            if give(session, flow, &key, &mut link, &to, "number follows Business Central").await? {
                written.insert(link.id);
            }
        }
    }
    Ok(written)
}

/// Frees `C100` of a deleted record as `C100 (deleted)` when a live record has that number now.
async fn release_deleted(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    moves: &[Move],
) -> Result<(), RunError> {
    let reused = session.store().read(|tx| {
        let mut reused = Vec::new();
        for link in links::of_gone_sources(tx, flow)? {
            let holders = sources::by_number(tx, flow, &link.number)?;
            let wanted = moves.iter().any(|m| m.to.eq_ignore_ascii_case(&link.number));
            if wanted || holders.into_iter().any(|row| row.id != link.id && row.gone.is_none()) {
                reused.push(link);
            }
        }
        Ok(reused)
    })?;
    for link in reused {
        session.may_write().await?;
        release(session, flow, key, &link).await?;
    }
    Ok(())
}

/// Frees the number of a linked record that Business Central no longer has. Returns whether Zoho took the new one.
pub(crate) async fn release(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    link: &Link,
) -> Result<bool, RunError> {
    let why = "number released: Business Central deleted the record and used it again";
    let mut link = link.clone();
    for number in released_names(&link.number.clone()) {
        if give(session, flow, key, &mut link, &number, why).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Frees the number that a record in Zoho holds of which nothing is known here. Returns whether Zoho took the new one.
pub(crate) async fn release_unknown(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    zoho_id: &ZohoId,
    number: &str,
) -> Result<bool, RunError> {
    for name in released_names(number) {
        if matches!(write(session, flow, key, zoho_id, &name).await?, Some(Ok(_))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a released number is called: a number can be used again more than once.
fn released_names(number: &str) -> impl Iterator<Item = String> {
    let first = std::iter::once(format!("{number} (deleted)"));
    first.chain((2..=9).map(move |n| format!("{number} (deleted {n})")))
}

fn temporary(link: &Link) -> String {
    let id = link.id.to_string();
    format!("{}~{}", link.number, id.get(..8).unwrap_or(&id))
}

/// Writes one number and stores it. Where Zoho refuses, the record's own update will meet the same refusal and report it.
async fn give(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    link: &mut Link,
    number: &str,
    why: &str,
) -> Result<bool, RunError> {
    let Some(Ok(written)) = write(session, flow, key, &link.zoho_id, number).await? else {
        return Ok(false);
    };
    let now = session.now();
    let before = std::mem::replace(&mut link.number, number.to_owned());
    link.modified_time = written.modified_time.or(link.modified_time.take());
    link.sent.insert(key.to_owned(), Value::text(number));
    link.copy.after_write(false, std::iter::once(&key.to_owned()));
    let of_key = |number| Value::Object(Map::from([(key.to_owned(), number)]));
    let entry = Entry {
        number: Some(number.to_owned()),
        before: Some(of_key(Value::text(before))),
        after: Some(of_key(Value::text(number))),
        zoho_id: Some(link.zoho_id.to_string()),
        ..session.entry(flow, link.id, AuditKind::Written, why, now)
    };
    session.store().write(|tx| {
        links::put(tx, link)?;
        audit::append(tx, &entry)
    })?;
    Ok(true)
}

async fn write(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    zoho_id: &ZohoId,
    number: &str,
) -> Result<Option<RowResult>, RunError> {
    let row: Map =
        [("id".to_owned(), Value::text(zoho_id.as_str())), (key.to_owned(), Value::text(number))].into();
    let options = WriteOptions { workflows: session.policy().of(flow).workflows, ..WriteOptions::default() };
    Ok(session.zoho().update(flow.module(), &[row], &options).await?.into_iter().next())
}
