//! Finds again what an earlier database knew: records in Zoho that carry our keys.

use std::collections::BTreeMap;

use business_central::BcId;
use exact_json::Value;
use zoho_crm::{Record, ZohoId, coql};

use super::{Task, create, orphans};
use crate::failure::{FailureClass, RunError, Trouble};
use crate::flow::Flow;
use crate::map;
use crate::org_schema::CustomField;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::CopyState;
use crate::store::failures::{self, NewFailure};
use crate::store::links::{self, LineState, Link};
use crate::store::sources::{self, SourceRow};
use crate::store::{audit, facts};

/// The api names of our two key fields.
pub(crate) fn keys(session: &Session<'_>, flow: Flow) -> Result<(String, String), RunError> {
    let name = |field| session.org.our_field(flow, field).map(ToOwned::to_owned);
    match (name(CustomField::Number), name(CustomField::Id)) {
        (Some(number), Some(id)) => Ok((number, id)),
        _ => Err(RunError::refused(
            "keys_missing",
            format!("The module {} has no fields \"BC Number\" and \"BC Id\" yet.", flow.module().api_name()),
            "Run `ledgerline setup`.",
        )),
    }
}

/// The fields that a look in Zoho reads of a record: id, keys, what we own, when it was changed.
pub(crate) fn columns(session: &Session<'_>, flow: Flow) -> Result<Vec<String>, RunError> {
    let (number, id) = keys(session, flow)?;
    let mut columns = vec!["id".to_owned(), number, id, "Modified_Time".to_owned()];
    if flow.is_document() {
        columns.push("Grand_Total".to_owned());
    }
    for name in map::owned_fields(flow, &session.org) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns.truncate(coql::FIELDS_MAX);
    Ok(columns)
}

/// All records of the module for which `condition` holds, read page by page in the order of their ids.
pub(crate) async fn select(
    session: &Session<'_>,
    flow: Flow,
    condition: &str,
) -> Result<Vec<Record>, RunError> {
    let mut records = Vec::new();
    let mut last: Option<String> = None;
    loop {
        session.may_write().await?;
        let page = select_page(session, flow, condition, last.as_deref()).await?;
        last = page.rows.last().and_then(|row| row.get("id")).and_then(Value::as_text).map(ToOwned::to_owned);
        records.extend(page.rows);
        if !page.more || last.is_none() {
            return Ok(records);
        }
    }
}

/// One page of the records for which `condition` holds, behind the record `after`.
pub(crate) async fn select_page(
    session: &Session<'_>,
    flow: Flow,
    condition: &str,
    after: Option<&str>,
) -> Result<zoho_crm::CoqlPage, RunError> {
    let columns = columns(session, flow)?.join(", ");
    let module = flow.module().api_name();
    let condition = match after {
        Some(after) => format!("({condition} and id > {})", coql::text(after)),
        None => condition.to_owned(),
    };
    let limit = coql::ROWS_MAX;
    let query = format!("select {columns} from {module} where {condition} order by id asc limit {limit}");
    Ok(session.zoho().coql(&query).await?)
}

/// Whether the module holds any record with our key.
pub(crate) async fn is_keyed(session: &Session<'_>, flow: Flow) -> Result<bool, RunError> {
    let (number, _) = keys(session, flow)?;
    let module = flow.module().api_name();
    let query = format!("select id from {module} where {number} is not null limit 1");
    Ok(!session.zoho().coql(&query).await?.rows.is_empty())
}

/// Links every record in Zoho that stands for a known source, once for a database that knows no links of this flow.
pub(crate) async fn rebuild(
    session: &Session<'_>,
    flow: Flow,
    looks: &create::Looks,
) -> Result<(), RunError> {
    let done = format!("rebuilt.{}", flow.name());
    if !looks.keyed() || session.store().read(|tx| facts::get(tx, &done))?.is_some() {
        return Ok(());
    }
    if !session.store().read(|tx| links::any(tx, flow))? {
        let (number_key, id_key) = keys(session, flow)?;
        // A clone made by hand has the identity and, because that is unique, not the number.
        let condition = format!("({number_key} is not null or {id_key} is not null)");
        let mut by_id: BTreeMap<BcId, Vec<Record>> = BTreeMap::new();
        for record in select(session, flow, &condition).await? {
            let id = record.get(&id_key).and_then(Value::as_text).and_then(|text| text.parse().ok());
            if let Some(id) = id {
                by_id.entry(id).or_default().push(record);
            }
        }
        by_id = orphans::take_in(session, flow, by_id).await?;
        for (id, records) in by_id {
            let Some(source) = session.store().read(|tx| sources::get(tx, flow, id))? else {
                continue;
            };
            match records.as_slice() {
                [record] => {
                    link_source(session, flow, &source, record)?;
                }
                several => {
                    let clones: Vec<&Record> = several.iter().collect();
                    report_clones(session, flow, &source, &clones)?;
                }
            }
        }
    }
    let now = session.now().to_string();
    session.store().write(|tx| facts::set(tx, &done, &now))?;
    Ok(())
}

/// Makes the task's link from what Zoho holds.
pub(crate) fn link(
    session: &Session<'_>,
    flow: Flow,
    task: &mut Task,
    record: &Record,
) -> Result<(), RunError> {
    task.link = Some(link_source(session, flow, &task.source, record)?);
    disclaim(session, task)
}

/// Once for a record that was found in Zoho: only what we would write counts as held by us. A value that a person gave a field which we
/// leave out is theirs, and is not cleared.
pub(crate) fn disclaim(session: &Session<'_>, task: &mut Task) -> Result<(), RunError> {
    if let (Some(link), Some(mapped)) = (&mut task.link, &task.mapped)
        && link.adopted
        && link.source_hash.is_empty()
    {
        link.sent.retain(|name, _| mapped.fields.contains_key(name));
        task.source.hash.clone_into(&mut link.source_hash);
        session.store().write_soon(|tx| links::put(tx, link))?;
    }
    Ok(())
}

fn link_source(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    record: &Record,
) -> Result<Link, RunError> {
    let how = (AuditKind::Adopted, "found again in Zoho by its key");
    link_as(session, flow, source, record, how)
}

/// Links a record into which the copy was merged in Zoho, because it carries its key. What was left to people in the copy is so here too.
pub(crate) fn link_survivor(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    record: &Record,
    former: &Link,
) -> Result<Link, RunError> {
    let how = (AuditKind::Adopted, "its copy was merged in Zoho into this record");
    let mut link = link_as(session, flow, source, record, how)?;
    if !former.adopted {
        // Everything that we own was ours in the copy, and is so here.
        link.adopted = false;
        session.store().write(|tx| links::put(tx, &link))?;
    }
    Ok(link)
}

/// Links a record that was created from here with what Zoho holds of it, because it is not certain what was sent.
pub(crate) fn link_created(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    record: &Record,
) -> Result<Link, RunError> {
    let how = (AuditKind::Written, "created in Zoho by a bulk job, and read back");
    link_as(session, flow, source, record, how)
}

fn link_as(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    record: &Record,
    (kind, summary): (AuditKind, &str),
) -> Result<Link, RunError> {
    let (number_key, _) = keys(session, flow)?;
    let text = |key: &str| record.get(key).and_then(Value::as_text).map(ToOwned::to_owned);
    let now = session.now();
    let owned = map::owned_fields(flow, &session.org);
    let held =
        record.iter().filter(|(name, _)| owned.contains(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let link = Link {
        flow,
        id: source.id,
        zoho_id: ZohoId::new(text("id").unwrap_or_default()),
        number: text(&number_key).unwrap_or_default(),
        sent: held,
        source_hash: String::new(),
        fingerprint: String::new(),
        modified_time: text("Modified_Time"),
        verified: !flow.is_document(),
        lines: if flow.is_document() { LineState::Unknown } else { LineState::None },
        adopted: kind == AuditKind::Adopted,
        written_at: now,
        copy: CopyState::default(),
    };
    let entry = Entry {
        number: Some(source.number.clone()),
        zoho_id: Some(link.zoho_id.to_string()),
        ..session.entry(flow, source.id, kind, summary, now)
    };
    session.store().write(|tx| {
        links::put(tx, &link)?;
        audit::append(tx, &entry)
    })?;
    Ok(link)
}

/// Two records in Zoho that claim to be one: never written over, always reported.
pub(crate) fn clones(flow: Flow, source: &SourceRow, records: &[&Record]) -> Trouble {
    let ids: Vec<&str> = records.iter().filter_map(|r| r.get("id")).filter_map(Value::as_text).collect();
    Trouble::new(
        FailureClass::Conflict,
        "cloned_record",
        format!(
            "{} {} has {} records in Zoho with the same BC Id: {}.",
            flow.plural(),
            source.number,
            ids.len(),
            ids.join(", ")
        ),
        "Open them in Zoho and clear the BC Id and BC Number of all but one (a clone made by hand), then replay.",
    )
}

fn report_clones(
    session: &Session<'_>,
    flow: Flow,
    source: &SourceRow,
    records: &[&Record],
) -> Result<(), RunError> {
    let trouble = clones(flow, source, records);
    let now = session.now();
    let failure = NewFailure {
        flow,
        id: source.id,
        number: source.number.clone(),
        class: trouble.class,
        code: trouble.code.clone(),
        message: trouble.message.clone(),
        cure: trouble.cure.clone(),
        retry: trouble.retry(1, now, session.random.as_ref()),
        source_hash: source.hash.clone(),
        fingerprint: session.fingerprint(flow),
        held: false,
    };
    session.store().write(|tx| failures::record(tx, &failure, now))?;
    Ok(())
}
