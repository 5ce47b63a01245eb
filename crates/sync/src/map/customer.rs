//! Customers become Accounts.

use business_central::{Customer, CustomerBlocked};
use zoho_crm::Module;

use super::context::Context;
use super::fields::FieldWriter;
use super::{Mapped, MappedRecord, text};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a customer becomes.
#[must_use]
pub fn customer(customer: &Customer, context: &Context<'_>) -> Mapped {
    let mut fields = FieldWriter::new(Flow::Customers, context.org);
    let number = match fields.keys(customer.id, customer.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    fields.name("Account_Name", customer.display_name.as_deref(), &number);
    fields.text("Phone", customer.phone_number.as_deref());
    fields.text("Website", customer.website.as_deref());
    let street = text::lines([customer.address_line1.as_deref(), customer.address_line2.as_deref()]);
    fields.lines("Billing_Street", street.as_deref());
    fields.text("Billing_City", customer.city.as_deref());
    fields.text("Billing_State", customer.state.as_deref());
    fields.text("Billing_Code", customer.postal_code.as_deref());
    fields.text("Billing_Country", context.country(customer.country.as_deref()));
    let has_currency = context.org.field(Module::Accounts, "Currency").is_some_and(|field| field.writable);
    if context.org.multi_currency && has_currency {
        let code = context.currency(customer.currency_code.as_deref());
        if context.org.active_currencies.contains(code) {
            fields.code("Currency", code);
        } else {
            let why = format!("the currency {code} is not active in Zoho");
            fields.leave_out("Currency", "currency_inactive", &why);
        }
    }
    let balances = customer.customer_financial_detail.as_ref();
    fields.custom_number(CustomField::Balance, balances.map(|detail| detail.balance));
    fields.custom_number(CustomField::Overdue, balances.map(|detail| detail.overdue_amount));
    fields.custom_number(
        CustomField::CreditLimit,
        Some(customer.credit_limit).filter(|limit| !limit.is_zero()),
    );
    fields.custom_text(CustomField::Blocked, customer.blocked.as_ref().map(CustomerBlocked::name));
    let terms = customer.payment_term.as_ref().and_then(|terms| terms.display_name.as_deref());
    fields.custom_text(CustomField::PaymentTerms, terms);
    fields.custom_text(CustomField::Salesperson, customer.salesperson_code.as_deref());
    fields.custom_text(CustomField::Email, customer.email.as_deref());
    fields.custom_text(CustomField::TaxNumber, customer.tax_registration_number.as_deref());
    fields.custom_text(CustomField::Status, Some("Active"));
    let (fields, warnings) = fields.finish();
    let on_create = context.on_create(customer.salesperson_code.as_deref());
    Mapped::Record(MappedRecord { number, fields, on_create, warnings, ..MappedRecord::default() })
}
