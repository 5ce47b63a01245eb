//! Sales invoices and their lines.

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{DocumentStatus, LineType, record};
use crate::BcId;

record! {
    /// A sales invoice, posted or not. Amounts are in the document's currency.
    identified SalesInvoice {
        /// The number; posting gives a new one.
        number: Option<String>,
        /// The customer's own document number.
        external_document_number: Option<String>,
        /// Document date.
        invoice_date: Option<Date>,
        /// Posting date.
        posting_date: Option<Date>,
        /// Due date.
        due_date: Option<Date>,
        /// The customer's reference.
        customer_purchase_order_reference: Option<String>,
        /// The customer who bought; it may lead nowhere after a deletion.
        customer_id: Option<BcId>,
        /// Number of the customer who bought.
        customer_number: Option<String>,
        /// Name of the customer who bought.
        customer_name: Option<String>,
        /// Name of the customer who pays.
        bill_to_name: Option<String>,
        /// The customer who pays.
        bill_to_customer_id: Option<BcId>,
        /// Number of the customer who pays.
        bill_to_customer_number: Option<String>,
        /// Name at the delivery address.
        ship_to_name: Option<String>,
        /// Contact at the delivery address.
        ship_to_contact: Option<String>,
        /// First line of the billing address.
        bill_to_address_line1: Option<String>,
        /// Second line of the billing address.
        bill_to_address_line2: Option<String>,
        /// City of the billing address.
        bill_to_city: Option<String>,
        /// Country code of the billing address.
        bill_to_country: Option<String>,
        /// State of the billing address.
        bill_to_state: Option<String>,
        /// Postal code of the billing address.
        bill_to_post_code: Option<String>,
        /// First line of the delivery address.
        ship_to_address_line1: Option<String>,
        /// Second line of the delivery address.
        ship_to_address_line2: Option<String>,
        /// City of the delivery address.
        ship_to_city: Option<String>,
        /// Country code of the delivery address.
        ship_to_country: Option<String>,
        /// State of the delivery address.
        ship_to_state: Option<String>,
        /// Postal code of the delivery address.
        ship_to_post_code: Option<String>,
        /// The currency; `None` for the local one.
        currency_id: Option<BcId>,
        /// Code of the currency, of the local one too.
        currency_code: Option<String>,
        /// The order that the invoice came from.
        order_id: Option<BcId>,
        /// Number of the order that the invoice came from.
        order_number: Option<String>,
        /// Code of the salesperson.
        salesperson: Option<String>,
        /// Whether the lines' unit prices and discounts include VAT.
        prices_include_tax: bool,
        /// What is still to be paid; a partial payment moves it and nothing else.
        remaining_amount: Decimal,
        /// The invoice discount, without the lines' own discounts.
        discount_amount: Decimal,
        /// Total without tax, after the invoice discount.
        total_amount_excluding_tax: Decimal,
        /// Tax.
        total_tax_amount: Decimal,
        /// Total with tax.
        total_amount_including_tax: Decimal,
        /// Where the invoice stands.
        status: Option<DocumentStatus>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
        /// Phone of the customer who bought.
        phone_number: Option<String>,
        /// E-mail of the customer who bought.
        email: Option<String>,
        /// The lines, where expanded; not necessarily in order.
        #[serde(rename = "salesInvoiceLines")]
        lines: Vec<SalesInvoiceLine>,
    }
}

impl SalesInvoice {
    /// Whether the status is Open, which a released draft and a posted, unpaid invoice share.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Some(DocumentStatus::Open)
    }
}

record! {
    /// A line of a sales invoice.
    identified SalesInvoiceLine {
        /// The invoice.
        document_id: Option<BcId>,
        /// Its place among the lines, with gaps.
        sequence: i64,
        /// The item; `None` for all other kinds of lines.
        item_id: Option<BcId>,
        /// The ledger account; `None` for all other kinds of lines.
        account_id: Option<BcId>,
        /// What the line stands for.
        line_type: Option<LineType>,
        /// Number of the item, account, resource…
        line_object_number: Option<String>,
        /// Text.
        description: Option<String>,
        /// More text.
        description2: Option<String>,
        /// Code of the unit.
        unit_of_measure_code: Option<String>,
        /// Quantity; may be negative.
        quantity: Decimal,
        /// Price of a unit, with VAT where the invoice says so.
        unit_price: Decimal,
        /// Discount of the line.
        discount_amount: Decimal,
        /// Discount of the line in percent.
        discount_percent: Decimal,
        /// Amount without tax, after the line discount, before the invoice discount.
        amount_excluding_tax: Decimal,
        /// VAT identifier or tax group.
        tax_code: Option<String>,
        /// Tax rate in percent.
        tax_percent: Decimal,
        /// Tax before the invoice discount.
        total_tax_amount: Decimal,
        /// Amount with tax, before the invoice discount.
        amount_including_tax: Decimal,
        /// The line's share of the invoice discount, without tax.
        invoice_discount_allocation: Decimal,
        /// Amount without tax after all discounts.
        net_amount: Decimal,
        /// Tax after all discounts.
        net_tax_amount: Decimal,
        /// Amount with tax after all discounts.
        net_amount_including_tax: Decimal,
    }
}
