//! Compares both systems, independently of what the local database believes.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use business_central::{BcId, Row};
use exact_json::{Decimal, Map, Value};
use serde::{Deserialize, Serialize};
use zoho_crm::{Record, ZohoId};

use crate::apply::{adopt, decide};
use crate::failure::RunError;
use crate::flow::Flow;
use crate::links_view::StoredLinks;
use crate::map::{self, Context, Links, Mapped};
use crate::observe;
use crate::progress::Event;
use crate::report::RunReport;
use crate::session::Session;
use crate::store::{links, sources};

/// How many differences are listed; more are only counted.
const LISTED: usize = 1_000;

/// What kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Zoho lacks the record.
    Missing,
    /// Zoho has a record with our key whose source is not in Business Central, or not to be copied.
    Extra,
    /// Several records in Zoho stand for one.
    Duplicate,
    /// A field differs.
    Field,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The flow.
    pub flow: Flow,
    /// The record's number in Business Central, or as Zoho has it.
    pub number: String,
    /// Its identity in Business Central.
    pub bc_id: Option<BcId>,
    /// Its record in Zoho.
    pub zoho_id: Option<String>,
    /// What kind.
    pub kind: DifferenceKind,
    /// The field that differs.
    pub field: Option<String>,
    /// What Business Central makes of it.
    pub business_central: Option<String>,
    /// What Zoho holds.
    pub zoho: Option<String>,
}

/// The comparison of one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowComparison {
    /// The flow.
    pub flow: Flow,
    /// Records that should be copied.
    pub business_central: u64,
    /// Records in Zoho that carry our key.
    pub zoho: u64,
    /// Records that Zoho lacks.
    pub missing: u64,
    /// Records in Zoho without a source.
    pub extra: u64,
    /// Records that differ.
    pub differing: u64,
    /// By currency, the sum of invoice totals in Business Central.
    pub amount_business_central: BTreeMap<String, Decimal>,
    /// By currency, the sum of the same invoices' totals in Zoho.
    pub amount_zoho: BTreeMap<String, Decimal>,
}

/// The comparison of both systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Whether there is no difference at all.
    pub agrees: bool,
    /// One for every flow that the org allows.
    pub flows: Vec<FlowComparison>,
    /// The first thousand differences.
    pub differences: Vec<Difference>,
    /// Whether there are more than are listed.
    pub truncated: bool,
    /// The run that went before, unless only a comparison was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunReport>,
}

/// Reads both sides whole and compares record by record, field by field.
pub(crate) async fn compare(session: &Session<'_>) -> Result<Reconciliation, RunError> {
    let mut found = Reconciliation {
        agrees: true,
        flows: Vec::new(),
        differences: Vec::new(),
        truncated: false,
        run: None,
    };
    let mut zoho_side = ZohoSide::new(session);
    for flow in Flow::ALL.into_iter().filter(|flow| session.policy().flows.contains(flow)) {
        if session.org.gate(flow).is_err() {
            continue;
        }
        session.progress().event(Event::Comparing { flow });
        let mut comparison = FlowComparison {
            flow,
            business_central: 0,
            zoho: 0,
            missing: 0,
            extra: 0,
            differing: 0,
            amount_business_central: BTreeMap::new(),
            amount_zoho: BTreeMap::new(),
        };
        let mut records = read_zoho(session, flow, &mut zoho_side, &mut comparison, &mut found).await?;
        let mut seen = BTreeSet::new();
        for query in observe::listings(flow, None, session.policy().invoices_from) {
            let mut pages = session.company().list(query);
            while let Some(page) = pages.next().await? {
                session.check_stop()?;
                for row in &page.rows {
                    if let Some(id) = row.id()
                        && seen.insert(id)
                    {
                        let record = records.remove(&id);
                        one(session, flow, id, row, record, &zoho_side, &mut comparison, &mut found)?;
                    }
                }
            }
        }
        let (number_key, _) = adopt::keys(session, flow)?;
        for (id, record) in records {
            leftover(session, flow, id, &record, &number_key, &mut comparison, &mut found)?;
        }
        found.flows.push(comparison);
    }
    found.agrees = !found.truncated
        && found.differences.is_empty()
        && found.run.as_ref().is_none_or(|run| run.error.is_none());
    Ok(found)
}

/// Reads the module's records with our key; reports those that claim the same source.
async fn read_zoho(
    session: &Session<'_>,
    flow: Flow,
    side: &mut ZohoSide<'_>,
    comparison: &mut FlowComparison,
    found: &mut Reconciliation,
) -> Result<BTreeMap<BcId, Record>, RunError> {
    let (number_key, id_key) = adopt::keys(session, flow)?;
    let placeholders = [map::LINE_PRODUCT_NUMBER, map::DELETED_CUSTOMERS_NUMBER];
    let mut records: BTreeMap<BcId, Record> = BTreeMap::new();
    // A clone made by hand has the identity and, because that is unique, not the number.
    let ours = format!("({number_key} is not null or {id_key} is not null)");
    for record in adopt::select(session, flow, &ours).await? {
        let text = |key: &str| record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        let number = text(&number_key);
        if placeholders.contains(&number.as_str()) {
            continue;
        }
        comparison.zoho += 1;
        let difference = |kind, bc_id| Difference {
            flow,
            number: number.clone(),
            bc_id,
            zoho_id: Some(text("id")),
            kind,
            field: None,
            business_central: None,
            zoho: None,
        };
        let Ok(id) = text(&id_key).parse::<BcId>() else {
            comparison.extra += 1;
            found.add(difference(DifferenceKind::Extra, None));
            continue;
        };
        side.ids.insert((flow, id), ZohoId::new(text("id")));
        side.numbers.insert((flow, number.to_lowercase()), ZohoId::new(text("id")));
        match records.entry(id) {
            Entry::Occupied(_) => {
                comparison.differing += 1;
                found.add(difference(DifferenceKind::Duplicate, Some(id)));
            }
            Entry::Vacant(free) => {
                free.insert(record);
            }
        }
    }
    Ok(records)
}

/// Compares one row of Business Central with its record.
#[allow(clippy::too_many_arguments)]
fn one(
    session: &Session<'_>,
    flow: Flow,
    id: BcId,
    row: &Row,
    record: Option<Record>,
    side: &ZohoSide<'_>,
    comparison: &mut FlowComparison,
    found: &mut Reconciliation,
) -> Result<(), RunError> {
    let stored = session.store().read(|tx| sources::get(tx, flow, id))?;
    let posted = stored.as_ref().is_some_and(|stored| stored.posted);
    let context =
        Context { org: &session.org, company: &session.facts, policy: &session.policy().map, links: side };
    let number = row.number().unwrap_or_default().to_owned();
    let zoho_id = record.as_ref().and_then(|r| r.get("id")).and_then(Value::as_text).map(ToOwned::to_owned);
    let difference = |kind| Difference {
        flow,
        number: number.clone(),
        bc_id: Some(id),
        zoho_id: zoho_id.clone(),
        kind,
        field: None,
        business_central: None,
        zoho: None,
    };
    let mapped = match map::map_row(flow, row.text(), posted, &context) {
        Ok(Mapped::Skip(_)) => {
            if record.is_some() {
                comparison.extra += 1;
                found.add(difference(DifferenceKind::Extra));
            }
            return Ok(());
        }
        Ok(Mapped::Record(mapped)) => mapped,
        Ok(Mapped::Wait(_) | Mapped::Refuse(_)) | Err(_) => {
            comparison.business_central += 1;
            comparison.missing += 1;
            found.add(difference(DifferenceKind::Missing));
            return Ok(());
        }
    };
    comparison.business_central += 1;
    let currency = mapped.currency.clone().unwrap_or_else(|| session.facts.local_currency.clone());
    if let Some(total) = mapped.expected_total {
        *comparison.amount_business_central.entry(currency.clone()).or_default() += total;
    }
    let Some(record) = record else {
        comparison.missing += 1;
        found.add(difference(DifferenceKind::Missing));
        return Ok(());
    };
    let link = session.store().read(|tx| links::get(tx, flow, id))?;
    let mut differing = fields(session, flow, &mapped.fields, &record);
    differing.retain(|(field, ours, _)| {
        ours.is_some() || !link.as_ref().is_some_and(|link| link.leaves_to_people(field))
    });
    let mut differs = !differing.is_empty();
    for (field, ours, theirs) in differing {
        found.add(Difference {
            field: Some(field),
            business_central: ours,
            zoho: theirs,
            ..difference(DifferenceKind::Field)
        });
    }
    if let Some(expected) = mapped.expected_total {
        let held = record.get("Grand_Total").and_then(Value::as_number).unwrap_or_default();
        *comparison.amount_zoho.entry(currency).or_default() += held;
        if held != expected {
            differs = true;
            found.add(Difference {
                field: Some("Grand_Total".to_owned()),
                business_central: Some(expected.to_string()),
                zoho: Some(held.to_string()),
                ..difference(DifferenceKind::Field)
            });
        }
    }
    comparison.differing += u64::from(differs);
    Ok(())
}

/// The fields that mean different things on both sides, except the Adjustment, which is whatever makes the total agree.
fn fields(
    session: &Session<'_>,
    flow: Flow,
    want: &Map,
    record: &Record,
) -> Vec<(String, Option<String>, Option<String>)> {
    let same = decide::same(&session.org, flow);
    let shown = |value: &Value| {
        (!value.is_null()).then(|| value.as_text().map_or_else(|| value.to_json(), ToOwned::to_owned))
    };
    want.iter()
        .filter(|(name, _)| name.as_str() != "Adjustment")
        .filter_map(|(name, ours)| {
            let theirs = record.get(name).unwrap_or(&Value::Null);
            (!same(name, ours, theirs)).then(|| (name.clone(), shown(ours), shown(theirs)))
        })
        .collect()
}

/// A record in Zoho whose source was not among what Business Central listed.
fn leftover(
    session: &Session<'_>,
    flow: Flow,
    id: BcId,
    record: &Record,
    number_key: &str,
    comparison: &mut FlowComparison,
    found: &mut Reconciliation,
) -> Result<(), RunError> {
    let stored = session.store().read(|tx| sources::get(tx, flow, id))?;
    // Deleted in Business Central and marked so, or an old invoice that was open once: both are as they should be.
    if stored.is_some() {
        comparison.zoho -= 1;
        return Ok(());
    }
    comparison.extra += 1;
    found.add(Difference {
        flow,
        number: record.get(number_key).and_then(Value::as_text).unwrap_or_default().to_owned(),
        bc_id: Some(id),
        zoho_id: record.get("id").and_then(Value::as_text).map(ToOwned::to_owned),
        kind: DifferenceKind::Extra,
        field: None,
        business_central: None,
        zoho: None,
    });
    Ok(())
}

impl Reconciliation {
    fn add(&mut self, difference: Difference) {
        if self.differences.len() < LISTED {
            self.differences.push(difference);
        } else {
            self.truncated = true;
        }
    }
}

/// Who stands for whom, as Zoho itself says.
struct ZohoSide<'a> {
    stored: StoredLinks<'a>,
    ids: BTreeMap<(Flow, BcId), ZohoId>,
    numbers: BTreeMap<(Flow, String), ZohoId>,
}

impl<'a> ZohoSide<'a> {
    fn new(session: &'a Session<'_>) -> Self {
        Self { stored: StoredLinks(session.store()), ids: BTreeMap::new(), numbers: BTreeMap::new() }
    }
}

impl Links for ZohoSide<'_> {
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        self.ids.get(&(flow, id)).cloned()
    }

    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        self.numbers.get(&(flow, number.to_lowercase())).cloned()
    }

    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId> {
        self.stored.customer_of_contact(company_number, contact_number)
    }

    fn line_product(&self) -> Option<ZohoId> {
        self.stored.line_product()
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        self.stored.deleted_customers_account()
    }

    fn will_come(&self, flow: Flow, id: BcId) -> bool {
        self.stored.will_come(flow, id)
    }
}
