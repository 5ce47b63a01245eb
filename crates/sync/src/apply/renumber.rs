//! Moves business keys before anything else is written: a number that changed hands must be free before its new holder comes.

use std::collections::BTreeMap;

use exact_json::{Map, Value};
use zoho_crm::WriteOptions;

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
pub(crate) async fn run(session: &Session<'_>, flow: Flow) -> Result<(), RunError> {
    let Some(key) = session.org.our_field(flow, CustomField::Number) else {
        return Ok(());
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
        session.check_stop()?;
        let held: BTreeMap<String, usize> =
            moves.iter().enumerate().map(|(index, m)| (m.link.number.to_lowercase(), index)).collect();
        let free: Vec<usize> = (0..moves.len())
            .filter(|index| held.get(&moves[*index].to.to_lowercase()).is_none_or(|holder| holder == index))
            .collect();
        if free.is_empty() {
            // Only rings are left: one member steps aside.
            let number = temporary(&moves[0].link);
            moves[0].link =
                give(session, flow, &key, &moves[0].link, &number, "number kept free for an exchange")
                    .await?;
            continue;
        }
        for index in free.into_iter().rev() {
            let Move { link, to } = moves.swap_remove(index);
            give(session, flow, &key, &link, &to, "number follows Business Central").await?;
        }
    }
    Ok(())
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
        session.check_stop()?;
        let number = format!("{} (deleted)", link.number);
        give(
            session,
            flow,
            key,
            &link,
            &number,
            "number released: Business Central deleted the record and used it again",
        )
        .await?;
    }
    Ok(())
}

fn temporary(link: &Link) -> String {
    let id = link.id.to_string();
    format!("{}~{}", link.number, id.get(..8).unwrap_or(&id))
}

/// Writes one number. Where Zoho refuses, the record's own update will meet the same refusal and report it.
async fn give(
    session: &Session<'_>,
    flow: Flow,
    key: &str,
    link: &Link,
    number: &str,
    why: &str,
) -> Result<Link, RunError> {
    let mut link = link.clone();
    let row: Map =
        [("id".to_owned(), Value::text(link.zoho_id.as_str())), (key.to_owned(), Value::text(number))].into();
    let options = WriteOptions { workflows: session.policy().of(flow).workflows, ..WriteOptions::default() };
    let results = session.zoho().update(flow.module(), &[row], &options).await?;
    let now = session.now();
    let before = link.number.clone();
    if let Some(Ok(written)) = results.into_iter().next() {
        link.modified_time = written.modified_time.or(link.modified_time);
        link.sent.insert(key.to_owned(), Value::text(number));
        let entry = Entry {
            number: Some(number.to_owned()),
            before: Some(Value::text(before)),
            after: Some(Value::text(number)),
            zoho_id: Some(link.zoho_id.to_string()),
            ..session.entry(flow, link.id, AuditKind::Written, why, now)
        };
        link.number = number.to_owned();
        session.store().write(|tx| {
            links::put(tx, &link)?;
            audit::append(tx, &entry)
        })?;
    } else {
        // Not moved: pretend it was, so that the loop ends; nothing is stored.
        link.number = number.to_owned();
    }
    Ok(link)
}
