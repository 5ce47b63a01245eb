//! Reads the customers, items and vendors that a record refers to and that no listing has shown yet.
//!
//! A customer that is entered between the listing of customers and that of invoices, or committed late (facts, §4.10), may have an invoice
//! already. Taken for deleted, it would leave that invoice with a placeholder for good, for lines are written once.

use std::collections::{BTreeMap, BTreeSet};

use business_central::{BcId, Contact, Filter, Literal, PurchaseOrder};

use super::listing;
use crate::apply::Invoices;
use crate::failure::RunError;
use crate::flow::Flow;
use crate::session::Session;
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, ties};

/// So many ids are asked for in one call: addresses have a length.
const IDS_A_CALL: usize = 20;

/// What was looked for in this run: what was not found then is deleted.
#[derive(Default)]
pub(crate) struct Looked(BTreeSet<(Flow, BcId)>);

impl Looked {
    /// Reads what the rows of `flow` refer to and nobody has seen yet. Returns what was found.
    pub(crate) async fn up(
        &mut self,
        session: &Session<'_>,
        flow: Flow,
        rows: impl Iterator<Item = &SourceRow>,
        invoices: &Invoices,
    ) -> Result<BTreeMap<Flow, BTreeSet<BcId>>, RunError> {
        let unknown: BTreeSet<(Flow, BcId)> = session.store().read(|tx| {
            let mut needed = BTreeSet::new();
            for row in rows {
                needed.extend(references(tx, flow, row, invoices)?);
            }
            let mut unknown = BTreeSet::new();
            for (flow, id) in needed.difference(&self.0) {
                if sources::identity(tx, *flow, *id)?.is_none() {
                    unknown.insert((*flow, *id));
                }
            }
            Ok(unknown)
        })?;
        let mut found: BTreeMap<Flow, BTreeSet<BcId>> = BTreeMap::new();
        for needed in flow.needs().iter().copied().filter(|needed| session.policy().flows.contains(needed)) {
            let ids: Vec<BcId> =
                unknown.iter().filter(|(flow, _)| *flow == needed).map(|(_, id)| *id).collect();
            for ids in ids.chunks(IDS_A_CALL) {
                session.check_stop()?;
                let wanted: Vec<Literal> = ids.iter().copied().map(Literal::guid).collect();
                let mut pages =
                    session.company().list(super::whole_record(needed).filter(Filter::any_of("id", &wanted)));
                while let Some(page) = pages.next().await? {
                    let now = session.now();
                    session.store().write(|tx| {
                        for row in &page.rows {
                            listing::observe(tx, &session.run_id, needed, row, now)?;
                            found.entry(needed).or_default().extend(row.id());
                        }
                        Ok(())
                    })?;
                }
            }
        }
        self.0.extend(unknown);
        Ok(found)
    }
}

/// The records that a row cannot be copied without.
fn references(
    tx: &Tx<'_>,
    flow: Flow,
    row: &SourceRow,
    invoices: &Invoices,
) -> Result<Vec<(Flow, BcId)>, StoreError> {
    // What cannot be read is reported where it is mapped.
    match flow {
        Flow::Customers | Flow::Items | Flow::Vendors => Ok(Vec::new()),
        Flow::Contacts => {
            let Ok(contact) = serde_json::from_str::<Contact>(&row.text) else { return Ok(Vec::new()) };
            let customer = match contact.company_number {
                Some(company) => ties::lookup(tx, &company)?,
                None => None,
            };
            Ok(customer.into_iter().map(|id| (Flow::Customers, id)).collect())
        }
        Flow::Invoices => {
            let Some(invoice) = invoices.get(&row.id) else { return Ok(Vec::new()) };
            let customers = [invoice.customer_id, invoice.bill_to_customer_id].into_iter().flatten();
            let items = invoice.lines.iter().filter_map(|line| line.item_id);
            Ok(customers.map(|id| (Flow::Customers, id)).chain(items.map(|id| (Flow::Items, id))).collect())
        }
        Flow::PurchaseOrders => {
            let Ok(order) = serde_json::from_str::<PurchaseOrder>(&row.text) else { return Ok(Vec::new()) };
            let vendors = [order.vendor_id, order.pay_to_vendor_id].into_iter().flatten();
            let items = order.lines.iter().filter_map(|line| line.item_id);
            Ok(vendors.map(|id| (Flow::Vendors, id)).chain(items.map(|id| (Flow::Items, id))).collect())
        }
    }
}
