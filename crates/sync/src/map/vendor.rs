//! Vendors become Vendors.

use business_central::Vendor;

use super::context::Context;
use super::fields::FieldWriter;
use super::{Mapped, MappedRecord, text};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What a vendor becomes.
#[must_use]
pub fn vendor(vendor: &Vendor, context: &Context<'_>) -> Mapped {
    let mut fields = FieldWriter::new(Flow::Vendors, context.org);
    let number = match fields.keys(vendor.id, vendor.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    fields.name("Vendor_Name", vendor.display_name.as_deref(), &number);
    fields.text("Email", vendor.email.as_deref());
    fields.text("Phone", vendor.phone_number.as_deref());
    fields.text("Website", vendor.website.as_deref());
    let street = text::lines([vendor.address_line1.as_deref(), vendor.address_line2.as_deref()]);
    fields.lines("Street", street.as_deref());
    fields.text("City", vendor.city.as_deref());
    fields.text("State", vendor.state.as_deref());
    fields.text("Zip_Code", vendor.postal_code.as_deref());
    fields.text("Country", context.country(vendor.country.as_deref()));
    fields.custom_text(CustomField::Status, Some("Active"));
    let (fields, warnings) = fields.finish();
    // Business Central names no purchaser with a vendor: the owner is the one chosen in setup.
    let on_create = context.on_create(None);
    Mapped::Record(MappedRecord { number, fields, on_create, warnings, ..MappedRecord::default() })
}
