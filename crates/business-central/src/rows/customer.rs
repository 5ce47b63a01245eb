//! Customers, and what can be expanded with them.

use exact_json::Decimal;
use jiff::Timestamp;

use super::record;
use super::{ContactInformation, ContactType, CustomerBlocked};
use crate::BcId;

record! {
    /// A customer. Amounts are in the company's local currency, whatever the customer's.
    identified Customer {
        /// The number; it can change.
        number: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// A company or a person.
        r#type: Option<ContactType>,
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
        /// Code of the salesperson.
        salesperson_code: Option<String>,
        /// Sum due; it moves without `last_modified_date_time`.
        balance_due: Decimal,
        /// Credit limit; nought means none.
        credit_limit: Decimal,
        /// VAT or tax number.
        tax_registration_number: Option<String>,
        /// The currency; `None` for the local one.
        currency_id: Option<BcId>,
        /// Code of the currency, of the local one too.
        currency_code: Option<String>,
        /// The payment terms.
        payment_terms_id: Option<BcId>,
        /// What is blocked; `None` where nothing is.
        blocked: Option<CustomerBlocked>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
        /// Balances, where expanded.
        customer_financial_detail: Option<CustomerFinancialDetail>,
        /// Payment terms, where expanded.
        payment_term: Option<PaymentTerm>,
        /// Contacts, where expanded.
        contacts_information: Vec<ContactInformation>,
    }
}

record! {
    /// A customer's balances, in local currency; they move without a timestamp.
    CustomerFinancialDetail {
        /// The customer.
        id: Option<BcId>,
        /// The customer's number.
        number: Option<String>,
        /// What the customer owes.
        balance: Decimal,
        /// Sales so far, without tax.
        total_sales_excluding_tax: Decimal,
        /// What is overdue.
        overdue_amount: Decimal,
    }
}

record! {
    /// Terms of payment.
    PaymentTerm {
        /// SystemId.
        id: Option<BcId>,
        /// The code.
        code: Option<String>,
        /// The name.
        display_name: Option<String>,
    }
}
