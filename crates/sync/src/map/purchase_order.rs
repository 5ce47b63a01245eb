//! Purchase orders become Purchase Orders.

use business_central::{OrderStatus, PurchaseOrder};
use exact_json::Value;
use zoho_crm::ZohoId;

use super::context::Context;
use super::fields::FieldWriter;
use super::lines::{self, Document, DocumentLine};
use super::policy::ForeignCurrency;
use super::{Mapped, MappedLine, MappedRecord, Refusal, SkipReason, Wait, text};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a purchase order becomes.
#[must_use]
pub fn purchase_order(order: &PurchaseOrder, context: &Context<'_>) -> Mapped {
    let currency = context.currency(order.currency_code.as_deref());
    let foreign = currency != context.org.home_currency;
    let one_currency = !context.org.multi_currency;
    if foreign && one_currency && context.policy.foreign_currency_in_one_currency_org == ForeignCurrency::Skip
    {
        return Mapped::Skip(SkipReason::ForeignCurrency(currency.to_owned()));
    }
    let mut fields = FieldWriter::new(Flow::PurchaseOrders, context.org);
    let number = match fields.keys(order.id, order.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    if !one_currency {
        if !context.org.active_currencies.contains(currency) {
            return Mapped::Refuse(inactive(&number, currency));
        }
        fields.code("Currency", currency);
    }
    let vendor = match vendor(order, &number, context) {
        Ok(vendor) => vendor,
        Err(mapped) => return *mapped,
    };
    fields.reference("Vendor_Name", &vendor);
    let suffix = if foreign && one_currency { format!(" ({currency})") } else { String::new() };
    fields.name("Subject", Some(&format!("PO {number}{suffix}")), &number);
    fields.text("PO_Number", Some(&number));
    fields.date("PO_Date", order.order_date);
    fields.date("Due_Date", order.requested_receipt_date);
    fields.custom_text(CustomField::Status, order.status.as_ref().map(OrderStatus::name));

    let rows = match lines::rows(&document(order, &number), context.company.decimals(currency), context) {
        Ok(rows) => rows,
        Err(wait) => return Mapped::Wait(wait),
    };
    // The rows, Adjustment and the comments before them belong together. They are no fields to compare one by one: what was last written
    // of them is known by its digest.
    let mut once = FieldWriter::new(Flow::PurchaseOrders, context.org);
    if rows.preamble.is_some() {
        once.lines("Description", rows.preamble.as_deref());
    }
    let (description, cut) = once.finish();
    let mut on_create = context.on_create(order.purchaser.as_deref());
    on_create.extend(description);
    on_create.extend(rows.adjustment.map(|amount| ("Adjustment".to_owned(), amount.into())));
    let subform = rows.lines.iter().map(|line| Value::Object(MappedLine::to_row(line))).collect();
    if let Some(module) = Flow::PurchaseOrders.rows() {
        on_create.insert(module.api_name().to_owned(), Value::List(subform));
    }

    let (fields, mut warnings) = fields.finish();
    warnings.extend(cut);
    warnings.extend(rows.warnings);
    Mapped::Record(MappedRecord {
        number,
        fields,
        on_create,
        warnings,
        currency: Some(currency.to_owned()),
        expected_total: Some(order.total_amount_including_tax),
        remaining: None,
        predicted_total: Some(rows.predicted),
        adjustment: rows.adjustment,
        lines_digest: Some(rows.digest),
        lines: rows.lines,
        negative_style: context.policy.negative_style,
    })
}

/// The order as far as its rows are concerned.
fn document<'a>(order: &'a PurchaseOrder, number: &'a str) -> Document<'a> {
    let lines = order.lines.iter().map(|line| DocumentLine {
        id: line.id,
        sequence: line.sequence,
        kind: line.line_type.as_ref(),
        item: line.item_id,
        object_number: line.line_object_number.as_deref(),
        texts: [line.description.as_deref(), line.description2.as_deref()],
        unit: line.unit_of_measure_code.as_deref(),
        quantity: line.quantity,
        unit_price: line.direct_unit_cost,
        net_amount: line.net_amount,
        tax_percent: line.tax_percent,
        net_tax_amount: line.net_tax_amount,
    });
    Document {
        flow: Flow::PurchaseOrders,
        number,
        total: order.total_amount_including_tax,
        prices_include_tax: order.prices_include_tax,
        lines: lines.collect(),
    }
}

fn inactive(number: &str, currency: &str) -> Refusal {
    Refusal {
        held: true,
        code: "currency_inactive".to_owned(),
        message: format!("Purchase order {number} is in {currency}, a currency that is not active in Zoho."),
        cure: format!(
            "Activate {currency} in Zoho (Setup, Company Details, Currencies); the order follows by itself."
        ),
    }
}

/// The Vendor who delivers; where that leads nowhere, whoever has the vendor's number, then the one who is paid. An order without a vendor
/// cannot be in Zoho at all (facts, §5).
fn vendor(order: &PurchaseOrder, number: &str, context: &Context<'_>) -> Result<ZohoId, Box<Mapped>> {
    let links = context.links;
    let parties = [
        (order.vendor_id, order.vendor_number.as_deref()),
        (order.pay_to_vendor_id, order.pay_to_vendor_number.as_deref()),
    ];
    for (id, vendor_number) in parties {
        if let Some(id) = id {
            if let Some(vendor) = links.zoho_id(Flow::Vendors, id) {
                return Ok(vendor);
            }
            if links.will_come(Flow::Vendors, id) {
                let name = vendor_number.unwrap_or_default();
                return Err(Box::new(Mapped::Wait(Wait {
                    flow: Flow::Vendors,
                    what: id.to_string(),
                    message: format!(
                        "Purchase order {number} waits for its vendor {name} ({id}), which is not in Zoho yet."
                    ),
                    cure: "Look at the vendor's own problem, if it has one; the order follows by itself."
                        .to_owned(),
                })));
            }
        }
        let number = vendor_number.and_then(text::one_line);
        if let Some(vendor) = number.and_then(|number| links.by_number(Flow::Vendors, &number)) {
            return Ok(vendor);
        }
    }
    let named = order.vendor_number.as_deref().or(order.vendor_name.as_deref()).unwrap_or_default();
    Err(Box::new(Mapped::Refuse(Refusal {
        held: false,
        code: "vendor_unknown".to_owned(),
        message: format!(
            "Purchase order {number} names the vendor \"{named}\", which Business Central does not show: Zoho takes no order without a vendor."
        ),
        cure:
            "Correct the vendor of the order in Business Central, or give the app the permission to read it."
                .to_owned(),
    })))
}
