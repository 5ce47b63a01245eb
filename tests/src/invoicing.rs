//! What tests of invoices ask of a rig: one customer, one item, and a look at an invoice's rows in Zoho.

use exact_json::{Decimal, Map, Value};
use sandbox::business_central::invoices::{Line, Terms};
use sandbox::business_central::row::Row;
use sandbox::business_central::schema::Table;
use sandbox::zoho::{Module, WriteEntry};
use uuid::Uuid;

use crate::{Choices, Rig, assert_clean, decimal};

/// A rig whose company has one customer (C1) and one item (1000, a drill at 129.50).
pub struct Shop {
    /// The profile and both services.
    pub rig: Rig,
    /// The customer.
    pub customer: Uuid,
    /// The item.
    pub item: Uuid,
}

impl Shop {
    /// With the settings that every test starts from.
    pub async fn open() -> Self {
        Self::open_with(Choices::default()).await
    }

    /// With other settings.
    pub async fn open_with(choices: Choices) -> Self {
        let rig = Rig::bare_with(choices).await;
        let customer = rig.customer("C1", "Müller & Søn A/S");
        let item = rig.item("1000", "Drill 18V", "129.50");
        Self { rig, customer, item }
    }

    /// With a tax of 19 % in the org.
    pub async fn open_with_vat() -> Self {
        let shop = Self::open().await;
        shop.rig.world.zoho(|zoho| zoho.add_tax("VAT", decimal("19")));
        shop
    }

    /// A line of the item, taxed with 19 %.
    #[must_use]
    pub fn line(&self, quantity: &str, price: &str) -> Line {
        self.rig.line(self.item, quantity, price)
    }

    /// Posts an invoice for the customer.
    pub fn post(&self, number: &str, lines: &[Line]) -> Uuid {
        self.rig.invoice(self.customer, number, lines, Terms::default())
    }

    /// Posts an invoice for the customer on other terms.
    pub fn post_on(&self, number: &str, lines: &[Line], terms: Terms) -> Uuid {
        self.rig.invoice(self.customer, number, lines, terms)
    }

    /// Posts one invoice, runs, insists that all is well and agrees to the cent, and returns the invoice in Zoho.
    pub async fn arrives(&self, number: &str, lines: &[Line], terms: Terms) -> Map {
        let id = self.post_on(number, lines, terms);
        assert_clean(&self.rig.sync().await);
        self.rig.assert_agrees().await;
        let record = self.rig.zoho_invoice(number);
        assert_eq!(crate::number(&record, "Grand_Total"), self.rig.bc_total(id), "{record:#?}");
        record
    }
}

impl Rig {
    /// The one invoice in Zoho with that BC Number.
    #[must_use]
    pub fn zoho_invoice(&self, number: &str) -> Map {
        self.zoho_record(Module::Invoices, "BC_Number", number)
    }

    /// What an invoice comes to in Business Central.
    #[must_use]
    pub fn bc_total(&self, id: Uuid) -> Decimal {
        self.world.bc(|bc| bc.table(Table::SalesInvoices)[&id].number("totalAmountIncludingTax"))
    }

    /// Changes an invoice in Business Central, as a person's edit does.
    pub fn edit_invoice(&self, id: Uuid, work: impl FnOnce(&mut Row)) {
        assert!(self.world.bc(|bc| bc.change(Table::SalesInvoices, id, work)));
    }

    /// How many writes Zoho has logged; for [`Self::written_since`].
    #[must_use]
    pub fn logged(&self) -> usize {
        self.world.zoho(|zoho| zoho.writes_log.len())
    }

    /// What was written to a module since then, people's edits left out.
    #[must_use]
    pub fn written_since(&self, module: Module, logged: usize) -> Vec<WriteEntry> {
        self.world.zoho(|zoho| {
            let since = zoho.writes_log.iter().skip(logged);
            since.filter(|entry| entry.module == module && !entry.by_person).cloned().collect()
        })
    }

    /// The one invoice written to Zoho since then, as it was sent, without its id.
    #[must_use]
    pub fn only_invoice_since(&self, logged: usize) -> Map {
        let mut written = self.written_since(Module::Invoices, logged);
        assert_eq!(written.len(), 1, "{written:#?}");
        let mut sent = written.remove(0).sent;
        sent.remove("id");
        sent
    }

    /// A person edits a record in Zoho.
    pub fn person_edits(&self, module: Module, record: &Map, values: &Map) {
        let now = self.world.now();
        let id = text(record, "id").to_owned();
        self.world.zoho(|zoho| zoho.person_edits(module, &id, values, now)).unwrap();
    }
}

/// A text in a record; blank where there is none.
#[must_use]
pub fn text<'a>(record: &'a Map, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_text).unwrap_or_default()
}

/// The rows of an invoice.
#[must_use]
pub fn rows(invoice: &Map) -> Vec<Map> {
    let rows = invoice.get("Invoiced_Items").and_then(Value::as_list).unwrap_or_default();
    rows.iter().filter_map(Value::as_object).cloned().collect()
}

/// Quantity, List_Price and Discount of each row, as text.
#[must_use]
pub fn figures(invoice: &Map) -> Vec<[String; 3]> {
    let figure = |row: &Map, field| row.get(field).and_then(Value::as_number).unwrap_or_default().to_string();
    rows(invoice)
        .iter()
        .map(|row| ["Quantity", "List_Price", "Discount"].map(|field| figure(row, field)))
        .collect()
}

/// The text of each row; blank where it has none.
#[must_use]
pub fn descriptions(invoice: &Map) -> Vec<String> {
    rows(invoice).iter().map(|row| text(row, "Description").to_owned()).collect()
}

/// A record from its JSON text.
#[must_use]
pub fn map(json: &str) -> Map {
    Value::parse(json).unwrap().as_object().unwrap().clone()
}
