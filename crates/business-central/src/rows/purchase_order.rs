//! Purchase orders and their lines.

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{LineType, OrderStatus, record};
use crate::BcId;

record! {
    /// A purchase order. Amounts are in the document's currency.
    identified PurchaseOrder {
        /// The number.
        number: Option<String>,
        /// Document date.
        order_date: Option<Date>,
        /// Posting date.
        posting_date: Option<Date>,
        /// The vendor who delivers.
        vendor_id: Option<BcId>,
        /// Number of the vendor who delivers.
        vendor_number: Option<String>,
        /// Name of the vendor who delivers.
        vendor_name: Option<String>,
        /// The vendor who is paid.
        pay_to_vendor_id: Option<BcId>,
        /// Number of the vendor who is paid.
        pay_to_vendor_number: Option<String>,
        /// Name of the vendor who is paid.
        pay_to_name: Option<String>,
        /// Name at the delivery address.
        ship_to_name: Option<String>,
        /// First line of the vendor's address.
        buy_from_address_line1: Option<String>,
        /// Second line of the vendor's address.
        buy_from_address_line2: Option<String>,
        /// City of the vendor's address.
        buy_from_city: Option<String>,
        /// Country code of the vendor's address.
        buy_from_country: Option<String>,
        /// State of the vendor's address.
        buy_from_state: Option<String>,
        /// Postal code of the vendor's address.
        buy_from_post_code: Option<String>,
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
        /// Whether the lines' unit costs and discounts include VAT.
        prices_include_tax: bool,
        /// Code of the purchaser.
        purchaser: Option<String>,
        /// When the goods are wanted.
        requested_receipt_date: Option<Date>,
        /// The invoice discount, without the lines' own discounts.
        discount_amount: Decimal,
        /// Total without tax, after the invoice discount.
        total_amount_excluding_tax: Decimal,
        /// Tax.
        total_tax_amount: Decimal,
        /// Total with tax.
        total_amount_including_tax: Decimal,
        /// Whether everything has arrived.
        fully_received: bool,
        /// Where the order stands.
        status: Option<OrderStatus>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
        /// The lines, where expanded; not necessarily in order.
        #[serde(rename = "purchaseOrderLines")]
        lines: Vec<PurchaseOrderLine>,
    }
}

record! {
    /// A line of a purchase order.
    identified PurchaseOrderLine {
        /// The order.
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
        /// Quantity ordered.
        quantity: Decimal,
        /// Cost of a unit, with VAT where the order says so.
        direct_unit_cost: Decimal,
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
        /// When the goods are expected.
        expected_receipt_date: Option<Date>,
        /// Quantity received.
        received_quantity: Decimal,
        /// Quantity invoiced.
        invoiced_quantity: Decimal,
    }
}

record! {
    /// A posted purchase invoice, as far as it says which order it came from.
    PostedPurchaseInvoice {
        /// Number of the order.
        order_number: Option<String>,
    }
}

record! {
    /// A posted purchase receipt, as far as it says which order it came from.
    PurchaseReceipt {
        /// Number of the order.
        order_number: Option<String>,
    }
}
