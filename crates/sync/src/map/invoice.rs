//! Posted sales invoices become Invoices.

use business_central::{DocumentStatus, SalesInvoice};
use exact_json::Value;
use zoho_crm::{Module, ZohoId};

use super::context::Context;
use super::fields::{FieldWriter, picklist_value};
use super::lines::{self, Document, DocumentLine};
use super::policy::ForeignCurrency;
use super::{
    DELETED_CUSTOMERS_NAME, DELETED_CUSTOMERS_NUMBER, Mapped, MappedLine, MappedRecord, Refusal, SkipReason,
    Wait, text,
};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a sales invoice becomes. `posted` says whether an open one is proved to be posted.
#[must_use]
pub fn invoice(invoice: &SalesInvoice, posted: bool, context: &Context<'_>) -> Mapped {
    if let Some(reason) = skip(invoice, posted, context) {
        return Mapped::Skip(reason);
    }
    let mut fields = FieldWriter::new(Flow::Invoices, context.org);
    let number = match fields.keys(invoice.id, invoice.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    let currency = context.currency(invoice.currency_code.as_deref());
    let foreign = currency != context.org.home_currency;
    if context.org.multi_currency {
        if !context.org.active_currencies.contains(currency) {
            return Mapped::Refuse(inactive(&number, currency));
        }
        fields.code("Currency", currency);
    }
    let account = match account(invoice, &number, context) {
        Ok(account) => account,
        Err(wait) => return Mapped::Wait(wait),
    };
    fields.reference("Account_Name", &account);
    let suffix =
        if foreign && !context.org.multi_currency { format!(" ({currency})") } else { String::new() };
    fields.name("Subject", Some(&format!("Invoice {number}{suffix}")), &number);
    fields.date("Invoice_Date", invoice.invoice_date);
    fields.date("Due_Date", invoice.due_date);
    let reference = invoice.customer_purchase_order_reference.as_deref().and_then(text::one_line);
    fields.text("Purchase_Order", reference.as_deref().or(invoice.external_document_number.as_deref()));
    let status = invoice.status.as_ref().map(DocumentStatus::name);
    put_status(&mut fields, status, context);
    put_addresses(&mut fields, invoice, context);
    fields.custom_text(CustomField::Status, status);
    fields.custom_number(CustomField::RemainingAmount, Some(invoice.remaining_amount));
    fields.custom_number(CustomField::TotalExclTax, Some(invoice.total_amount_excluding_tax));
    fields.custom_number(CustomField::TotalTax, Some(invoice.total_tax_amount));
    fields.custom_number(CustomField::TotalInclTax, Some(invoice.total_amount_including_tax));
    fields.custom_text(CustomField::Currency, Some(currency));
    fields.custom_text(CustomField::OrderNumber, invoice.order_number.as_deref());

    let rows = match lines::rows(&document(invoice, &number), context.company.decimals(currency), context) {
        Ok(rows) => rows,
        Err(wait) => return Mapped::Wait(wait),
    };
    // The rows are written once, and Adjustment and the leading comments are part of them: were they written again after the org's taxes
    // changed, they would no longer fit the rows that are there.
    let mut once = FieldWriter::new(Flow::Invoices, context.org);
    if rows.preamble.is_some() {
        once.lines("Description", rows.preamble.as_deref());
    }
    let (description, cut) = once.finish();
    let mut on_create = context.on_create(invoice.salesperson.as_deref());
    on_create.extend(description);
    on_create.extend(rows.adjustment.map(|amount| ("Adjustment".to_owned(), amount.into())));
    let subform = rows.lines.iter().map(|line| Value::Object(MappedLine::to_row(line))).collect();
    on_create.insert(Module::InvoicedItems.api_name().to_owned(), Value::List(subform));

    let (fields, mut warnings) = fields.finish();
    warnings.extend(cut);
    warnings.extend(rows.warnings);
    Mapped::Record(MappedRecord {
        number,
        fields,
        on_create,
        warnings,
        currency: Some(currency.to_owned()),
        expected_total: Some(invoice.total_amount_including_tax),
        remaining: Some(invoice.remaining_amount),
        predicted_total: Some(rows.predicted),
        adjustment: rows.adjustment,
        // Posted lines do not change.
        lines_digest: None,
        lines: rows.lines,
        negative_style: context.policy.negative_style,
    })
}

/// The invoice as far as its rows are concerned.
fn document<'a>(invoice: &'a SalesInvoice, number: &'a str) -> Document<'a> {
    let lines = invoice.lines.iter().map(|line| DocumentLine {
        id: line.id,
        sequence: line.sequence,
        kind: line.line_type.as_ref(),
        item: line.item_id,
        object_number: line.line_object_number.as_deref(),
        texts: [line.description.as_deref(), line.description2.as_deref()],
        unit: line.unit_of_measure_code.as_deref(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        net_amount: line.net_amount,
        tax_percent: line.tax_percent,
        net_tax_amount: line.net_tax_amount,
    });
    Document {
        flow: Flow::Invoices,
        number,
        total: invoice.total_amount_including_tax,
        prices_include_tax: invoice.prices_include_tax,
        lines: lines.collect(),
    }
}

/// Why the invoice stays where it is.
fn skip(invoice: &SalesInvoice, posted: bool, context: &Context<'_>) -> Option<SkipReason> {
    let is_posted = match &invoice.status {
        Some(DocumentStatus::Paid | DocumentStatus::Canceled | DocumentStatus::Corrective) => true,
        Some(DocumentStatus::Open | DocumentStatus::Other(_)) => posted,
        Some(DocumentStatus::Draft | DocumentStatus::InReview) | None => false,
    };
    if !is_posted {
        return Some(SkipReason::NotPosted);
    }
    let copied = || context.links.zoho_id(Flow::Invoices, invoice.id).is_some();
    // An invoice that was copied while it was open is kept up when it is paid, however old it is.
    if let (Some(from), Some(date)) =
        (context.policy.invoices_from, invoice.invoice_date.or(invoice.posting_date))
        && date < from
        && invoice.status != Some(DocumentStatus::Open)
        && !copied()
    {
        return Some(SkipReason::OlderThan(from));
    }
    let currency = context.currency(invoice.currency_code.as_deref());
    if !context.org.multi_currency
        && currency != context.org.home_currency
        && context.policy.foreign_currency_in_one_currency_org == ForeignCurrency::Skip
    {
        return Some(SkipReason::ForeignCurrency(currency.to_owned()));
    }
    None
}

fn inactive(number: &str, currency: &str) -> Refusal {
    Refusal {
        held: true,
        code: "currency_inactive".to_owned(),
        message: format!("Invoice {number} is in {currency}, a currency that is not active in Zoho."),
        cure: format!(
            "Activate {currency} in Zoho (Setup, Company Details, Currencies); the invoice follows by itself."
        ),
    }
}

/// The Account of the customer who bought; where that leads nowhere, of whoever has the customer's number, of the customer who pays, of the
/// holder of that number; else the placeholder.
fn account(invoice: &SalesInvoice, number: &str, context: &Context<'_>) -> Result<ZohoId, Wait> {
    let links = context.links;
    let parties = [
        (invoice.customer_id, invoice.customer_number.as_deref()),
        (invoice.bill_to_customer_id, invoice.bill_to_customer_number.as_deref()),
    ];
    for (id, customer_number) in parties {
        if let Some(id) = id {
            if let Some(account) = links.zoho_id(Flow::Customers, id) {
                return Ok(account);
            }
            if links.will_come(Flow::Customers, id) {
                let name = customer_number.unwrap_or_default();
                return Err(Wait {
                    flow: Flow::Customers,
                    what: id.to_string(),
                    message: format!(
                        "Invoice {number} waits for its customer {name} ({id}), which is not in Zoho yet."
                    ),
                    cure: "Look at the customer's own problem, if it has one; the invoice follows by itself."
                        .to_owned(),
                });
            }
        }
        let by_number = customer_number.and_then(|number| links.by_number(Flow::Customers, number.trim()));
        if let Some(account) = by_number {
            return Ok(account);
        }
    }
    links.deleted_customers_account().ok_or_else(|| Wait {
        flow: Flow::Customers,
        what: DELETED_CUSTOMERS_NUMBER.to_owned(),
        message: format!("Invoice {number} waits for the Account \"{DELETED_CUSTOMERS_NAME}\": its customer no longer exists."),
        cure: "Run `ledgerline setup`: it creates that Account.".to_owned(),
    })
}

/// Puts the status through the user's table. A status that is not in it takes the picklist value of its own name, if there is one.
fn put_status(fields: &mut FieldWriter<'_>, status: Option<&str>, context: &Context<'_>) {
    const STATUS: &str = "Status";
    let Some(status) = status else { return };
    match context.policy.status_table.get(status) {
        Some(Some(chosen)) => fields.text(STATUS, Some(chosen)),
        Some(None) => {}
        None => {
            let live = context.org.field(Module::Invoices, STATUS);
            if live.is_some_and(|field| picklist_value(field, status).is_some()) {
                fields.text(STATUS, Some(status));
            }
        }
    }
}

fn put_addresses(fields: &mut FieldWriter<'_>, invoice: &SalesInvoice, context: &Context<'_>) {
    let billing = [
        ("Billing_City", invoice.bill_to_city.as_deref()),
        ("Billing_State", invoice.bill_to_state.as_deref()),
        ("Billing_Code", invoice.bill_to_post_code.as_deref()),
        ("Billing_Country", context.country(invoice.bill_to_country.as_deref())),
    ];
    let shipping = [
        ("Shipping_City", invoice.ship_to_city.as_deref()),
        ("Shipping_State", invoice.ship_to_state.as_deref()),
        ("Shipping_Code", invoice.ship_to_post_code.as_deref()),
        ("Shipping_Country", context.country(invoice.ship_to_country.as_deref())),
    ];
    for (name, value) in billing.into_iter().chain(shipping) {
        fields.text(name, value);
    }
    let street = [invoice.bill_to_address_line1.as_deref(), invoice.bill_to_address_line2.as_deref()];
    fields.lines("Billing_Street", text::lines(street).as_deref());
    let street = [invoice.ship_to_address_line1.as_deref(), invoice.ship_to_address_line2.as_deref()];
    fields.lines("Shipping_Street", text::lines(street).as_deref());
}
