//! What the mapping may ask of the database: who stands for whom in Zoho.

use std::cell::RefCell;
use std::collections::BTreeMap;

use business_central::BcId;
use zoho_crm::ZohoId;

use crate::flow::Flow;
use crate::map::Links;
use crate::store::{Store, StoreError, facts, links, sources, ties};

/// The fact that holds the Zoho id of the placeholder Product.
pub(crate) const LINE_PRODUCT: &str = "placeholder.line_product";
/// The fact that holds the Zoho id of the placeholder Account.
pub(crate) const DELETED_CUSTOMERS: &str = "placeholder.deleted_customers";

/// The links of the local database, for a page of records: what many of them ask for is read once. The database is not held between two
/// questions, so that answers are stored meanwhile.
pub(crate) struct StoredLinks<'a> {
    store: &'a Store,
    by_id: RefCell<BTreeMap<(Flow, BcId), Option<ZohoId>>>,
    facts: RefCell<BTreeMap<&'static str, Option<ZohoId>>>,
}

impl<'a> StoredLinks<'a> {
    pub(crate) fn of(store: &'a Store) -> Self {
        Self { store, by_id: RefCell::default(), facts: RefCell::default() }
    }

    fn fact(&self, name: &'static str) -> Option<ZohoId> {
        let read = || known(self.store.read(|tx| facts::get(tx, name))).map(ZohoId::new);
        self.facts.borrow_mut().entry(name).or_insert_with(read).clone()
    }
}

/// What cannot be read is not there: the record waits, and is looked at in the next run.
fn known<T>(found: Result<Option<T>, StoreError>) -> Option<T> {
    found.ok().flatten()
}

impl Links for StoredLinks<'_> {
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId> {
        let read = || known(self.store.read(|tx| links::zoho_id(tx, flow, id)));
        self.by_id.borrow_mut().entry((flow, id)).or_insert_with(read).clone()
    }

    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId> {
        known(self.store.read(|tx| links::by_number(tx, flow, number)))
            .filter(|link| link.copy.gone.is_none())
            .map(|link| link.zoho_id)
    }

    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId> {
        let lookup = |number: &str| known(self.store.read(|tx| ties::lookup(tx, number)));
        company_number.and_then(lookup).or_else(|| lookup(contact_number))
    }

    fn line_product(&self) -> Option<ZohoId> {
        self.fact(LINE_PRODUCT)
    }

    fn deleted_customers_account(&self) -> Option<ZohoId> {
        self.fact(DELETED_CUSTOMERS)
    }

    fn will_come(&self, flow: Flow, id: BcId) -> bool {
        known(self.store.read(|tx| sources::get(tx, flow, id))).is_some_and(|row| row.gone.is_none())
    }
}
