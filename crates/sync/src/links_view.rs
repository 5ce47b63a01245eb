//! What the mapping may ask of the database: who stands for whom in Zoho.

use business_central::BcId;
use zoho_crm::ZohoId;

use crate::flow::Flow;
use crate::map::Links;
use crate::store::{Store, facts, links, sources, ties};

/// The fact that holds the Zoho id of the placeholder Product.
pub(crate) const LINE_PRODUCT: &str = "placeholder.line_product";
/// The fact that holds the Zoho id of the placeholder Account.
pub(crate) const DELETED_CUSTOMERS: &str = "placeholder.deleted_customers";

/// The links of the local database.
pub(crate) struct StoredLinks<'a>(pub(crate) &'a Store);

impl StoredLinks<'_> {
    fn fact(&self, name: &str) -> Option<ZohoId> {
        self.0.read(|tx| facts::get(tx, name)).ok().flatten().map(ZohoId::new)
    }
}

impl Links for StoredLinks<'_> {
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        self.0.read(|tx| links::get(tx, flow, id)).ok().flatten().map(|link| link.zoho_id)
    }

    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        self.0.read(|tx| links::by_number(tx, flow, number)).ok().flatten().map(|link| link.zoho_id)
    }

    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId> {
        let lookup = |number: &str| self.0.read(|tx| ties::lookup(tx, number)).ok().flatten();
        company_number.and_then(lookup).or_else(|| lookup(contact_number))
    }

    fn line_product(&self) -> Option<ZohoId> {
        self.fact(LINE_PRODUCT)
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        self.fact(DELETED_CUSTOMERS)
    }

    fn will_come(&self, flow: Flow, id: BcId) -> bool {
        self.0.read(|tx| sources::get(tx, flow, id)).ok().flatten().is_some_and(|row| row.gone.is_none())
    }
}
