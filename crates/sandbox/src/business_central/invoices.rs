//! Builds sales documents whose lines and totals belong together as the facts say (§4.7, §4.8).

use exact_json::{Decimal, Value};
use uuid::Uuid;

use super::row::Row;

/// One line as somebody would enter it.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is: `Item`, `Account`, `Comment`, …, as printed.
    pub kind: &'static str,
    /// The item or account.
    pub object: Option<Uuid>,
    /// The item's, account's, resource's or charge's number.
    pub number: String,
    /// What it says.
    pub description: String,
    /// How many; may be negative.
    pub quantity: Decimal,
    /// For each; with tax where the document's prices include it.
    pub unit_price: Decimal,
    /// Line discount in percent.
    pub discount_percent: Decimal,
    /// Tax in percent.
    pub tax_percent: Decimal,
}

impl Line {
    /// An item's line.
    #[must_use]
    pub fn item(item: &Row, quantity: Decimal, unit_price: Decimal) -> Self {
        Self {
            kind: "Item",
            object: Some(item.id),
            number: item.text("number").to_owned(),
            description: item.text("displayName").to_owned(),
            quantity,
            unit_price,
            discount_percent: Decimal::ZERO,
            tax_percent: Decimal::from(19),
        }
    }

    /// A line of another kind, without an item.
    #[must_use]
    pub fn other(
        kind: &'static str,
        number: &str,
        description: &str,
        quantity: Decimal,
        unit_price: Decimal,
    ) -> Self {
        Self {
            kind,
            object: (kind == "Account").then(|| Uuid::from_u128(0xacc0)),
            number: number.to_owned(),
            description: description.to_owned(),
            quantity,
            unit_price,
            discount_percent: Decimal::ZERO,
            tax_percent: Decimal::from(19),
        }
    }

    /// A line that only says something.
    #[must_use]
    pub fn comment(text: &str) -> Self {
        Self { tax_percent: Decimal::ZERO, ..Self::other("Comment", "", text, Decimal::ZERO, Decimal::ZERO) }
    }

    /// With a line discount.
    #[must_use]
    pub fn discounted(self, percent: Decimal) -> Self {
        Self { discount_percent: percent, ..self }
    }

    /// With another tax.
    #[must_use]
    pub fn taxed(self, percent: Decimal) -> Self {
        Self { tax_percent: percent, ..self }
    }
}

/// How a document's amounts are worked out.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether prices include tax.
    pub prices_include_tax: bool,
    /// Invoice discount in percent of the lines.
    pub invoice_discount_percent: Decimal,
    /// Decimals of the currency.
    pub decimals: u32,
    /// Cents that the header's tax differs from the sum of the lines' tax, as rounding per tax group makes it.
    pub cents_off: i64,
}

impl Default for Terms {
    fn default() -> Self {
        Self { prices_include_tax: false, invoice_discount_percent: Decimal::ZERO, decimals: 2, cents_off: 0 }
    }
}

/// Puts the lines into the document and works out all amounts. `ids` gives each line its SystemId.
pub fn fill(document: &mut Row, lines: &[Line], terms: Terms, mut ids: impl FnMut() -> Uuid) {
    let round = |amount: Decimal| amount.round(terms.decimals);
    let hundred = Decimal::from(100);
    let percent =
        |amount: Decimal, percent: Decimal| (amount * percent).checked_div(hundred).unwrap_or_default();
    let net_of = |gross: Decimal, tax: Decimal| {
        if terms.prices_include_tax {
            (gross * hundred).checked_div(hundred + tax).unwrap_or_default()
        } else {
            gross
        }
    };
    let (mut excluding, mut tax_sum, mut invoice_discount) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    document.lines.clear();
    for (place, line) in (1_i64..).zip(lines) {
        let gross = line.quantity * line.unit_price;
        let discount = round(percent(gross, line.discount_percent));
        let after_line = round(net_of(gross - discount, line.tax_percent));
        let share = round(percent(after_line, terms.invoice_discount_percent));
        let net = after_line - share;
        let tax = round(percent(net, line.tax_percent));
        excluding += net;
        tax_sum += tax;
        invoice_discount += share;
        let object = line.object.map(|id| id.to_string());
        let item = object.clone().filter(|_| line.kind == "Item");
        let account = object.filter(|_| line.kind == "Account");
        let mut row = Row::new(ids())
            .with("documentId", document.id.to_string())
            .with("sequence", Decimal::from(place * 10_000))
            .with("lineType", line.kind)
            .with("lineObjectNumber", line.number.as_str())
            .with("description", line.description.as_str())
            .with("quantity", line.quantity)
            .with("unitPrice", line.unit_price)
            .with("discountAmount", discount)
            .with("discountPercent", line.discount_percent)
            .with("amountExcludingTax", after_line)
            .with("taxPercent", line.tax_percent)
            .with("totalTaxAmount", round(percent(after_line, line.tax_percent)))
            .with("amountIncludingTax", after_line + round(percent(after_line, line.tax_percent)))
            .with("invoiceDiscountAllocation", share)
            .with("netAmount", net)
            .with("netTaxAmount", tax)
            .with("netAmountIncludingTax", net + tax);
        if let Some(item) = item {
            row.set("itemId", item);
            row.set("unitOfMeasureCode", "PCS");
        }
        if let Some(account) = account {
            row.set("accountId", account);
        }
        document.lines.push(row);
    }
    let tax = tax_sum + Decimal::new(terms.cents_off, terms.decimals);
    document.set("pricesIncludeTax", Value::Bool(terms.prices_include_tax));
    document.set("discountAmount", invoice_discount);
    document.set("totalAmountExcludingTax", excluding);
    document.set("totalTaxAmount", tax);
    document.set("totalAmountIncludingTax", excluding + tax);
    document.set("remainingAmount", excluding + tax);
}
