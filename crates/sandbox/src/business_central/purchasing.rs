//! What people do with vendors and purchase orders (facts, §4.5): an order is written, released, received and invoiced, and then it is gone.

use exact_json::{Decimal, Value};
use uuid::Uuid;

use super::BcState;
use super::invoices::{self, Line, Terms};
use super::row::Row;
use super::schema::Table;

/// Where an order keeps a vendor's address.
const ADDRESS: [(&str, [&str; 2]); 6] = [
    ("addressLine1", ["buyFromAddressLine1", "payToAddressLine1"]),
    ("addressLine2", ["buyFromAddressLine2", "payToAddressLine2"]),
    ("city", ["buyFromCity", "payToCity"]),
    ("state", ["buyFromState", "payToState"]),
    ("postalCode", ["buyFromPostCode", "payToPostCode"]),
    ("country", ["buyFromCountry", "payToCountry"]),
];

/// What an order and the documents that come of it have in common.
const COPIED: [&str; 8] = [
    "vendorId",
    "vendorNumber",
    "vendorName",
    "payToVendorId",
    "payToVendorNumber",
    "payToName",
    "currencyCode",
    "pricesIncludeTax",
];

impl BcState {
    /// Writes an order to a vendor; it is a draft.
    pub fn order(&mut self, vendor: Uuid, number: &str, lines: &[Line], terms: Terms) -> Option<Uuid> {
        let ids: Vec<Uuid> = (0..=lines.len()).map(|_| self.new_id()).collect();
        self.order_with(vendor, number, lines, terms, &ids)
    }

    /// The same with the SystemIds of the order and of its lines.
    pub(crate) fn order_with(
        &mut self,
        vendor: Uuid,
        number: &str,
        lines: &[Line],
        terms: Terms,
        ids: &[Uuid],
    ) -> Option<Uuid> {
        let vendor = self.table(Table::Vendors).get(&vendor)?.clone();
        let (id, lines_ids) = ids.split_first()?;
        let today = self.now().strftime("%Y-%m-%d").to_string();
        let mut order = Row::new(*id)
            .with("number", number)
            .with("orderDate", today.as_str())
            .with("postingDate", today.as_str())
            .with("status", "Draft")
            .with("vendorId", vendor.id.to_string())
            .with("vendorNumber", vendor.text("number"))
            .with("vendorName", vendor.text("displayName"))
            .with("payToVendorId", vendor.id.to_string())
            .with("payToVendorNumber", vendor.text("number"))
            .with("payToName", vendor.text("displayName"))
            .with("currencyCode", vendor.text("currencyCode"))
            .with("currencyId", self.currency_id(vendor.text("currencyCode")).to_string())
            .with("paymentTermsId", vendor.text("paymentTermsId"));
        for (from, names) in ADDRESS {
            for name in names {
                order.set(name, vendor.text(from));
            }
        }
        fill(&mut order, lines, terms, lines_ids);
        Some(self.add(Table::PurchaseOrders, order))
    }

    /// The SystemIds of an order's lines, in their order.
    #[must_use]
    pub fn order_lines(&self, order: Uuid) -> Vec<Uuid> {
        let order = self.table(Table::PurchaseOrders).get(&order);
        order.into_iter().flat_map(|order| order.lines.iter().map(|line| line.id)).collect()
    }

    /// Gives an order these lines: those with a SystemId are the ones that it has, the others are new, and what is not named is deleted.
    ///
    /// The order is stamped, as a changed line stamps its header (facts, §4.8).
    pub fn rewrite_order(&mut self, order: Uuid, lines: &[(Option<Uuid>, Line)], terms: Terms) -> bool {
        let ids: Vec<Uuid> = lines.iter().map(|(id, _)| id.unwrap_or_else(|| self.new_id())).collect();
        let lines: Vec<Line> = lines.iter().map(|(_, line)| line.clone()).collect();
        self.change(Table::PurchaseOrders, order, |order| fill(order, &lines, terms, &ids))
    }

    /// Releases an order.
    pub fn release_order(&mut self, order: Uuid) -> bool {
        self.edit(Table::PurchaseOrders, order, "status", "Open")
    }

    /// Receives everything that was ordered, on a posted receipt of that number.
    pub fn receive_order(&mut self, order: Uuid, number: &str) -> Option<Uuid> {
        let receipt = self.new_id();
        self.receive_with(order, number, receipt)
    }

    /// The same with the receipt's SystemId.
    pub(crate) fn receive_with(&mut self, order: Uuid, number: &str, receipt: Uuid) -> Option<Uuid> {
        let row = self.posted_from(order, receipt, number)?;
        self.change(Table::PurchaseOrders, order, |order| {
            order.set("fullyReceived", Value::Bool(true));
            for line in &mut order.lines {
                let quantity = line.number("quantity");
                line.set("receivedQuantity", quantity);
            }
        });
        Some(self.add(Table::PurchaseReceipts, row))
    }

    /// Posts the vendor's invoice of that number. An order that was received in full is deleted by it.
    pub fn invoice_order(&mut self, order: Uuid, number: &str) -> Option<Uuid> {
        let invoice = self.new_id();
        self.invoice_with(order, number, invoice)
    }

    /// The same with the invoice's SystemId.
    pub(crate) fn invoice_with(&mut self, order: Uuid, number: &str, invoice: Uuid) -> Option<Uuid> {
        let whole = self.table(Table::PurchaseOrders).get(&order)?.truth("fullyReceived");
        let mut row = self.posted_from(order, invoice, number)?.with("status", "Open");
        row.posted = true;
        if whole {
            self.delete(Table::PurchaseOrders, order);
        } else {
            self.change(Table::PurchaseOrders, order, |order| {
                for line in &mut order.lines {
                    let quantity = line.number("quantity");
                    line.set("invoicedQuantity", quantity);
                }
            });
        }
        Some(self.add(Table::PurchaseInvoices, row))
    }

    /// A posted document that comes of an order.
    fn posted_from(&self, order: Uuid, id: Uuid, number: &str) -> Option<Row> {
        let order = self.table(Table::PurchaseOrders).get(&order)?;
        let today = self.now().strftime("%Y-%m-%d").to_string();
        let mut row = Row::new(id)
            .with("number", number)
            .with("postingDate", today.as_str())
            .with("invoiceDate", today.as_str())
            .with("orderId", order.id.to_string())
            .with("orderNumber", order.text("number"));
        let totals = ["totalAmountExcludingTax", "totalTaxAmount", "totalAmountIncludingTax"];
        for name in COPIED.into_iter().chain(totals) {
            if let Some(value) = order.values.get(name) {
                row.set(name, value.clone());
            }
        }
        Some(row)
    }
}

/// Puts the lines into the order and works out all amounts. A purchase line has a cost where a sales line has a price.
fn fill(order: &mut Row, lines: &[Line], terms: Terms, ids: &[Uuid]) {
    let mut ids = ids.iter().copied();
    invoices::fill(order, lines, terms, || ids.next().unwrap_or_default());
    order.values.remove("remainingAmount");
    for line in &mut order.lines {
        let cost = line.values.remove("unitPrice").unwrap_or(Value::Number(Decimal::ZERO));
        line.set("directUnitCost", cost);
    }
}
