//! Proof of posting, bookings of the general ledger, and the feed of bookings on customers' accounts.

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{LedgerDocumentType, record};
use crate::BcId;

record! {
    /// A posted sales invoice of the API `microsoft/automate/v1.0`.
    PostedSalesInvoice {
        /// The invoice's `id` among `salesInvoices`.
        api_id: Option<BcId>,
        /// The posted number.
        number: Option<String>,
    }
}

record! {
    /// A booking on a customer's account; one payment makes several.
    DetailedLedgerEntry {
        /// Grows with every booking.
        entry_number: i64,
        /// Number of the customer who pays.
        customer_number: Option<String>,
        /// Posting date.
        posting_date: Option<Date>,
        /// Amount in the document's currency.
        amount: Decimal,
        /// Code of the currency; `None` for the local one.
        currency_code: Option<String>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}

record! {
    /// A booking of the general ledger; posting a document makes several.
    identified GeneralLedgerEntry {
        /// Grows with every booking.
        entry_number: i64,
        /// Posting date.
        posting_date: Option<Date>,
        /// Number of the document.
        document_number: Option<String>,
        /// What kind of document it is.
        document_type: Option<LedgerDocumentType>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}
