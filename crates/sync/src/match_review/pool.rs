//! The records without our key in memory, ready to be asked for the candidates of a record of Business Central.

use business_central::{BcId, Contact, PurchaseOrder, SalesInvoice};
use zoho_crm::ZohoId;

use crate::failure::RunError;
use crate::flow::Flow;
use crate::map;
use crate::matching::{Candidate, Index, Party};
use crate::session::Session;
use crate::store::decisions::{self, DecisionKind};
use crate::store::sources::{self, SourceRow};
use crate::store::{StoreError, Tx, keyless, links, ties};

/// How many rows are read from the database at a time.
pub(super) const PAGE: usize = 500;

/// The index of a flow in memory.
pub(crate) struct Pool {
    flow: Flow,
    index: Index<ZohoId>,
}

impl Pool {
    /// The flow's index; `None` where Zoho holds nothing without our key.
    pub(super) fn load(session: &Session<'_>, flow: Flow) -> Result<Option<Self>, RunError> {
        let mut index = Index::build(map::kind(flow), []);
        let mut after: Option<ZohoId> = None;
        loop {
            let page = session.store().read(|tx| keyless::page(tx, flow, after.as_ref(), PAGE))?;
            let Some(last) = page.last() else { break };
            after = Some(last.zoho_id.clone());
            for record in page {
                index.add(record.zoho_id, &record.party);
            }
        }
        if index.is_empty() {
            return Ok(None);
        }
        // A value that many customers share, such as the telephone number of a group, says little about one.
        let mut after = None;
        loop {
            session.check_stop()?;
            let page = session.store().read(|tx| sources::page(tx, flow, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for row in page.iter().filter(|row| row.gone.is_none()) {
                if let Ok(party) = map::source_party(flow, &row.text, None) {
                    index.learn(&party);
                }
            }
        }
        Ok(Some(Self { flow, index }))
    }

    /// Takes over what a look found under an id.
    pub(super) fn update(&mut self, zoho_id: &ZohoId, party: Option<&Party>) {
        match party {
            Some(party) => self.index.add(zoho_id.clone(), party),
            None => {
                self.index.remove(zoho_id);
            }
        }
    }

    /// The records that may be this one: neither given to another, nor said to be another.
    pub(super) fn candidates(
        &self,
        tx: &Tx<'_>,
        id: BcId,
        party: &Party,
    ) -> Result<Vec<Candidate<ZohoId>>, StoreError> {
        let mut found = self.index.candidates(party);
        if found.is_empty() {
            return Ok(found);
        }
        let decided = decisions::of_record(tx, self.flow, id)?;
        let rejected = |zoho_id: &ZohoId| {
            let is_it = |d: &decisions::Decision| {
                d.kind == DecisionKind::Reject && d.zoho_id.as_ref() == Some(zoho_id)
            };
            decided.iter().any(is_it)
        };
        let mut free = Vec::with_capacity(found.len());
        for candidate in found.drain(..) {
            let given = decisions::accepted_for(tx, self.flow, &candidate.key)?.is_some_and(|d| d.id != id);
            if !given
                && !rejected(&candidate.key)
                && links::by_zoho_id(tx, self.flow, &candidate.key)?.is_none()
            {
                free.push(candidate);
            }
        }
        Ok(free)
    }
}

/// What can be compared of a stored row; `None` for one that belongs to nobody who is known in Zoho, so that there is nothing to compare it with.
pub(super) fn party(tx: &Tx<'_>, flow: Flow, row: &SourceRow) -> Result<Option<Party>, StoreError> {
    let owner = match flow {
        Flow::Customers | Flow::Items | Flow::Vendors => None,
        Flow::Contacts | Flow::Invoices | Flow::PurchaseOrders => match owner(tx, flow, row)? {
            Some(owner) => Some(owner.to_string()),
            None => return Ok(None),
        },
    };
    Ok(map::source_party(flow, &row.text, owner).ok())
}

/// The Account of the customer to whom a contact or an invoice belongs, or the Vendor of an order: linked, or accepted and about to be.
fn owner(tx: &Tx<'_>, flow: Flow, row: &SourceRow) -> Result<Option<ZohoId>, StoreError> {
    let party = match flow {
        Flow::Customers | Flow::Items | Flow::Vendors => None,
        Flow::Contacts => {
            let Ok(contact) = serde_json::from_str::<Contact>(&row.text) else { return Ok(None) };
            let company = contact.company_number.unwrap_or_default();
            let customer = match ties::lookup(tx, company.trim())? {
                Some(customer) => Some(customer),
                None => ties::lookup(tx, &row.number)?,
            };
            customer.map(|id| (Flow::Customers, id))
        }
        Flow::Invoices => {
            let invoice = serde_json::from_str::<SalesInvoice>(&row.text).ok();
            invoice.and_then(|row| row.customer_id).map(|id| (Flow::Customers, id))
        }
        Flow::PurchaseOrders => {
            let order = serde_json::from_str::<PurchaseOrder>(&row.text).ok();
            order.and_then(|row| row.vendor_id).map(|id| (Flow::Vendors, id))
        }
    };
    let Some((flow, id)) = party else { return Ok(None) };
    Ok(match links::get(tx, flow, id)? {
        Some(link) => Some(link.zoho_id),
        None => decisions::accepted(tx, flow, id)?,
    })
}
