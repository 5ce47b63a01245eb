//! Items become Products.

use business_central::Item;

use super::context::Context;
use super::fields::FieldWriter;
use super::{Mapped, MappedRecord};
use crate::flow::Flow;
use crate::org_schema::CustomField;

/// What an item becomes.
#[must_use]
pub fn item(item: &Item, context: &Context<'_>) -> Mapped {
    let mut fields = FieldWriter::new(Flow::Items, context.org);
    let number = match fields.keys(item.id, item.number.as_deref()) {
        Ok(number) => number,
        Err(refusal) => return Mapped::Refuse(refusal),
    };
    fields.name("Product_Name", item.display_name.as_deref(), &number);
    fields.text("Product_Code", Some(&number));
    fields.text("Description", item.display_name2.as_deref());
    fields.truth("Product_Active", !item.blocked);
    fields.number("Qty_in_Stock", Some(item.inventory));
    fields.text("Usage_Unit", item.base_unit_of_measure_code.as_deref());
    fields.text("Product_Category", item.item_category_code.as_deref());
    fields.custom_text(CustomField::Status, Some("Active"));
    // Zoho reads a price in the record's currency, and a product's is the org's.
    if context.company.local_currency == context.org.home_currency {
        if item.price_includes_tax {
            // Business Central does not say at which rate, so that it cannot be netted.
            fields.leave_out(
                "Unit_Price",
                "price_includes_tax",
                "the price in Business Central includes tax",
            );
        } else {
            fields.number("Unit_Price", Some(item.unit_price));
        }
    }
    let (fields, warnings) = fields.finish();
    Mapped::Record(MappedRecord {
        number,
        fields,
        on_create: context.on_create(None),
        warnings,
        ..MappedRecord::default()
    })
}
