//! What people do in the company. Each method does to stamps what the facts say: some changes move nothing but the value itself.

use exact_json::{Decimal, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::BcState;
use super::invoices::{self, Line, Terms};
use super::row::Row;
use super::schema::Table;

impl BcState {
    /// Edits one property of a record. A customer and its company contact follow each other (facts, §3.C).
    ///
    /// Returns whether there is such a record and property.
    pub fn edit(&mut self, table: Table, id: Uuid, name: &str, value: impl Into<Value>) -> bool {
        let Some(property) = table.properties().iter().find(|property| property.name == name) else {
            return false;
        };
        let (name, value) = (property.name, value.into());
        let edited = self.change(table, id, |row| row.set(name, value.clone()));
        let shared = [
            "displayName",
            "addressLine1",
            "addressLine2",
            "city",
            "postalCode",
            "country",
            "phoneNumber",
            "email",
            "website",
        ];
        if edited && table == Table::Customers && shared.contains(&name) {
            let number = self
                .table(table)
                .get(&id)
                .map(|row| row.text("companyContact").to_owned())
                .unwrap_or_default();
            if let Some(contact) = self.find(Table::Contacts, &number).map(|row| row.id) {
                self.change(Table::Contacts, contact, |row| row.set(name, value));
            }
        }
        edited
    }

    /// Gives a customer or an item another number: the id stays, documents follow without being stamped (facts, §4.6).
    pub fn renumber(&mut self, table: Table, id: Uuid, number: &str) -> bool {
        let Some(old) = self.table(table).get(&id).map(|row| row.text("number").to_owned()) else {
            return false;
        };
        self.change(table, id, |row| row.set("number", number));
        if table == Table::Customers {
            let documents: Vec<Uuid> = self
                .table(Table::SalesInvoices)
                .values()
                .filter(|row| row.text("customerNumber") == old)
                .map(|row| row.id)
                .collect();
            for document in documents {
                self.move_quietly(Table::SalesInvoices, document, |row| {
                    row.set("customerNumber", number);
                    row.set("billToCustomerNumber", number);
                });
            }
        }
        true
    }

    /// Exchanges the numbers of two records.
    pub fn swap_numbers(&mut self, table: Table, a: Uuid, b: Uuid) -> bool {
        let number = |id| self.table(table).get(&id).map(|row: &Row| row.text("number").to_owned());
        let (Some(first), Some(second)) = (number(a), number(b)) else { return false };
        self.renumber(table, a, "SWAP-TEMPORARY");
        self.renumber(table, b, &first);
        self.renumber(table, a, &second)
    }

    /// Writes a draft invoice for a customer.
    pub fn draft(&mut self, customer: Uuid, number: &str, lines: &[Line], terms: Terms) -> Option<Uuid> {
        let document = self.document(customer, number, lines, terms, "Draft")?;
        Some(self.add(Table::SalesInvoices, document))
    }

    /// Writes and posts an invoice for a customer.
    pub fn posted(&mut self, customer: Uuid, number: &str, lines: &[Line], terms: Terms) -> Option<Uuid> {
        let mut document = self.document(customer, number, lines, terms, "Open")?;
        document.posted = true;
        if document.number("totalAmountIncludingTax").is_zero() {
            document.set("status", "Paid");
        }
        let total = document.number("totalAmountIncludingTax");
        self.move_quietly(Table::Customers, customer, |row| {
            let balance = row.number("balance") + total;
            row.set("balance", balance);
        });
        Some(self.add(Table::SalesInvoices, document))
    }

    /// Posts an invoice that comes from an order: a new document that names the order (facts, §4.2).
    pub fn post_order(&mut self, customer: Uuid, order: &str, number: &str, lines: &[Line]) -> Option<Uuid> {
        let id = self.posted(customer, number, lines, Terms::default())?;
        let order_id = self.new_id().to_string();
        self.change(Table::SalesInvoices, id, |row| {
            row.set("orderNumber", order);
            row.set("orderId", order_id);
        });
        Some(id)
    }

    fn document(
        &mut self,
        customer: Uuid,
        number: &str,
        lines: &[Line],
        terms: Terms,
        status: &'static str,
    ) -> Option<Row> {
        let customer = self.table(Table::Customers).get(&customer)?.clone();
        let today = self.now().strftime("%Y-%m-%d").to_string();
        let due = self.now().saturating_add(jiff::SignedDuration::from_hours(30 * 24)).unwrap_or(self.now());
        let mut document = Row::new(self.new_id())
            .with("number", number)
            .with("invoiceDate", today.as_str())
            .with("postingDate", today.as_str())
            .with("dueDate", due.strftime("%Y-%m-%d").to_string())
            .with("status", status)
            .with("customerId", customer.id.to_string())
            .with("customerNumber", customer.text("number"))
            .with("customerName", customer.text("displayName"))
            .with("billToCustomerId", customer.id.to_string())
            .with("billToCustomerNumber", customer.text("number"))
            .with("billToName", customer.text("displayName"))
            .with("billToAddressLine1", customer.text("addressLine1"))
            .with("billToCity", customer.text("city"))
            .with("billToCountry", customer.text("country"))
            .with("billToPostCode", customer.text("postalCode"))
            .with("shipToName", customer.text("displayName"))
            .with("shipToAddressLine1", customer.text("addressLine1"))
            .with("shipToCity", customer.text("city"))
            .with("shipToCountry", customer.text("country"))
            .with("shipToPostCode", customer.text("postalCode"))
            .with("currencyCode", customer.text("currencyCode"))
            .with("salesperson", customer.text("salespersonCode"));
        let ids: Vec<Uuid> = lines.iter().map(|_| self.new_id()).collect();
        let mut ids = ids.into_iter();
        invoices::fill(&mut document, lines, terms, || ids.next().unwrap_or_default());
        Some(document)
    }

    /// Releases a draft: it says "Open" and is not posted.
    pub fn release(&mut self, id: Uuid) -> bool {
        self.change(Table::SalesInvoices, id, |row| row.set("status", "Open"))
    }

    /// Posts a draft: the id stays, the number is another one (facts, §4.2).
    pub fn post(&mut self, id: Uuid, number: &str) -> bool {
        self.change(Table::SalesInvoices, id, |row| {
            row.posted = true;
            row.set("number", number);
            let paid = row.number("totalAmountIncludingTax").is_zero();
            row.set("status", if paid { "Paid" } else { "Open" });
        })
    }

    /// Applies a payment. A partial one moves the remaining amount and nothing else; a full one changes the status (facts, §4.3).
    pub fn pay(&mut self, id: Uuid, amount: Decimal) -> bool {
        let Some(invoice) = self.table(Table::SalesInvoices).get(&id).filter(|row| row.posted) else {
            return false;
        };
        let left = invoice.number("remainingAmount") - amount;
        let customer = invoice.text("billToCustomerId").parse::<Uuid>().ok();
        let number = invoice.text("billToCustomerNumber").to_owned();
        self.move_quietly(Table::SalesInvoices, id, |row| row.set("remainingAmount", left));
        if left.is_zero() {
            self.change(Table::SalesInvoices, id, |row| row.set("status", "Paid"));
        }
        if let Some(customer) = customer {
            self.move_quietly(Table::Customers, customer, |row| {
                let balance = row.number("balance") - amount;
                row.set("balance", balance);
            });
        }
        self.ledger_entry(&number, -amount);
        true
    }

    /// Takes all payments of an invoice back.
    pub fn unapply(&mut self, id: Uuid) -> bool {
        let Some(invoice) = self.table(Table::SalesInvoices).get(&id).filter(|row| row.posted) else {
            return false;
        };
        let total = invoice.number("totalAmountIncludingTax");
        let was_paid = invoice.text("status") == "Paid";
        self.move_quietly(Table::SalesInvoices, id, |row| row.set("remainingAmount", total));
        if was_paid {
            self.change(Table::SalesInvoices, id, |row| row.set("status", "Open"));
        }
        true
    }

    /// Cancels a posted invoice by a corrective credit memo.
    pub fn cancel(&mut self, id: Uuid) -> bool {
        self.change(Table::SalesInvoices, id, |row| {
            row.set("status", "Canceled");
            row.set("remainingAmount", Decimal::ZERO);
        })
    }

    /// Moves the stock of an item; nothing is stamped.
    pub fn move_stock(&mut self, id: Uuid, inventory: Decimal) -> bool {
        self.move_quietly(Table::Items, id, |row| row.set("inventory", inventory))
    }

    /// Publishes a customer whose transaction began at `stamped`.
    pub fn late_customer(&mut self, number: &str, name: &str, stamped: Timestamp) -> Uuid {
        let row = Row::new(self.new_id()).with("number", number).with("displayName", name);
        self.add_late(Table::Customers, row, stamped)
    }

    fn ledger_entry(&mut self, customer: &str, amount: Decimal) {
        let number = i64::try_from(self.table(Table::DetailedLedger).len()).unwrap_or_default() + 1;
        let row = Row::new(Uuid::from_u128(u128::try_from(number).unwrap_or_default()))
            .with("entryNumber", Decimal::from(number))
            .with("entryType", "Application")
            .with("customerNumber", customer)
            .with("amount", amount);
        self.add(Table::DetailedLedger, row);
    }
}
