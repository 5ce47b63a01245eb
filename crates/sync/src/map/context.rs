//! What the mapping may know beside the row itself.

use business_central::BcId;
use exact_json::{Map, Value};
use zoho_crm::ZohoId;

use super::MapPolicy;
use crate::company_facts::CompanyFacts;
use crate::flow::Flow;
use crate::org_schema::OrgSchema;

/// Everything that the mapping may know beside the row itself.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the org looks like.
    pub org: &'a OrgSchema,
    /// What the company's small tables say.
    pub company: &'a CompanyFacts,
    /// What the user decided.
    pub policy: &'a MapPolicy,
    /// Who stands for whom.
    pub links: &'a dyn Links,
}

/// Which Zoho record stands for which Business Central record.
pub trait Links {
    /// The Zoho record that stands for the record `id`.
    fn zoho_id(&self, flow: Flow, id: BcId) -> Option<ZohoId>;
    /// The Zoho record that carries `number` as its BC Number.
    fn by_number(&self, flow: Flow, number: &str) -> Option<ZohoId>;
    /// The customer to whom a contact belongs, by the number of its company contact or by its own.
    fn customer_of_contact(&self, company_number: Option<&str>, contact_number: &str) -> Option<BcId>;
    /// The placeholder Product.
    fn line_product(&self) -> Option<ZohoId>;
    /// The placeholder Account.
    fn deleted_customers_account(&self) -> Option<ZohoId>;
    /// Whether the record is known in Business Central, so that waiting for it makes sense.
    fn will_come(&self, flow: Flow, id: BcId) -> bool;
}

impl Context<'_> {
    /// The owner of a new record: the Zoho user who has the salesperson's e-mail, else the user chosen in setup.
    pub(crate) fn owner(&self, salesperson: Option<&str>) -> Option<ZohoId> {
        let email = salesperson.and_then(|code| self.company.salespeople.get(code.trim()));
        let user = email.and_then(|email| self.org.active_user(email));
        user.or_else(|| self.policy.default_owner.clone())
    }

    /// What a new record gets beside its own fields.
    pub(crate) fn on_create(&self, salesperson: Option<&str>) -> Map {
        self.owner(salesperson).map(|owner| ("Owner".to_owned(), lookup(&owner))).into_iter().collect()
    }

    /// The country's name, else its code.
    pub(crate) fn country<'b>(&'b self, code: Option<&'b str>) -> Option<&'b str> {
        code.map(|code| self.company.countries.get(code.trim()).map_or(code, String::as_str))
    }

    /// The document's or customer's currency; blank means the local one.
    pub(crate) fn currency<'b>(&'b self, code: Option<&'b str>) -> &'b str {
        code.map(str::trim).filter(|code| !code.is_empty()).unwrap_or(&self.company.local_currency)
    }
}

/// A reference to another Zoho record or user.
pub(crate) fn lookup(id: &ZohoId) -> Value {
    Value::Object([("id".to_owned(), Value::text(id.as_str()))].into())
}
