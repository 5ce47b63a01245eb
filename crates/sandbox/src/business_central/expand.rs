//! The text of a row, with the rows that come along with it.

use exact_json::{Decimal, Value};
use uuid::Uuid;

use super::BcState;
use super::navigation::{Entity, Expand, Navigation, Wanted};
use super::odata;
use super::row::Row;
use super::schema::Table;

impl BcState {
    /// A record's text; `context` stands in it where it is the whole answer.
    pub(super) fn record(&self, table: Table, row: &Row, wanted: &Wanted, context: Option<&str>) -> String {
        let computed = match table {
            Table::SalesInvoices => Some(("remainingAmount", Value::Number(remaining(row)))),
            Table::Customers => Some(("balanceDue", Value::Number(row.number("balance")))),
            Table::Items
            | Table::Contacts
            | Table::Vendors
            | Table::PurchaseOrders
            | Table::PurchaseReceipts
            | Table::PurchaseInvoices
            | Table::DetailedLedger
            | Table::GeneralLedger
            | Table::Countries
            | Table::Currencies
            | Table::PaymentTerms
            | Table::Salespeople
            | Table::LedgerSetup
            | Table::CompanyInformation => None,
        };
        let mut out = String::from("{");
        if let Some(context) = context {
            odata::member(&mut out, "@odata.context", &Value::text(context));
        }
        // A query's rows have no version (facts, §3.D).
        if table != Table::DetailedLedger {
            odata::member(&mut out, "@odata.etag", &Value::text(row.etag()));
        }
        self.filled(out, Entity::Record(table), row, computed.as_slice(), wanted)
    }

    /// The text of a line, of an invoice or an order.
    pub(super) fn line(&self, entity: Entity, document: &Row, line: &Row, wanted: &Wanted) -> String {
        self.filled(begun(document), entity, line, &[], wanted)
    }

    /// The header of a posted invoice, with the id that `salesInvoices` gives it.
    pub(super) fn posted_header(&self, row: &Row, wanted: &Wanted) -> String {
        let currency = row.text("currencyCode");
        let currency = if currency == self.local_currency() { "" } else { currency };
        let computed = [
            ("id", Value::text(posted_id(row).to_string())),
            ("apiId", Value::text(row.id.to_string())),
            ("currencyCode", Value::text(currency)),
        ];
        self.filled(begun(row), Entity::PostedHeader, row, &computed, wanted)
    }

    /// The company contact of a customer and the persons below it, as a list of rows.
    pub(super) fn contacts_of(&self, customer: &Row, wanted: &Wanted) -> String {
        list(self.of_company(Table::Contacts, customer.text("companyContact")).map(|contact| {
            let computed = [
                ("contactId", Value::text(contact.id.to_string())),
                ("contactNumber", Value::text(contact.text("number"))),
                ("contactName", Value::text(contact.text("displayName"))),
                ("contactType", Value::text(contact.text("type"))),
                ("relatedId", Value::text(customer.id.to_string())),
                ("relatedType", Value::text("Customer")),
            ];
            self.filled(begun(contact), Entity::ContactInformation, contact, &computed, wanted)
        }))
    }

    fn filled(
        &self,
        mut out: String,
        entity: Entity,
        row: &Row,
        computed: &[(&str, Value)],
        wanted: &Wanted,
    ) -> String {
        odata::members(&mut out, row, entity.properties(), &wanted.select, computed);
        for expand in &wanted.expand {
            out.push_str(&format!(",\"{}\":{}", expand.name, self.navigated(row, expand)));
        }
        out + "}"
    }

    fn navigated(&self, row: &Row, expand: &Expand) -> String {
        let wanted = &expand.wanted;
        match expand.navigation {
            Navigation::FinancialDetail => self.filled(begun(row), Entity::FinancialDetail, row, &[], wanted),
            Navigation::PaymentTerm => self.linked(Table::PaymentTerms, row.text("paymentTermsId"), wanted),
            Navigation::ContactsInformation => self.contacts_of(row, wanted),
            Navigation::Contact => self.record(Table::Contacts, row, wanted, None),
            Navigation::Lines | Navigation::OrderLines => {
                let entity = expand.navigation.leads_to();
                list(row.lines.iter().map(|line| self.line(entity, row, line, wanted)))
            }
            Navigation::Item => self.linked(Table::Items, row.text("itemId"), wanted),
        }
    }

    fn linked(&self, table: Table, id: &str, wanted: &Wanted) -> String {
        let row = id.parse::<Uuid>().ok().and_then(|id| self.table(table).get(&id));
        row.map_or_else(|| "null".to_owned(), |row| self.record(table, row, wanted, None))
    }
}

/// A list of objects.
pub(super) fn list(objects: impl Iterator<Item = String>) -> String {
    let mut out = String::from("[");
    for object in objects {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&object);
    }
    out + "]"
}

/// The beginning of an object with the version of a row.
fn begun(row: &Row) -> String {
    let mut out = String::from("{");
    odata::member(&mut out, "@odata.etag", &Value::text(row.etag()));
    out
}

/// The posted header's own SystemId: that of the invoice where it came from an order, another one where it was a draft (facts, §4.2).
fn posted_id(row: &Row) -> Uuid {
    if row.text("orderId").is_empty() { Uuid::from_u128(row.id.as_u128() ^ (0xf << 56)) } else { row.id }
}

/// What is still to be paid: worked out for every read (facts, §4.3).
fn remaining(row: &Row) -> Decimal {
    match (row.posted, row.text("status")) {
        (false, _) => row.number("totalAmountIncludingTax"),
        (true, "Canceled" | "Corrective" | "Paid") => Decimal::ZERO,
        (true, _) => row.number("remainingAmount"),
    }
}
