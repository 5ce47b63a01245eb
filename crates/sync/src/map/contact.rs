//! Contacts of type Person become Contacts.

use business_central::{Contact, ContactType};

use super::context::Context;
use super::fields::FieldWriter;
use super::{Mapped, MappedRecord, SkipReason, Wait, text};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a contact becomes.
#[must_use]
pub fn contact(contact: &Contact, context: &Context<'_>) -> Mapped {
    if contact.r#type != Some(ContactType::Person) {
        return Mapped::Skip(SkipReason::NotAPerson);
    }
    if contact.privacy_blocked {
        return Mapped::Skip(SkipReason::PrivacyBlocked);
    }
    let mut fields = FieldWriter::new(Flow::Contacts, context.org);
    let number = match fields.keys(contact.id, contact.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    let company = contact.company_number.as_deref().map(str::trim).filter(|company| !company.is_empty());
    let Some(customer) = context.links.customer_of_contact(company, &number) else {
        return Mapped::Skip(SkipReason::NoCustomer);
    };
    let Some(account) = context.links.zoho_id(Flow::Customers, customer) else {
        if !context.links.will_come(Flow::Customers, customer) {
            return Mapped::Skip(SkipReason::CustomerNotSynced);
        }
        return Mapped::Wait(Wait {
            flow: Flow::Customers,
            what: customer.to_string(),
            message: format!(
                "Contact {number} waits for its customer ({customer}), which is not in Zoho yet."
            ),
            cure: "Look at the customer's own problem, if it has one; the contact follows by itself."
                .to_owned(),
        });
    };
    let name = contact.display_name.as_deref().and_then(text::one_line).unwrap_or_else(|| number.clone());
    let (first, last) = text::split_name(&name);
    fields.text("First_Name", first.as_deref());
    fields.name("Last_Name", Some(&last), &number);
    fields.reference("Account_Name", &account);
    fields.text("Email", contact.email.as_deref());
    fields.text("Phone", contact.phone_number.as_deref());
    fields.text("Mobile", contact.mobile_phone_number.as_deref());
    fields.text("Title", contact.job_title.as_deref());
    let street = text::lines([contact.address_line1.as_deref(), contact.address_line2.as_deref()]);
    fields.lines("Mailing_Street", street.as_deref());
    fields.text("Mailing_City", contact.city.as_deref());
    fields.text("Mailing_State", contact.state.as_deref());
    fields.text("Mailing_Zip", contact.postal_code.as_deref());
    fields.text("Mailing_Country", context.country(contact.country.as_deref()));
    fields.custom_text(CustomField::Status, Some("Active"));
    let (fields, warnings) = fields.finish();
    Mapped::Record(MappedRecord {
        number,
        fields,
        on_create: context.on_create(None),
        warnings,
        ..MappedRecord::default()
    })
}
