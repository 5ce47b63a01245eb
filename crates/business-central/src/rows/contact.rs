//! Contacts, and how they are tied to customers.

use jiff::Timestamp;

use super::{BusinessRelation, ContactType, record};
use crate::BcId;

record! {
    /// A contact: a company or a person.
    identified Contact {
        /// The number; it can change.
        number: Option<String>,
        /// A company or a person.
        r#type: Option<ContactType>,
        /// The name.
        display_name: Option<String>,
        /// Job title.
        job_title: Option<String>,
        /// Number of the company contact, which is not the customer's number.
        company_number: Option<String>,
        /// Name of the company contact.
        company_name: Option<String>,
        /// What the contact is to the company.
        contact_business_relation: Option<BusinessRelation>,
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
        /// Mobile phone.
        mobile_phone_number: Option<String>,
        /// E-mail.
        email: Option<String>,
        /// Home page.
        website: Option<String>,
        /// Whether the person's data must no longer be used.
        privacy_blocked: bool,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}

record! {
    /// Ties a contact to a customer or vendor.
    ContactInformation {
        /// The contact.
        contact_id: Option<BcId>,
        /// The contact's number.
        contact_number: String,
        /// The contact's name.
        contact_name: Option<String>,
        /// A company or a person.
        contact_type: Option<ContactType>,
        /// The customer or vendor.
        related_id: Option<BcId>,
        /// What is at `related_id`.
        related_type: Option<BusinessRelation>,
        /// The contact itself, where expanded.
        contact: Option<Contact>,
    }
}
