//! Items.

use exact_json::Decimal;
use jiff::Timestamp;

use super::{ItemType, record};
use crate::BcId;

record! {
    /// An item. Prices are in the company's local currency.
    identified Item {
        /// The number; it can change.
        number: Option<String>,
        /// The name.
        display_name: Option<String>,
        /// A second line of the name.
        display_name2: Option<String>,
        /// What kind of item it is.
        r#type: Option<ItemType>,
        /// The category.
        item_category_id: Option<BcId>,
        /// Code of the category.
        item_category_code: Option<String>,
        /// Whether it may no longer be sold or bought.
        blocked: bool,
        /// Global trade item number.
        gtin: Option<String>,
        /// Quantity in stock; it moves without `last_modified_date_time`.
        inventory: Decimal,
        /// Sales price of the base unit.
        unit_price: Decimal,
        /// Whether the sales price includes VAT.
        price_includes_tax: bool,
        /// Cost of the base unit.
        unit_cost: Decimal,
        /// Code of the tax group.
        tax_group_code: Option<String>,
        /// Code of the base unit.
        base_unit_of_measure_code: Option<String>,
        /// When the record last changed.
        last_modified_date_time: Option<Timestamp>,
    }
}
