//! Vendors.

use exact_json::Decimal;
use jiff::Timestamp;

use super::{VendorBlocked, record};
use crate::BcId;

record! {
    /// A vendor.
    identified Vendor {
        /// The number; it can change.
        number: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// First line of the address.
        address_line1: Option<String>,
        /// Second line of the address.
        address_line2: Option<String>,
        /// City.
        city: Option<String>,
        /// State or county.
        state: Option<String>,
        /// Code of the country.
        country: Option<String>,
        /// Postal code.
        postal_code: Option<String>,
        /// Phone.
        phone_number: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Home page.
        website: Option<String>,
        /// VAT or tax number.
        tax_registration_number: Option<String>,
        /// The currency; `None` for the local one.
        currency_id: Option<BcId>,
        /// Code of the currency, of the local one too.
        currency_code: Option<String>,
        /// What is blocked; `None` where nothing is.
        blocked: Option<VendorBlocked>,
        /// What is owed to the vendor, in local currency; it moves without `last_modified_date_time`.
        balance: Decimal,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}
