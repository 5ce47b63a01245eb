//! Learns which row of a document stands for which of its lines. Zoho's answer to a write does not say it: the rows are read back.

use std::collections::BTreeMap;

use exact_json::Value;
use zoho_crm::{ErrorKind, ZohoId, coql};

use super::Task;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::session::Session;
use crate::store::line_rows;

/// Rows by the record that they belong to.
type Rows = BTreeMap<ZohoId, Vec<Value>>;

/// Reads the rows of the tasks of which none is known, and remembers whose they are. Only documents whose lines change need it.
pub(super) async fn learn(session: &Session<'_>, flow: Flow, tasks: &[Task]) -> Result<(), RunError> {
    // What was only rehearsed has no rows.
    if session.rehearsing {
        return Ok(());
    }
    let unknown = session.store().read(|tx| {
        let mut unknown = Vec::new();
        for task in tasks {
            let changes = task.mapped.as_ref().is_some_and(|mapped| mapped.lines_digest.is_some());
            if let Some(link) = task.link.as_ref().filter(|_| changes)
                && !line_rows::any(tx, flow, task.source.id)?
            {
                unknown.push((task, link.zoho_id.clone()));
            }
        }
        Ok(unknown)
    })?;
    for chunk in unknown.chunks(coql::IN_MAX) {
        session.may_write().await?;
        let ids: Vec<&str> = chunk.iter().map(|(_, id)| id.as_str()).collect();
        let rows = match by_query(session, flow, &ids).await {
            // That a query reads the rows of a subform is documented, and nobody has seen it with this one (facts, §5.3).
            Err(RunError::Zoho(error)) if is_refusal(&error.kind) => one_by_one(session, flow, &ids).await?,
            other => other?,
        };
        for (task, zoho_id) in chunk {
            if let Some(rows) = rows.get(zoho_id) {
                remember(session, flow, task, rows)?;
            }
        }
    }
    Ok(())
}

/// Remembers whose the rows of a task's record are.
pub(super) fn remember(
    session: &Session<'_>,
    flow: Flow,
    task: &Task,
    rows: &[Value],
) -> Result<(), RunError> {
    let Some(mapped) = task.mapped.as_ref().filter(|mapped| mapped.lines_digest.is_some()) else {
        return Ok(());
    };
    let pairs = map::pair_lines(&mapped.lines, rows);
    session.store().write_soon(|tx| line_rows::replace(tx, flow, task.source.id, &pairs))?;
    Ok(())
}

async fn by_query(session: &Session<'_>, flow: Flow, ids: &[&str]) -> Result<Rows, RunError> {
    let mut found = Rows::new();
    let Some(module) = flow.rows() else { return Ok(found) };
    let parents = coql::in_list("Parent_Id", ids);
    let mut last: Option<String> = None;
    loop {
        session.may_write().await?;
        let condition = match &last {
            Some(last) => format!("({parents} and id > {})", coql::text(last)),
            None => parents.clone(),
        };
        let query = format!(
            "select id, Parent_Id, Product_Name, Quantity, List_Price, Discount, Description from {} where {condition} order by id asc limit {}",
            module.api_name(),
            coql::ROWS_MAX
        );
        let page = session.zoho().coql(&query).await?;
        last = page.rows.last().and_then(|row| row.get("id")).and_then(Value::as_text).map(ToOwned::to_owned);
        for row in page.rows {
            if let Some(parent) = row.get("Parent_Id").and_then(map::as_reference).map(ZohoId::new) {
                found.entry(parent).or_default().push(Value::Object(row));
            }
        }
        if !page.more || last.is_none() {
            return Ok(found);
        }
    }
}

async fn one_by_one(session: &Session<'_>, flow: Flow, ids: &[&str]) -> Result<Rows, RunError> {
    let mut found = Rows::new();
    let Some(module) = flow.rows() else { return Ok(found) };
    for id in ids.iter().map(|id| ZohoId::new(*id)) {
        session.may_write().await?;
        let record = session.zoho().get(flow.module(), &id).await?;
        let rows = record.as_ref().and_then(|record| record.get(module.api_name())).and_then(Value::as_list);
        found.insert(id, rows.unwrap_or_default().to_vec());
    }
    Ok(found)
}

/// Whether Zoho does not let the rows be queried, rather than not answering.
fn is_refusal(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::BadRequest | ErrorKind::InvalidModule | ErrorKind::NoPermission | ErrorKind::ScopeMismatch
    )
}
