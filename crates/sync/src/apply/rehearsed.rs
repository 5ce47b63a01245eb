//! What Zoho would say after writes that were only rehearsed. The database of a rehearsal knows them; Zoho does not.

use std::collections::BTreeMap;

use exact_json::{Decimal, Value};
use zoho_crm::{Record, Rehearsal, ZohoId};

use super::{Task, verify};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::links;

/// Records as they were found, with the numbers that the run has given them meanwhile.
pub(crate) fn as_it_would_be(
    session: &Session<'_>,
    flow: Flow,
    number_key: &str,
    mut found: Vec<Record>,
) -> Result<Vec<Record>, RunError> {
    if !session.rehearsing {
        return Ok(found);
    }
    session.store().read(|tx| {
        for record in &mut found {
            let Some(id) = record.get("id").and_then(Value::as_text).map(ZohoId::new) else { continue };
            if let Some(link) = links::by_zoho_id(tx, flow, &id)? {
                record.insert(number_key.to_owned(), Value::text(link.number));
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// The totals of the tasks whose lines or adjustment Zoho was not really given: they are taken to be as they should. That Zoho computes
/// the same is what only a real run can prove.
pub(crate) fn totals(
    session: &Session<'_>,
    flow: Flow,
    tasks: &[Task],
) -> BTreeMap<ZohoId, (Decimal, Decimal)> {
    if !session.rehearsing {
        return BTreeMap::new();
    }
    let lines = flow.rows().map_or("", |module| module.api_name());
    let expected = |task: &Task| {
        let id = task.link.as_ref().map(|link| link.zoho_id.clone())?;
        let total = task.mapped.as_ref()?.expected_total?;
        let written = |name| task.wrote.is_some() && task.row.contains_key(name);
        let only_here = Rehearsal::is_own(id.as_str()) || written(lines) || written(verify::ADJUSTMENT);
        only_here.then_some((id, (total, Decimal::default())))
    };
    tasks.iter().filter_map(expected).collect()
}
