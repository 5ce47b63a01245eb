//! What people do in the company. Each method does to stamps what the facts say: some changes move nothing but the value itself.

use exact_json::{Decimal, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::BcState;
use super::invoices::{self, Line, Terms};
use super::row::Row;
use super::schema::Table;

/// What a customer and its company contact have in common.
const SHARED: [&str; 10] = [
    "displayName",
    "addressLine1",
    "addressLine2",
    "city",
    "state",
    "postalCode",
    "country",
    "phoneNumber",
    "email",
    "website",
];

/// Where a document keeps a customer's address.
const ADDRESS: [(&str, [&str; 3]); 6] = [
    ("addressLine1", ["sellToAddressLine1", "billToAddressLine1", "shipToAddressLine1"]),
    ("addressLine2", ["sellToAddressLine2", "billToAddressLine2", "shipToAddressLine2"]),
    ("city", ["sellToCity", "billToCity", "shipToCity"]),
    ("state", ["sellToState", "billToState", "shipToState"]),
    ("postalCode", ["sellToPostCode", "billToPostCode", "shipToPostCode"]),
    ("country", ["sellToCountry", "billToCountry", "shipToCountry"]),
];

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
        if edited && SHARED.contains(&name) {
            for (table, other) in self.counterparts(table, id) {
                self.change(table, other, |row| row.set(name, value.clone()));
            }
        }
        edited
    }

    /// The company contact of a customer, or the customers that a company contact stands for.
    fn counterparts(&self, table: Table, id: Uuid) -> Vec<(Table, Uuid)> {
        let Some(row) = self.table(table).get(&id) else { return Vec::new() };
        let ids = |table, rows: &mut dyn Iterator<Item = &Row>| rows.map(|row| (table, row.id)).collect();
        match table {
            Table::Customers => {
                let contact = row.text("companyContact");
                ids(Table::Contacts, &mut self.with_number(Table::Contacts, contact))
            }
            Table::Contacts => {
                ids(Table::Customers, &mut self.of_company(Table::Customers, row.text("number")))
            }
            Table::Items
            | Table::SalesInvoices
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
            | Table::CompanyInformation => Vec::new(),
        }
    }

    /// Gives a customer, an item or a vendor another number: the id stays, documents follow without being stamped (facts, §4.6).
    pub fn renumber(&mut self, table: Table, id: Uuid, number: &str) -> bool {
        let Some(old) = self.table(table).get(&id).map(|row| row.text("number").to_owned()) else {
            return false;
        };
        self.change(table, id, |row| row.set("number", number));
        let (is_customer, is_item) = (table == Table::Customers, table == Table::Items);
        let is_vendor = table == Table::Vendors;
        let names = |row: &Row| {
            (is_customer && row.text("customerNumber") == old)
                || (is_item && row.lines.iter().any(|line| is_of(line, id)))
        };
        let documents: Vec<Uuid> =
            self.table(Table::SalesInvoices).values().filter(|row| names(row)).map(|row| row.id).collect();
        for document in documents {
            self.move_quietly(Table::SalesInvoices, document, |row| {
                if is_customer {
                    row.set("customerNumber", number);
                    row.set("billToCustomerNumber", number);
                }
                for line in row.lines.iter_mut().filter(|line| is_item && is_of(line, id)) {
                    line.set("lineObjectNumber", number);
                }
            });
        }
        let orders: Vec<Uuid> = self.table(Table::PurchaseOrders).keys().copied().collect();
        for order in orders.into_iter().filter(|_| is_vendor || is_item) {
            self.move_quietly(Table::PurchaseOrders, order, |row| {
                for name in ["vendorNumber", "payToVendorNumber"] {
                    if is_vendor && row.text(name) == old {
                        row.set(name, number);
                    }
                }
                for line in row.lines.iter_mut().filter(|line| is_item && is_of(line, id)) {
                    line.set("lineObjectNumber", number);
                }
            });
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
        let document = self.document(customer, number, lines, terms)?;
        Some(self.add(Table::SalesInvoices, document))
    }

    /// Writes and posts an invoice for a customer.
    pub fn posted(&mut self, customer: Uuid, number: &str, lines: &[Line], terms: Terms) -> Option<Uuid> {
        let document = self.document(customer, number, lines, terms)?;
        let id = self.add(Table::SalesInvoices, document);
        self.post(id, number);
        Some(id)
    }

    /// Posts an invoice that comes from an order: a new document that names the order (facts, §4.2).
    pub fn post_order(&mut self, customer: Uuid, order: &str, number: &str, lines: &[Line]) -> Option<Uuid> {
        let currency = self.table(Table::Customers).get(&customer)?.text("currencyCode");
        let terms = Terms { decimals: self.decimals_of(currency), ..Terms::default() };
        let id = self.posted(customer, number, lines, terms)?;
        let order_id = self.new_id().to_string();
        self.change(Table::SalesInvoices, id, |row| {
            row.set("orderNumber", order);
            row.set("orderId", order_id);
        });
        Some(id)
    }

    fn currency(&self, code: &str) -> Option<&Row> {
        self.table(Table::Currencies).values().find(|row| row.text("code") == code)
    }

    /// How many decimals amounts of a currency have: two, where its set-up says nothing else.
    pub(crate) fn decimals_of(&self, currency: &str) -> u32 {
        let places = self.currency(currency).map_or("", |row| row.text("amountDecimalPlaces"));
        places.split(':').next_back().and_then(|most| most.parse().ok()).unwrap_or(2)
    }

    /// The id that goes with a currency's code; the local currency and unknown ones have none (facts, §4.7).
    pub(crate) fn currency_id(&self, code: &str) -> Uuid {
        self.currency(code).map_or(Uuid::nil(), |row| row.id)
    }

    fn document(&mut self, customer: Uuid, number: &str, lines: &[Line], terms: Terms) -> Option<Row> {
        let customer = self.table(Table::Customers).get(&customer)?.clone();
        let today = self.now().strftime("%Y-%m-%d").to_string();
        let due = self.now().saturating_add(jiff::SignedDuration::from_hours(30 * 24)).unwrap_or(self.now());
        let mut document = Row::new(self.new_id())
            .with("number", number)
            .with("invoiceDate", today.as_str())
            .with("postingDate", today.as_str())
            .with("dueDate", due.strftime("%Y-%m-%d").to_string())
            .with("status", "Draft")
            .with("customerId", customer.id.to_string())
            .with("customerNumber", customer.text("number"))
            .with("customerName", customer.text("displayName"))
            .with("billToCustomerId", customer.id.to_string())
            .with("billToCustomerNumber", customer.text("number"))
            .with("billToName", customer.text("displayName"))
            .with("shipToName", customer.text("displayName"))
            .with("currencyCode", customer.text("currencyCode"))
            .with("currencyId", self.currency_id(customer.text("currencyCode")).to_string())
            .with("paymentTermsId", customer.text("paymentTermsId"))
            .with("phoneNumber", customer.text("phoneNumber"))
            .with("email", customer.text("email"))
            .with("salesperson", customer.text("salespersonCode"));
        for (from, names) in ADDRESS {
            for name in names {
                document.set(name, customer.text(from));
            }
        }
        let ids: Vec<Uuid> = lines.iter().map(|_| self.new_id()).collect();
        let mut ids = ids.into_iter();
        invoices::fill(&mut document, lines, terms, || ids.next().unwrap_or_default());
        Some(document)
    }

    /// Releases a draft: it says "Open" and is not posted.
    pub fn release(&mut self, id: Uuid) -> bool {
        self.invoice(id, false).is_some()
            && self.change(Table::SalesInvoices, id, |row| row.set("status", "Open"))
    }

    /// Posts a draft: the id stays, the number is another one (facts, §4.2).
    pub fn post(&mut self, id: Uuid, number: &str) -> bool {
        let Some(draft) = self.invoice(id, false) else { return false };
        let total = draft.number("totalAmountIncludingTax");
        self.change(Table::SalesInvoices, id, |row| {
            row.posted = true;
            row.set("number", number);
            row.set("status", if total.is_zero() { "Paid" } else { "Open" });
        });
        self.book(id, "Initial_x0020_Entry", total);
        true
    }

    /// Applies a payment to an open invoice. A partial one moves the remaining amount and nothing else; a full one changes the status,
    /// and what is paid beyond that stays on the payment (facts, §4.3).
    pub fn pay(&mut self, id: Uuid, amount: Decimal) -> bool {
        let Some(invoice) = self.invoice(id, true).filter(|row| row.text("status") == "Open") else {
            return false;
        };
        let remaining = invoice.number("remainingAmount");
        let left = remaining - amount;
        let is_paid = left.is_zero() || left.is_negative() != remaining.is_negative();
        let left = if is_paid { Decimal::ZERO } else { left };
        self.move_quietly(Table::SalesInvoices, id, |row| row.set("remainingAmount", left));
        if is_paid {
            self.change(Table::SalesInvoices, id, |row| row.set("status", "Paid"));
        }
        self.book(id, "Application", -amount);
        true
    }

    /// Takes all payments of an invoice back.
    pub fn unapply(&mut self, id: Uuid) -> bool {
        let Some(invoice) = self.invoice(id, true) else { return false };
        let total = invoice.number("totalAmountIncludingTax");
        let was_paid = match invoice.text("status") {
            "Paid" => true,
            "Open" => false,
            _ => return false,
        };
        let given_back = total - invoice.number("remainingAmount");
        self.move_quietly(Table::SalesInvoices, id, |row| row.set("remainingAmount", total));
        if was_paid && !total.is_zero() {
            self.change(Table::SalesInvoices, id, |row| row.set("status", "Open"));
        }
        self.book(id, "Application", given_back);
        true
    }

    /// Cancels a posted invoice by a corrective credit memo.
    pub fn cancel(&mut self, id: Uuid) -> bool {
        let Some(invoice) = self.invoice(id, true).filter(|row| row.text("status") != "Canceled") else {
            return false;
        };
        let remaining = invoice.number("remainingAmount");
        self.change(Table::SalesInvoices, id, |row| {
            row.set("status", "Canceled");
            row.set("remainingAmount", Decimal::ZERO);
        });
        self.book(id, "Application", -remaining);
        true
    }

    fn invoice(&self, id: Uuid, posted: bool) -> Option<&Row> {
        self.table(Table::SalesInvoices).get(&id).filter(|row| row.posted == posted)
    }

    /// Books an amount for the customer who pays an invoice: its balance moves, unstamped, and the ledger feed grows (facts, §3.D).
    fn book(&mut self, invoice: Uuid, kind: &str, amount: Decimal) {
        let Some(invoice) = self.table(Table::SalesInvoices).get(&invoice).filter(|_| !amount.is_zero())
        else {
            return;
        };
        let customer = invoice.text("billToCustomerId").parse::<Uuid>().unwrap_or(Uuid::nil());
        let currency = invoice.text("currencyCode");
        let currency = if currency == self.local_currency() { "" } else { currency };
        let number = i64::try_from(self.table(Table::DetailedLedger).len()).unwrap_or_default() + 1;
        let entry = Row::new(Uuid::from_u128(u128::try_from(number).unwrap_or_default()))
            .with("entryNumber", Decimal::from(number))
            .with("entryType", kind)
            .with("customerNumber", invoice.text("billToCustomerNumber"))
            .with("amount", amount)
            .with("postingDate", self.now().strftime("%Y-%m-%d").to_string())
            .with("currencyCode", currency);
        self.add(Table::DetailedLedger, entry);
        self.move_quietly(Table::Customers, customer, |row| {
            let balance = row.number("balance") + amount;
            row.set("balance", balance);
        });
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
}

/// Whether a line is of that item.
fn is_of(line: &Row, item: Uuid) -> bool {
    line.text("itemId").parse() == Ok(item)
}
