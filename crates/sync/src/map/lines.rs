//! The rows of an invoice or an order: in order, with comments folded in, and an Adjustment that makes the total agree to the cent.

use std::fmt::Write as _;

use business_central::{BcId, LineType};
use exact_json::{Decimal, Map, Value};
use sha2::{Digest, Sha256};
use zoho_crm::{Module, ZohoId};

use super::context::{Context, lookup};
use super::fields::{default_length, longest};
use super::line_shape::{Figures, RowFields, Shaper, Told};
use super::line_text::{describe, note};
use super::{LINE_PRODUCT_NAME, LINE_PRODUCT_NUMBER, Wait, Warning, text, totals};
use crate::company_facts::hex;
use crate::flow::Flow;

/// A document of Business Central, as far as its rows are concerned.
pub(crate) struct Document<'a> {
    pub(crate) flow: Flow,
    pub(crate) number: &'a str,
    /// Total with tax.
    pub(crate) total: Decimal,
    /// Whether unit prices include tax.
    pub(crate) prices_include_tax: bool,
    /// Not necessarily in order.
    pub(crate) lines: Vec<DocumentLine<'a>>,
}

/// A line of a document.
pub(crate) struct DocumentLine<'a> {
    pub(crate) id: BcId,
    pub(crate) sequence: i64,
    pub(crate) kind: Option<&'a LineType>,
    pub(crate) item: Option<BcId>,
    pub(crate) object_number: Option<&'a str>,
    pub(crate) texts: [Option<&'a str>; 2],
    pub(crate) unit: Option<&'a str>,
    pub(crate) quantity: Decimal,
    /// With tax where the document's prices include it.
    pub(crate) unit_price: Decimal,
    /// Without tax, after all discounts.
    pub(crate) net_amount: Decimal,
    pub(crate) tax_percent: Decimal,
    pub(crate) net_tax_amount: Decimal,
}

/// One row of an invoice or an order, as Zoho should hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedLine {
    /// The line of Business Central that it stands for; `None` for a row that stands for many, or for none at all.
    pub line: Option<BcId>,
    /// The Product: the item's, or the placeholder.
    pub product: ZohoId,
    /// Quantity.
    pub quantity: Decimal,
    /// Price of a unit, without tax.
    pub list_price: Decimal,
    /// What is taken off, as an amount.
    pub discount: Decimal,
    /// Text, with the comments that follow the line.
    pub description: Option<String>,
    /// The org's tax of the line's percentage, where it has one.
    pub tax: Option<LineTax>,
}

/// A tax of the org on a row. Zoho knows it by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTax {
    /// The tax's name in the org.
    pub name: String,
    /// Percent.
    pub percentage: Decimal,
}

impl MappedLine {
    /// What the row adds to the total, before tax.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.quantity * self.list_price - self.discount
    }

    /// The row as it is sent with a new record.
    #[must_use]
    pub fn to_row(&self) -> Map {
        let mut row: Map = [
            ("Product_Name".to_owned(), lookup(&self.product)),
            ("Quantity".to_owned(), self.quantity.into()),
            ("List_Price".to_owned(), self.list_price.into()),
            ("Discount".to_owned(), self.discount.into()),
        ]
        .into();
        if let Some(description) = &self.description {
            row.insert("Description".to_owned(), Value::text(description.as_str()));
        }
        if let Some(tax) = &self.tax {
            row.insert("Line_Tax".to_owned(), Value::List(vec![tax.to_value()]));
        }
        row
    }
}

impl LineTax {
    fn to_value(&self) -> Value {
        let members = [
            ("name".to_owned(), Value::text(self.name.as_str())),
            ("percentage".to_owned(), self.percentage.into()),
        ];
        Value::Object(members.into())
    }
}

/// Everything about a document's rows.
pub(crate) struct Rows {
    pub(crate) lines: Vec<MappedLine>,
    /// The comments that stand before the first row.
    pub(crate) preamble: Option<String>,
    /// What has to be added for the total to agree; none where the org does not let it be written.
    pub(crate) adjustment: Option<Decimal>,
    /// What Grand_Total will be.
    pub(crate) predicted: Decimal,
    /// Tells the lines, and the total that they make, from any others. It is the same however Zoho wants them written.
    pub(crate) digest: String,
    pub(crate) warnings: Vec<Warning>,
}

/// A line on its way to a row.
struct Draft {
    line: Option<BcId>,
    product: ZohoId,
    figures: Figures,
    unit: Option<String>,
    text: Vec<String>,
    tax: Option<LineTax>,
}

/// Makes the rows of a document whose currency has so many decimals.
///
/// # Errors
/// The record that has to be in Zoho first.
pub(crate) fn rows(
    document: &Document<'_>,
    currency_decimals: u32,
    context: &Context<'_>,
) -> Result<Rows, Wait> {
    let total = document.total;
    // An amount with more decimals than its currency should have is believed.
    let finest = document.lines.iter().map(|line| line.net_amount.decimals()).max().unwrap_or_default();
    let decimals = currency_decimals.max(total.decimals()).max(finest);
    let (mut drafts, preamble) = drafts(document, context)?;
    let digest = digest(&drafts, preamble.as_deref(), total);
    fold_surplus(&mut drafts, document, context)?;
    if drafts.is_empty() {
        drafts.push(empty(placeholder(document, context)?));
    }
    let fields = row_fields(document.flow, context);
    let mut warnings = Vec::new();
    let mut shaper = Shaper::new(
        fields,
        context.policy.negative_style,
        decimals.max(printed_decimals(document.flow, context)),
    );
    let mut lines = Vec::with_capacity(drafts.len());
    let mut sum = Decimal::ZERO;
    for draft in drafts {
        let shape = shaper.shape(draft.figures);
        let tax = draft.tax.filter(|_| shape.told != Told::Amount);
        sum += shape.counts;
        if let Some(tax) = &tax {
            sum += totals::tax(shape.counts.round(decimals), tax.percentage, decimals);
        }
        let note = note(shape.told, draft.figures, draft.unit.as_deref());
        if shape.told == Told::Amount {
            let net = draft.figures.net;
            let text =
                format!("Zoho does not take negative rows: {net} is in Adjustment, and in the row's text");
            warnings.push(Warning { field: "Adjustment".to_owned(), code: "negative_line".to_owned(), text });
        }
        let (description, cut) = describe(&draft.text, note, fields.text);
        if cut {
            let text =
                format!("the text of row {} holds {} characters and was cut", lines.len() + 1, fields.text);
            let field = document.flow.rows().unwrap_or(Module::InvoicedItems).api_name().to_owned();
            warnings.push(Warning { field, code: "cut".to_owned(), text });
        }
        lines.push(MappedLine {
            line: draft.line,
            product: draft.product,
            quantity: shape.quantity,
            list_price: shape.price,
            discount: shape.discount,
            description,
            tax,
        });
    }
    let wanted = total - sum;
    let adjustment = adjustable(wanted, decimals, document.flow, context);
    if adjustment.unwrap_or_default() != wanted {
        let text = format!("Adjustment cannot hold {wanted}: the total will not agree to the last decimal");
        warnings.push(Warning { field: "Adjustment".to_owned(), code: "total_not_exact".to_owned(), text });
    }
    let predicted = totals::predicted(&lines, adjustment.unwrap_or_default(), decimals);
    Ok(Rows { lines, preamble, adjustment, predicted, digest, warnings })
}

fn digest(drafts: &[Draft], preamble: Option<&str>, total: Decimal) -> String {
    let mut text = format!("{total}|{preamble:?}");
    for draft in drafts {
        let Draft { line, product, figures: Figures { quantity, price, net }, unit, text: said, tax } = draft;
        let line = line.map(|id| id.to_string());
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{line:?}|{product}|{quantity}|{price}|{net}|{unit:?}|{said:?}|{tax:?}");
    }
    hex(&Sha256::digest(text))
}

/// The lines in their order, with comments folded into the line before them, or set aside where there is none.
fn drafts(document: &Document<'_>, context: &Context<'_>) -> Result<(Vec<Draft>, Option<String>), Wait> {
    let mut ordered: Vec<&DocumentLine<'_>> = document.lines.iter().collect();
    ordered.sort_by_key(|line| line.sequence);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut preamble: Vec<String> = Vec::new();
    for line in ordered {
        let said = line.texts.into_iter().flatten().filter_map(text::one_line);
        if is_comment(line) {
            drafts.last_mut().map_or(&mut preamble, |draft| &mut draft.text).extend(said);
            continue;
        }
        let product = product(line, document, context)?;
        let mut text: Vec<String> = said.collect();
        if text.is_empty() {
            text.extend(line.object_number.and_then(text::one_line));
        }
        let price = net_price(line, document.prices_include_tax);
        drafts.push(Draft {
            line: Some(line.id),
            product,
            figures: Figures { quantity: line.quantity, price, net: line.net_amount },
            unit: line.unit.map(ToOwned::to_owned),
            text,
            tax: tax(line, context),
        });
    }
    Ok((drafts, text::lines(preamble.iter().map(|line| Some(line.as_str())))))
}

fn is_comment(line: &DocumentLine<'_>) -> bool {
    line.kind.is_none_or(|kind| *kind == LineType::Comment)
        && line.net_amount.is_zero()
        && line.quantity.is_zero()
}

/// The Product of a line: its item's; the placeholder for every other kind of line and for an item that Business Central no longer has.
fn product(line: &DocumentLine<'_>, document: &Document<'_>, context: &Context<'_>) -> Result<ZohoId, Wait> {
    let Some(item) = line.item else {
        return placeholder(document, context);
    };
    if let Some(product) = context.links.zoho_id(Flow::Items, item) {
        return Ok(product);
    }
    if !context.links.will_come(Flow::Items, item) {
        return placeholder(document, context);
    }
    let (named, follower) = words(document.flow);
    let number = document.number;
    let item_number = line.object_number.unwrap_or_default();
    Err(Wait {
        flow: Flow::Items,
        what: item.to_string(),
        message: format!(
            "{named} {number} waits for its item {item_number} ({item}), which is not in Zoho yet."
        ),
        cure: format!("Look at the item's own problem, if it has one; the {follower} follows by itself."),
    })
}

/// The words for a document at the beginning of a sentence and within one.
fn words(flow: Flow) -> (&'static str, &'static str) {
    match flow {
        Flow::PurchaseOrders => ("Purchase order", "order"),
        Flow::Customers | Flow::Items | Flow::Contacts | Flow::Invoices | Flow::Vendors => {
            ("Invoice", "invoice")
        }
    }
}

fn placeholder(document: &Document<'_>, context: &Context<'_>) -> Result<ZohoId, Wait> {
    context.links.line_product().ok_or_else(|| Wait {
        flow: Flow::Items,
        what: LINE_PRODUCT_NUMBER.to_owned(),
        message: format!(
            "{} {} waits for the Product \"{LINE_PRODUCT_NAME}\", which stands for lines without an item.",
            words(document.flow).0,
            document.number
        ),
        cure: "Run `ledgerline setup`: it creates that Product.".to_owned(),
    })
}

/// The price of a unit without tax.
fn net_price(line: &DocumentLine<'_>, includes_tax: bool) -> Decimal {
    if !includes_tax {
        return line.unit_price;
    }
    let hundred = Decimal::from(100);
    line.unit_price
        .checked_mul(hundred)
        .and_then(|price| price.checked_div(hundred + line.tax_percent))
        .unwrap_or(line.unit_price)
}

/// The org's tax of the line's percentage. None where Business Central took no tax in spite of the percentage (reverse charge).
fn tax(line: &DocumentLine<'_>, context: &Context<'_>) -> Option<LineTax> {
    if line.tax_percent.is_zero() || (line.net_tax_amount.is_zero() && !line.net_amount.is_zero()) {
        return None;
    }
    let tax = context.org.taxes.iter().find(|tax| tax.percentage == line.tax_percent)?;
    Some(LineTax { name: tax.name.clone(), percentage: tax.percentage })
}

/// Folds the rows that the org does not take into one with their net sum.
fn fold_surplus(drafts: &mut Vec<Draft>, document: &Document<'_>, context: &Context<'_>) -> Result<(), Wait> {
    let Some(most) = context.policy.most_rows.map(|most| most.max(1)) else {
        return Ok(());
    };
    if drafts.len() <= most {
        return Ok(());
    }
    let surplus = drafts.split_off(most - 1);
    let net = surplus.iter().map(|draft| draft.figures.net).sum();
    let first = surplus.first().and_then(|draft| draft.tax.clone());
    let tax = first.filter(|tax| surplus.iter().all(|draft| draft.tax.as_ref() == Some(tax)));
    let mut text = vec![format!("{} further lines:", surplus.len())];
    text.extend(surplus.iter().flat_map(|draft| draft.text.iter().take(1).cloned()));
    drafts.push(Draft {
        line: None,
        product: placeholder(document, context)?,
        figures: Figures { quantity: Decimal::ONE, price: net, net },
        unit: None,
        text,
        tax,
    });
    Ok(())
}

/// The row of a document that has none.
fn empty(product: ZohoId) -> Draft {
    let figures = Figures { quantity: Decimal::ONE, price: Decimal::ZERO, net: Decimal::ZERO };
    Draft { line: None, product, figures, unit: None, text: Vec::new(), tax: None }
}

/// What the live fields of a row can hold.
fn row_fields(flow: Flow, context: &Context<'_>) -> RowFields {
    let schema = flow.rows().and_then(|rows| context.org.modules.get(&rows));
    let live = |name: &str| schema.and_then(|schema| schema.fields.get(name));
    let decimals = |name: &str| {
        let field = live(name)?;
        if field.data_type == "integer" { Some(0) } else { field.decimal_place }
    };
    // Where the org does not say: quantities as fine as Business Central's, amounts in cents.
    let price = decimals("List_Price").unwrap_or(2);
    RowFields {
        quantity: decimals("Quantity").unwrap_or(5),
        price,
        discount: decimals("Discount").unwrap_or(price),
        text: live("Description").map_or_else(
            || default_length("textarea"),
            |field| longest(field, default_length(&field.data_type)),
        ),
    }
}

/// Decimals with which Zoho prints totals, and to which it may round, whatever the currency has.
fn printed_decimals(flow: Flow, context: &Context<'_>) -> u32 {
    context.org.field(flow.module(), "Grand_Total").and_then(|field| field.decimal_place).unwrap_or(2)
}

/// The amount as Adjustment can hold it.
fn adjustable(amount: Decimal, decimals: u32, flow: Flow, context: &Context<'_>) -> Option<Decimal> {
    match context.org.field(flow.module(), "Adjustment") {
        Some(field) if !field.writable => None,
        Some(field) => Some(amount.round(field.decimal_place.unwrap_or(decimals.max(2)))),
        None => Some(amount),
    }
}
