//! What can be compared of one record, of either side.

use exact_json::Decimal;
use serde::{Deserialize, Serialize};

/// Which rules hold for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Companies: Accounts and Vendors.
    Organisation,
    /// Things that are sold.
    Product,
    /// People who work for an organisation.
    Person,
    /// Invoices and orders.
    Document,
}

/// The comparable values of one record, as they stand there: nothing needs to be normalised by the caller.
///
/// Blank values may be given; they are passed over. The same shape serves both sides, so that a comparison has no direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The record's own number in Business Central; in Zoho whatever field may hold such a number, its leading words with it
    /// (`"Invoice 103001"`).
    pub numbers: Vec<String>,
    /// Its name; for a person first name and last name in either order.
    pub name: String,
    /// Tax registration numbers.
    pub tax_numbers: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Web addresses, whole or as a bare domain.
    pub websites: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// The town.
    pub city: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country, as a code or as a name.
    pub country: Option<String>,
    /// The record that it belongs to (a person's account, a document's customer), in words that both sides share: the Zoho id
    /// of the account or the Business Central id of the customer, as long as it is the same for both.
    pub belongs_to: Option<String>,
    /// A document's total.
    pub total: Option<Decimal>,
    /// A document's day, as `2026-03-02`.
    pub date: Option<String>,
}
