//! Takes an id map in: all of it, or nothing where any line is wrong.

use std::collections::{BTreeMap, BTreeSet};

use business_central::BcId;
use exact_json::{Map, Value};
use serde::Serialize;
use zoho_crm::{ZohoId, coql};

use super::numbers_of;
use super::table::{Fault, Wanted};
use crate::apply::adopt;
use crate::engine::Engine;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::progress::{Progress, Stop};
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::copy_state::CopyState;
use crate::store::links::{LineState, Link};
use crate::store::{Store, StoreError, audit, failures, keyless, links, sources};

/// How many links are stored in one transaction.
const PUT_AT_ONCE: usize = 500;

/// How many faults of a file are told at once.
const TOLD: usize = 20;

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportPlan {
    /// What keeps the file from being taken in; nothing is linked unless this is empty.
    pub faults: Vec<Fault>,
    /// The links that would be made.
    pub links: Vec<PlannedLink>,
    /// Lines that say what is linked already.
    pub unchanged: u64,
    /// Zoho API credits that the look cost.
    pub zoho_credits: u64,
}

/// One link that would be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedLink {
    /// The line of the file.
    pub line: usize,
    /// The flow.
    pub flow: Flow,
    /// The record in Business Central.
    pub bc_id: BcId,
    /// Its number.
    pub number: String,
    /// The record in Zoho.
    pub zoho_id: ZohoId,
    /// The record in Zoho that stood for it so far.
    pub before: Option<ZohoId>,
    /// The number that the record in Zoho carries as its key.
    #[serde(skip)]
    key: String,
    #[serde(skip)]
    modified_time: Option<String>,
}

/// A record in Zoho, as far as it matters here.
struct Held {
    number: String,
    bc_id: String,
    modified_time: Option<String>,
}

impl Engine {
    /// Holds every line against both systems and says what an import would do. Writes nothing.
    ///
    /// # Errors
    /// When either side or the database could not be read.
    pub async fn plan_import(
        &self,
        wanted: &[Wanted],
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<ImportPlan, RunError> {
        let before = self.parts.zoho.credits();
        let session = self.session("map".to_owned(), progress, stop).await?;
        let mut plan = ImportPlan { faults: twice(wanted), links: Vec::new(), unchanged: 0, zoho_credits: 0 };
        for flow in Flow::ALL {
            let lines: Vec<&Wanted> = wanted.iter().filter(|wanted| wanted.flow == flow).collect();
            if !lines.is_empty() {
                one_flow(&session, flow, &lines, &mut plan).await?;
            }
        }
        plan.faults.sort_by(|a, b| (a.line, &a.column).cmp(&(b.line, &b.column)));
        plan.links.sort_by_key(|link| link.line);
        plan.zoho_credits = self.parts.zoho.credits() - before;
        Ok(plan)
    }

    /// Makes the links of a plan without faults. The next run writes keys and values into the linked records.
    ///
    /// # Errors
    /// When the plan has faults, or the database fails.
    pub fn import(&self, plan: &ImportPlan) -> Result<u64, RunError> {
        no_faults(&plan.faults)?;
        let now = self.parts.clock.now();
        for links in plan.links.chunks(PUT_AT_ONCE) {
            put(&self.parts.store, links, now)?;
        }
        Ok(plan.links.len() as u64)
    }
}

/// Insists that a file has no faults.
///
/// # Errors
/// Refused, with the first faults in words.
pub fn no_faults(faults: &[Fault]) -> Result<(), RunError> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut text: Vec<String> = faults.iter().take(TOLD).map(Fault::words).collect();
    if faults.len() > TOLD {
        text.push(format!("and {} more", faults.len() - TOLD));
    }
    Err(RunError::refused(
        "map_file_wrong",
        format!("Nothing of the file was imported. {}", text.join("; ")),
        "Correct these places and import the file again.",
    ))
}

/// Lines that use a record of either side a second time.
fn twice(wanted: &[Wanted]) -> Vec<Fault> {
    let mut of_bc: BTreeMap<(Flow, BcId), usize> = BTreeMap::new();
    let mut of_zoho: BTreeMap<(Flow, &str), usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for one in wanted {
        if let Some(first) = of_bc.insert((one.flow, one.bc_id), one.line) {
            faults.push(Fault::new(
                one.line,
                "bc_id",
                format!("{} stands in line {first} already", one.bc_id),
            ));
        }
        if let Some(first) = of_zoho.insert((one.flow, one.zoho_id.as_str()), one.line) {
            faults.push(Fault::new(
                one.line,
                "zoho_id",
                format!("{} stands in line {first} already", one.zoho_id),
            ));
        }
    }
    faults
}

async fn one_flow(
    session: &Session<'_>,
    flow: Flow,
    lines: &[&Wanted],
    plan: &mut ImportPlan,
) -> Result<(), RunError> {
    if !session.policy().flows.contains(&flow) {
        let off = |one: &&Wanted| {
            Fault::new(one.line, "flow", format!("the flow \"{flow}\" is not switched on in [sync] flows"))
        };
        plan.faults.extend(lines.iter().map(off));
        return Ok(());
    }
    if let Err(problem) = session.org.gate(flow) {
        plan.faults.extend(lines.iter().map(|one| Fault::new(one.line, "flow", problem.message.clone())));
        return Ok(());
    }
    let ids: BTreeSet<BcId> = lines.iter().map(|one| one.bc_id).collect();
    let numbers = numbers_of(session, flow, &ids).await?;
    let named: BTreeSet<&str> = lines.iter().map(|one| one.zoho_id.as_str()).collect();
    let records = by_column(session, flow, "id", named.iter().map(|id| (*id).to_owned()).collect()).await?;
    let (_, id_key) = adopt::keys(session, flow)?;
    let keyed = by_column(session, flow, &id_key, ids.iter().map(ToString::to_string).collect()).await?;
    // The record that carries a BC Id already.
    let holders: BTreeMap<BcId, &str> = keyed
        .iter()
        .filter_map(|(zoho_id, held)| Some((held.bc_id.parse().ok()?, zoho_id.as_str())))
        .collect();
    let moved: BTreeSet<BcId> = ids;
    for one in lines {
        let found = line(session, one, &numbers, &records, &holders, &moved)?;
        match found {
            Err(faults) => plan.faults.extend(faults),
            Ok(None) => plan.unchanged += 1,
            Ok(Some(link)) => plan.links.push(link),
        }
    }
    Ok(())
}

/// Judges one line: what is wrong with it, or the link that it makes, if it is a new one.
fn line(
    session: &Session<'_>,
    one: &Wanted,
    numbers: &BTreeMap<BcId, String>,
    records: &BTreeMap<String, Held>,
    holders: &BTreeMap<BcId, &str>,
    moved: &BTreeSet<BcId>,
) -> Result<Result<Option<PlannedLink>, Vec<Fault>>, RunError> {
    let flow = one.flow;
    let mut faults = Vec::new();
    let mut fault = |column: &str, message: String| faults.push(Fault::new(one.line, column, message));
    let number = numbers.get(&one.bc_id);
    if number.is_none() {
        fault(
            "bc_id",
            format!(
                "Business Central has no record {} among its {flow}, or the app may not see it",
                one.bc_id
            ),
        );
    }
    let held = records.get(one.zoho_id.as_str());
    match held {
        None => fault("zoho_id", format!("Zoho has no record {} in {}", one.zoho_id, flow.module())),
        Some(held) if map::is_placeholder(&held.number) => {
            fault("zoho_id", format!("the record {} is Ledgerline's own placeholder", one.zoho_id));
        }
        Some(held) if !held.bc_id.is_empty() && !is(&held.bc_id, one.bc_id) => {
            fault(
                "zoho_id",
                format!(
                    "the record {} carries the BC Id {} and stands for another record",
                    one.zoho_id, held.bc_id
                ),
            );
        }
        Some(_) => {}
    }
    if let Some(holder) = holders.get(&one.bc_id).filter(|holder| **holder != one.zoho_id.as_str()) {
        fault(
            "bc_id",
            format!("the record {holder} in Zoho carries this BC Id already; clear it there first"),
        );
    }
    let (mine, theirs) = session
        .store()
        .read(|tx| Ok((links::get(tx, flow, one.bc_id)?, links::by_zoho_id(tx, flow, &one.zoho_id)?)))?;
    if let Some(other) = theirs.filter(|link| link.id != one.bc_id && !moved.contains(&link.id)) {
        fault(
            "zoho_id",
            format!("the record {} stands for {} ({}) already", one.zoho_id, other.number, other.id),
        );
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let (Some(number), Some(held)) = (number, held) else { return Ok(Ok(None)) };
    let before = mine.map(|link| link.zoho_id);
    if before.as_ref() == Some(&one.zoho_id) {
        return Ok(Ok(None));
    }
    Ok(Ok(Some(PlannedLink {
        line: one.line,
        flow,
        bc_id: one.bc_id,
        number: number.clone(),
        zoho_id: one.zoho_id.clone(),
        before,
        key: held.number.clone(),
        modified_time: held.modified_time.clone(),
    })))
}

fn is(text: &str, id: BcId) -> bool {
    text.parse() == Ok(id)
}

/// The records whose column holds one of the values, by their Zoho id.
async fn by_column(
    session: &Session<'_>,
    flow: Flow,
    column: &str,
    values: Vec<String>,
) -> Result<BTreeMap<String, Held>, RunError> {
    let (number_key, id_key) = adopt::keys(session, flow)?;
    let module = flow.module().api_name();
    let mut found = BTreeMap::new();
    for chunk in values.chunks(coql::IN_MAX) {
        session.check_stop()?;
        let condition = coql::in_list(column, chunk);
        // A key that several records carry is rare; what does not fit in a page is found when the rest is put right.
        let query = format!(
            "select id, {number_key}, {id_key}, Modified_Time from {module} where {condition} limit {}",
            coql::ROWS_MAX
        );
        for row in session.zoho().coql(&query).await?.rows {
            let text = |name: &str| row.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
            let held = Held {
                number: text(&number_key),
                bc_id: text(&id_key),
                modified_time: row.get("Modified_Time").and_then(Value::as_text).map(ToOwned::to_owned),
            };
            found.insert(text("id"), held);
        }
    }
    Ok(found)
}

/// Stores links with their audit entries. Nothing is known of what the records hold: every value that Business Central has is
/// written by the next run, and what people wrote where it has none stays theirs.
fn put(store: &Store, planned: &[PlannedLink], now: jiff::Timestamp) -> Result<(), StoreError> {
    store.write(|tx| {
        // First all old ones go, so that two records can change places.
        for one in planned {
            links::remove(tx, one.flow, one.bc_id)?;
        }
        for one in planned {
            let document = one.flow.is_document();
            let link = Link {
                flow: one.flow,
                id: one.bc_id,
                zoho_id: one.zoho_id.clone(),
                number: one.key.clone(),
                sent: Map::new(),
                source_hash: String::new(),
                fingerprint: String::new(),
                modified_time: one.modified_time.clone(),
                verified: !document,
                lines: if document { LineState::Unknown } else { LineState::None },
                adopted: true,
                written_at: now,
                copy: CopyState::default(),
            };
            links::put(tx, &link)?;
            keyless::remove(tx, one.flow, &one.zoho_id)?;
            failures::close(tx, one.flow, one.bc_id)?;
            sources::unsettle(tx, one.flow, one.bc_id)?;
            let was = one.before.as_ref().map(|id| Value::text(id.as_str()));
            audit::append(
                tx,
                &Entry {
                    seq: 0,
                    at: now,
                    run: None,
                    flow: Some(one.flow),
                    id: Some(one.bc_id),
                    number: Some(one.number.clone()),
                    kind: AuditKind::Adopted,
                    summary: format!("linked with the record {} in Zoho by an imported map", one.zoho_id),
                    before: was,
                    after: Some(Value::text(one.zoho_id.as_str())),
                    zoho_id: Some(one.zoho_id.to_string()),
                },
            )?;
        }
        Ok(())
    })
}
