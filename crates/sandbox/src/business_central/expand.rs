//! Rows that come along with a row.

use exact_json::{Decimal, Value};
use transport::Response;
use uuid::Uuid;

use super::odata::{self, Expand};
use super::row::Row;
use super::schema::{CONTACTS_INFORMATION, FINANCIAL_DETAIL, PAYMENT_TERMS, SALES_INVOICE_LINES, Table};
use super::{BcState, errors};

impl BcState {
    /// The text of a row with what was asked for beside it.
    ///
    /// # Errors
    /// The refusal of an unknown navigation property.
    pub(super) fn text_of(
        &self,
        table: Table,
        row: &Row,
        select: &[String],
        expand: &[Expand],
        context: Option<&str>,
    ) -> Result<String, Response> {
        let mut out = String::from("{");
        if let Some(context) = context {
            odata::member(&mut out, "@odata.context", &Value::text(context));
        }
        if table != Table::DetailedLedger {
            odata::member(&mut out, "@odata.etag", &Value::text(row.etag()));
        }
        self.own_members(&mut out, table, row, select);
        for expand in expand {
            self.expanded(&mut out, table, row, expand)?;
        }
        out.push('}');
        Ok(out)
    }

    fn own_members(&self, out: &mut String, table: Table, row: &Row, select: &[String]) {
        match table {
            Table::SalesInvoices => {
                let mut shown = row.clone();
                shown.lines = Vec::new();
                shown.set("remainingAmount", Value::Number(remaining(row)));
                odata::members(out, &shown, table.properties(), select);
            }
            Table::Customers => {
                let mut shown = row.clone();
                shown.set("balanceDue", Value::Number(row.number("balance")));
                odata::members(out, &shown, table.properties(), select);
            }
            _ => odata::members(out, row, table.properties(), select),
        }
    }

    fn expanded(&self, out: &mut String, table: Table, row: &Row, expand: &Expand) -> Result<(), Response> {
        let text = match (table, expand.name.as_str()) {
            (Table::Customers, "customerFinancialDetail") => {
                let mut inner = String::from("{");
                odata::member(&mut inner, "@odata.etag", &Value::text(row.etag()));
                odata::members(&mut inner, row, FINANCIAL_DETAIL, &expand.select);
                inner + "}"
            }
            (Table::Customers, "paymentTerm") => {
                let term = row.text("paymentTermsId").parse::<Uuid>().ok();
                match term.and_then(|id| self.table(Table::PaymentTerms).get(&id)) {
                    Some(term) => {
                        let mut inner = String::from("{");
                        odata::member(&mut inner, "@odata.etag", &Value::text(term.etag()));
                        odata::members(&mut inner, term, PAYMENT_TERMS, &expand.select);
                        inner + "}"
                    }
                    None => "null".to_owned(),
                }
            }
            (Table::Customers, "contactsInformation") => self.contacts_of(row),
            (Table::SalesInvoices, "salesInvoiceLines") => {
                let lines: Vec<String> = row
                    .lines
                    .iter()
                    .map(|line| {
                        let mut inner = String::from("{");
                        odata::member(&mut inner, "@odata.etag", &Value::text(row.etag()));
                        odata::members(&mut inner, line, SALES_INVOICE_LINES, &expand.select);
                        for deeper in &expand.expand {
                            if deeper.name == "item" {
                                let item = line.text("itemId").parse::<Uuid>().ok();
                                let item = item.and_then(|id| self.table(Table::Items).get(&id));
                                let text = item.map_or("null".to_owned(), |item| {
                                    let mut inner = String::from("{");
                                    odata::members(
                                        &mut inner,
                                        item,
                                        Table::Items.properties(),
                                        &deeper.select,
                                    );
                                    inner + "}"
                                });
                                inner.push_str(&format!(",\"item\":{text}"));
                            }
                        }
                        inner + "}"
                    })
                    .collect();
                format!("[{}]", lines.join(","))
            }
            _ => {
                return Err(errors::json(
                    400,
                    "BadRequest",
                    &format!("Could not find a property named '{}' on the type.", expand.name),
                ));
            }
        };
        out.push_str(&format!(",\"{}\":{text}", expand.name));
        Ok(())
    }

    /// The company contact of a customer and the persons below it, as a list of rows.
    pub(super) fn contacts_of(&self, customer: &Row) -> String {
        let company = customer.text("companyContact");
        let mut rows = Vec::new();
        for contact in self.of_company(Table::Contacts, company) {
            let number = contact.text("number");
            let shown = Row::new(contact.id)
                .with("contactId", contact.id.to_string())
                .with("contactNumber", number)
                .with("contactName", contact.text("displayName"))
                .with("contactType", contact.text("type"))
                .with("relatedId", customer.id.to_string())
                .with("relatedType", "Customer");
            let mut inner = String::from("{");
            odata::member(&mut inner, "@odata.etag", &Value::text(contact.etag()));
            odata::members(&mut inner, &shown, CONTACTS_INFORMATION, &[]);
            rows.push(inner + "}");
        }
        format!("[{}]", rows.join(","))
    }
}

/// What is still to be paid: worked out for every read (facts, §4.3).
pub(super) fn remaining(row: &Row) -> Decimal {
    match (row.posted, row.text("status")) {
        (false, _) => row.number("totalAmountIncludingTax"),
        (true, "Canceled" | "Corrective" | "Paid") => Decimal::ZERO,
        (true, _) => row.number("remainingAmount"),
    }
}
